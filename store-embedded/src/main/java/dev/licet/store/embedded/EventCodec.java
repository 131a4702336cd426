package dev.licet.store.embedded;

import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ApplicationId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.UserId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Events as the bytes of a journal record: a version, then each event as its fields in a fixed order, every
/// optional one behind a byte that says whether it is there.
final class EventCodec {
    private static final int VERSION = 1;

    private EventCodec() {}

    static byte[] encode(List<UsageEvent> events) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256 * events.size());
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
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
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    static List<UsageEvent> decode(byte[] payload, int count) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(payload))) {
            int version = in.readByte();
            if (version != VERSION) {
                throw new IllegalStateException(
                        "the journal was written by a newer version of Licet (record version " + version + ")");
            }
            List<UsageEvent> events = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                events.add(new UsageEvent(
                        new AccountNumber(in.readLong()),
                        text(in),
                        Micros.instant(in.readLong()),
                        optional(in),
                        optional(in),
                        number(in).map(ProductId::new),
                        optional(in),
                        optional(in),
                        number(in).map(UserId::new),
                        number(in).map(ApplicationId::new),
                        number(in).map(OptionalLong::of).orElseGet(OptionalLong::empty),
                        optional(in),
                        optional(in)));
            }
            return events;
        } catch (IOException e) {
            throw new IllegalStateException("a journal record with a good checksum can't be read", e);
        }
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
