package dev.licet.store.cluster;

import dev.licet.store.postgres.EventDays;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/// The days of the table of events, each of which is a partition. One without events is not there.
final class ClusterDays implements EventDays {
    private static final DateTimeFormatter PARTITION = DateTimeFormatter.ofPattern("uuuuMMdd", Locale.ROOT);

    private final EventTable table;

    ClusterDays(EventTable table) {
        this.table = table;
    }

    @Override
    public void prepare(LocalDate today) {}

    @Override
    public List<LocalDate> withEvents(LocalDate before) {
        return table.database()
                .ask(
                        "SELECT DISTINCT partition FROM " + table.parts() + " AND rows > 0 ORDER BY partition",
                        List.of(),
                        row -> LocalDate.parse(row.text(1).orElseThrow(), PARTITION));
    }

    @Override
    public void drop(LocalDate day) {
        table.drop(PARTITION.format(day));
    }

    @Override
    public long delete(LocalDate day, String products) {
        String condition = "toYYYYMMDD(received_at) = " + PARTITION.format(day) + " AND " + products;
        long there = table.database()
                .ask("SELECT count() FROM event WHERE " + condition, List.of(), row -> row.number(1))
                .getFirst();
        if (there > 0) {
            table.delete(condition);
        }
        return there;
    }

    @Override
    public void close() {}
}
