package dev.licet.store.embedded;

import static java.lang.System.Logger.Level.ERROR;

import dev.licet.core.Unavailable;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// The SQLite file of the entities.
///
/// One thread writes. It takes every request that waits, up to a bound, into one transaction, each in a
/// savepoint of its own, so that one that fails does not fail its neighbours; then it commits, which syncs, and
/// only then do the callers get their answers. While it syncs, the next group gathers, so groups form by
/// themselves and no timer is needed. Readers have connections of their own and see what was committed.
final class Database implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Database.class.getName());
    private static final int GROUP = 1000;
    private static final int QUEUE = 16_384;
    private static final int READERS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /// Some SQL on a connection.
    @FunctionalInterface
    interface Work<T extends @Nullable Object> {
        T run(Connection connection) throws SQLException;
    }

    private final String url;
    private final BlockingQueue<Request<?>> queue = new LinkedBlockingQueue<>(QUEUE);
    private final BlockingQueue<Connection> readers = new ArrayBlockingQueue<>(READERS);
    private final Connection writing;
    private final Thread writer;
    private volatile boolean closed;
    private final Fault fault = new Fault();

    private Database(Path file) throws SQLException {
        url = "jdbc:sqlite:" + file;
        writing = connect(false);
        for (int i = 0; i < READERS; i++) {
            readers.add(connect(true));
        }
        writer = Thread.ofPlatform().name("sqlite-writer").unstarted(this::write);
    }

    static Database open(Path file) {
        try {
            Flyway.configure(Database.class.getClassLoader())
                    .dataSource(new Source("jdbc:sqlite:" + file))
                    .locations("classpath:dev/licet/store/embedded/entities")
                    .load()
                    .migrate();
            Database database = new Database(file);
            database.writer.start();
            return database;
        } catch (SQLException e) {
            throw new IllegalStateException("can't open " + file + ": " + e.getMessage(), e);
        }
    }

    /// Runs the work in a transaction. What it changed is on disk when this returns; when it throws, it changed
    /// nothing.
    <T extends @Nullable Object> T write(Work<T> work) {
        if (isInTransaction()) {
            return within(work);
        }
        Request<T> request = new Request<>(work);
        if (closed || !queue.offer(request)) {
            throw new Unavailable(closed ? "the store is closed" : "too many writes wait", Duration.ofSeconds(1));
        }
        if (closed && queue.remove(request)) {
            throw new Unavailable("the store is closed", Duration.ofSeconds(1));
        }
        return request.await();
    }

    /// Runs the work on what was committed last.
    <T extends @Nullable Object> T read(Work<T> work) {
        if (isInTransaction()) {
            return within(work);
        }
        Connection connection = null;
        try {
            connection = readers.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (connection == null) {
                throw new Unavailable("too many reads wait", Duration.ofSeconds(1));
            }
            return work.run(connection);
        } catch (SQLException e) {
            throw translated(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("interrupted", Duration.ofSeconds(1));
        } finally {
            if (connection != null) {
                readers.add(connection);
            }
        }
    }

    /// Whether the caller is itself work that is being done.
    private boolean isInTransaction() {
        return Thread.currentThread() == writer;
    }

    /// Runs work that other work asks for as a part of it.
    private <T extends @Nullable Object> T within(Work<T> work) {
        try (Statement statement = writing.createStatement()) {
            statement.execute("SAVEPOINT within");
            try {
                T result = work.run(writing);
                statement.execute("RELEASE within");
                return result;
            } catch (Throwable e) {
                if (!isFatal(e)) {
                    statement.execute("ROLLBACK TO within");
                    statement.execute("RELEASE within");
                }
                throw e;
            }
        } catch (SQLException e) {
            throw translated(e);
        }
    }

    /// Such a failure has ended the whole transaction.
    private static boolean isFatal(Throwable e) {
        return e instanceof SQLException && translated(e) instanceof Unavailable
                || e instanceof Unavailable && e.getCause() instanceof SQLException;
    }

    /// What is wrong; empty when the last group was committed.
    Optional<String> check() {
        return fault.lately();
    }

    @Override
    public void close() {
        closed = true;
        writer.interrupt();
        try {
            writer.join();
            for (int i = 0; i < READERS; i++) {
                Connection reader = readers.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                if (reader != null) {
                    reader.close();
                }
            }
            writing.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SQLException e) {
            LOG.log(ERROR, "closing the entities failed", e);
        }
    }

    private void write() {
        List<Request<?>> group = new ArrayList<>(GROUP);
        while (true) {
            group.clear();
            try {
                Request<?> first = closed ? queue.poll() : queue.take();
                if (first == null) {
                    return;
                }
                group.add(first);
            } catch (InterruptedException e) {
                continue; // closing: what was queued before is still written
            }
            queue.drainTo(group, GROUP - 1);
            commit(group);
        }
    }

    private void commit(List<Request<?>> group) {
        try {
            execute("BEGIN IMMEDIATE");
            for (Request<?> request : group) {
                request.run(writing);
            }
            execute("COMMIT");
            fault.isOver();
            group.forEach(Request::committed);
        } catch (Throwable e) {
            // An error too: a dead writer would leave everybody waiting.
            boolean isNew = fault.happened("entities: " + e.getMessage());
            try {
                execute("ROLLBACK");
            } catch (SQLException alreadyRolledBack) {
                LOG.log(System.Logger.Level.DEBUG, "nothing to roll back", alreadyRolledBack);
            } finally {
                group.forEach(request -> request.failed(e));
            }
            if (isNew) {
                LOG.log(ERROR, "writes are not committed; this is told once until some are again", e);
            }
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = writing.createStatement()) {
            statement.execute(sql);
        }
    }

    private Connection connect(boolean readOnly) throws SQLException {
        Connection connection = DriverManager.getConnection(url, config().toProperties());
        if (readOnly) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("PRAGMA query_only = 1");
            }
        }
        return connection;
    }

    private static SQLiteConfig config() {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout(5000);
        config.enforceForeignKeys(true);
        return config;
    }

    /// A full disk is nobody's fault and may pass; anything else is ours.
    private static RuntimeException translated(@Nullable Throwable e) {
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

    /// One caller's work, and the answer that it gets once the group is committed. Made by the caller's thread,
    /// run by the writer; the future hands it back.
    private static final class Request<T extends @Nullable Object> {
        private final Work<T> work;
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private @Nullable T result;
        private @Nullable Throwable failure;

        Request(Work<T> work) {
            this.work = work;
        }

        void run(Connection connection) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute("SAVEPOINT request");
                try {
                    result = work.run(connection);
                } catch (Throwable e) {
                    failure = e;
                    if (isFatal(e)) {
                        throw e;
                    }
                    statement.execute("ROLLBACK TO request");
                }
                statement.execute("RELEASE request");
            }
        }

        @SuppressWarnings("NullAway") // a T that may be null is one by its own type
        void committed() {
            if (failure == null) {
                answer.complete(result);
            } else {
                answer.completeExceptionally(failure);
            }
        }

        void failed(Throwable groups) {
            answer.completeExceptionally(
                    new Unavailable("the entities can't be written", Duration.ofSeconds(5), groups));
        }

        T await() {
            try {
                return answer.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Unavailable("interrupted", Duration.ofSeconds(1));
            } catch (ExecutionException e) {
                throw translated(e.getCause());
            }
        }
    }

    // Shorthand for the tables' SQL.

    /// Runs a statement that changes rows. @return how many
    static int update(Connection connection, String sql, @Nullable Object... arguments) throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql, arguments)) {
            return statement.executeUpdate();
        }
    }

    /// Runs an INSERT. @return the id that the row got
    static long insert(Connection connection, String sql, @Nullable Object... arguments) throws SQLException {
        return first(connection, sql + " RETURNING id", row -> row.getLong(1), arguments)
                .orElseThrow();
    }

    static <T> Optional<T> first(Connection connection, String sql, Row<T> mapping, @Nullable Object... arguments)
            throws SQLException {
        return all(connection, sql, mapping, arguments).stream().findFirst();
    }

    static <T> List<T> all(Connection connection, String sql, Row<T> mapping, @Nullable Object... arguments)
            throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql, arguments);
                ResultSet rows = statement.executeQuery()) {
            List<T> all = new ArrayList<>();
            while (rows.next()) {
                all.add(mapping.map(rows));
            }
            return all;
        }
    }

    /// A value out of the current row.
    @FunctionalInterface
    interface Row<T> {
        T map(ResultSet row) throws SQLException;
    }

    private static PreparedStatement prepare(Connection connection, String sql, @Nullable Object[] arguments)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < arguments.length; i++) {
            statement.setObject(i + 1, arguments[i]);
        }
        return statement;
    }

    /// What Flyway opens its connections from: it wants a data source to keep the settings.
    private static final class Source extends org.sqlite.SQLiteDataSource {
        Source(String url) {
            super(config());
            setUrl(url);
        }
    }
}
