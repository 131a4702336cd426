package dev.licet.dialect.rest;

import dev.licet.dialect.Fault;
import dev.licet.dialect.MalformedRequest;
import dev.licet.dialect.Request;
import dev.licet.dialect.Texts;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/// The JSON object of a request, or one in it. A member that is missing, null or blank is absent.
///
/// @param at the names that lead to it, each with a slash behind it; empty for the whole
record Body(JsonNode object, String at) {
    /// What these requests hold is small; a large tree would only cost memory.
    private static final int MAX_BYTES = 64 * 1024;

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    static final Body NONE = new Body(JsonNodeFactory.instance.objectNode(), "");

    /// No body is an object without members.
    static Body of(Request request) {
        if (request.body().length == 0) {
            return NONE;
        }
        if (request.body().length > MAX_BYTES) {
            throw new MalformedRequest(Fault.TOO_LARGE, "a body of more than " + MAX_BYTES + " bytes");
        }
        if (request.mediaType().filter("application/json"::equals).isEmpty()) {
            throw new MalformedRequest(Fault.MALFORMED, "a body that is not application/json");
        }
        try {
            JsonNode node = MAPPER.readTree(Texts.utf8(request.body(), 0, request.body().length));
            if (!node.isObject()) {
                throw new MalformedRequest(Fault.MALFORMED, "the body is not a JSON object");
            }
            return new Body(node, "");
        } catch (JacksonException e) {
            throw new MalformedRequest(Fault.MALFORMED, "broken JSON");
        }
    }

    /// An object that is known to be one.
    static Body of(String json) {
        return new Body(MAPPER.readTree(json), "");
    }

    /// To be thrown for a member that breaks a rule.
    WrongField wrong(String name, String rule) {
        return new WrongField(at + name, rule);
    }

    boolean has(String name) {
        return object.has(name);
    }

    Optional<String> text(String name) {
        return member(name)
                .map(node -> {
                    if (!node.isString()) {
                        throw wrong(name, "must be a text");
                    }
                    return Texts.clean(node.stringValue());
                })
                .filter(text -> !text.isBlank());
    }

    /// A text whose lines and tabs stay as they are.
    String lines(String name) {
        return member(name)
                .filter(JsonNode::isString)
                .map(JsonNode::stringValue)
                .orElseThrow(() -> wrong(name, "is required, as a text"));
    }

    String requiredText(String name) {
        return text(name).orElseThrow(() -> wrong(name, "is required"));
    }

    Optional<Boolean> flag(String name) {
        return member(name).map(node -> {
            if (!node.isBoolean()) {
                throw wrong(name, "must be true or false");
            }
            return node.booleanValue();
        });
    }

    OptionalLong number(String name) {
        Optional<Long> number = member(name).map(node -> {
            if (!node.isIntegralNumber() || !node.canConvertToLong()) {
                throw wrong(name, "must be a whole number");
            }
            return node.longValue();
        });
        return number.map(OptionalLong::of).orElseGet(OptionalLong::empty);
    }

    Optional<Duration> duration(String name) {
        return text(name).map(text -> {
            try {
                Duration duration = Duration.parse(text);
                if (duration.isPositive() && duration.compareTo(Duration.ofDays(36_500)) <= 0) {
                    return duration;
                }
            } catch (DateTimeParseException notOne) {
                // answered below
            }
            throw wrong(name, "must be an ISO 8601 duration, such as PT1H or PT0.5S");
        });
    }

    Optional<List<String>> texts(String name) {
        return member(name).map(node -> {
            if (!node.isArray()) {
                throw wrong(name, "must be a list of texts");
            }
            List<String> texts = new ArrayList<>();
            for (JsonNode element : node) {
                if (!element.isString()) {
                    throw wrong(name, "must be a list of texts");
                }
                texts.add(Texts.clean(element.stringValue()));
            }
            return texts;
        });
    }

    /// The positions of events, each as a number or an id such as `evt_17`.
    List<Long> positions(String name) {
        JsonNode list = member(name).filter(JsonNode::isArray).orElseThrow(() -> wrong(name, "is required, as a list"));
        List<Long> positions = new ArrayList<>();
        for (JsonNode element : list) {
            OptionalLong position = element.isString()
                    ? Call.id("evt_", element.stringValue())
                    : element.isIntegralNumber() ? Call.id("", element.asString()) : OptionalLong.empty();
            if (position.isEmpty()) {
                throw wrong(name + "/" + positions.size(), "must be the position of an event, or evt_ and that");
            }
            positions.add(position.getAsLong());
        }
        return positions;
    }

    Optional<Body> object(String name) {
        return member(name).map(node -> {
            if (!node.isObject()) {
                throw wrong(name, "must be an object");
            }
            return new Body(node, at + name + "/");
        });
    }

    /// Refuses members that mean nothing here: they are mistyped.
    void only(Set<String> known) {
        object.propertyNames().stream()
                .filter(name -> !known.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw wrong(
                            name,
                            "is unknown; there are " + known.stream().sorted().collect(Collectors.joining(", ")));
                });
    }

    /// A list of objects; none when it is absent.
    List<Body> objects(String name) {
        return member(name)
                .map(node -> {
                    List<Body> bodies = new ArrayList<>();
                    for (JsonNode element : node) {
                        if (!node.isArray() || !element.isObject()) {
                            throw wrong(name, "must be a list of objects");
                        }
                        bodies.add(new Body(element, at + name + "/" + bodies.size() + "/"));
                    }
                    if (!node.isArray()) {
                        throw wrong(name, "must be a list of objects");
                    }
                    return bodies;
                })
                .orElse(List.of());
    }

    /// A text, number or truth value, or a list of them, as text.
    List<String> scalars(String name) {
        return member(name)
                .map(node -> {
                    List<String> scalars = new ArrayList<>();
                    for (JsonNode element : node.isArray() ? node : List.of(node)) {
                        if (!element.isValueNode() || element.isNull()) {
                            throw wrong(name, "must be a text, a number, true or false, or a list of these");
                        }
                        scalars.add(element.isNumber() ? plain(name, element) : Texts.clean(element.asString()));
                    }
                    return scalars;
                })
                .orElse(List.of());
    }

    private String plain(String name, JsonNode number) {
        BigDecimal value = number.decimalValue();
        if (Math.abs((long) value.precision() - value.scale()) > 40 || Math.abs((long) value.scale()) > 40) {
            throw wrong(name, "has a number of too many digits");
        }
        return value.toPlainString();
    }

    private Optional<JsonNode> member(String name) {
        return object.optional(name).filter(node -> !node.isNull());
    }
}
