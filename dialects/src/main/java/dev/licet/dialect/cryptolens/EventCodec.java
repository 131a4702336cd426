package dev.licet.dialect.cryptolens;

import dev.licet.core.event.Item;
import dev.licet.core.id.ProductId;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Json;
import dev.licet.dialect.Limits;
import dev.licet.dialect.MalformedRequest;
import dev.licet.dialect.Texts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/// Reads events out of parameters and out of the JSON list of RegisterEvents.
final class EventCodec {
    /// The documents' limit on FeatureName and EventName.
    private static final int MAX_NAME = 100;
    /// About 280,000 years to both sides of 1970: what the event table can keep.
    private static final long MAX_SECONDS = 9_000_000_000_000L;

    private final Limits limits;

    EventCodec(Limits limits) {
        this.limits = limits;
    }

    /// What all events of one request have in common.
    record Shared(Optional<ProductId> product, Optional<String> key, Optional<String> machine) {}

    /// The one event of RegisterEvent; it happens now.
    Item event(Fields fields, Shared shared) {
        return item(
                shared,
                fields.text("EventName"),
                fields.text("FeatureName"),
                fields.integer("Value"),
                fields.text("Currency"),
                Optional.empty(),
                fields.json("Metadata"));
    }

    /// The events of RegisterEvents, empty when the text is not a JSON list of objects.
    Optional<List<Item>> events(String text, Shared shared) {
        try (JsonParser json = Json.FACTORY.createParser(ObjectReadContext.empty(), text)) {
            if (json.nextToken() != JsonToken.START_ARRAY) {
                return Optional.empty();
            }
            List<Item> events = new ArrayList<>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                if (json.currentToken() != JsonToken.START_OBJECT) {
                    return Optional.empty();
                }
                if (events.size() == limits.events()) {
                    throw new MalformedRequest(Fault.TOO_LARGE, "more than " + limits.events() + " events");
                }
                events.add(event(json, shared));
            }
            return json.nextToken() == null ? Optional.of(events) : Optional.empty();
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    private Item event(JsonParser json, Shared shared) {
        String name = "";
        String feature = "";
        String value = "";
        String currency = "";
        String time = "";
        String metadata = "";
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String field = json.currentName().toLowerCase(Locale.ROOT);
            JsonToken token = json.nextToken();
            switch (field) {
                case "eventname" -> name = scalar(json);
                case "featurename" -> feature = scalar(json);
                case "value" -> value = scalar(json);
                case "currency" -> currency = scalar(json);
                case "time" -> time = scalar(json);
                case "metadata" -> metadata = Fields.value(json);
                default -> {
                    if (token.isStructStart()) {
                        json.skipChildren();
                    }
                }
            }
        }
        OptionalLong seconds = Fields.integerIn(time);
        return item(
                shared,
                given(name),
                given(feature),
                Fields.integerIn(value),
                given(currency),
                seconds.isPresent() && seconds.getAsLong() != 0
                        ? Optional.of(instant(seconds.getAsLong()))
                        : Optional.empty(),
                given(metadata));
    }

    private Item item(
            Shared shared,
            Optional<String> name,
            Optional<String> feature,
            OptionalLong value,
            Optional<String> currency,
            Optional<Instant> at,
            Optional<String> metadata) {
        name.ifPresent(text -> Texts.atMost(MAX_NAME, text));
        feature.ifPresent(text -> Texts.atMost(MAX_NAME, text));
        currency.ifPresent(text -> Texts.atMost(limits.currency(), text));
        metadata.ifPresent(text -> Texts.atMostBytes(limits.metadata(), text));
        return new Item(
                Optional.empty(),
                name,
                feature,
                shared.product(),
                shared.key(),
                shared.machine(),
                Optional.empty(),
                Optional.empty(),
                value,
                currency,
                at,
                metadata);
    }

    private static String scalar(JsonParser json) {
        if (json.currentToken().isStructStart()) {
            throw new MalformedRequest(Fault.MALFORMED, "a list or an object where a text or a number should be");
        }
        return Fields.value(json);
    }

    private static Optional<String> given(String text) {
        return Optional.of(text).filter(value -> !value.isBlank());
    }

    static Instant instant(long unixSeconds) {
        if (unixSeconds > MAX_SECONDS || unixSeconds < -MAX_SECONDS) {
            throw new MalformedRequest(Fault.MALFORMED, "a time beyond what can be kept");
        }
        return Instant.ofEpochSecond(unixSeconds);
    }

    /// The members of a JSON object of integers; nulls are left out.
    static Map<String, Long> numbers(String text) {
        Map<String, Long> numbers = new LinkedHashMap<>();
        try (JsonParser json = Json.FACTORY.createParser(ObjectReadContext.empty(), text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new MalformedRequest(Fault.MALFORMED, "not an object");
            }
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                json.nextToken();
                OptionalLong number = Fields.integerIn(scalar(json));
                number.ifPresent(value -> numbers.put(name, value));
            }
            if (json.nextToken() != null) {
                throw new MalformedRequest(Fault.MALFORMED, "something follows the object");
            }
        } catch (JacksonException e) {
            throw new MalformedRequest(Fault.MALFORMED, "broken JSON");
        }
        return numbers;
    }
}
