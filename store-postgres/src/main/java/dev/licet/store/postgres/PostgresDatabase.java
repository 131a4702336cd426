package dev.licet.store.postgres;

import dev.licet.core.Unavailable;
import dev.licet.store.sql.entity.ChangeLog;
import dev.licet.store.sql.entity.SingleWriter;
import dev.licet.store.sql.entity.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;

/// The entities in a PostgreSQL that other nodes write, too.
///
/// A transaction of a node's writer begins with a lock that all nodes take, so that it sees all that was
/// committed before and nothing is committed beside it. What it remembers ends with it: outside, each question
/// is asked of the tables. A connection that breaks is opened again when it is next used; who used it meanwhile
/// is told to ask again.
public final class PostgresDatabase extends SingleWriter {
    /// Of the newest migration.
    static final String SCHEMA_VERSION = "7";

    static final int OLDEST_SERVER = 150_000;

    /// A quote ends a text only when it stands alone, which is how statements are written here.
    static final String PLAIN_QUOTES = "SET standard_conforming_strings = on";

    private static final Duration SOON = Duration.ofSeconds(5);

    /// The classes of states that pass by themselves: a connection that breaks, a conflict, no room, an
    /// operator, a failing system.
    private static final Set<String> PASSING = Set.of("08", "40", "53", "57", "58");

    static final String WAITED_TOO_LONG_FOR_A_LOCK = "55P03";
    private static final String DID_NOTHING_FOR_TOO_LONG = "25P03";
    private static final String NO_SUCH_CHARACTER = "22021";

    private final DataSource source;
    private final ChangeLog changes;
    /// Grows with each moment of which something is remembered: while a transaction runs it is one.
    private final AtomicLong moments = new AtomicLong();
    /// The writer's own.
    private long moment;

    /// How often a connection broke. Those that were opened before are not used again.
    private final AtomicInteger breaks;

    private final Map<Sql, Integer> openedAfter;

    private PostgresDatabase(DataSource source, Sql writing, List<Sql> readers, ChangeLog changes) {
        super("postgres-writer", writing, readers, changes);
        this.source = source;
        this.changes = changes;
        this.breaks = new AtomicInteger();
        this.openedAfter = new ConcurrentHashMap<>();
        openedAfter.put(writing, 0);
        readers.forEach(reader -> openedAfter.put(reader, 0));
    }

    /// @param connections to read by
    /// @throws IllegalStateException when it can't be reached, is too old or does not keep all texts
    public static PostgresDatabase open(DataSource source, int connections, ChangeLog changes) {
        try {
            requireUsable(source);
            Sql writing = writer(source, changes);
            try {
                migrate(source);
                makeTriggers(source);
                return started(source, connections, writing, changes);
            } catch (Throwable e) {
                writing.close();
                throw e;
            }
        } catch (SQLException e) {
            throw new IllegalStateException("can't open the entities: " + e.getMessage(), e);
        }
    }

    /// Opens it to read alone: it is not changed, neither by this nor by anything later.
    public static PostgresDatabase openReadOnly(DataSource source, int connections, ChangeLog changes) {
        try {
            requireUsable(source);
            requireCurrent(source);
            PostgresDatabase database = started(source, connections, reader(source), changes);
            database.holdStill();
            return database;
        } catch (SQLException e) {
            throw new IllegalStateException("can't open the entities: " + e.getMessage(), e);
        }
    }

    private static PostgresDatabase started(DataSource source, int connections, Sql writing, ChangeLog changes)
            throws SQLException {
        List<Sql> readers = new ArrayList<>(connections);
        for (int i = 0; i < connections; i++) {
            readers.add(reader(source));
        }
        PostgresDatabase database = new PostgresDatabase(source, writing, readers, changes);
        database.start();
        return database;
    }

    /// @throws IllegalStateException when it is too old, does not keep all texts, or has not all that belongs
    /// there
    private static void requireUsable(DataSource source) throws SQLException {
        try (Connection connection = source.getConnection()) {
            requireFit(connection);
            UnfinishedMove.refuse(connection);
        }
    }

    /// @throws IllegalStateException when it is too old or does not keep all texts
    static void requireFit(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            if (Integer.parseInt(setting(statement, "server_version_num")) < OLDEST_SERVER) {
                throw new IllegalStateException("PostgreSQL has to be 15 or newer");
            }
            String encoding = setting(statement, "server_encoding");
            if (!encoding.equals("UTF8")) {
                throw new IllegalStateException("the database has to be of encoding UTF8, and is of " + encoding);
            }
        }
    }

    /// @throws IllegalStateException where the tables are not those of this version
    static void requireCurrent(DataSource source) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            if (!isCurrent(statement)) {
                throw new IllegalStateException("the database is empty or of another version: start a server that"
                        + " takes writes, which brings it up to this one");
            }
        }
    }

    /// Makes the tables, or brings them up to this version.
    static void migrate(DataSource source) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            if (isCurrent(statement)) {
                return;
            }
        }
        // Nodes that start together take turns: Flyway has a lock of its own.
        Flyway.configure(PostgresDatabase.class.getClassLoader())
                .dataSource(source)
                .createSchemas(false)
                .locations("classpath:dev/licet/store/postgres/entities")
                .load()
                .migrate();
    }

    private static void makeTriggers(DataSource source) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            lock(statement);
            PostgresTriggers.make(connection);
            connection.commit();
        }
    }

    private static void lock(Statement statement) throws SQLException {
        statement.execute("SELECT pg_advisory_xact_lock(" + AdvisoryLocks.WRITERS + ")");
    }

    private static String setting(Statement statement, String name) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT current_setting('" + name + "')")) {
            row.next();
            return row.getString(1);
        }
    }

    private static boolean isCurrent(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT to_regclass('flyway_schema_history') IS NOT NULL")) {
            if (!row.next() || !row.getBoolean(1)) {
                return false;
            }
        }
        try (ResultSet last = statement.executeQuery(
                "SELECT version FROM flyway_schema_history WHERE success ORDER BY installed_rank DESC LIMIT 1")) {
            return last.next() && SCHEMA_VERSION.equals(last.getString(1));
        }
    }

    private static Sql reader(DataSource source) throws SQLException {
        return new Sql(connection(source, "SET default_transaction_read_only = on"));
    }

    private static Sql writer(DataSource source, ChangeLog changes) throws SQLException {
        return new Sql(writing(source), PostgresTriggers.hearing(changes));
    }

    /// A connection to write by. What is acknowledged is on disk, and on a standby's that is waited for,
    /// whatever the server's own settings say; and a node that hangs with a lock, or whose machine is gone,
    /// does not hold up the others for ever. As long as it is open nothing is moved.
    public static Connection writing(DataSource source) throws SQLException {
        Connection connection = connection(
                source,
                "SET client_min_messages = notice",
                "SET lock_timeout = '10s'",
                "SET idle_in_transaction_session_timeout = '10s'",
                "SET tcp_keepalives_idle = 5",
                "SET tcp_keepalives_interval = 2",
                "SET tcp_keepalives_count = 3",
                "SELECT set_config('synchronous_commit', 'on', false)"
                        + " WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write')");
        try {
            UnfinishedMove.lockOut(connection);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /// One for a move, while which nobody else writes; in a transaction that sees one state.
    static Connection moving(DataSource source) throws SQLException {
        Connection connection = connection(
                source,
                "SET client_min_messages = warning",
                "SET idle_in_transaction_session_timeout = 0",
                "SET statement_timeout = 0",
                "SET tcp_keepalives_idle = 5");
        try {
            connection.setNetworkTimeout(Runnable::run, 0);
            UnfinishedMove.lock(connection);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setAutoCommit(false);
            return connection;
        } catch (Throwable e) {
            connection.close();
            throw e;
        }
    }

    /// One for work that may take as long as it does, while the [machine is there][KeptAliveSockets].
    public static Connection patient(DataSource source) throws SQLException {
        Connection connection = writing(source);
        try {
            connection.setNetworkTimeout(Runnable::run, 0);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    private static Connection connection(DataSource source, String... settings) throws SQLException {
        Connection connection = source.getConnection();
        try (Statement statement = connection.createStatement()) {
            statement.execute(PLAIN_QUOTES);
            for (String setting : settings) {
                statement.execute(setting);
            }
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    protected Sql usable(Sql sql, boolean writes) throws SQLException {
        boolean isClosed = sql.isClosed();
        if (!isClosed && Objects.equals(openedAfter.get(sql), breaks.get())) {
            return sql;
        }
        // What broke one has broken others: the server was started again, or is another one.
        int now = isClosed ? breaks.incrementAndGet() : breaks.get();
        Sql fresh = writes ? writer(source, changes) : reader(source);
        openedAfter.put(fresh, now);
        openedAfter.remove(sql);
        sql.close();
        return fresh;
    }

    @Override
    protected void begin(Sql sql) throws SQLException {
        sql.execute("BEGIN ISOLATION LEVEL READ COMMITTED"); // of which each statement sees what is there by then
        sql.first("SELECT pg_advisory_xact_lock(?)", row -> true, AdvisoryLocks.WRITERS);
        othersMayHaveWritten();
        moment = moments.incrementAndGet();
    }

    @Override
    public long version(@Nullable Object thing) {
        return isInTransaction() ? moment : moments.incrementAndGet();
    }

    @Override
    public RuntimeException translated(@Nullable Throwable e) {
        if (e instanceof RuntimeException thrown) {
            return thrown; // by the work: it says itself what is wrong
        }
        if (!(e instanceof SQLException failed) || failed.getSQLState() == null) {
            return new IllegalStateException("the entities failed: " + e, e);
        }
        String state = failed.getSQLState();
        if (state.equals(NO_SUCH_CHARACTER)) {
            return new IllegalArgumentException("a text has a NUL in it, which PostgreSQL does not keep", failed);
        }
        if (state.startsWith("08") || state.startsWith("57P")) {
            breaks.incrementAndGet();
        }
        if (PASSING.contains(state.substring(0, 2))
                || state.equals(WAITED_TOO_LONG_FOR_A_LOCK)
                || state.equals(DID_NOTHING_FOR_TOO_LONG)) {
            return new Unavailable("the entities can't be reached", SOON, failed);
        }
        return new IllegalStateException("the entities failed: " + failed, failed);
    }
}
