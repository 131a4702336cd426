package dev.licet.store.embedded;

import static java.lang.System.Logger.Level.ERROR;

import dev.licet.core.Pending;
import dev.licet.core.Unavailable;
import dev.licet.core.audit.Acting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Supplier;
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
    /// Of the newest migration.
    static final String SCHEMA_VERSION = "16";

    /// So many that things seldom share one: who does is read again without need.
    private static final int VERSIONS = 1 << 16;
    private static final int GROUP = 1000;
    private static final long GROUP_NANOS = 3_000_000;
    private static final int QUEUE = 16_384;
    /// More than threads that can be at it at once, event loops (two a core) and carriers of virtual threads (one):
    /// who reads waits for nothing but the reading.
    private static final int READERS = 3 * Runtime.getRuntime().availableProcessors() + 2;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    static {
        SqliteLibrary.useBesideDriver();
    }

    /// Some SQL.
    @FunctionalInterface
    interface Work<T extends @Nullable Object> {
        T run(Sql sql) throws SQLException;
    }

    private final String url;
    private final BlockingQueue<Request<?>> queue = new LinkedBlockingQueue<>(QUEUE);
    private final BlockingQueue<Sql> readers = new ArrayBlockingQueue<>(READERS);
    private final Sql writing;
    private final Thread writer;
    private volatile boolean closed;
    /// How often what is remembered has changed. Written by the writer alone.
    private volatile long version;

    /// The writer's own: whether the group that it is at changes what is remembered.
    private boolean changesRemembered;

    /// How often what falls on each place has changed. Written by the writer alone.
    private final AtomicLongArray versions = new AtomicLongArray(VERSIONS);

    /// The writer's own: the places of what the group that it is at changes.
    private final Set<Integer> touched = new HashSet<>();

    /// The writer's own: how often something that was written was taken back.
    private int rollbacks;

    /// The writer's own: what it has taken from the queue and not begun.
    private final Deque<Request<?>> drained = new ArrayDeque<>();

    /// The writer's own: what it is at.
    private @Nullable Request<?> current;

    private final Fault fault = new Fault();

    private final DiskSpace space;
    private final ChangeLog changes;

    private Database(Path file, DiskSpace space, ChangeLog changes) throws SQLException {
        this.space = space;
        this.changes = changes;
        url = "jdbc:sqlite:" + file;
        writing = connect(false);
        for (int i = 0; i < READERS; i++) {
            readers.add(connect(true));
        }
        writer = Thread.ofPlatform().name("sqlite-writer").unstarted(this::write);
    }

    static Database open(Path file) {
        return open(file, DiskSpace.unwatched(), ChangeLog.keepingAll());
    }

    /// @param space whether it has room for entities
    static Database open(Path file, DiskSpace space, ChangeLog changes) {
        try {
            if (!isCurrent(file)) {
                Flyway.configure(Database.class.getClassLoader())
                        .dataSource(new Source("jdbc:sqlite:" + file))
                        .locations("classpath:dev/licet/store/embedded/entities")
                        .load()
                        .migrate();
            }
            Database database = new Database(file, space, changes);
            database.writer.start();
            return database;
        } catch (SQLException e) {
            throw new IllegalStateException("can't open " + file + ": " + e.getMessage(), e);
        }
    }

    /// Looks at a file that another process may have open, and changes nothing.
    static <T> T look(Path file, Work<T> work) {
        try (Connection connection = config().createConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                Sql sql = new Sql(connection)) {
            statement.execute("PRAGMA query_only = 1");
            sql.execute("BEGIN");
            return work.run(sql);
        } catch (SQLException e) {
            throw new IllegalStateException("can't read " + file + ": " + e.getMessage(), e);
        }
    }

    /// Whether there is nothing to migrate, which Flyway takes a fifth of a start to see.
    private static boolean isCurrent(Path file) throws SQLException {
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

    /// Runs the work in a transaction. What it changed is on disk when this returns; when it throws, it changed
    /// nothing.
    <T extends @Nullable Object> T write(Work<T> work) {
        return submit(sql -> {
            changesRemembered = true;
            return work.run(sql);
        });
    }

    /// Does the same with work that changes nothing that is [Remembered], such as a ping.
    <T extends @Nullable Object> T writeUnremembered(Work<T> work) {
        return submit(work);
    }

    /// Runs work that asks for other work, all of it in one transaction.
    <T> T together(Supplier<T> work) {
        return submit(sql -> work.get());
    }

    /// Does the same without waiting for the disk.
    <T> Pending<T> submitTogether(Supplier<T> work) {
        return submitUnremembered(sql -> work.get());
    }

    /// Runs work that changes nothing that is remembered, without waiting for the disk; within other work it is done at
    /// once, as a part of that.
    <T extends @Nullable Object> Pending<T> submitUnremembered(Work<T> work) {
        return isInTransaction()
                ? Pending.of(CompletableFuture.completedFuture(within(work)))
                : Pending.of(enqueue(work).answer);
    }

    /// Runs something when the request that is being done is on disk, at once if none is.
    void afterwards(Runnable then) {
        if (isInTransaction()) {
            Objects.requireNonNull(current).then.add(then);
        } else {
            then.run();
        }
    }

    /// For work that is being done: it changes this thing, which may be [Remembered] by itself.
    void touch(Object thing) {
        touched.add(place(thing));
    }

    /// Another one after each change of this thing, if any, or of what is remembered in general, from the moment that
    /// it
    /// is acknowledged.
    long version(@Nullable Object thing) {
        return thing == null ? version : version + versions.get(place(thing)); // both only rise
    }

    /// For work that is being done: whether it, or its group, may have changed this thing, if any, or what is
    /// remembered
    /// in general.
    boolean isChanging(@Nullable Object thing) {
        return changesRemembered || thing != null && touched.contains(place(thing));
    }

    private static int place(Object thing) {
        return Math.floorMod(thing.hashCode() * 0x9E3779B9, VERSIONS);
    }

    private <T extends @Nullable Object> T submit(Work<T> work) {
        if (isInTransaction()) {
            return within(work);
        }
        return enqueue(work).await();
    }

    private <T extends @Nullable Object> Request<T> enqueue(Work<T> work) {
        space.requireForEntities();
        Request<T> request = new Request<>(work);
        if (closed || !queue.offer(request)) {
            throw new Unavailable(closed ? "the store is closed" : "too many writes wait", Duration.ofSeconds(1));
        }
        if (closed && queue.remove(request)) {
            throw new Unavailable("the store is closed", Duration.ofSeconds(1));
        }
        return request;
    }

    /// Runs the work on what was committed last.
    <T extends @Nullable Object> T read(Work<T> work) {
        Sql reader = null;
        try {
            if (isInTransaction()) {
                return work.run(writing);
            }
            reader = readers.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (reader == null) {
                throw new Unavailable("too many reads wait", Duration.ofSeconds(1));
            }
            return work.run(reader);
        } catch (SQLException e) {
            throw translated(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("interrupted", Duration.ofSeconds(1));
        } finally {
            if (reader != null) {
                readers.add(reader);
            }
        }
    }

    /// How often something that was written was taken back; for work that is being done.
    int rollbacks() {
        return rollbacks;
    }

    /// Whether the caller is itself work that is being done.
    boolean isInTransaction() {
        return Thread.currentThread() == writer;
    }

    /// Runs work that other work asks for as a part of it.
    private <T extends @Nullable Object> T within(Work<T> work) {
        try {
            writing.execute("SAVEPOINT within");
            int mark = changes.mark();
            try {
                T result = work.run(writing);
                writing.execute("RELEASE within");
                return result;
            } catch (Throwable e) {
                if (!isFatal(e)) {
                    writing.execute("ROLLBACK TO within");
                    writing.execute("RELEASE within");
                    changes.forgetFrom(mark);
                    rollbacks++;
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

    /// What is wrong; empty when the last group was committed.
    Optional<String> check() {
        return fault.lately();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        writer.interrupt();
        try {
            writer.join();
            for (int i = 0; i < READERS; i++) {
                Sql reader = readers.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
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
        while (true) {
            try {
                if (drained.isEmpty()) {
                    Request<?> first = closed ? queue.poll() : queue.take();
                    if (first == null) {
                        return;
                    }
                    drained.add(first);
                    queue.drainTo(drained, GROUP - 1);
                }
                commit();
            } catch (InterruptedException e) {
                // closing: what was queued before is still written
            }
        }
    }

    /// Commits the requests that have waited, of many those that are done in a while: what their callers do then, such
    /// as signing, goes on beside the next ones.
    private void commit() {
        List<Request<?>> group = new ArrayList<>();
        try {
            writing.execute("BEGIN IMMEDIATE");
            long began = System.nanoTime();
            while (!drained.isEmpty() && (group.isEmpty() || System.nanoTime() - began < GROUP_NANOS)) {
                Request<?> next = drained.remove();
                group.add(next);
                current = next;
                next.run(this);
            }
            writing.execute("COMMIT");
            if (changesRemembered) {
                version++;
                changesRemembered = false;
            }
            touched.forEach(versions::incrementAndGet);
            touched.clear();
            fault.isOver();
            group.forEach(Request::committed);
        } catch (Throwable e) {
            // An error too: a dead writer would leave everybody waiting.
            boolean isNew = fault.happened("entities: " + e.getMessage());
            changes.forgetAll();
            rollbacks++;
            try {
                writing.execute("ROLLBACK");
            } catch (SQLException alreadyRolledBack) {
                LOG.log(System.Logger.Level.DEBUG, "nothing to roll back", alreadyRolledBack);
            } finally {
                group.addAll(drained); // whoever waited for the same
                drained.clear();
                group.forEach(request -> request.failed(e));
            }
            if (isNew) {
                LOG.log(ERROR, "writes are not committed; this is told once until some are again", e);
            }
        }
    }

    private Sql connect(boolean readOnly) throws SQLException {
        Connection connection = config().createConnection(url);
        if (!readOnly) {
            changes.watch(connection);
        } else {
            try (Statement statement = connection.createStatement()) {
                statement.execute("PRAGMA query_only = 1");
            }
        }
        return new Sql(connection);
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
    static RuntimeException translated(@Nullable Throwable e) {
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
        private final Acting.By by = Acting.current();
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private final List<Runnable> then = new ArrayList<>(0);
        private @Nullable T result;
        private @Nullable Throwable failure;

        Request(Work<T> work) {
            this.work = work;
        }

        void run(Database database) throws SQLException {
            Sql sql = database.writing;
            sql.execute("SAVEPOINT request");
            try {
                result = work.run(sql);
                database.changes.write(sql, by);
            } catch (Throwable e) {
                failure = e;
                if (isFatal(e)) {
                    throw e;
                }
                sql.execute("ROLLBACK TO request");
                database.changes.forgetAll();
                database.rollbacks++;
            }
            sql.execute("RELEASE request");
        }

        @SuppressWarnings("NullAway") // a T that may be null is one by its own type
        void committed() {
            if (failure == null) {
                then.forEach(Runnable::run);
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

    /// What Flyway opens its connections from: it wants a data source to keep the settings.
    private static final class Source extends org.sqlite.SQLiteDataSource {
        Source(String url) {
            super(config());
            setUrl(url);
        }
    }
}
