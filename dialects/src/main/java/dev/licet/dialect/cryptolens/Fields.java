package dev.licet.dialect.cryptolens;

import dev.licet.core.id.ProductId;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Json;
import dev.licet.dialect.Limits;
import dev.licet.dialect.MalformedRequest;
import dev.licet.dialect.Parameters;
import dev.licet.dialect.Request;
import dev.licet.dialect.Texts;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/// The parameters of one call, out of query, form or JSON body; the body wins. Names have no case; the last of a
/// repeated one counts; blank is absent.
final class Fields {
    private final Map<String, String> values = new HashMap<>();
    /// The names whose value came as a JSON list or object, not as text.
    private final Set<String> structures = new HashSet<>();
    private int count;

    private Fields() {}

    static Fields of(Request request, Limits limits) {
        Fields query = new Fields();
        query.add(Parameters.ofQuery(request, limits), limits);
        if (request.body().length == 0) {
            return query;
        }
        Fields fields = new Fields();
        fields.count = query.count;
        String type = request.mediaType().orElse("application/x-www-form-urlencoded");
        if (type.equals("application/json") || type.endsWith("+json")) {
            fields.addJson(request.body(), limits);
        } else if (request.isForm() || request.isMultipart()) {
            fields.add(Parameters.ofForm(request, limits), limits);
        } else if (request.mediaType().isEmpty()) {
            fields.add(Parameters.ofUntypedForm(request, limits), limits);
        } else {
            throw new MalformedRequest(Fault.MALFORMED, "a body of type " + type);
        }
        query.values.forEach((name, value) ->
                fields.values.merge(name, value, (inBody, inQuery) -> inBody.isBlank() ? inQuery : inBody));
        return fields;
    }

    private void add(Parameters parameters, Limits limits) {
        for (Parameters.Pair pair : parameters.pairs()) {
            put(pair.name(), pair.value(), limits);
        }
    }

    private void put(String name, String value, Limits limits) {
        if (++count > limits.parameters()) {
            throw new MalformedRequest(Fault.TOO_LARGE, "more than " + limits.parameters() + " parameters");
        }
        values.put(name.toLowerCase(Locale.ROOT), value);
    }

    private void addJson(byte[] body, Limits limits) {
        String text = Texts.utf8(body, 0, body.length);
        try (JsonParser json = Json.FACTORY.createParser(ObjectReadContext.empty(), text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new MalformedRequest(Fault.MALFORMED, "the JSON body is not an object");
            }
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = Texts.clean(json.currentName());
                if (json.nextToken().isStructStart()) {
                    structures.add(name.toLowerCase(Locale.ROOT));
                }
                put(name, value(json), limits);
            }
            if (json.nextToken() != null) {
                throw new MalformedRequest(Fault.MALFORMED, "something follows the JSON body");
            }
        } catch (JacksonException e) {
            throw new MalformedRequest(Fault.MALFORMED, "broken JSON");
        }
    }

    /// The current value as text: a list or an object as the JSON that spells it, null as nothing.
    static String value(JsonParser json) {
        JsonToken token = json.currentToken();
        return switch (token) {
            case VALUE_NULL -> "";
            case START_OBJECT, START_ARRAY -> Json.copyOfCurrentValue(json);
            default -> Texts.clean(json.getString());
        };
    }

    /// A text, which a list or an object is not.
    Optional<String> text(String name) {
        if (!structures.isEmpty() && structures.contains(name.toLowerCase(Locale.ROOT))) {
            throw new MalformedRequest(Fault.MALFORMED, "a list or an object where a text or a number should be");
        }
        return json(name);
    }

    /// A text that is JSON itself, which in a JSON body may also stand there as it is.
    Optional<String> json(String name) {
        return Optional.ofNullable(values.get(name.toLowerCase(Locale.ROOT))).filter(value -> !value.isBlank());
    }

    Optional<String> text(String name, int codePoints) {
        return text(name).map(text -> Texts.atMost(codePoints, text));
    }

    /// A text for which clients also write `None` and `null`, when they mean none.
    Optional<String> optional(String name, int codePoints) {
        return text(name, codePoints).filter(text -> !isNothing(text.strip()));
    }

    /// Whether it is set; what is absent is not.
    boolean flag(String name) {
        return text(name)
                .map(String::strip)
                .filter(text -> !isNothing(text))
                .map(text -> switch (text.toLowerCase(Locale.ROOT)) {
                    case "true", "1" -> true;
                    case "false", "0" -> false;
                    default -> throw new MalformedRequest(Fault.MALFORMED, name + " is neither true nor false");
                })
                .orElse(false);
    }

    private static boolean isNothing(String text) {
        return text.equalsIgnoreCase("none") || text.equalsIgnoreCase("null");
    }

    /// An integer of 32 bits.
    int integer(String name, int otherwise) {
        long value = integer(name).orElse(otherwise);
        if (value != (int) value) {
            throw new MalformedRequest(Fault.MALFORMED, name + " has more than 32 bits");
        }
        return (int) value;
    }

    OptionalLong integer(String name) {
        return text(name).map(Fields::integerIn).orElseGet(OptionalLong::empty);
    }

    /// What a text spells: digits with an optional sign, of 64 bits. Clients also write `None` and `null` for
    /// nothing.
    static OptionalLong integerIn(String text) {
        String stripped = text.strip();
        if (stripped.isEmpty() || isNothing(stripped)) {
            return OptionalLong.empty();
        }
        if (!isInteger(stripped)) {
            throw new MalformedRequest(Fault.MALFORMED, "not an integer");
        }
        try {
            return OptionalLong.of(Long.parseLong(stripped));
        } catch (NumberFormatException e) {
            throw new MalformedRequest(Fault.MALFORMED, "an integer of more than 64 bits");
        }
    }

    /// Whether it is a sign, or none, and up to 40 digits; the JDK's own parser also takes digits of other scripts.
    private static boolean isInteger(String text) {
        int from = text.charAt(0) == '+' || text.charAt(0) == '-' ? 1 : 0;
        for (int i = from; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return text.length() > from && text.length() <= from + 40;
    }

    /// 0 and below mean that none is given: clients send 0 or -1 then.
    Optional<ProductId> product() {
        OptionalLong id = integer("ProductId");
        return id.isPresent() && id.getAsLong() > 0 ? Optional.of(new ProductId(id.getAsLong())) : Optional.empty();
    }
}
