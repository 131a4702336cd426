package dev.licet.store.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/// The table `unfinished_move`, which is in a database from when a move into it begins until that is done. It
/// names the store that is moved. And the lock that keeps who moves a database and who writes it apart: all
/// connections that write share it.
final class UnfinishedMove {
    private static final String LOCKED = "55P03";

    private UnfinishedMove() {}

    /// @throws IllegalStateException when not all that belongs into this database has come there
    static void refuse(Connection connection) throws SQLException {
        if (source(connection).isPresent()) {
            throw new IllegalStateException("a move into this database is not finished: run the same 'licet move'"
                    + " again, which goes on with it, or make the database anew");
        }
    }

    /// Which store is on its way here; empty for none.
    static Optional<String> source(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            try (ResultSet row = statement.executeQuery("SELECT to_regclass('unfinished_move') IS NOT NULL")) {
                row.next();
                if (!row.getBoolean(1)) {
                    return Optional.empty();
                }
            }
            try (ResultSet row = statement.executeQuery("SELECT source FROM unfinished_move")) {
                row.next();
                return Optional.of(row.getString(1));
            }
        }
    }

    static void begin(Connection connection, String source) throws SQLException {
        try (Statement statement = connection.createStatement();
                PreparedStatement note = connection.prepareStatement("INSERT INTO unfinished_move VALUES (?)")) {
            statement.execute("CREATE TABLE unfinished_move (source TEXT NOT NULL)");
            note.setString(1, source);
            note.executeUpdate();
        }
    }

    static void end(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE unfinished_move");
        }
    }

    /// As long as the connection is open nothing is moved.
    ///
    /// @throws SQLException when something is
    static void lockOut(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT pg_try_advisory_lock_shared(" + AdvisoryLocks.MOVE + ")")) {
            row.next();
            if (!row.getBoolean(1)) {
                throw new SQLException("the database is being moved", LOCKED);
            }
        }
    }

    /// As long as the connection is open nobody else writes.
    ///
    /// @throws IllegalStateException when somebody does
    static void lock(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET lock_timeout = '5s'"); // who has just ended is still leaving
            statement.execute("SELECT pg_advisory_lock(" + AdvisoryLocks.MOVE + ")");
            statement.execute("SET lock_timeout = 0");
        } catch (SQLException e) {
            if (LOCKED.equals(e.getSQLState())) {
                throw new IllegalStateException(
                        "servers that take writes, or another move, have the database: stop them, or start them again"
                                + " with --read-only true",
                        e);
            }
            throw e;
        }
    }
}
