package dev.licet.dialect.cryptolens;

import dev.licet.dialect.Json;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/// Features that go by a name, as clients read them: a list, in which a feature is its name, or a list of its name and
/// the list of what it has below it. `export.pdf` stands below `export`, which is there with it.
final class FeatureTree {
    private final Map<String, FeatureTree> below = new LinkedHashMap<>();

    private FeatureTree() {}

    /// The JSON of such names.
    static String of(List<String> names) {
        FeatureTree root = new FeatureTree();
        for (String name : names) {
            FeatureTree at = root;
            for (String step : name.split("\\.", -1)) {
                at = at.below.computeIfAbsent(step, any -> new FeatureTree());
            }
        }
        StringWriter text = new StringWriter();
        try (JsonGenerator json = Json.FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            root.write(json);
        }
        return text.toString();
    }

    private void write(JsonGenerator json) {
        json.writeStartArray();
        below.forEach((name, tree) -> {
            if (tree.below.isEmpty()) {
                json.writeString(name);
            } else {
                json.writeStartArray();
                json.writeString(name);
                tree.write(json);
                json.writeEndArray();
            }
        });
        json.writeEndArray();
    }
}
