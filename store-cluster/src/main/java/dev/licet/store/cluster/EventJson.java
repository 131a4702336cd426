package dev.licet.store.cluster;

import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ApplicationId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.UserId;
import dev.licet.store.sql.entity.Micros;
import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/// An event as the value of a record of the topic: one JSON object, which others may read, too. Times are
/// microseconds since 1970; what an event does not have is not there; fields that are not known here are passed
/// over.
final class EventJson {
    /// What is longer was refused before.
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private EventJson() {}

    static byte[] write(RecordedEvent recorded) {
        UsageEvent event = recorded.event();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(384);
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            json.writeNumberProperty("id", recorded.id());
            json.writeNumberProperty("received", Micros.of(recorded.receivedAt()));
            json.writeNumberProperty("account", event.account().value());
            json.writeStringProperty("source", event.source());
            text(json, "clientId", event.clientId());
            json.writeNumberProperty("time", Micros.of(event.at()));
            text(json, "name", event.name());
            text(json, "feature", event.feature());
            number(json, "product", event.product().map(ProductId::value));
            text(json, "key", event.key());
            text(json, "machine", event.machine());
            text(json, "endUser", event.endUser());
            text(json, "session", event.session());
            number(json, "user", event.user().map(UserId::value));
            number(json, "application", event.application().map(ApplicationId::value));
            number(
                    json,
                    "value",
                    event.value().isPresent() ? Optional.of(event.value().getAsLong()) : Optional.empty());
            text(json, "currency", event.currency());
            text(json, "metadata", event.metadata());
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static void text(JsonGenerator json, String name, Optional<String> text) {
        text.ifPresent(there -> json.writeStringProperty(name, there));
    }

    private static void number(JsonGenerator json, String name, Optional<Long> number) {
        number.ifPresent(there -> json.writeNumberProperty(name, there));
    }

    /// @throws IllegalArgumentException when it is none of these
    static RecordedEvent read(byte[] bytes) {
        Map<String, String> texts = new HashMap<>();
        Map<String, Long> numbers = new HashMap<>();
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), bytes)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("a record is no JSON object");
            }
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = json.currentName();
                switch (json.nextToken()) {
                    case VALUE_STRING -> texts.put(name, json.getString());
                    case VALUE_NUMBER_INT -> numbers.put(name, json.getLongValue());
                    default -> json.skipChildren();
                }
            }
            return new RecordedEvent(
                    required(numbers, "id"),
                    Micros.instant(required(numbers, "received")),
                    new UsageEvent(
                            new AccountNumber(required(numbers, "account")),
                            required(texts, "source"),
                            optional(texts, "clientId"),
                            Micros.instant(required(numbers, "time")),
                            optional(texts, "name"),
                            optional(texts, "feature"),
                            optional(numbers, "product").map(ProductId::new),
                            optional(texts, "key"),
                            optional(texts, "machine"),
                            optional(texts, "endUser"),
                            optional(texts, "session"),
                            optional(numbers, "user").map(UserId::new),
                            optional(numbers, "application").map(ApplicationId::new),
                            optional(numbers, "value").map(OptionalLong::of).orElseGet(OptionalLong::empty),
                            optional(texts, "currency"),
                            optional(texts, "metadata")));
        } catch (JacksonException e) {
            throw new IllegalArgumentException("a record is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static <T> T required(Map<String, T> values, String name) {
        @Nullable T value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("a record has no " + name);
        }
        return Objects.requireNonNull(value);
    }

    private static <T> Optional<T> optional(Map<String, T> values, String name) {
        return Optional.ofNullable(values.get(name));
    }
}
