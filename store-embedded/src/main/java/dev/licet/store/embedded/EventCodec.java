package dev.licet.store.embedded;

import dev.licet.core.event.UsageEvent;
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
