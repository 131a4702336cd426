package dev.licet.store.embedded;

import dev.licet.core.Unavailable;
import dev.licet.store.sql.entity.ChangeLog;
import dev.licet.store.sql.entity.SingleWriter;
import dev.licet.store.sql.entity.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// The SQLite file of the entities.
final class SqliteDatabase extends SingleWriter {
    /// Of the newest migration.
    static final String SCHEMA_VERSION = "16";

    /// More than threads that can be at it at once, event loops (two a core) and carriers of virtual threads (one):
    /// who reads waits for nothing but the reading.
    private static final int READERS = 3 * Runtime.getRuntime().availableProcessors() + 2;

    static {
        SqliteLibrary.useBesideDriver();
    }

    private final String url;
    private final DiskSpace space;

    private SqliteDatabase(String url, Sql writing, List<Sql> readers, DiskSpace space, ChangeLog changes) {
        super("sqlite-writer", writing, readers, changes);
        this.url = url;
        this.space = space;
    }

    static SqliteDatabase open(Path file) {
        return open(file, DiskSpace.unwatched(), ChangeLog.keepingAll());
    }

    /// @param space whether it has room for entities
    static SqliteDatabase open(Path file, DiskSpace space, ChangeLog changes) {
        String url = "jdbc:sqlite:" + file;
        try {
            if (!isCurrent(file)) {
                Flyway.configure(SqliteDatabase.class.getClassLoader())
                        .dataSource(new Source(url))
                        .locations("classpath:dev/licet/store/embedded/entities")
                        .load()
                        .migrate();
            }
            Connection writing = config().createConnection(url);
            SqliteTriggers.watch(writing, changes);
            List<Sql> readers = new ArrayList<>(READERS);
            for (int i = 0; i < READERS; i++) {
                readers.add(reader(url));
            }
            SqliteDatabase database = new SqliteDatabase(url, new Sql(writing), readers, space, changes);
            database.start();
            return database;
        } catch (SQLException e) {
            throw new IllegalStateException("can't open " + file + ": " + e.getMessage(), e);
        }
    }

    /// Looks at a file that another process may have open, and changes nothing.
    static <T> T look(Path file, Work<T> work) {
        try (Sql sql = reader("jdbc:sqlite:" + file)) {
            sql.execute("BEGIN");
            return work.run(sql);
        } catch (SQLException e) {
            throw new IllegalStateException("can't read " + file + ": " + e.getMessage(), e);
        }
    }

    /// Whether there is nothing to migrate, which Flyway takes a fifth of a start to see.
    static boolean isCurrent(Path file) throws SQLException {
        if (!Files.exists(file)) {
            return false;
        }
        try (Connection connection = new SQLiteConfig().createConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                ResultSet last = statement.executeQuery(
                        "SELECT version FROM flyway_schema_history WHERE success ORDER BY installed_rank DESC LIMIT 1")) {
            return last.next() && last.getString(1).equals(SCHEMA_VERSION);
        } catch (SQLiteException noHistory) {
            return false; // Flyway says what is wrong, if anything is
        }
    }

    private static Sql reader(String url) throws SQLException {
        return new Sql(readOnly(url));
    }

    private static Connection readOnly(String url) throws SQLException {
        Connection connection = config().createConnection(url);
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA query_only = 1");
        }
        return connection;
    }

    /// A connection to a file that another process may have open, which sees one state of it and changes nothing.
    static Connection toRead(Path file) throws SQLException {
        Connection connection = readOnly("jdbc:sqlite:" + file);
        connection.setAutoCommit(false);
        return connection;
    }

    /// Makes a file that is not there, with its tables. @return a connection that is told of nothing it writes, in a
    /// transaction
    static Connection make(Path file) throws SQLException {
        open(file).close();
        Connection connection = config().createConnection("jdbc:sqlite:" + file);
        connection.setAutoCommit(false);
        return connection;
    }

    @Override
    protected void requireRoom() {
        space.requireForEntities();
    }

    @Override
    protected void begin(Sql sql) throws SQLException {
        sql.execute("BEGIN IMMEDIATE");
    }

    /// Empties the log that is beside the file, which may have what was deleted since.
    void forgetLog() throws SQLException {
        try (Connection connection = config().createConnection(url);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("PRAGMA wal_checkpoint(TRUNCATE)")) {
            if (!row.next() || row.getInt(1) != 0) {
                throw new SQLException("the entities' log is in use");
            }
        }
    }

    private static SQLiteConfig config() {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout(5000);
        config.enforceForeignKeys(true);
        config.setGetGeneratedKeys(false); // the driver would ask for the last row's id after each change
        return config;
    }

    /// A full disk is nobody's fault and may pass; anything else is ours.
    @Override
    public RuntimeException translated(@Nullable Throwable e) {
        if (e instanceof RuntimeException thrown) {
            return thrown; // by the work: it says itself what is wrong
        }
        if (e instanceof SQLiteException sqlite
                && (sqlite.getResultCode() == SQLiteErrorCode.SQLITE_FULL
                        || sqlite.getResultCode().name().startsWith("SQLITE_IOERR"))) {
            return new Unavailable("the entities can't be written", Duration.ofSeconds(5), sqlite);
        }
        return new IllegalStateException("the entities failed: " + e, e);
    }

    /// What Flyway opens its connections from: it wants a data source to keep the settings.
    private static final class Source extends org.sqlite.SQLiteDataSource {
        Source(String url) {
            super(config());
            setUrl(url);
        }
    }
}
