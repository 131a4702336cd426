package dev.licet.store.postgres;

import static java.lang.System.Logger.Level.ERROR;

import com.zaxxer.hikari.HikariDataSource;
import dev.licet.core.Unavailable;
import dev.licet.store.sql.Fault;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;

/// Questions to the table of events, on connections of their own. Safe for threads.
final class EventReads implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EventReads.class.getName());

    private static final int VALID_SECONDS = 5;

    /// A question. All of it looks at one state.
    @FunctionalInterface
    interface Question<T> {
        T ask(Connection connection) throws SQLException;
    }

    private final HikariDataSource pool;
    private final Fault fault = new Fault();

    /// @param pool is closed with it; its connections are read-only and see one state in a transaction
    EventReads(HikariDataSource pool) {
        this.pool = pool;
    }

    /// @throws Unavailable when it can't be asked now
    <T> T ask(Question<T> question) {
        try {
            T answer = inOneState(question);
            fault.isOver();
            return answer;
        } catch (SQLException e) {
            if (fault.happened("questions to the events: " + e.getMessage())) {
                LOG.log(ERROR, "questions to the events fail; this is told once until one is answered again", e);
            }
            throw new Unavailable("the events can't be asked now", Duration.ofSeconds(2), e);
        }
    }

    <T> T inOneState(Question<T> question) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            try {
                return question.ask(connection);
            } finally {
                connection.rollback(); // nothing was written
            }
        }
    }

    /// What is wrong; empty when it answers.
    Optional<String> check() {
        try (Connection connection = pool.getConnection()) {
            return connection.isValid(VALID_SECONDS) ? Optional.empty() : Optional.of("PostgreSQL does not answer");
        } catch (SQLException e) {
            return Optional.of("PostgreSQL can't be reached: " + e.getMessage());
        }
    }

    static long last(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT last_id FROM event_position")) {
            row.next();
            return row.getLong(1);
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
