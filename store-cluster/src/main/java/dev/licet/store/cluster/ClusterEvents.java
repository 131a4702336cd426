package dev.licet.store.cluster;

import dev.licet.core.event.RecordedEvent;
import dev.licet.core.once.Fingerprint;
import dev.licet.store.postgres.EventsElsewhere;
import dev.licet.store.sql.move.EventStretch;
import dev.licet.store.sql.move.KnownId;
import dev.licet.store.sql.move.MoveSource;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// The events of a store that is moved from, once all of them are in the table. Sinks are stopped then, as servers
/// are: both write PostgreSQL.
final class ClusterEvents implements EventsElsewhere {
    private static final int PAGE = 10_000;
    private static final String IN_DAYS = "toYYYYMMDD(received_at) >= ? AND toYYYYMMDD(received_at) <= ?";

    /// What is known of events that came through the topic, also of those that were voided or erased; the others
    /// are where a move has brought them.
    private static final String KNOWN = "(SELECT fingerprint, id, received_at FROM event"
            + " WHERE client_id IS NOT NULL AND kafka_offset >= 0"
            + " UNION ALL SELECT fingerprint, id, received_at FROM event_gone"
            + " WHERE fingerprint IS NOT NULL AND kafka_offset >= 0)";

    private final ClusterStore.Engines engines;

    private ClusterEvents(ClusterStore.Engines engines) {
        this.engines = engines;
    }

    /// @throws IllegalStateException when some are not in the table yet
    static ClusterEvents open(ClusterStore.Addresses addresses) {
        ClusterStore.Engines engines = ClusterStore.Engines.openBesideAMove(addresses);
        try {
            TopicProgress progress = new TopicProgress(
                    engines.topic(), engines.admin(), () -> addresses.postgres().getConnection(), Duration.ZERO);
            if (!progress.inserted().isAll()) {
                throw new IllegalStateException("some events are in Kafka and not in ClickHouse yet: stop the servers,"
                        + " let a sink run until ./licet doctor says that none waits, and stop it, too");
            }
            return new ClusterEvents(engines);
        } catch (RuntimeException e) {
            engines.close();
            throw e;
        }
    }

    @Override
    public long count() {
        return engines.table()
                .database()
                .ask("SELECT count() FROM event", List.of(), row -> row.number(1))
                .getFirst();
    }

    private List<EventStretch.Day> days(String from) {
        return engines.table()
                .database()
                .ask(
                        "SELECT toYYYYMMDD(received_at) AS day, min(id), max(id) FROM " + from + " GROUP BY day",
                        List.of(),
                        row -> new EventStretch.Day(
                                ClusterDays.date(Long.toString(row.number(1))), row.number(2), row.number(3)));
    }

    private static long number(LocalDate day) {
        return Long.parseLong(ClusterDays.partition(day));
    }

    @Override
    public void events(long after, long upTo, Pages to) throws SQLException, IOException {
        for (EventStretch stretch : EventStretch.of(days("event"), after)) {
            long begin = stretch.after();
            while (begin < stretch.upTo()) {
                begin = page(stretch, begin, to);
            }
        }
    }

    /// @return up to where it told them
    private long page(EventStretch stretch, long after, Pages to) throws SQLException, IOException {
        List<Object> where = List.of(number(stretch.firstDay()), number(stretch.lastDay()), after, stretch.upTo());
        List<EventReads.Size> sizes = engines.table()
                .database()
                .ask(
                        "SELECT id, metadata_size FROM event WHERE " + IN_DAYS + " AND id > ? AND id <= ?"
                                + " ORDER BY id LIMIT " + PAGE,
                        where,
                        row -> new EventReads.Size(row.number(1), row.number(2)));
        long enough = sizes.isEmpty() ? stretch.upTo() : EventReads.enough(sizes);
        List<RecordedEvent> page = engines.table()
                .database()
                .ask(
                        EventRows.SELECT + IN_DAYS + " AND id > ? AND id <= ? ORDER BY id",
                        List.of(number(stretch.firstDay()), number(stretch.lastDay()), after, enough),
                        EventRows::read);
        to.add(page, enough);
        return enough;
    }

    @Override
    public void ids(MoveSource.Ids to) throws SQLException {
        for (EventStretch.Day day : days(KNOWN)) {
            List<KnownId> some;
            long after = day.first() - 1;
            do {
                some = ids(day.date(), after);
                to.add(some);
                after = some.isEmpty() ? after : some.getLast().event();
            } while (some.size() == PAGE);
        }
    }

    private List<KnownId> ids(LocalDate day, long after) {
        return engines.table()
                .database()
                .ask(
                        "SELECT toString(assumeNotNull(fingerprint)), id FROM " + KNOWN + " WHERE " + IN_DAYS
                                + " AND id > ? ORDER BY id LIMIT 1 BY id LIMIT " + PAGE,
                        List.of(number(day), number(day), after),
                        row -> {
                            UUID name = UUID.fromString(row.text(1).orElseThrow());
                            return new KnownId(
                                    new Fingerprint(name.getMostSignificantBits(), name.getLeastSignificantBits()),
                                    row.number(2),
                                    Optional.empty());
                        });
    }

    @Override
    public void close() {
        engines.close();
    }
}
