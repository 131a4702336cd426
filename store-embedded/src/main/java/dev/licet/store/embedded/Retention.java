package dev.licet.store.embedded;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.licet.core.id.ProductId;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/// Lets events go once they have been kept long enough since their receipt, as their product or else the
/// server says: out of the event table, and with each archive file and journal segment that has nothing
/// else.
///
/// A clock that is wrong must not make them look old. So the time here is the clock's, but while the server
/// runs it gets later at most four times as fast as time passes, and goes on from there after a restart: a
/// clock that is years ahead for an hour makes events go three hours too early, and a server that was off
/// for a month is up to date after ten days. And if all events were to go, none does. For the keeping
/// thread alone.
final class Retention {
    private static final System.Logger LOG = System.getLogger(Retention.class.getName());
    private static final Duration PAUSE = Duration.ofHours(1);
    /// Later than any event was received: the year 9999.
    private static final long FAR = 253_000_000_000L;
    private static final int FASTEST = 4;
    private static final Duration NOTABLE = Duration.ofDays(1);
    private static final Duration THINNING = Duration.ofDays(1);
    private static final Duration LATEST = Duration.ofDays(30);

    /// Empty for ever.
    private final Optional<Duration> kept;
    private final OfProducts ofProducts;
    private final Clock clock;
    private final LongSupplier nanos;
    private Instant last = Instant.MIN;
    private Instant thinned = Instant.MIN;
    private long lastNanos;
    private boolean toldOfLeap;

    /// How long the events of a product are kept, of those products where it is said. Safe for threads.
    @FunctionalInterface
    interface OfProducts {
        Map<ProductId, Duration> all();
    }

    /// @param nanos how time passes, as [System#nanoTime]
    Retention(Duration kept, Clock clock, LongSupplier nanos) {
        this(kept, Map::of, clock, nanos);
    }

    /// @param kept where a product says nothing else
    Retention(Duration kept, OfProducts ofProducts, Clock clock, LongSupplier nanos) {
        this(Optional.of(kept), ofProducts, clock, nanos);
    }

    private Retention(Optional<Duration> kept, OfProducts ofProducts, Clock clock, LongSupplier nanos) {
        this.kept = kept;
        this.ofProducts = ofProducts;
        this.clock = clock;
        this.nanos = nanos;
        this.lastNanos = nanos.getAsLong();
    }

    static Retention forEver() {
        return new Retention(Optional.empty(), Map::of, Clock.systemUTC(), System::nanoTime);
    }

    /// How long events are kept where a product says nothing else; empty for ever.
    Optional<Duration> kept() {
        return kept;
    }

    /// Gives a segment of the journal back, by the id that names it.
    interface Release {
        void release(long firstId) throws IOException;
    }

    /// Once an hour.
    ///
    /// @param table has all events that the archive has @param segments of the journal
    /// @param hasRoom whether the disk has; else only files go, since to delete from the table takes room at first
    /// @return whether it was time to
    boolean keepTo(
            EventTable table, Archive archive, NavigableMap<Long, Path> segments, Release release, boolean hasRoom)
            throws SQLException, IOException {
        Instant now = clock.instant();
        if (kept.isEmpty() || now.isBefore(last.plus(PAUSE)) && !now.isBefore(last)) {
            return false;
        }
        Instant time = time(now, table, archive);
        List<Old> old = old(time, table);
        OptionalLong firstKept = table.firstKept(old);
        if (hasRoom) {
            table.forgetOldPositions();
        }
        if (!old.isEmpty() && firstKept.isPresent()) {
            if (hasRoom) {
                delete(old, table);
            }
            letArchiveGo(table, archive, old, firstKept.getAsLong());
            letSegmentsGo(table, archive, segments, firstKept.getAsLong(), release);
            if (hasRoom && !now.isBefore(thinned.plus(THINNING))) {
                thinOut(table, archive, old);
                thinned = now;
            }
        } else if (table.lastReceipt().isPresent()) {
            // Nothing came for all that time, or the clock is wrong: better to keep it all.
            LOG.log(WARNING, "all events are older than " + kept.get().toDays() + " days; none is let go");
        }
        last = now;
        return true;
    }

    /// What is old, by how long it is kept; nothing of what would be all that there is. Events of the
    /// future are not what came after others.
    private List<Old> old(Instant time, EventTable table) throws SQLException, IOException {
        Map<Duration, List<String>> products = new TreeMap<>();
        ofProducts
                .all()
                .forEach((product, duration) -> products.computeIfAbsent(duration, same -> new ArrayList<>())
                        .add(product.toString()));
        List<String> named = products.values().stream().flatMap(List::stream).toList();
        List<Old> old = new ArrayList<>();
        String others = named.isEmpty() ? "true" : "product IS NULL OR product NOT IN (" + join(named) + ")";
        add(old, others, time.minus(kept.orElseThrow()), time, table);
        for (Map.Entry<Duration, List<String>> some : products.entrySet()) {
            add(old, "product IN (" + join(some.getValue()) + ")", time.minus(some.getKey()), time, table);
        }
        return old;
    }

    private static String join(List<String> ids) {
        return String.join(", ", ids);
    }

    private static void add(List<Old> old, String products, Instant then, Instant time, EventTable table)
            throws SQLException, IOException {
        if (table.firstReceivedBetween(then, Instant.ofEpochSecond(FAR)).isPresent()) {
            long first = table.firstReceivedBetween(then, time).orElse(Long.MAX_VALUE);
            old.add(new Old(products, then, first));
        }
    }

    private static void delete(List<Old> old, EventTable table) throws SQLException, IOException {
        long deleted = table.delete(old);
        if (deleted > 0) {
            LOG.log(INFO, "let " + deleted + " events go that were kept long enough");
        }
    }

    /// Once a day: a file that has something to keep is written anew when half of it or more is old, or
    /// some of it has been so for [#LATEST].
    private static void thinOut(EventTable table, Archive archive, List<Old> old) throws IOException {
        for (Archive.Part part : archive.parts().values()) {
            try {
                thinOut(table, archive, part, old);
            } catch (SQLException e) {
                LOG.log(WARNING, "the archive of " + part.ids() + " stays as it is: " + e.getMessage());
            }
        }
    }

    private static void thinOut(EventTable table, Archive archive, Archive.Part part, List<Old> old)
            throws SQLException, IOException {
        List<Old> overdue = old.stream().map(some -> some.since(LATEST)).toList();
        long gone = archive.count(table, part, Old.any(old));
        boolean isWorthIt = gone > 0
                && (2 * gone >= archive.count(table, part, "true") || archive.count(table, part, Old.any(overdue)) > 0);
        if (isWorthIt && !archive.isBroken(table, part)) {
            archive.rewrite(table, part, old);
            LOG.log(INFO, "let " + gone + " events go of the archive of " + part.ids());
        }
    }

    /// By which events are old.
    private Instant time(Instant now, EventTable table, Archive archive) throws SQLException, IOException {
        long nanosNow = nanos.getAsLong();
        Duration passed = Duration.ofNanos(nanosNow - lastNanos);
        // Without a note of it: when the last event came, it was as late.
        Optional<Instant> noted = archive.time();
        Instant before = (noted.isPresent() ? noted : table.lastReceipt()).orElse(now);
        Instant latest = before.plus(passed.multipliedBy(FASTEST));
        Instant time = now.isBefore(latest) ? now : latest;
        if (noted.isEmpty() || time.isAfter(before)) {
            archive.noteTime(time); // not an earlier one: it would take long to come up to the clock again
        }
        lastNanos = nanosNow;
        Duration ahead = Duration.between(time, now);
        if (ahead.compareTo(NOTABLE) > 0 && !toldOfLeap) {
            LOG.log(
                    WARNING,
                    "the clock has leapt ahead by " + ahead.toDays() + " days (or the server was off so long): events"
                            + " are let go as of " + time + ", which comes after the clock slowly");
        }
        toldOfLeap = ahead.compareTo(NOTABLE) > 0;
        return time;
    }

    /// From the oldest on: each file that has nothing left to keep.
    private static void letArchiveGo(EventTable table, Archive archive, List<Old> old, long firstKept)
            throws SQLException, IOException {
        for (Archive.Part part : archive.parts().values()) {
            if (part.ids().last() >= firstKept || archive.count(table, part, "NOT " + Old.any(old)) > 0) {
                return;
            }
            archive.delete(part);
            LOG.log(INFO, "let the archive of " + part.ids() + " go");
        }
    }

    private static void letSegmentsGo(
            EventTable table, Archive archive, NavigableMap<Long, Path> segments, long firstKept, Release release)
            throws SQLException, IOException {
        if (!archive.parts().isEmpty()) {
            return; // what is older goes first
        }
        long applied = table.work(EventTable::applied);
        for (long firstId : segments.headMap(segments.lastKey(), false).keySet()) {
            IdRange ids = new IdRange(firstId, segments.higherKey(firstId) - 1);
            if (ids.last() > applied || ids.last() >= firstKept) {
                return;
            }
            archive.expire(ids.last());
            release.release(firstId);
            LOG.log(INFO, "let the journal's " + ids + " go");
        }
    }
}
