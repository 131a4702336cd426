package dev.licet.store.embedded;

import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ApplicationId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.UserId;
import dev.licet.core.once.Fingerprint;
import dev.licet.core.once.RequestKey;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Events as the bytes of a journal record: a version, the key of the request, then each event as its fields in a
/// fixed order, every optional one behind a byte that says whether it is there. Version 1 had no key, and no client
/// ids, end users and sessions.
final class EventCodec {
    private static final int VERSION = 2;

    private EventCodec() {}

    /// What a record holds.
    record Decoded(Optional<RequestKey> requestKey, List<UsageEvent> events) {}

    static byte[] encode(List<UsageEvent> events, Optional<RequestKey> requestKey) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256 * events.size());
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeBoolean(requestKey.isPresent());
            if (requestKey.isPresent()) {
                out.write(bytes(requestKey.get()));
            }
            for (UsageEvent event : events) {
                out.writeLong(event.account().value());
                text(out, event.source());
                out.writeLong(Micros.of(event.at()));
                optional(out, event.name());
                optional(out, event.feature());
                number(out, event.product().map(ProductId::value));
                optional(out, event.key());
                optional(out, event.machine());
                number(out, event.user().map(UserId::value));
                number(out, event.application().map(ApplicationId::value));
                number(
                        out,
                        event.value().isPresent() ? Optional.of(event.value().getAsLong()) : Optional.empty());
                optional(out, event.currency());
                optional(out, event.metadata());
                optional(out, event.clientId());
                optional(out, event.endUser());
                optional(out, event.session());
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /// Takes what a record holds, field by field, in the order of the record. Between [#begin] and [#end] of an
    /// event come its source, time, name, feature, product, key, machine, user, application, value, currency,
    /// metadata, client id, end user, session.
    ///
    /// @param <E> how it fails
    interface Sink<E extends Exception> {
        /// Before all else. @param bytes as of [EventCodec#bytes]
        void requestKey(byte @Nullable [] bytes) throws E;

        void begin(long account) throws E;

        void number(long number) throws E;

        /// @param micros since 1970
        void time(long micros) throws E;

        /// @param utf8 the sink's to keep
        void text(byte[] utf8) throws E;

        void absent() throws E;

        void end() throws E;
    }

    /// Reads a payload into the sink. This is where the layout is read, whatever is made of it.
    static <E extends Exception> void read(byte[] payload, int count, Sink<E> sink) throws E {
        int version = payload[0];
        if (version < 1 || version > VERSION) {
            throw new IllegalStateException(
                    "the journal was written by a newer version of Licet (record version " + version + ")");
        }
        ByteBuffer in = ByteBuffer.wrap(payload, 1, payload.length - 1);
        try {
            sink.requestKey(version >= 2 && in.get() != 0 ? bytes(in, 2 * Fingerprint.BYTES) : null);
            for (int i = 0; i < count; i++) {
                readEvent(in, version, sink);
            }
        } catch (BufferUnderflowException e) {
            throw new IllegalStateException("a journal record with a good checksum can't be read", e);
        }
    }

    private static <E extends Exception> void readEvent(ByteBuffer in, int version, Sink<E> sink) throws E {
        sink.begin(in.getLong());
        sink.text(bytes(in, in.getInt())); // source
        sink.time(in.getLong());
        text(in, sink); // name
        text(in, sink); // feature
        number(in, sink); // product
        text(in, sink); // key
        text(in, sink); // machine
        number(in, sink); // user
        number(in, sink); // application
        number(in, sink); // value
        text(in, sink); // currency
        text(in, sink); // metadata
        for (int i = 0; i < 3; i++) { // client id, end user, session
            if (version >= 2) {
                text(in, sink);
                continue;
            }
            sink.absent();
        }
        sink.end();
    }

    private static <E extends Exception> void text(ByteBuffer in, Sink<E> sink) throws E {
        if (in.get() != 0) {
            sink.text(bytes(in, in.getInt()));
            return;
        }
        sink.absent();
    }

    private static <E extends Exception> void number(ByteBuffer in, Sink<E> sink) throws E {
        if (in.get() != 0) {
            sink.number(in.getLong());
            return;
        }
        sink.absent();
    }

    private static byte[] bytes(ByteBuffer in, int length) {
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    static Decoded decode(byte[] payload, int count) {
        Events events = new Events(count);
        read(payload, count, events);
        return new Decoded(Optional.ofNullable(events.requestKey).map(EventCodec::requestKey), events.made);
    }

    /// Makes values of what a record holds.
    private static final class Events implements Sink<RuntimeException> {
        private final List<UsageEvent> made;
        private final List<Optional<Object>> fields = new ArrayList<>();
        private byte @Nullable [] requestKey;

        Events(int count) {
            made = new ArrayList<>(count);
        }

        @Override
        public void requestKey(byte @Nullable [] bytes) {
            requestKey = bytes;
        }

        @Override
        public void begin(long account) {
            fields.clear();
            number(account);
        }

        @Override
        public void number(long number) {
            fields.add(Optional.of(number));
        }

        @Override
        public void time(long micros) {
            fields.add(Optional.of(Micros.instant(micros)));
        }

        @Override
        public void text(byte[] utf8) {
            fields.add(Optional.of(new String(utf8, StandardCharsets.UTF_8)));
        }

        @Override
        public void absent() {
            fields.add(Optional.empty());
        }

        @Override
        public void end() {
            made.add(new UsageEvent(
                    new AccountNumber(number(0).orElseThrow()),
                    text(1).orElseThrow(),
                    text(13),
                    (Instant) fields.get(2).orElseThrow(),
                    text(3),
                    text(4),
                    number(5).map(ProductId::new),
                    text(6),
                    text(7),
                    text(14),
                    text(15),
                    number(8).map(UserId::new),
                    number(9).map(ApplicationId::new),
                    number(10).map(OptionalLong::of).orElseGet(OptionalLong::empty),
                    text(11),
                    text(12)));
        }

        private Optional<Long> number(int field) {
            return fields.get(field).map(Long.class::cast);
        }

        private Optional<String> text(int field) {
            return fields.get(field).map(String.class::cast);
        }
    }

    /// The key of a request: its name, then its content.
    static byte[] bytes(RequestKey key) {
        return ByteBuffer.allocate(2 * Fingerprint.BYTES)
                .put(key.name().toBytes())
                .put(key.content().toBytes())
                .array();
    }

    /// Reads what [#bytes] made.
    static RequestKey requestKey(byte[] bytes) {
        return new RequestKey(
                Fingerprint.of(Arrays.copyOf(bytes, Fingerprint.BYTES)),
                Fingerprint.of(Arrays.copyOfRange(bytes, Fingerprint.BYTES, 2 * Fingerprint.BYTES)));
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static void optional(DataOutputStream out, Optional<String> text) throws IOException {
        out.writeBoolean(text.isPresent());
        if (text.isPresent()) {
            text(out, text.get());
        }
    }

    private static void number(DataOutputStream out, Optional<Long> number) throws IOException {
        out.writeBoolean(number.isPresent());
        if (number.isPresent()) {
            out.writeLong(number.get());
        }
    }
}
