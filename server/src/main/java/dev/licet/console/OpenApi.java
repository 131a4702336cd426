package dev.licet.console;

import dev.licet.console.view.Method;
import dev.licet.console.view.Method.Argument;
import dev.licet.console.view.Method.Failure;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/// An OpenAPI document, read for the explorer. Only what ours have is understood.
final class OpenApi {
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final Set<String> VERBS = Set.of("get", "post", "put", "patch", "delete");
    private static final int DEPTH = 6;

    private final JsonNode document;

    OpenApi(JsonNode document) {
        this.document = document;
    }

    List<Method> methods() {
        List<Method> methods = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                if (VERBS.contains(operation.getKey())) {
                    methods.add(method(path.getKey(), operation.getKey(), operation.getValue()));
                }
            }
        }
        return methods;
    }

    private Method method(String path, String verb, JsonNode operation) {
        List<Argument> arguments = new ArrayList<>();
        for (JsonNode parameter : operation.path("parameters")) {
            arguments.add(argument(
                    parameter.path("name").asString(""),
                    parameter.path("in").asString("query"),
                    parameter.path("schema"),
                    parameter,
                    parameter.path("required").asBoolean(false)));
        }
        JsonNode content = operation.path("requestBody").path("content");
        String body =
                content.properties().stream().map(Map.Entry::getKey).findFirst().orElse("");
        if (content.has(FORM)) {
            body = FORM;
            JsonNode schema = resolved(content.path(FORM).path("schema"));
            Set<String> required = texts(schema.path("required"));
            schema.path("properties")
                    .properties()
                    .forEach(member -> arguments.add(argument(
                            member.getKey(),
                            "form",
                            member.getValue(),
                            member.getValue(),
                            required.contains(member.getKey()))));
        }
        String name = operation.path("operationId").asString(verb.toUpperCase(Locale.ROOT) + " " + path);
        Map.Entry<String, JsonNode> answer = answer(operation);
        return new Method(
                name,
                operation.path("tags").path(0).asString(group(path)),
                verb.toUpperCase(Locale.ROOT),
                path,
                operation.path("summary").asString(""),
                operation.path("description").asString(""),
                arguments,
                body,
                body.isEmpty() || body.equals(FORM) ? "" : example(content.path(body)),
                answer.getKey(),
                answer.getValue().isMissingNode() ? "" : example(answer.getValue()),
                failures(operation));
    }

    /// Of our own API, what follows `/v1/`.
    private static String group(String path) {
        String[] words = path.split("/");
        return words.length > 2 ? words[2] : "all";
    }

    private Argument argument(String name, String place, JsonNode given, JsonNode around, boolean required) {
        JsonNode schema = resolved(given);
        List<String> choices = new ArrayList<>(texts(schema.path("enum")));
        JsonNode example = Stream.of(around.path("example"), schema.path("example"), schema.path("default"))
                .filter(node -> !node.isMissingNode())
                .findFirst()
                .orElse(schema.path("const"));
        JsonNode credential = around.has("x-credential") ? around.path("x-credential") : schema.path("x-credential");
        return new Argument(
                name,
                place,
                type(schema),
                required,
                around.path("description").asString(schema.path("description").asString("")),
                example.isContainer() ? Rest.text(example) : example.asString(""),
                choices,
                credential.asString(""),
                schema.path("const").asString(""));
    }

    private static String type(JsonNode schema) {
        List<String> parts = new ArrayList<>();
        JsonNode type = schema.path("type");
        parts.add(type.isArray() ? String.join(" or ", texts(type)) : type.asString("text"));
        if (schema.path("format").isString()) {
            parts.add(schema.path("format").asString());
        }
        if (schema.has("minimum") || schema.has("maximum")) {
            parts.add(schema.path("minimum").asString("…") + " to "
                    + schema.path("maximum").asString("…"));
        }
        if (schema.has("maxLength")) {
            parts.add("at most " + schema.path("maxLength").asString() + " characters");
        }
        return String.join(", ", parts);
    }

    private static Set<String> texts(JsonNode list) {
        Set<String> texts = new LinkedHashSet<>();
        list.forEach(text -> texts.add(text.asString("")));
        return texts;
    }

    private static Map.Entry<String, JsonNode> answer(JsonNode operation) {
        return operation.path("responses").properties().stream()
                .filter(response -> response.getKey().startsWith("2"))
                .flatMap(response -> {
                    List<Map.Entry<String, JsonNode>> contents = new ArrayList<>();
                    response.getValue()
                            .path("content")
                            .properties()
                            .forEach(content -> contents.add(
                                    Map.entry(response.getKey() + " " + content.getKey(), content.getValue())));
                    return contents.isEmpty()
                            ? Stream.of(Map.entry(response.getKey(), (JsonNode) MissingNode.getInstance()))
                            : contents.stream();
                })
                .findFirst()
                .orElse(Map.entry("", MissingNode.getInstance()));
    }

    private List<Failure> failures(JsonNode operation) {
        return StreamSupport.stream(operation.path("x-errors").spliterator(), false)
                .map(error -> new Failure(
                        error.path("code").asString(""),
                        error.path("status").asString(""),
                        error.path("message").asString(""),
                        error.path("when").asString("")))
                .toList();
    }

    private JsonNode resolved(JsonNode schema) {
        String reference = schema.path("$ref").asString("");
        return reference.startsWith("#/") ? document.at(reference.substring(1)) : schema;
    }

    /// The example that is given, or one made of the schema.
    private String example(JsonNode content) {
        JsonNode given = content.path("example");
        JsonNode example = given.isMissingNode() ? made(content.path("schema"), DEPTH) : given;
        return example.isString() ? example.asString() : pretty(example);
    }

    private static String pretty(JsonNode node) {
        return node.toPrettyString();
    }

    private JsonNode made(JsonNode given, int depth) {
        JsonNode schema = resolved(given);
        for (String member : List.of("example", "default", "const")) {
            if (schema.has(member)) {
                return schema.path(member);
            }
        }
        for (String member : List.of("anyOf", "oneOf")) {
            if (schema.has(member)) {
                return made(schema.path(member).path(0), depth);
            }
        }
        if (schema.has("enum")) {
            return schema.path("enum").path(0);
        }
        JsonNode type = schema.path("type").isArray() ? schema.path("type").path(0) : schema.path("type");
        return switch (type.asString("")) {
            case "object" -> madeObject(schema, depth);
            case "array" -> {
                ArrayNode list = Rest.object().putArray("list");
                if (depth > 0) {
                    list.add(made(schema.path("items"), depth - 1));
                }
                yield list;
            }
            case "integer", "number" -> Rest.parse(schema.path("minimum").asString("1"));
            case "boolean" -> Rest.parse("false");
            default ->
                Rest.parse(
                        switch (schema.path("format").asString("")) {
                            case "date-time" -> "\"2026-12-31T12:00:00Z\"";
                            case "duration" -> "\"PT1H\"";
                            default -> "\"text\"";
                        });
        };
    }

    private ObjectNode madeObject(JsonNode schema, int depth) {
        ObjectNode object = Rest.object();
        if (depth > 0) {
            schema.path("properties")
                    .properties()
                    .forEach(member -> object.set(member.getKey(), made(member.getValue(), depth - 1)));
        }
        return object;
    }
}
