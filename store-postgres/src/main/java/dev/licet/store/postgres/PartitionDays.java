package dev.licet.store.postgres;

import dev.licet.core.id.AccountNumber;
import dev.licet.store.sql.entity.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/// The days of the table of events, each of which is a partition. What goes is taken out of the counts, too.
final class PartitionDays implements EventDays {
    private final Connection connection;
    private final Statement statement;
    private final Sql sql;
    private final EventRoller roller;

    private PartitionDays(Connection connection, EventRoller roller) throws SQLException {
        this.connection = connection;
        this.statement = connection.createStatement();
        this.sql = new Sql(connection);
        this.roller = roller;
    }

    static EventDays open(DataSource source, EventRoller roller) throws SQLException {
        Connection connection = PostgresDatabase.patient(source);
        try {
            return new PartitionDays(connection, roller);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /// While nobody adds events, who would make the same.
    @Override
    public void prepare(LocalDate today) throws SQLException {
        connection.setAutoCommit(false);
        try {
            EventTurn.await(connection);
            Partitions partitions = new Partitions();
            partitions.require(connection, today);
            partitions.require(connection, today.plusDays(1));
            connection.commit();
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    @Override
    public List<LocalDate> withEvents(LocalDate before) throws SQLException {
        statement.execute("SET lock_timeout = 0"); // to take out a day waits for who looks at it, and nobody for that
        List<Partitions.Day> days = Partitions.all(statement);
        List<LocalDate> withEvents = new ArrayList<>();
        for (Partitions.Day day : days) {
            if (day.isBeingDetached()) {
                statement.execute("ALTER TABLE event DETACH PARTITION " + day.name() + " FINALIZE");
            }
            if (!day.isAttached()) {
                dropDetached(day.date()); // an end in between left it
            } else if (hasEvents(day.name())) {
                withEvents.add(day.date());
            } else if (day.date().isBefore(before)) {
                drop(day.date());
            }
        }
        return withEvents;
    }

    private boolean hasEvents(String day) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT EXISTS (SELECT 1 FROM " + day + ")")) {
            row.next();
            return row.getBoolean(1);
        }
    }

    @Override
    public void drop(LocalDate day) throws SQLException {
        String name = Partitions.name(day);
        long last = sql.first("SELECT coalesce(max(id), 0) FROM " + name, row -> row.getLong(1))
                .orElseThrow();
        // All of it is counted, so all of it is taken out of the counts.
        roller.countTo(last, () -> {
            statement.execute("ALTER TABLE event DETACH PARTITION " + name + " CONCURRENTLY");
            dropDetached(day);
        });
    }

    /// With the ids of its events, which count as new from now on. Account by account, so that none is held for
    /// long.
    private void dropDetached(LocalDate day) throws SQLException {
        String name = Partitions.name(day);
        for (AccountNumber account : accounts(name, "true")) {
            sql.inTransaction("READ COMMITTED", () -> {
                int isNew = sql.update(
                        "INSERT INTO rolled_gone (day, account) VALUES (?, ?) ON CONFLICT DO NOTHING",
                        day,
                        account.value());
                if (isNew > 0) {
                    Rollups.takeOut(sql, account, name);
                }
                return isNew;
            });
        }
        sql.inTransaction("READ COMMITTED", () -> {
            sql.execute("DELETE FROM event_known AS known USING " + name + " AS gone WHERE known.event = gone.id");
            sql.execute("DROP TABLE " + name);
            // Those of events that went before their day did, too.
            sql.execute("DELETE FROM event_known WHERE event < coalesce((SELECT min(lowest.id) FROM account,"
                    + " LATERAL (SELECT min(id) AS id FROM event WHERE event.account = account.number) AS lowest), 0)");
            return sql.update("DELETE FROM rolled_gone WHERE day = ?", day);
        });
    }

    private List<AccountNumber> accounts(String day, String condition) throws SQLException {
        return sql.all(
                "SELECT DISTINCT account FROM " + day + " WHERE " + condition,
                row -> new AccountNumber(row.getLong(1)));
    }

    @Override
    public long delete(LocalDate day, String products) throws SQLException {
        String name = Partitions.name(day);
        long deleted = 0;
        for (AccountNumber account : accounts(name, products)) {
            deleted += sql.inTransaction("READ COMMITTED", () -> Rollups.delete(sql, account, name, products));
        }
        return deleted;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
