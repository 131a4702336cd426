package dev.licet.store.embedded;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.NavigableMap;
import java.util.Optional;

/// Lets events go once they have been kept long enough since their receipt: out of the event table, and with each
/// archive file and journal segment that has nothing else. If that would be all of them, the clock is taken to be
/// wrong. For the keeping thread alone.
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

    /// Gives a segment of the journal back, by the id that names it.
    interface Release {
        void release(long firstId) throws IOException;
    }

    /// Once an hour.
    ///
    /// @param table has all events that the archive has @param segments of the journal
    void keepTo(EventTable table, Archive archive, NavigableMap<Long, Path> segments, Release release)
            throws SQLException, IOException {
        Instant now = clock.instant();
        if (kept.isEmpty() || now.isBefore(last.plus(PAUSE)) && !now.isBefore(last)) {
            return;
        }
        Instant then = now.minus(kept.get());
        table.forgetOldPositions();
        Optional<Instant> newest = table.lastReceipt();
        if (newest.isEmpty() || newest.get().isBefore(then)) {
            // Nothing came for all that time, or the clock is wrong: better to keep it all.
            if (newest.isPresent()) {
                LOG.log(WARNING, "all events are older than " + kept.get().toDays() + " days; none is let go");
            }
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
        letArchiveGo(table, archive, then);
        letSegmentsGo(table, archive, segments, release);
        last = now;
    }

    /// From the oldest on: each file that has nothing left to keep. One that has is kept as a whole.
    private static void letArchiveGo(EventTable table, Archive archive, Instant then) throws SQLException, IOException {
        for (Archive.Part part : archive.parts().values()) {
            if (archive.lastReceipt(table, part)
                    .filter(receipt -> !receipt.isBefore(then))
                    .isPresent()) {
                return;
            }
            archive.delete(part);
            LOG.log(INFO, "let the archive of " + part.ids() + " go");
        }
    }

    private static void letSegmentsGo(
            EventTable table, Archive archive, NavigableMap<Long, Path> segments, Release release)
            throws SQLException, IOException {
        if (!archive.parts().isEmpty()) {
            return; // what is older goes first
        }
        long applied = table.work(EventTable::applied);
        for (long firstId : segments.headMap(segments.lastKey(), false).keySet()) {
            IdRange ids = new IdRange(firstId, segments.higherKey(firstId) - 1);
            if (ids.last() > applied || table.hasAny(ids)) {
                return;
            }
            archive.expire(ids.last());
            release.release(firstId);
            LOG.log(INFO, "let the journal's " + ids + " go");
        }
    }
}
