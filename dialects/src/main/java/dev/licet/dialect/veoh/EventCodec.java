package dev.licet.dialect.veoh;

import dev.licet.core.event.Item;
import dev.licet.dialect.Json;
import dev.licet.dialect.Texts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads an event out of the arguments of logEvent; complains in the order of its page.
final class EventCodec {
    private EventCodec() {}

    /// Refuses what is over a limit.
    static void checkLimits(Arguments arguments) {
        arguments
                .text("eventName")
                .ifPresent(name -> Texts.atMost(arguments.limits().name(), name));
        arguments
                .array("keys")
                .ifPresent(keys ->
                        keys.forEach(key -> Texts.atMost(arguments.limits().name(), key)));
        arguments
                .array("values")
                .ifPresent(values -> values.forEach(
                        value -> Texts.atMostBytes(arguments.limits().metadata(), value)));
    }

    static Item event(Arguments arguments) {
        List<String> keys = arguments.array("keys").orElseThrow(() -> new VeohRefusal(VeohError.NO_KEYS_PROVIDED));
        List<String> values =
                arguments.array("values").orElseThrow(() -> new VeohRefusal(VeohError.NO_VALUES_PROVIDED));
        String eventName =
                arguments.text("eventName").orElseThrow(() -> new VeohRefusal(VeohError.NO_EVENT_NAME_PROVIDED));
        if (keys.size() != values.size()) {
            throw new VeohRefusal(VeohError.ARRAY_LENGTH_NOT_SAME);
        }
        return Item.builder().name(eventName).metadata(properties(keys, values)).build();
    }

    /// The pairs as a JSON object in their order; a repeated key has the list of its values.
    private static String properties(List<String> keys, List<String> values) {
        Map<String, List<String>> properties = new LinkedHashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            properties.computeIfAbsent(keys.get(i), key -> new ArrayList<>()).add(values.get(i));
        }
        byte[] json = Json.object(out -> properties.forEach((key, all) -> {
            if (all.size() == 1) {
                out.writeStringProperty(key, all.getFirst());
            } else {
                out.writeArrayPropertyStart(key);
                all.forEach(out::writeString);
                out.writeEndArray();
            }
        }));
        return new String(json, StandardCharsets.UTF_8);
    }
}
