package dev.licet.server.dialect;

import dev.licet.dialect.Dialect;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/// What a dialect says of itself.
record Description(JsonNode document) {
    private static final JsonMapper JSON = new JsonMapper();

    static Description of(Dialect dialect) {
        return new Description(JSON.readTree(dialect.description().orElseThrow()));
    }

    List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        document.get("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(verb -> operations.add(new Operation(
                                verb.getKey().toUpperCase(Locale.ROOT), path.getKey(), verb.getValue()))));
        return operations;
    }

    /// A schema, or the one that it refers to.
    JsonNode resolved(JsonNode schema) {
        return schema.has("$ref") ? document.at(schema.get("$ref").stringValue().substring(1)) : schema;
    }

    /// @param verb in capitals
    record Operation(String verb, String path, JsonNode node) {

        /// That of its route.
        String name() {
            return node.has("operationId") ? node.get("operationId").stringValue() : verb + " " + path;
        }

        List<Argument> arguments() {
            JsonNode form = form();
            List<String> required = new ArrayList<>();
            Stream.concat(
                            form.path("required").valueStream(),
                            form.path("anyOf").path(0).path("required").valueStream())
                    .forEach(name -> required.add(name.stringValue()));
            List<Argument> arguments = new ArrayList<>();
            node.path("parameters")
                    .forEach(parameter -> arguments.add(new Argument(
                            parameter.get("in").stringValue(),
                            parameter.get("name").stringValue(),
                            parameter.path("required").booleanValue(false),
                            parameter,
                            parameter.get("schema"))));
            form.path("properties")
                    .properties()
                    .forEach(property -> arguments.add(new Argument(
                            "body",
                            property.getKey(),
                            required.contains(property.getKey()),
                            property.getValue(),
                            property.getValue())));
            return arguments;
        }

        private JsonNode form() {
            return node.path("requestBody")
                    .path("content")
                    .path("application/x-www-form-urlencoded")
                    .path("schema");
        }

        /// The status of a success.
        String status() {
            return node.path("responses")
                    .propertyStream()
                    .map(Map.Entry::getKey)
                    .filter(status -> status.startsWith("2"))
                    .findFirst()
                    .orElse("");
        }

        /// What a success is told as.
        JsonNode success() {
            return node.path("responses").path(status());
        }

        /// The same, by content type.
        JsonNode answers() {
            return success().path("content");
        }

        /// What it takes that is no form, by content type.
        JsonNode bodies() {
            return form().isMissingNode() ? node.path("requestBody").path("content") : MissingNode.getInstance();
        }

        JsonNode errors() {
            return node.path("x-errors");
        }

        /// Whether one of its errors is this one. What stands in braces in their texts differs.
        boolean tells(String code, int status, String text) {
            return errors().valueStream()
                    .anyMatch(error -> error.path("code").stringValue("").equals(code)
                            && error.get("status").intValue() == status
                            && Pattern.matches(
                                    Arrays.stream(error.get("message")
                                                    .stringValue()
                                                    .split("\\{[a-z]+}", -1))
                                            .map(Pattern::quote)
                                            .collect(Collectors.joining(".+")),
                                    text));
        }
    }

    /// @param place `path`, `query`, `header` or `body`
    /// @param told its meaning, its example and which credential it is
    /// @param schema what it may be
    record Argument(String place, String name, boolean required, JsonNode told, JsonNode schema) {

        /// Whether the path says it already.
        boolean isFixed() {
            return schema.has("const");
        }
    }
}
