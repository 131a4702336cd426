package dev.licet.server.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.identity.Permission;
import dev.licet.dialect.Dialect;
import dev.licet.dialect.Route;
import dev.licet.server.TestServer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class OpenApiTest {

    @Test
    void description_hasEveryRoute_andNoOther_andAllThatItRefersTo(@TempDir Path directory) {
        try (TestServer server = TestServer.start(directory.resolve("data"))) {
            JsonNode description = server.get("/openapi.json").json();
            Set<String> described = new TreeSet<>();
            description
                    .get("paths")
                    .properties()
                    .forEach(path -> path.getValue()
                            .propertyNames()
                            .forEach(verb -> described.add(verb.toUpperCase(Locale.ROOT) + " " + path.getKey())));
            Dialect rest = server.dialects().stream()
                    .filter(dialect -> dialect.name().equals("rest"))
                    .findFirst()
                    .orElseThrow();
            assertThat(described)
                    .isEqualTo(rest.routes().stream()
                            .map(Route::name)
                            .filter(name -> !name.equals("GET /openapi.json"))
                            .collect(Collectors.toCollection(TreeSet::new)));
            assertThat(description.toString())
                    .contains(Arrays.stream(Permission.values())
                            .map(permission -> "\"" + permission.label() + "\"")
                            .collect(Collectors.joining(",", "\"enum\":[", "]")));
            Pattern.compile("#/components/schemas/([A-Za-z]+)")
                    .matcher(description.toString())
                    .results()
                    .forEach(found -> assertThat(
                                    description.get("components").get("schemas").has(found.group(1)))
                            .as(found.group(1))
                            .isTrue());
        }
    }
}
