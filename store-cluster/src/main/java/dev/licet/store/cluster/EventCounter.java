package dev.licet.store.cluster;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.licet.store.postgres.AdvisoryLocks;
import dev.licet.store.postgres.Lease;
import dev.licet.store.sql.Fault;
import dev.licet.store.sql.entity.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/// Counts the events of each hour that is over, and makes the counts anew of hours and days whose events have
/// changed: by whichever node has the lock for it. The hours of a day become one when they are all counted. Safe
/// for threads.
///
/// Counts are made beside those that count, and [taken][CountParts] when they are whole. What is not taken, or not
/// any more, is deleted after a while; rows that somebody adds after he was believed to have ended are among it.
final class EventCounter implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EventCounter.class.getName());
    private static final Duration PAUSE = Duration.ofSeconds(10);
    /// After the end of an hour, in which its last events come into the table.
    private static final Duration LATE = Duration.ofMinutes(2);
    /// Parts of one round, after which another node can have the lock.
    private static final int SOME = 20;

    private static final Duration CLEAN = Duration.ofHours(1);

    private final CountTables tables;
    private final long atOnce;
    private final Lease lease;
    private final Fault fault = new Fault();
    private final ScheduledExecutorService counting = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("event-counter").daemon().factory());
    private long nextCleanAt = System.nanoTime();
    private volatile boolean isClosed;

    /// @param source of the notes @param atOnce the most events of a day that one statement counts
    EventCounter(DataSource source, CountTables tables, long atOnce) {
        this.tables = tables;
        this.atOnce = atOnce;
        this.lease = new Lease(source, AdvisoryLocks.ROLLER);
    }

    void start() {
        counting.scheduleWithFixedDelay(this::countQuietly, PAUSE.toMillis(), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void countQuietly() {
        try {
            while (lease.runIfFree(sql -> round(sql, closed(sql), SOME)) && !isClosed) {
                // there is more
            }
            fault.isOver();
        } catch (Throwable e) {
            // An error too: nothing would be counted any more.
            if (fault.happened("counts by days: " + e.getMessage())) {
                LOG.log(WARNING, "events are not counted by days for now, so insights take longer", e);
            }
        }
    }

    /// The first hour that is not over, by the clock of PostgreSQL.
    private static long closed(Sql sql) throws SQLException {
        long now = sql.first("SELECT floor(extract(epoch FROM now()))::bigint AS now", row -> row.getLong("now"))
                .orElseThrow();
        return CountParts.hour(Instant.ofEpochSecond(now).minus(LATE));
    }

    /// For tests: one round. @param closed the first hour that is not over @param most parts
    boolean count(long closed, int most) throws SQLException {
        return lease.run(sql -> round(sql, closed, most));
    }

    /// For tests: deletes what does not count.
    void clean() throws SQLException {
        lease.run(this::clean);
    }

    /// @return whether something was counted, so that there may be more
    private boolean round(Sql sql, long closed, int most) throws SQLException {
        CountParts.forgetBuilding(sql);
        if (!CountParts.noteCalendars(sql)) {
            return false; // a node with newer rules of zones counts
        }
        boolean isSome = false;
        Optional<Long> first = CountParts.end(sql).or(tables::firstHour);
        if (first.isPresent() && first.get() < closed) {
            CountParts.add(sql, first.get(), closed);
        }
        for (CountParts.Part part : CountParts.toCount(sql, most)) {
            isSome |= !isClosed && count(sql, part);
        }
        Optional<List<CountParts.Counted>> day = CountParts.dayOfHours(sql);
        if (day.isPresent()) {
            isSome |= !isClosed && merge(sql, day.get());
        }
        if (System.nanoTime() - nextCleanAt >= 0) {
            clean(sql);
            nextCleanAt = System.nanoTime() + CLEAN.toNanos();
        }
        return isSome;
    }

    private boolean count(Sql sql, CountParts.Part part) throws SQLException {
        long generation = CountParts.nextGeneration(sql);
        if (!CountParts.build(sql, part, generation)) {
            return false;
        }
        Map<Long, ZoneId> calendars = CountParts.calendars(sql, part.account());
        tables.awaitEvents();
        List<CountParts.Part> pieces = tables.pieces(part, atOnce);
        if (pieces.equals(List.of(part))) {
            tables.count(part, generation, calendars);
        } else {
            long ofPieces = CountParts.nextGeneration(sql);
            for (CountParts.Part piece : pieces) {
                tables.count(piece, ofPieces, calendars);
            }
            tables.awaitCounts();
            tables.merge(part.day(), "generation = " + ofPieces, generation);
        }
        tables.awaitCounts();
        return CountParts.take(sql, part, generation, tables.sums(part.day(), generation));
    }

    /// Makes one part of a day's hours.
    private boolean merge(Sql sql, List<CountParts.Counted> hours) throws SQLException {
        long generation = CountParts.nextGeneration(sql);
        long day = hours.getFirst().part().day();
        tables.merge(day, rows(hours), generation);
        tables.awaitCounts();
        return CountParts.replace(sql, hours, generation, tables.sums(day, generation));
    }

    /// Which rows count: those of accounts with a part of their own by that one.
    private static String rows(List<CountParts.Counted> hours) {
        String ofAll = hours.stream()
                .filter(hour -> hour.part().isOfAll())
                .map(hour -> Long.toString(hour.generation()))
                .collect(Collectors.joining(", ", "generation IN (", ")"));
        List<CountParts.Counted> own =
                hours.stream().filter(hour -> !hour.part().isOfAll()).toList();
        if (own.isEmpty()) {
            return ofAll;
        }
        Map<Long, Long> ofHours = hours.stream()
                .filter(hour -> hour.part().isOfAll())
                .collect(Collectors.toMap(hour -> hour.part().first(), CountParts.Counted::generation));
        String instead = own.stream()
                .map(hour -> "(" + hour.part().account() + ", "
                        + ofHours.get(hour.part().first()) + ")")
                .collect(Collectors.joining(", "));
        String theirs = own.stream()
                .map(hour -> "(" + hour.part().account() + ", " + hour.generation() + ")")
                .collect(Collectors.joining(", "));
        return ofAll + " AND (account, generation) NOT IN (" + instead + ") OR (account, generation) IN (" + theirs
                + ")";
    }

    /// Deletes what does not count. Where rows that do are gone, as in a ClickHouse that was lost, they are made anew.
    private boolean clean(Sql sql) throws SQLException {
        long next = CountParts.nextGeneration(sql); // what somebody else makes once this lock is lost is beyond it
        List<CountTables.Rows> there = tables.rows();
        List<CountParts.Counted> counted = CountParts.counted(sql);
        Set<Long> counting =
                counted.stream().map(CountParts.Counted::generation).collect(Collectors.toCollection(HashSet::new));
        List<CountTables.Rows> garbage = there.stream()
                .filter(rows -> rows.generation() < next && !counting.contains(rows.generation()))
                .toList();
        if (!garbage.isEmpty()) {
            tables.delete(garbage);
            LOG.log(DEBUG, "deleted counts that were made anew");
        }
        Set<Long> generations = there.stream().map(CountTables.Rows::generation).collect(Collectors.toSet());
        List<Long> lost = new ArrayList<>();
        for (CountParts.Counted part : counted) {
            if (part.sums() > 0 && !generations.contains(part.generation())) {
                lost.add(part.generation());
            }
        }
        if (!lost.isEmpty()) {
            LOG.log(INFO, "counts of " + lost.size() + " hours or days are gone, and are made anew");
            CountParts.lose(sql, lost);
        }
        return !lost.isEmpty();
    }

    @Override
    public void close() {
        isClosed = true;
        counting.shutdown();
        try {
            if (!counting.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.log(ERROR, "counting by days does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        lease.close();
    }
}
