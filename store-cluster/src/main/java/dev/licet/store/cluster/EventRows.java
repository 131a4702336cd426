package dev.licet.store.cluster;

import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ApplicationId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.UserId;
import dev.licet.core.once.Fingerprint;
import dev.licet.store.sql.EventSelection;
import dev.licet.store.sql.entity.Micros;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/// Events as rows of the [table][EventTable], for one insert: the same events are the same bytes. For one
/// thread.
///
/// The format is `RowBinary`: numbers with their lowest byte first, texts in UTF-8 after their length, and a
/// byte before what can be absent. A text may have a zero character; half of a surrogate pair becomes a
/// question mark.
final class EventRows {
    /// Of the table's times: what is further away is taken to the first or last of them.
    private static final long FIRST_MICROS = Micros.of(Instant.parse("1900-01-01T00:00:00Z"));

    private static final long LAST_MICROS = Micros.of(Instant.parse("2299-12-31T23:59:59.999999Z"));

    static final EventSelection.Words WORDS = new EventSelection.Words(
            "happened_us >= ?", "happened_us < ?", "position(metadata, ?) > 0", UnaryOperator.identity(), Micros::of);

    /// In the order of [#read].
    static final String SELECT =
            "SELECT id, toUnixTimestamp64Micro(received_at), account, source, client_id, happened_us,"
                    + " name, feature, product, key, machine, end_user, session, user, application, value, currency, metadata"
                    + " FROM event WHERE ";

    private ByteBuffer bytes = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    private int count;

    /// Where an event came from, so that who inserts can ask how far it has come.
    record Source(int partition, long offset) {}

    /// Adds an event that is known by its client's name for it, if by any.
    void add(RecordedEvent recorded, Source source) {
        add(recorded, recorded.event().fingerprint(), source);
    }

    /// @param print under which the event is known @throws IllegalStateException when one block would not hold
    /// it
    void add(RecordedEvent recorded, Optional<Fingerprint> print, Source source) {
        if (count == EventTable.MOST_ROWS) {
            throw new IllegalStateException("an insert is one block of " + EventTable.MOST_ROWS + " rows at most");
        }
        UsageEvent event = recorded.event();
        long micros = Micros.of(event.at());
        number(recorded.id());
        number(inRange(Micros.of(recorded.receivedAt())));
        number(event.account().value());
        text(event.source());
        optional(event.clientId());
        fingerprint(print);
        number(micros);
        number(inRange(micros));
        optional(event.name());
        optional(event.feature());
        optionalNumber(event.product().map(ProductId::value));
        optional(event.key());
        optional(event.machine());
        optional(event.endUser());
        optional(event.session());
        optionalNumber(event.user().map(UserId::value));
        optionalNumber(event.application().map(ApplicationId::value));
        optionalNumber(event.value().isPresent() ? Optional.of(event.value().getAsLong()) : Optional.empty());
        optional(event.currency());
        optional(event.metadata());
        room(Integer.BYTES).putInt(source.partition());
        number(source.offset());
        count++;
    }

    private static long inRange(long micros) {
        return Math.clamp(micros, FIRST_MICROS, LAST_MICROS);
    }

    int count() {
        return count;
    }

    /// What there is so far.
    ByteBuffer bytes() {
        return bytes.duplicate().flip();
    }

    /// @return what has room for so many bytes more
    private ByteBuffer room(int more) {
        if (bytes.remaining() < more) {
            bytes = ByteBuffer.allocate(Math.max(Math.multiplyExact(2, bytes.capacity()), bytes.capacity() + more))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .put(bytes.flip());
        }
        return bytes;
    }

    private void number(long value) {
        room(Long.BYTES).putLong(value);
    }

    private void text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer to = room(5 + utf8.length);
        int length = utf8.length;
        while (length >= 0x80) {
            to.put((byte) (length & 0x7F | 0x80));
            length >>>= 7;
        }
        to.put((byte) length);
        to.put(utf8);
    }

    /// @return whether there is one
    private boolean present(Optional<?> value) {
        room(1).put((byte) (value.isPresent() ? 0 : 1));
        return value.isPresent();
    }

    private void optional(Optional<String> text) {
        if (present(text)) {
            text(text.get());
        }
    }

    private void optionalNumber(Optional<Long> value) {
        if (present(value)) {
            number(value.get());
        }
    }

    private void fingerprint(Optional<Fingerprint> fingerprint) {
        if (present(fingerprint)) {
            number(fingerprint.get().high());
            number(fingerprint.get().low());
        }
    }

    static RecordedEvent read(ClickHouse.Row row) {
        return new RecordedEvent(
                row.number(1),
                Micros.instant(row.number(2)),
                new UsageEvent(
                        new AccountNumber(row.number(3)),
                        row.text(4).orElseThrow(),
                        row.text(5),
                        Micros.instant(row.number(6)),
                        row.text(7),
                        row.text(8),
                        row.optionalNumber(9).map(ProductId::new),
                        row.text(10),
                        row.text(11),
                        row.text(12),
                        row.text(13),
                        row.optionalNumber(14).map(UserId::new),
                        row.optionalNumber(15).map(ApplicationId::new),
                        row.optionalNumber(16).map(OptionalLong::of).orElseGet(OptionalLong::empty),
                        row.text(17),
                        row.text(18)));
    }
}
