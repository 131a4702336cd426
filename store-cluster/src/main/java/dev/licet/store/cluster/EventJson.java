package dev.licet.store.cluster;

import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ApplicationId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.UserId;
import dev.licet.store.sql.entity.Micros;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;

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
    /// By a few threads, which each keep what a parser works with.
    private static final JsonFactory READING =
            JSON.rebuild().recyclerPool(JsonRecyclerPools.threadLocalPool()).build();

    private EventJson() {}

    /// An event before its id is known: what comes after that.
    static byte[] rest(UsageEvent event, Instant receivedAt) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(384);
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            json.writeNumberProperty("received", Micros.of(receivedAt));
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
        byte[] rest = bytes.toByteArray();
        rest[0] = ',';
        return rest;
    }

    /// The whole of it. @param rest as [#rest] has made it
    static byte[] write(long id, byte[] rest) {
        byte[] first = ("{\"id\":" + id).getBytes(StandardCharsets.US_ASCII);
        byte[] all = Arrays.copyOf(first, first.length + rest.length);
        System.arraycopy(rest, 0, all, first.length, rest.length);
        return all;
    }

    static byte[] write(RecordedEvent recorded) {
        return write(recorded.id(), rest(recorded.event(), recorded.receivedAt()));
    }

    private static void text(JsonGenerator json, String name, Optional<String> text) {
        text.ifPresent(there -> json.writeStringProperty(name, there));
    }

    private static void number(JsonGenerator json, String name, Optional<Long> number) {
        number.ifPresent(there -> json.writeNumberProperty(name, there));
    }

    /// @param bytes in an array @throws IllegalArgumentException when it is none of these
    static RecordedEvent read(ByteBuffer bytes) {
        Fields fields = new Fields();
        try (JsonParser json = READING.createParser(
                ObjectReadContext.empty(), bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining())) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("a record is no JSON object");
            }
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = json.currentName();
                switch (json.nextToken()) {
                    case VALUE_STRING -> fields.text(name, json);
                    case VALUE_NUMBER_INT -> fields.number(name, json);
                    default -> json.skipChildren();
                }
            }
            return fields.event();
        } catch (JacksonException e) {
            throw new IllegalArgumentException("a record is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    /// What was read so far.
    private static final class Fields {
        private Optional<Long> id = Optional.empty();
        private Optional<Long> received = Optional.empty();
        private Optional<Long> account = Optional.empty();
        private Optional<String> source = Optional.empty();
        private Optional<String> clientId = Optional.empty();
        private Optional<Long> time = Optional.empty();
        private Optional<String> name = Optional.empty();
        private Optional<String> feature = Optional.empty();
        private Optional<ProductId> product = Optional.empty();
        private Optional<String> key = Optional.empty();
        private Optional<String> machine = Optional.empty();
        private Optional<String> endUser = Optional.empty();
        private Optional<String> session = Optional.empty();
        private Optional<UserId> user = Optional.empty();
        private Optional<ApplicationId> application = Optional.empty();
        private OptionalLong value = OptionalLong.empty();
        private Optional<String> currency = Optional.empty();
        private Optional<String> metadata = Optional.empty();

        void text(String field, JsonParser json) {
            switch (field) {
                case "source" -> source = Optional.of(json.getString());
                case "clientId" -> clientId = Optional.of(json.getString());
                case "name" -> name = Optional.of(json.getString());
                case "feature" -> feature = Optional.of(json.getString());
                case "key" -> key = Optional.of(json.getString());
                case "machine" -> machine = Optional.of(json.getString());
                case "endUser" -> endUser = Optional.of(json.getString());
                case "session" -> session = Optional.of(json.getString());
                case "currency" -> currency = Optional.of(json.getString());
                case "metadata" -> metadata = Optional.of(json.getString());
                default -> {} // somebody else's
            }
        }

        void number(String field, JsonParser json) {
            switch (field) {
                case "id" -> id = Optional.of(json.getLongValue());
                case "received" -> received = Optional.of(json.getLongValue());
                case "account" -> account = Optional.of(json.getLongValue());
                case "time" -> time = Optional.of(json.getLongValue());
                case "product" -> product = Optional.of(new ProductId(json.getLongValue()));
                case "user" -> user = Optional.of(new UserId(json.getLongValue()));
                case "application" -> application = Optional.of(new ApplicationId(json.getLongValue()));
                case "value" -> value = OptionalLong.of(json.getLongValue());
                default -> {} // somebody else's
            }
        }

        RecordedEvent event() {
            return new RecordedEvent(
                    required("id", id),
                    Micros.instant(required("received", received)),
                    new UsageEvent(
                            new AccountNumber(required("account", account)),
                            required("source", source),
                            clientId,
                            Micros.instant(required("time", time)),
                            name,
                            feature,
                            product,
                            key,
                            machine,
                            endUser,
                            session,
                            user,
                            application,
                            value,
                            currency,
                            metadata));
        }

        private static <T> T required(String name, Optional<T> value) {
            return value.orElseThrow(() -> new IllegalArgumentException("a record has no " + name));
        }
    }
}
