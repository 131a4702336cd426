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
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/// Events as rows of the [table][EventTable], for one insert: the same events are the same bytes. For one
/// thread.
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

    private final RowBinary row;
    private int count;

    EventRows() {
        row = new RowBinary();
    }

    /// @param room for about so many bytes
    EventRows(long room) {
        row = new RowBinary(room);
    }

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
        row.number(recorded.id());
        row.number(micros(recorded.receivedAt()));
        row.number(event.account().value());
        row.text(event.source());
        row.optional(event.clientId());
        row.optionalFingerprint(print);
        row.number(micros);
        row.number(inRange(micros));
        row.optional(event.name());
        row.optional(event.feature());
        row.optionalNumber(event.product().map(ProductId::value));
        row.optional(event.key());
        row.optional(event.machine());
        row.optional(event.endUser());
        row.optional(event.session());
        row.optionalNumber(event.user().map(UserId::value));
        row.optionalNumber(event.application().map(ApplicationId::value));
        row.optionalNumber(event.value().isPresent() ? Optional.of(event.value().getAsLong()) : Optional.empty());
        row.optional(event.currency());
        row.optional(event.metadata());
        row.number(source.partition());
        row.number(source.offset());
        count++;
    }

    /// A time as the table has it.
    static long micros(Instant time) {
        return inRange(Micros.of(time));
    }

    private static long inRange(long micros) {
        return Math.clamp(micros, FIRST_MICROS, LAST_MICROS);
    }

    int count() {
        return count;
    }

    ByteBuffer bytes() {
        return row.bytes();
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
