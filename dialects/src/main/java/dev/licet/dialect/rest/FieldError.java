package dev.licet.dialect.rest;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.core.JsonGenerator;

/// A member that breaks its rule.
///
/// @param pointer a JSON pointer to it (RFC 6901), escaped for a URI fragment; empty for the whole
/// @param rule such as `is required`
record FieldError(String pointer, String rule) {
    /// Clients choose the names of members that don't exist.
    private static final int MAX_NAME = 100;

    static FieldError of(String member, String rule) {
        return new FieldError(step(member), rule);
    }

    /// Of a member in a member: their names have slashes between them.
    static FieldError ofPath(String names, String rule) {
        return new FieldError(
                Arrays.stream(names.split("/")).map(FieldError::step).collect(Collectors.joining()), rule);
    }

    /// The same, of what stands at this place in a whole.
    FieldError in(String place) {
        return new FieldError(step(place) + pointer, rule);
    }

    /// As the property `errors` of a problem or of an event's result.
    static void write(JsonGenerator json, List<FieldError> errors) {
        json.writeArrayPropertyStart("errors");
        for (FieldError error : errors) {
            json.writeStartObject();
            json.writeStringProperty("pointer", "#" + error.pointer);
            json.writeStringProperty("detail", error.rule);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static String step(String name) {
        String shown = name.length() > MAX_NAME ? name.substring(0, MAX_NAME) + "…" : name;
        StringBuilder step = new StringBuilder("/");
        for (byte b : shown.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (c == '~') {
                step.append("~0");
            } else if (c == '/') {
                step.append("~1");
            } else if (c < 0x80 && (Character.isLetterOrDigit(c) || "-._!$&'()*+,;=:@?".indexOf(c) >= 0)) {
                step.append(c);
            } else {
                step.append(String.format("%%%02X", (int) c));
            }
        }
        return step.toString();
    }
}
