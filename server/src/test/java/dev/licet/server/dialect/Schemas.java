package dev.licet.server.dialect;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// Whether values are what the schemas of a description say.
final class Schemas {
    private Schemas() {}

    /// Why a value is not what a schema says; empty where it is.
    ///
    /// @param where the value stands, for people
    static Optional<String> misfit(Description description, String where, JsonNode given, JsonNode value) {
        JsonNode schema = description.resolved(given);
        if (schema.has("oneOf")) {
            return schema.get("oneOf")
                    .valueStream()
                    .map(one -> misfit(description, where, one, value))
                    .reduce((one, other) -> one.isEmpty() ? one : other)
                    .orElseThrow();
        }
        if (!isOfType(schema, value) || !isWithin(schema, value)) {
            return Optional.of(where + " is " + value);
        }
        return Stream.concat(
                        Stream.concat(
                                missing(where, schema, value).stream(),
                                value.properties().stream().flatMap(member -> {
                                    JsonNode known = schema.path("properties").path(member.getKey());
                                    String at = where + "." + member.getKey();
                                    if (known.isMissingNode()) {
                                        return schema.path("additionalProperties")
                                                        .booleanValue(false)
                                                ? Stream.empty()
                                                : Stream.of(at + " is not described");
                                    }
                                    return misfit(description, at, known, member.getValue()).stream();
                                })),
                        value.isArray() && schema.has("items")
                                ? value.valueStream()
                                        .flatMap(element ->
                                                misfit(description, where + "[]", schema.get("items"), element)
                                                        .stream())
                                : Stream.empty())
                .findFirst();
    }

    private static Optional<String> missing(String where, JsonNode schema, JsonNode value) {
        return value.isObject()
                ? schema.path("required")
                        .valueStream()
                        .map(JsonNode::stringValue)
                        .filter(name -> !value.has(name))
                        .map(name -> where + " has no " + name)
                        .findFirst()
                : Optional.empty();
    }

    private static boolean isOfType(JsonNode schema, JsonNode value) {
        JsonNode types = schema.get("type");
        return (types.isArray() ? types.valueStream() : Stream.of(types)).anyMatch(type -> switch (type.stringValue()) {
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "string" -> value.isString();
            case "boolean" -> value.isBoolean();
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "null" -> value.isNull();
            default -> false;
        });
    }

    private static boolean isWithin(JsonNode schema, JsonNode value) {
        if (schema.has("enum") && schema.get("enum").valueStream().noneMatch(value::equals)) {
            return false;
        }
        if (value.isIntegralNumber()) {
            return value.longValue() >= schema.path("minimum").longValue(Long.MIN_VALUE)
                    && value.longValue() <= schema.path("maximum").longValue(Long.MAX_VALUE);
        }
        return !value.isString() || isWithin(schema, value.stringValue());
    }

    private static boolean isWithin(JsonNode schema, String text) {
        int length = text.codePointCount(0, text.length());
        return length >= schema.path("minLength").intValue(0)
                && length <= schema.path("maxLength").intValue(Integer.MAX_VALUE)
                && schema.path("const").stringValue(text).equals(text)
                && Pattern.compile(schema.path("pattern").stringValue(""))
                        .matcher(text)
                        .find()
                && isOfFormat(schema.path("format").stringValue(""), text);
    }

    private static boolean isOfFormat(String format, String text) {
        try {
            return switch (format) {
                case "date-time" -> OffsetDateTime.parse(text).getYear() > 0;
                case "duration" -> Duration.parse(text).isPositive();
                default -> true;
            };
        } catch (DateTimeException e) {
            return false;
        }
    }
}
