package dev.licet.store.cluster;

import dev.licet.core.disk.DiskUse;
import dev.licet.core.event.EventExport;
import dev.licet.core.event.EventFilter;
import dev.licet.core.event.EventPage;
import dev.licet.core.event.EventQuery;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.store.embedded.PagedExport;
import dev.licet.store.sql.EventSelection;
import dev.licet.store.sql.entity.Micros;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// What is asked of the events by their ids. Safe for threads.
///
/// Nothing is inserted twice, so no row is looked at for being one of several (`FINAL`).
final class EventReads {
    private static final Duration LATELY = Duration.ofDays(7);

    private final EventTable table;
    private final EventProgress progress;
    private final Path directory;

    /// @param directory for files that are being exported
    EventReads(EventTable table, EventProgress progress, Path directory) {
        this.table = table;
        this.progress = progress;
        this.directory = directory;
    }

    EventPage find(EventQuery query) {
        EventProgress.Inserted inserted = progress.inserted();
        boolean upwards = query.above().isPresent();
        EventSelection selection = EventSelection.of(query.account(), query.filter(), EventRows.WORDS)
                .above(query.above())
                .below(upwards ? OptionalLong.empty() : query.below());
        List<RecordedEvent> found = rows(selection, upwards, query.limit());
        return new EventPage(upwards ? found.reversed() : found, inserted.last(), inserted.isAll());
    }

    private List<RecordedEvent> rows(EventSelection selection, boolean upwards, int limit) {
        return table.database()
                .ask(
                        EventRows.SELECT + selection.condition() + " ORDER BY id " + (upwards ? "ASC" : "DESC")
                                + " LIMIT " + limit,
                        selection.arguments(),
                        EventRows::read);
    }

    EventExport export(AccountNumber account, EventFilter filter) {
        EventProgress.Inserted inserted = progress.inserted();
        EventSelection selection =
                EventSelection.of(account, filter, EventRows.WORDS).upTo(inserted.last());
        return new PagedExport(account, new Matching(selection), inserted.last(), inserted.isAll(), directory);
    }

    private final class Matching implements PagedExport.Pages {
        private final EventSelection selection;

        Matching(EventSelection selection) {
            this.selection = selection;
        }

        @Override
        public long count() {
            return table.database()
                    .ask(
                            "SELECT count() FROM event WHERE " + selection.condition(),
                            selection.arguments(),
                            row -> row.number(1))
                    .getFirst();
        }

        @Override
        public List<RecordedEvent> above(long id) {
            EventSelection above = selection.above(id);
            List<Size> sizes = table.database()
                    .ask(
                            "SELECT id, metadata_size FROM event WHERE " + above.condition() + " ORDER BY id LIMIT "
                                    + PagedExport.ROWS,
                            above.arguments(),
                            row -> new Size(row.number(1), row.number(2)));
            return sizes.isEmpty() ? List.of() : rows(above.upTo(enough(sizes)), true, PagedExport.ROWS);
        }
    }

    /// Of an event's metadata.
    record Size(long id, long bytes) {}

    /// The last event of a page that is large enough then.
    static long enough(List<Size> sizes) {
        long bytes = 0;
        for (Size size : sizes) {
            bytes += size.bytes();
            if (bytes >= PagedExport.CHARACTERS) {
                return size.id();
            }
        }
        return sizes.getLast().id();
    }

    /// Those of the events that are the account's, the lowest id first.
    List<Long> there(AccountNumber account, List<Long> events) {
        return table.database()
                .ask(
                        "SELECT DISTINCT id FROM event WHERE account = ? AND has(?, id) ORDER BY id",
                        List.of(account.value(), events),
                        row -> row.number(1));
    }

    /// @param entities what the rest of the store takes
    DiskUse disk(Instant now, long entities, Optional<Duration> kept) {
        Instant since = now.minus(LATELY);
        long bytes = table.database()
                .ask("SELECT sum(bytes_on_disk) FROM " + table.parts(), List.of(), row -> row.number(1))
                .getFirst();
        return table.database()
                .ask(
                        "SELECT count(), countIf(received_at >= fromUnixTimestamp64Micro(?, 'UTC')),"
                                + " toUnixTimestamp64Micro(min(received_at)) FROM event",
                        List.of(Micros.of(since)),
                        row -> {
                            long events = row.number(1);
                            Instant first = events == 0 ? now : Micros.instant(row.number(3));
                            Duration over = first.isBefore(since) ? LATELY : Duration.between(first, now);
                            return new DiskUse(
                                    0,
                                    0,
                                    bytes,
                                    0,
                                    entities,
                                    OptionalLong.empty(),
                                    0,
                                    events,
                                    new DiskUse.Intake(events == 0 ? LATELY : over, row.number(2)),
                                    bytes,
                                    kept);
                        })
                .getFirst();
    }
}
