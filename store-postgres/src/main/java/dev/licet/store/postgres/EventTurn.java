package dev.licet.store.postgres;

import static java.lang.System.Logger.Level.WARNING;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/// The turn to add events, which one transaction of all nodes has until it ends: the lock of the row of
/// `event_position`.
///
/// A node that hangs between two statements loses its turn by `idle_in_transaction_session_timeout`. One that
/// hangs in the midst of a COPY does not, nor by any other time-out: PostgreSQL waits for the rest. So who has
/// waited for the turn in vain for a `lock_timeout` ends the connection of who has it, if the server waits for
/// that one's words, and has since before. Of what was being written there nothing was acknowledged.
final class EventTurn {
    private static final System.Logger LOG = System.getLogger(EventTurn.class.getName());
    private static final int ENDS_WITHIN_MILLIS = 5_000;

    private EventTurn() {}

    /// Waits for it, in a transaction that has not done anything yet. @return the last event that there is
    static long await(Connection open) throws SQLException {
        try {
            return lock(open);
        } catch (SQLException e) {
            if (!PostgresDatabase.WAITED_TOO_LONG_FOR_A_LOCK.equals(e.getSQLState())) {
                throw e;
            }
            open.rollback();
            if (!endsWhoHangs(open)) {
                throw e;
            }
            open.rollback();
            return lock(open);
        }
    }

    private static long lock(Connection open) throws SQLException {
        try (Statement statement = open.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT last_id FROM event_position WHERE " + EventPlace.IN_TABLES + " FOR UPDATE")) {
            if (!row.next()) {
                throw EventPlace.POSTGRES.refused();
            }
            return row.getLong(1);
        }
    }

    private static boolean endsWhoHangs(Connection open) throws SQLException {
        boolean hasEnded = false;
        try (Statement statement = open.createStatement();
                ResultSet rows = statement.executeQuery("""
                        SELECT pid, client_addr, pg_terminate_backend(pid, %d) FROM pg_stat_activity AS holder
                        WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
                          AND wait_event = 'ClientRead'
                          AND xact_start < clock_timestamp() - current_setting('lock_timeout')::interval
                          AND EXISTS (SELECT 1 FROM pg_locks WHERE pid = holder.pid AND granted
                            AND relation = 'event_position'::regclass AND mode = 'RowShareLock')
                        """.formatted(ENDS_WITHIN_MILLIS))) {
            while (rows.next()) {
                hasEnded |= rows.getBoolean(3);
                LOG.log(
                        WARNING,
                        "a server hangs while it adds events; its connection " + rows.getInt(1) + " from "
                                + rows.getString(2) + " was ended, so that others can add theirs");
            }
        }
        return hasEnded;
    }
}
