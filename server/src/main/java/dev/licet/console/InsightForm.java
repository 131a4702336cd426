package dev.licet.console;

import dev.licet.dialect.Parameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A question as people fill it in: names and texts, all of which an address can carry.
///
/// @param values by the names of the form's inputs; of inputs that come several times, by name and number
record InsightForm(String kind, Map<String, String> values) {
    /// The input of a question that is written as JSON, which then is all that the form has.
    static final String WRITTEN = "question";

    static final int FILTERS = 4;
    static final int STEPS = 6;
    private static final List<String> TEXTS = List.of(
            "from", "until", "zone", "product", "key", "unit", "by", "of", "window", "along", "start", "version");
    private static final List<String> NUMBERS = List.of("top", "depth");

    /// What each kind takes besides what all do.
    static final Map<String, List<String>> TAKES = takes();

    private static Map<String, List<String>> takes() {
        Map<String, List<String>> takes = new LinkedHashMap<>();
        takes.put("timeseries", List.of("unit", "by", "top", "filters", "compare"));
        takes.put("actives", List.of("unit", "of", "filters", "compare"));
        takes.put("breakdown", List.of("by", "of", "top", "filters"));
        takes.put("revenue", List.of("unit", "in-total", "by", "filters"));
        takes.put("funnel", List.of("steps", "window", "of", "by", "filters"));
        takes.put("retention", List.of("unit", "of", "filters"));
        takes.put("churn", List.of("unit", "of", "filters"));
        takes.put("paths", List.of("along", "start", "of", "depth", "top", "filters"));
        takes.put("percentiles", List.of("unit", "in-total", "by", "top", "filters"));
        takes.put("seats", List.of("unit"));
        takes.put("versions", List.of("unit", "of", "version", "filters"));
        return takes;
    }

    static final Map<String, String> LABELS = labels();

    private static Map<String, String> labels() {
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put("timeseries", "Events over time");
        labels.put("actives", "Who is active");
        labels.put("breakdown", "Breakdown");
        labels.put("revenue", "Revenue");
        labels.put("funnel", "Funnel");
        labels.put("retention", "Retention");
        labels.put("churn", "Churn");
        labels.put("paths", "Paths");
        labels.put("percentiles", "Percentiles of value");
        labels.put("seats", "Seat use");
        labels.put("versions", "Versions");
        return labels;
    }

    InsightForm {
        values = Map.copyOf(values);
    }

    String value(String name) {
        return values.getOrDefault(name, "");
    }

    /// What was filled in.
    static InsightForm of(Parameters parameters) {
        Map<String, String> values = new LinkedHashMap<>();
        for (Parameters.Pair pair : parameters.pairs()) {
            if (!pair.value().isBlank()) {
                values.put(pair.name(), pair.value().strip());
            }
        }
        String kind = parameters.last("kind").filter(TAKES::containsKey).orElse("timeseries");
        return values.containsKey(WRITTEN)
                ? new InsightForm(kind, Map.of(WRITTEN, values.get(WRITTEN)))
                : new InsightForm(kind, values);
    }

    /// A question that was saved: filled in, or, where the form has no inputs for all of it, as JSON.
    static InsightForm of(String kind, JsonNode question) {
        InsightForm filledIn = filledIn(kind, question);
        return filledIn.question().equals(question) ? filledIn : written(kind, question);
    }

    static InsightForm written(String kind, JsonNode question) {
        return new InsightForm(kind, Map.of(WRITTEN, Rest.lines(question)));
    }

    boolean isWritten() {
        return values.containsKey(WRITTEN);
    }

    /// Whether all of the time is one, where its kind may be.
    boolean isInTotal() {
        return value("unit").isEmpty() && TAKES.getOrDefault(kind, List.of()).contains("in-total");
    }

    private static InsightForm filledIn(String kind, JsonNode question) {
        Map<String, String> values = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> member : question.properties()) {
            if (member.getValue().isValueNode() && !member.getValue().isNull()) {
                values.put(member.getKey(), member.getValue().asString());
            }
        }
        if (question.path("compare").asBoolean(false)) {
            values.put("compare", "on");
        } else {
            values.remove("compare");
        }
        addFilters(values, question.path("filters"));
        JsonNode steps = question.path("steps");
        for (int i = 0; i < Math.min(STEPS, steps.size()); i++) {
            JsonNode step = steps.get(i);
            values.put(
                    "step" + i, step.path("name").asString(step.path("feature").asString("")));
            values.put("step-by" + i, step.has("feature") && !step.has("name") ? "feature" : "name");
        }
        return new InsightForm(kind, values);
    }

    private static void addFilters(Map<String, String> values, JsonNode filters) {
        for (int i = 0; i < Math.min(FILTERS, filters.size()); i++) {
            JsonNode filter = filters.get(i);
            values.put("field" + i, filter.path("field").asString(""));
            for (Map.Entry<String, JsonNode> member : filter.properties()) {
                if (member.getKey().equals("present")) {
                    values.put("test" + i, member.getValue().asBoolean(true) ? "present" : "absent");
                } else if (!member.getKey().equals("field")) {
                    values.put("test" + i, member.getKey());
                    List<String> all = new ArrayList<>();
                    if (member.getValue().isArray()) {
                        member.getValue().forEach(value -> all.add(value.asString()));
                    } else {
                        all.add(member.getValue().asString());
                    }
                    values.put("value" + i, String.join(", ", all));
                }
            }
        }
    }

    /// As the API takes it: what was written, or of what was filled in what this kind takes. What is no JSON is a text,
    /// which no API takes.
    JsonNode question() {
        return isWritten() ? Rest.parseOrText(value(WRITTEN)) : filledIn();
    }

    private ObjectNode filledIn() {
        ObjectNode question = Rest.object();
        List<String> takes = TAKES.getOrDefault(kind, List.of());
        for (String name : TEXTS) {
            boolean isOfAll = List.of("from", "until", "zone", "product", "key").contains(name);
            if ((isOfAll || takes.contains(name)) && values.containsKey(name)) {
                question.put(name, value(name));
            }
        }
        for (String name : NUMBERS) {
            if (takes.contains(name) && values.containsKey(name)) {
                number(value(name)).ifPresentOrElse(n -> question.put(name, n), () -> question.put(name, value(name)));
            }
        }
        if (takes.contains("compare") && values.containsKey("compare")) {
            question.put("compare", true);
        }
        ArrayNode filters = Rest.object().putArray("filters");
        for (int i = 0; takes.contains("filters") && i < FILTERS; i++) {
            addFilter(filters, i);
        }
        if (!filters.isEmpty()) {
            question.set("filters", filters);
        }
        if (takes.contains("steps")) {
            ArrayNode steps = question.putArray("steps");
            for (int i = 0; i < STEPS; i++) {
                String step = value("step" + i);
                if (!step.isEmpty()) {
                    steps.addObject().put(value("step-by" + i).equals("feature") ? "feature" : "name", step);
                }
            }
        }
        return question;
    }

    private void addFilter(ArrayNode filters, int index) {
        String field = value("field" + index);
        if (field.isEmpty()) {
            return;
        }
        ObjectNode filter = filters.addObject().put("field", field);
        String test = values.getOrDefault("test" + index, "is");
        String value = value("value" + index);
        switch (test) {
            case "present", "absent" -> filter.put("present", test.equals("present"));
            case "atLeast", "below" ->
                number(value).ifPresentOrElse(n -> filter.put(test, n), () -> filter.put(test, value));
            case "is", "isNot" -> {
                ArrayNode all = filter.putArray(test);
                Arrays.stream(value.split(",")).map(String::strip).forEach(all::add);
            }
            default -> filter.put(test, value);
        }
    }

    private static Optional<Long> number(String text) {
        try {
            return Optional.of(Long.valueOf(text));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /// As an address carries it.
    String query() {
        return "kind=" + kind
                + values.entrySet().stream()
                        .filter(entry -> !entry.getKey().equals("kind")
                                && !entry.getKey().equals("csrf"))
                        .map(entry -> "&" + Visit.encoded(entry.getKey()) + "=" + Visit.encoded(entry.getValue()))
                        .sorted()
                        .collect(Collectors.joining());
    }
}
