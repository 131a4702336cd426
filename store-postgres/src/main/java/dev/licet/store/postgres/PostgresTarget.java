package dev.licet.store.postgres;

import dev.licet.core.event.RecordedEvent;
import dev.licet.core.once.Fingerprint;
import dev.licet.store.sql.move.EntityTables;
import dev.licet.store.sql.move.KnownId;
import dev.licet.store.sql.move.MoveTarget;
import dev.licet.store.sql.move.MovedEvent;
import java.io.ByteArrayOutputStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/// A database that is moved into. Each page is a transaction, which need not wait for the disk: the last one
/// does, and has all before it on the disk, too.
final class PostgresTarget implements MoveTarget {
    private final DataSource source;
    private final Connection connection;
    private final Partitions partitions = new Partitions();

    private PostgresTarget(DataSource source, Connection connection) {
        this.source = source;
        this.connection = connection;
    }

    static PostgresTarget open(DataSource source) throws SQLException {
        Connection connection = PostgresDatabase.moving(source);
        try {
            PostgresDatabase.requireFit(connection);
            connection.commit();
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            return new PostgresTarget(source, connection);
        } catch (Throwable e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public void begin(String from) throws SQLException {
        Optional<String> begun = UnfinishedMove.source(connection);
        if (begun.isPresent() && !begun.get().equals(from)) {
            throw new IllegalStateException("a move of other data into this database is not finished: run that one"
                    + " again, or make the database anew");
        }
        connection.commit();
        PostgresDatabase.migrate(source);
        if (begun.isEmpty()) {
            refuseIfUsed();
            UnfinishedMove.begin(connection, from);
            connection.commit();
        }
        run("SET synchronous_commit = off");
        run("CREATE TEMP TABLE moved_ids (name UUID, event BIGINT, content UUID) ON COMMIT DELETE ROWS");
        connection.commit();
    }

    private void refuseIfUsed() throws SQLException {
        if (number("SELECT (SELECT count(*) FROM account) + (SELECT count(*) FROM event_known)"
                        + " + (SELECT last_id FROM event_position)")
                > 0) {
            throw new IllegalStateException("the database has data already; a move takes an empty one");
        }
    }

    @Override
    public Optional<Fingerprint> lastId() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT name FROM event_known ORDER BY name DESC LIMIT 1")) {
            return row.next()
                    ? Optional.of(PostgresSource.fingerprint(row.getObject(1, UUID.class)))
                    : Optional.empty();
        }
    }

    @Override
    public void addIds(List<KnownId> page) throws SQLException {
        copy(connection, "moved_ids", page);
        run("INSERT INTO event_known (name, event, content) SELECT name, event, content FROM moved_ids"
                + " ON CONFLICT DO NOTHING");
        connection.commit();
    }

    /// @param table with the columns of `event_known`
    static void copy(Connection connection, String table, List<KnownId> page) throws SQLException {
        ByteArrayOutputStream rows = new ByteArrayOutputStream(page.size() * 64);
        for (KnownId id : page) {
            @Nullable UUID content = id.content().map(EventWriter::uuid).orElse(null);
            rows.writeBytes(EventWriter.known(EventWriter.uuid(id.name()), id.event(), content));
        }
        CopyRow.copy(connection, table, rows);
    }

    @Override
    public long lastEvent() throws SQLException {
        return number("SELECT last_id FROM event_position");
    }

    @Override
    public void addEvents(List<MovedEvent> page, long upTo) throws SQLException {
        ByteArrayOutputStream rows = new ByteArrayOutputStream(1 << 20);
        Set<LocalDate> days = new HashSet<>();
        @Nullable Instant last = null;
        for (MovedEvent event : page) {
            RecordedEvent recorded = event.recorded();
            rows.writeBytes(EventRows.copied(recorded.event(), recorded.receivedAt()));
            rows.writeBytes(EventRows.end(recorded.id()));
            last = recorded.receivedAt();
            days.add(LocalDate.ofInstant(last, ZoneOffset.UTC));
        }
        for (LocalDate day : days) {
            partitions.require(connection, day);
        }
        CopyRow.copy(connection, EventRows.COPIED, rows);
        if (last == null) {
            run("UPDATE event_position SET last_id = " + upTo);
        } else {
            EventWriter.position(connection, upTo, last);
        }
        connection.commit();
    }

    @Override
    public void endEvents() {
        // each page is where it stays
    }

    @Override
    public EntityTables entities() {
        return new PostgresTables(connection);
    }

    @Override
    public long countEvents() throws SQLException {
        return number("SELECT count(*) FROM event");
    }

    @Override
    public long countIds() throws SQLException {
        return number("SELECT count(*) FROM event_known");
    }

    @Override
    public void finish() throws SQLException {
        run("SET LOCAL synchronous_commit = on");
        EventPlace.POSTGRES.claimIfUnsaid(connection);
        UnfinishedMove.end(connection);
        connection.commit();
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private long number(String question) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(question)) {
            row.next();
            return row.getLong(1);
        }
    }

    @Override
    public void close() {
        PostgresSource.closeQuietly(connection);
    }
}
