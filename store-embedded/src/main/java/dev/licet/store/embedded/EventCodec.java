package dev.licet.store.embedded;

import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.ApplicationId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.UserId;
import dev.licet.core.once.Fingerprint;
import dev.licet.core.once.RequestKey;
import dev.licet.store.sql.entity.Micros;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Events as the bytes of a journal record: a version, the key of the request, then each event as its fields in a
/// fixed order, every optional one behind a byte that says whether it is there. Version 1 had no key, and no client
/// ids, end users and sessions.
final class EventCodec {
    private static final int VERSION = 2;

    private EventCodec() {}

    static byte[] encode(List<UsageEvent> events, Optional<RequestKey> requestKey) {
        Writer out = new Writer(256 * events.size());
        out.octet(VERSION);
        out.octet(requestKey.isPresent() ? 1 : 0);
        if (requestKey.isPresent()) {
            out.bytes(bytes(requestKey.get()));
        }
        for (UsageEvent event : events) {
            out.number(event.account().value());
            out.text(event.source());
            out.number(Micros.of(event.at()));
            out.optional(event.name());
            out.optional(event.feature());
            out.optionalNumber(event.product().map(ProductId::value));
            out.optional(event.key());
            out.optional(event.machine());
            out.optionalNumber(event.user().map(UserId::value));
            out.optionalNumber(event.application().map(ApplicationId::value));
            out.optionalNumber(
                    event.value().isPresent() ? Optional.of(event.value().getAsLong()) : Optional.empty());
            out.optional(event.currency());
            out.optional(event.metadata());
            out.optional(event.clientId());
            out.optional(event.endUser());
            out.optional(event.session());
        }
        return out.written();
    }

    /// The fields of events, as bytes one after the other.
    private static final class Writer {
        private ByteBuffer buffer;

        Writer(int expected) {
            buffer = ByteBuffer.allocate(expected);
        }

        private ByteBuffer room(int more) {
            if (buffer.remaining() < more) {
                ByteBuffer larger = ByteBuffer.allocate(Math.addExact(2 * buffer.capacity(), more));
                buffer = larger.put(buffer.flip());
            }
            return buffer;
        }

        void octet(int value) {
            room(1).put((byte) value);
        }

        void number(long value) {
            room(Long.BYTES).putLong(value);
        }

        void bytes(byte[] bytes) {
            room(bytes.length).put(bytes);
        }

        void text(String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            room(Integer.BYTES).putInt(utf8.length);
            bytes(utf8);
        }

        void optional(Optional<String> text) {
            octet(text.isPresent() ? 1 : 0);
            text.ifPresent(this::text);
        }

        void optionalNumber(Optional<Long> number) {
            octet(number.isPresent() ? 1 : 0);
            number.ifPresent(this::number);
        }

        byte[] written() {
            return Arrays.copyOf(buffer.array(), buffer.position());
        }
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

        /// A text in UTF-8. @param from not the sink's to keep
        void text(byte[] from, int at, int length) throws E;

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
        presentText(in, sink); // source
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
            presentText(in, sink);
            return;
        }
        sink.absent();
    }

    private static <E extends Exception> void presentText(ByteBuffer in, Sink<E> sink) throws E {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        int at = in.position();
        in.position(at + length);
        sink.text(in.array(), at, length);
    }

    private static <E extends Exception> void number(ByteBuffer in, Sink<E> sink) throws E {
        if (in.get() != 0) {
            sink.number(in.getLong());
            return;
        }
        sink.absent();
    }

    private static byte[] bytes(ByteBuffer in, int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
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
}
