package dev.licet.store.embedded;

import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ApplicationId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.UserId;
import dev.licet.core.once.Fingerprint;
import dev.licet.core.once.RequestKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

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

    static Decoded decode(byte[] payload, int count) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(payload))) {
            int version = in.readByte();
            if (version < 1 || version > VERSION) {
                throw new IllegalStateException(
                        "the journal was written by a newer version of Licet (record version " + version + ")");
            }
            Optional<RequestKey> requestKey = version >= 2 && in.readBoolean()
                    ? Optional.of(requestKey(in.readNBytes(2 * Fingerprint.BYTES)))
                    : Optional.empty();
            List<UsageEvent> events = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                events.add(event(in, version));
            }
            return new Decoded(requestKey, events);
        } catch (IOException e) {
            throw new IllegalStateException("a journal record with a good checksum can't be read", e);
        }
    }

    private static UsageEvent event(DataInputStream in, int version) throws IOException {
        AccountNumber account = new AccountNumber(in.readLong());
        String source = text(in);
        long at = in.readLong();
        Optional<String> name = optional(in);
        Optional<String> feature = optional(in);
        Optional<ProductId> product = number(in).map(ProductId::new);
        Optional<String> key = optional(in);
        Optional<String> machine = optional(in);
        Optional<UserId> user = number(in).map(UserId::new);
        Optional<ApplicationId> application = number(in).map(ApplicationId::new);
        OptionalLong value = number(in).map(OptionalLong::of).orElseGet(OptionalLong::empty);
        Optional<String> currency = optional(in);
        Optional<String> metadata = optional(in);
        boolean hasIds = version >= 2;
        Optional<String> clientId = hasIds ? optional(in) : Optional.empty();
        Optional<String> endUser = hasIds ? optional(in) : Optional.empty();
        Optional<String> session = hasIds ? optional(in) : Optional.empty();
        return new UsageEvent(
                account,
                source,
                clientId,
                Micros.instant(at),
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
                metadata);
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

    private static String text(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }

    private static Optional<String> optional(DataInputStream in) throws IOException {
        return in.readBoolean() ? Optional.of(text(in)) : Optional.empty();
    }

    private static Optional<Long> number(DataInputStream in) throws IOException {
        return in.readBoolean() ? Optional.of(in.readLong()) : Optional.empty();
    }
}
