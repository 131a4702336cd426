package dev.licet.store.embedded;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import dev.licet.core.id.AccountNumber;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.function.Function;
import java.util.function.LongSupplier;

/// Keeps the [counts by days][Rollups] of the event table up to date: whenever a million events have come that are not
/// counted. While many come it waits, so that they have the cores to themselves, until twenty million are not counted.
/// Where it fails, questions are slower and no worse. For the keeping thread alone.
final class Roller {
    private static final System.Logger LOG = System.getLogger(Roller.class.getName());
    static final long EVENTS = 1_000_000;
    private static final long MOST_LEFT = 20_000_000;
    /// Fewer than so many in a round are few.
    private static final long FEW = 20_000;
    /// So many rows that came since the last merging are merged, and of many an eighth of all.
    private static final long ROWS = 100_000;
    private static final Duration LOOK_AT_ZONES = Duration.ofMinutes(1);
    /// Who changes zones all the time has this share of it for counting anew: one part of so many.
    private static final int SHARE = 20;
    private static final Duration AFTER_FAILURE = Duration.ofMinutes(10);

    private final EventTable table;
    private final Function<AccountNumber, ZoneId> zones;
    private long appliedBefore;
    private final LongSupplier nanos;
    private long failedAt;
    private long nextZonesAt;

    /// @param zones of accounts
    Roller(EventTable table, Function<AccountNumber, ZoneId> zones) {
        this(table, zones, System::nanoTime);
    }

    /// @param nanos how time passes, as [System#nanoTime]
    Roller(EventTable table, Function<AccountNumber, ZoneId> zones, LongSupplier nanos) {
        this.table = table;
        this.zones = zones;
        this.nanos = nanos;
        this.failedAt = nanos.getAsLong() - AFTER_FAILURE.toNanos();
        this.nextZonesAt = nanos.getAsLong();
    }

    /// Once a second.
    ///
    /// @param applied the last event in the table
    void round(long applied) throws IOException {
        boolean few = applied - appliedBefore < FEW;
        appliedBefore = applied;
        if (nanos.getAsLong() - failedAt < AFTER_FAILURE.toNanos()) {
            return;
        }
        try {
            if (few || applied - table.rolled() >= MOST_LEFT) {
                count();
            }
        } catch (SQLException e) {
            failedAt = nanos.getAsLong();
            LOG.log(WARNING, "events are not counted by days for now, so insights take longer: " + e.getMessage());
        }
    }

    private void count() throws SQLException, IOException {
        if (table.roll(EVENTS, zones)) {
            LOG.log(DEBUG, "counted by days: events up to {0}", table.rolled());
            if (table.unmergedRows() > Math.max(ROWS, table.rolledRows() / 8)) {
                table.mergeRolled();
            }
        }
        long began = nanos.getAsLong();
        if (began - nextZonesAt >= 0) {
            table.rollMoved(zones);
            long ended = nanos.getAsLong();
            nextZonesAt = ended + Math.max(LOOK_AT_ZONES.toNanos(), SHARE * (ended - began));
        }
    }
}
