package dev.licet.store.postgres;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import dev.licet.core.id.AccountNumber;
import dev.licet.store.sql.Fault;
import dev.licet.store.sql.entity.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/// Counts by days what has come: every second, by whichever node has the lock for it, some events in a
/// transaction, so that who takes some out waits for a moment at most. Safe for threads.
final class EventRoller implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EventRoller.class.getName());
    private static final long PAUSE_MILLIS = 1_000;
    /// Events of one transaction.
    private static final int SOME = 50_000;
    /// So many rows that came since the last merging are merged, and of many an eighth of those in the same
    /// days.
    private static final long ROWS = 100_000;
    private static final Duration LOOK_AT_ZONES = Duration.ofMinutes(1);

    private final Lease lease;
    private final Fault fault = new Fault();
    private final ScheduledExecutorService rolling = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("event-roller").daemon().factory());
    /// About how many rows are not merged: those of other nodes are not among them until they are counted.
    private long unmerged = ROWS;
    private long nextZonesAt = System.nanoTime();
    private volatile boolean isClosed;

    EventRoller(DataSource source) {
        this.lease = new Lease(source, AdvisoryLocks.ROLLER);
    }

    void start() {
        rolling.scheduleWithFixedDelay(this::roundQuietly, PAUSE_MILLIS, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void roundQuietly() {
        try {
            while (round() && !isClosed) {
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

    /// Counts some. @return whether there is more; false, too, when another node is at it
    private synchronized boolean round() throws SQLException {
        return lease.runIfFree(sql -> {
            boolean isMore = count(sql);
            if (!isMore) {
                mergeIfMany(sql);
            }
            if (System.nanoTime() - nextZonesAt >= 0) {
                move(sql);
                nextZonesAt = System.nanoTime() + LOOK_AT_ZONES.toNanos();
            }
            return isMore;
        });
    }

    /// What is to be done while nobody counts.
    @FunctionalInterface
    interface Still {
        void run() throws SQLException;
    }

    /// Counts all up to this event; then does something, while nobody counts anything.
    synchronized void countTo(long event, Still then) throws SQLException {
        lease.run(sql -> {
            while (Rollups.position(sql) < event || !Rollups.anew(sql).isEmpty()) {
                count(sql);
            }
            then.run();
            return true;
        });
    }

    /// For tests: counts so many events at most, and merges.
    synchronized void count(int some, boolean merges) throws SQLException {
        lease.run(sql -> {
            count(sql, some);
            move(sql);
            if (merges) {
                merge(sql);
            }
            return true;
        });
    }

    private boolean count(Sql sql) throws SQLException {
        return count(sql, SOME);
    }

    /// @return whether there is more
    private boolean count(Sql sql, int some) throws SQLException {
        Optional<Long> rows = sql.inTransaction("READ COMMITTED", () -> Rollups.round(sql, some));
        unmerged += rows.orElse(0L);
        boolean isMore = rows.isPresent();
        for (AccountNumber account : Rollups.anew(sql)) {
            unmerged += sql.inTransaction("READ COMMITTED", () -> Rollups.catchUp(sql, account, some));
            isMore = true;
        }
        return isMore;
    }

    private void mergeIfMany(Sql sql) throws SQLException {
        if (unmerged < ROWS) {
            return;
        }
        unmerged = Rollups.unmerged(sql);
        if (unmerged >= Math.max(ROWS, Rollups.toMerge(sql) / 8)) {
            merge(sql);
        }
    }

    private void merge(Sql sql) throws SQLException {
        sql.inTransaction("REPEATABLE READ", () -> {
            Rollups.merge(sql, Optional.empty());
            return true;
        });
        unmerged = 0;
    }

    /// Not while a day that was taken out of the table is still in the counts of some accounts: who is counted anew
    /// would
    /// lose it twice.
    private static void move(Sql sql) throws SQLException {
        if (Partitions.isSomeTakenOut(sql)) {
            return;
        }
        for (Map.Entry<AccountNumber, ZoneId> moved : Rollups.moved(sql).entrySet()) {
            sql.inTransaction("READ COMMITTED", () -> {
                Rollups.move(sql, moved.getKey(), moved.getValue());
                return true;
            });
        }
    }

    @Override
    public void close() {
        isClosed = true;
        rolling.shutdown();
        try {
            if (!rolling.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.log(ERROR, "counting by days does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        lease.close();
    }
}
