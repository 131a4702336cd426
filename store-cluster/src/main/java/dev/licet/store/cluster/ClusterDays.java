package dev.licet.store.cluster;

import dev.licet.store.postgres.EventDays;
import dev.licet.store.sql.entity.Sql;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.common.Uuid;

/// The days of the table of events, each of which is a partition. One without events is not there.
///
/// What events are called is known as long as one of them is there that is as old: who brings events into the
/// table, and who takes them, forget what came before.
final class ClusterDays implements EventDays {
    private static final DateTimeFormatter PARTITION = DateTimeFormatter.ofPattern("uuuuMMdd", Locale.ROOT);

    /// Whichever node keeps the events makes one at a time.
    private static final CountParts.Change CHANGE = new CountParts.Change("keeper", 0);

    private final EventTable table;
    private final CountTables counts;
    private final EventChanges changes;
    private final Uuid topic;
    private final EventIntake.Connections connections;

    private ClusterDays(CountTables counts, EventChanges changes, Uuid topic, EventIntake.Connections connections) {
        this.table = counts.events();
        this.counts = counts;
        this.changes = changes;
        this.topic = topic;
        this.connections = connections;
    }

    static ClusterDays open(CountTables counts, EventChanges changes, Uuid topic, EventIntake.Connections connections) {
        ClusterDays days = new ClusterDays(counts, changes, topic, connections);
        changes.endBrokenOff(CHANGE.name(), days.table::settle);
        return days;
    }

    @Override
    public void prepare(LocalDate today) {}

    @Override
    public List<LocalDate> withEvents(LocalDate before) {
        return table.database()
                .ask(
                        "SELECT DISTINCT partition FROM " + table.parts() + " AND rows > 0 ORDER BY partition",
                        List.of(),
                        row -> date(row.text(1).orElseThrow()));
    }

    static LocalDate date(String partition) {
        return LocalDate.parse(partition, PARTITION);
    }

    static String partition(LocalDate day) {
        return PARTITION.format(day);
    }

    @Override
    public void drop(LocalDate day) throws SQLException {
        long number = day.toEpochDay();
        changes.during(CHANGE, CountParts.hoursOf(number), () -> {
            table.drop(partition(day));
            counts.drop(number);
            changes.forget(number);
        });
        forgetIds();
    }

    /// What is known of ids goes with the last events of their time.
    private void forgetIds() throws SQLException {
        List<EventTable.Lowest> lowest = table.lowest();
        if (lowest.isEmpty()) {
            return;
        }
        long first = lowest.stream().mapToLong(EventTable.Lowest::id).min().orElseThrow();
        try (Sql sql = new Sql(connections.open())) {
            for (EventTable.Lowest of : lowest) {
                sql.update(
                        "UPDATE sink_plan SET known_from = greatest(known_from, ?) WHERE topic = ? AND partition = ?",
                        of.offset(),
                        topic.toString(),
                        of.partition());
            }
            sql.update("DELETE FROM event_known WHERE event < ?", first); // keys of requests
        }
    }

    @Override
    public long delete(LocalDate day, String products) {
        String condition = "toYYYYMMDD(received_at) = " + partition(day) + " AND " + products;
        long there = table.database()
                .ask("SELECT count() FROM event WHERE " + condition, List.of(), row -> row.number(1))
                .getFirst();
        if (there > 0) {
            changes.during(CHANGE, CountParts.hoursOf(day.toEpochDay()), () -> table.delete(condition));
        }
        return there;
    }

    @Override
    public void close() {}
}
