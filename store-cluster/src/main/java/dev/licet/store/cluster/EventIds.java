package dev.licet.store.cluster;

import static java.lang.System.Logger.Level.WARNING;

import dev.licet.store.postgres.EventPlace;
import dev.licet.store.sql.entity.Sql;
import java.sql.SQLException;

/// Ids of events, each of which is given once: also by a PostgreSQL that has gone back in time, as one that was
/// restored
/// from a backup, or a standby that lacked something. Of two events with one id ClickHouse would keep one.
final class EventIds {
    private static final System.Logger LOG = System.getLogger(EventIds.class.getName());
    /// What others may have given that the one who notices does not know of.
    private static final long SPARE = 1_000_000;

    private EventIds() {}

    /// Takes so many. @return the last of them
    static long take(Sql sql, int count) throws SQLException {
        return sql.first(
                        "UPDATE event_position SET last_id = last_id + ? WHERE " + EventPlace.IN_KAFKA
                                + " RETURNING last_id",
                        row -> row.getLong(1),
                        count)
                .orElseThrow(EventPlace.KAFKA::refused);
    }

    /// Has ids go on after one that was given, if they have fallen behind it. @param more that may have been given
    /// since
    static void goOnAfter(Sql sql, long given, long more) throws SQLException {
        long next = given + more + SPARE;
        if (sql.update("UPDATE event_position SET last_id = ? WHERE last_id < ?", next, given) > 0) {
            LOG.log(
                    WARNING,
                    "PostgreSQL does not know of event " + given + ", as when it was restored from a backup: ids go on"
                            + " after " + next);
        }
    }
}
