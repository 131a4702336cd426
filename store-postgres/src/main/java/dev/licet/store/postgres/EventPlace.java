package dev.licet.store.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import javax.sql.DataSource;

/// Where the events of a database are: in its own tables, or behind Kafka in ClickHouse. All servers of a database
/// agree on one, since none looks for events in two places. Noted in the row that whoever adds events holds.
public enum EventPlace {
    POSTGRES("the events of this database go through Kafka into ClickHouse: start with the settings 'kafka' and"
            + " 'clickhouse', too, or with another database"),
    KAFKA("the events of this database are in its own tables: start without the settings 'kafka' and 'clickhouse', or"
            + " with another database");

    /// What servers that add events to the tables have to find, as a condition on the row.
    static final String IN_TABLES = "events_in IS DISTINCT FROM 'kafka'";

    /// What servers that send events to Kafka have to find.
    public static final String IN_KAFKA = "events_in IS DISTINCT FROM 'postgres'";

    private final String refusal;

    EventPlace(String refusal) {
        this.refusal = refusal;
    }

    private String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Says that events are there from now on. As long as there was none, it may still be said otherwise.
    ///
    /// @throws IllegalStateException when they are somewhere else
    public void claim(DataSource source) {
        try (Connection connection = PostgresDatabase.writing(source)) {
            claim(connection);
        } catch (SQLException e) {
            throw unknown(e);
        }
    }

    /// The same for who moves the database, and has it alone. What was said already is not written again.
    public void claim(Connection connection) {
        try (PreparedStatement claim = connection.prepareStatement("UPDATE event_position SET events_in = ?"
                + " WHERE events_in IS NULL OR events_in <> ? AND last_id = 0")) {
            claim.setString(1, label());
            claim.setString(2, label());
            if (claim.executeUpdate() == 0) {
                require(connection);
            }
        } catch (SQLException e) {
            throw unknown(e);
        }
    }

    /// Says so where nobody has said anything.
    void claimIfUnsaid(Connection connection) throws SQLException {
        try (PreparedStatement claim =
                connection.prepareStatement("UPDATE event_position SET events_in = ? WHERE events_in IS NULL")) {
            claim.setString(1, label());
            claim.executeUpdate();
        }
    }

    /// @throws IllegalStateException when they are known to be somewhere else
    void require(DataSource source) {
        try (Connection connection = source.getConnection()) {
            require(connection);
        } catch (SQLException e) {
            throw unknown(e);
        }
    }

    private void require(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT events_in FROM event_position")) {
            row.next();
            String there = row.getString(1);
            if (there != null && !there.equals(label())) {
                throw refused();
            }
        }
    }

    private static IllegalStateException unknown(SQLException e) {
        return new IllegalStateException("can't tell where events are: " + e.getMessage(), e);
    }

    /// To who does not find it.
    public IllegalStateException refused() {
        return new IllegalStateException(refusal);
    }
}
