package dev.licet.store.embedded;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;

/// Lets events go once they have been kept long enough since their receipt: out of the event table, and with each
/// journal segment of which the table has none left. If that would be all of them, the clock is taken to be wrong. For
/// the loading thread alone.
final class Retention {
    private static final System.Logger LOG = System.getLogger(Retention.class.getName());
    private static final Duration PAUSE = Duration.ofHours(1);

    /// Empty for ever.
    private final Optional<Duration> kept;
    private final Clock clock;
    private Instant last = Instant.MIN;

    Retention(Duration kept, Clock clock) {
        this(Optional.of(kept), clock);
    }

    private Retention(Optional<Duration> kept, Clock clock) {
        this.kept = kept;
        this.clock = clock;
    }

    static Retention forEver() {
        return new Retention(Optional.empty(), Clock.systemUTC());
    }

    /// Once an hour. @param loaded the id of the last event in the table
    void keepTo(Path directory, EventTable table, long loaded) throws SQLException, IOException {
        Instant now = clock.instant();
        if (kept.isEmpty() || now.isBefore(last.plus(PAUSE)) && !now.isBefore(last)) {
            return;
        }
        Instant then = now.minus(kept.get());
        table.forgetOldPositions();
        if (table.lastReceipt().filter(receipt -> receipt.isBefore(then)).isPresent()) {
            // Nothing came for all that time, or the clock is wrong: better to keep it all.
            LOG.log(WARNING, "all events are older than " + kept.get().toDays() + " days; none is let go");
            last = now;
            return;
        }
        long deleted = table.deleteReceivedBefore(then);
        if (deleted > 0) {
            LOG.log(
                    INFO,
                    "let " + deleted + " events go that were kept for "
                            + kept.get().toDays() + " days");
        }
        letSegmentsGo(directory, table, loaded);
        last = now;
    }

    private static void letSegmentsGo(Path directory, EventTable table, long loaded) throws SQLException, IOException {
        NavigableMap<Long, Path> segments = Journal.segments(directory);
        for (Map.Entry<Long, Path> segment :
                segments.headMap(segments.lastKey(), false).entrySet()) {
            long lastId = segments.higherKey(segment.getKey()) - 1;
            if (lastId > loaded || table.hasAny(segment.getKey(), lastId)) {
                return;
            }
            Files.delete(segment.getValue());
            LOG.log(INFO, "let the journal's events " + segment.getKey() + " to " + lastId + " go");
        }
    }
}
