package dev.licet.bench.front;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// One event as a peer stores it; null is what was not sent.
record Event(
        long product,
        @Nullable String key,
        @Nullable String machine,
        @Nullable String feature,
        @Nullable String name,
        long value,
        @Nullable String currency,
        @Nullable String metadata,
        long second) {
    private static final JsonFactory JSON = new JsonFactory();

    /// The event of a form.
    static Event ofForm(byte[] body) {
        Map<String, List<String>> fields =
                new QueryStringDecoder(new String(body, StandardCharsets.UTF_8), false).parameters();
        return new Event(
                number(first(fields, "ProductId")),
                first(fields, "Key"),
                first(fields, "MachineCode"),
                first(fields, "FeatureName"),
                first(fields, "EventName"),
                number(first(fields, "Value")),
                first(fields, "Currency"),
                first(fields, "Metadata"),
                System.currentTimeMillis() / 1000);
    }

    private static @Nullable String first(Map<String, List<String>> fields, String name) {
        List<String> values = fields.get(name);
        return values == null ? null : values.getFirst();
    }

    private static long number(@Nullable String text) {
        return text == null ? 0 : Long.parseLong(text);
    }

    /// The events of a JSON object that has them as the list `Events`, after what they share.
    static List<Event> ofJson(byte[] body) {
        List<Event> events = new ArrayList<>();
        long product = 0;
        String key = null;
        String machine = null;
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), body)) {
            json.nextToken();
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String field = json.currentName();
                json.nextToken();
                switch (field) {
                    case "ProductId" -> product = json.getLongValue();
                    case "Key" -> key = json.getString();
                    case "MachineCode" -> machine = json.getString();
                    case "Events" -> {
                        while (json.nextToken() != JsonToken.END_ARRAY) {
                            events.add(ofJson(json, product, key, machine));
                        }
                    }
                    default -> json.skipChildren();
                }
            }
        }
        return events;
    }

    private static Event ofJson(JsonParser json, long product, @Nullable String key, @Nullable String machine) {
        String feature = null;
        String name = null;
        String currency = null;
        String metadata = null;
        long value = 0;
        long second = 0;
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "FeatureName" -> feature = json.getString();
                case "EventName" -> name = json.getString();
                case "Value" -> value = json.getLongValue();
                case "Currency" -> currency = json.getString();
                case "Metadata" -> metadata = json.getString();
                case "Time" -> second = json.getLongValue();
                default -> json.skipChildren();
            }
        }
        return new Event(product, key, machine, feature, name, value, currency, metadata, second);
    }
}
