package dev.licet.store.embedded;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import dev.licet.core.Unavailable;
import dev.licet.core.once.Fingerprint;
import dev.licet.store.sql.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// Which events and requests are in the log already, by the ids that their clients gave them.
///
/// Who wants to append claims its ids first; of two that claim the same id, one gets it and the other waits for
/// what becomes of it. `recent` has what is claimed and what was appended lately; once a second a thread of its
/// own brings that into a SQLite file, together with the id of the last event that the file knows of. The file is
/// not synced for each: what a crash takes from it is in the journal, and is read from there at the next start.
/// What the journal no longer has is read from the event table, so that a lost file is made again too.
///
/// A claim looks into `recent` and then into the file; what leaves `recent` is in the file already, so nothing is
/// missed between.
final class IdIndex implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(IdIndex.class.getName());
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration FORGETTING = Duration.ofMillis(100);
    private static final int PARTS = 256;
    private static final int READERS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /// Beyond so many that wait for the file, nothing with an id is taken.
    private static final int MAX_RECENT = 1_000_000;
    /// How far the file may be behind when nobody sends ids: a start has to read so many events.
    private static final long MAX_BEHIND = 100_000;

    static final String SCHEMA = """
            -- content: of a request, 16 bytes; null for an event
            CREATE TABLE IF NOT EXISTS known (
              fingerprint BLOB NOT NULL PRIMARY KEY,
              event       INTEGER NOT NULL,
              content     BLOB
            ) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS applied (id INTEGER NOT NULL);
            INSERT INTO applied SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM applied);
            """;

    /// What an id stands for.
    ///
    /// @param event the id of the event, or of the first event of the request
    /// @param content of a request
    record Known(long event, Optional<Fingerprint> content) {}

    /// What a claim of an id got.
    sealed interface Claim {
        /// It is the claimant's: to be settled or given up.
        record Mine(Fingerprint id) implements Claim {}

        record Taken(Known known) implements Claim {}

        /// Another request has it. @param outcome empty when it gave up
        record InFlight(CompletableFuture<Optional<Known>> outcome) implements Claim {}
    }

    /// Where ids of the past are read again.
    @FunctionalInterface
    interface Past {
        /// Tells all ids of the events after this one.
        void tellAfter(long event, Learner learner) throws IOException, SQLException;
    }

    @FunctionalInterface
    interface Learner {
        void learn(Fingerprint id, Known known);
    }

    private final ConcurrentHashMap<Fingerprint, CompletableFuture<Optional<Known>>> recent = new ConcurrentHashMap<>();
    private final BlockingQueue<Reader> readers = new ArrayBlockingQueue<>(READERS);
    private final Connection writing;
    private final LongSupplier lastAcknowledged;
    private final Past past;
    private final CountDownLatch caughtUp = new CountDownLatch(1);
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread = Thread.ofPlatform().name("id-index").unstarted(this::run);
    private final Fault fault = new Fault();
    /// Written by the thread alone, once it is started.
    private volatile long applied;

    private final AtomicLong forgetBelow = new AtomicLong();
    private volatile boolean still;

    // The thread's own: what the file has forgotten, and is forgetting, below which event, and which part is next.
    private long forgotten;
    private long forgetting;
    private int part;

    private IdIndex(String url, LongSupplier lastAcknowledged, Past past) throws SQLException {
        this.lastAcknowledged = lastAcknowledged;
        this.past = past;
        List<AutoCloseable> opened = new ArrayList<>();
        try {
            writing = connect(url);
            opened.add(writing);
            try (Statement statement = writing.createStatement()) {
                statement.executeUpdate(SCHEMA);
                try (ResultSet row = statement.executeQuery("SELECT id FROM applied")) {
                    row.next();
                    applied = row.getLong(1);
                }
            }
            for (int i = 0; i < READERS; i++) {
                Reader reader = new Reader(connect(url));
                opened.add(reader);
                readers.add(reader);
            }
        } catch (SQLException e) {
            opened.forEach(IdIndex::closeQuietly);
            throw e;
        }
    }

    /// Opens the file, or makes it. One that can't be read is put aside, and is made again from the past.
    ///
    /// @param lastAcknowledged the id of the last event in the log
    static IdIndex open(Path file, LongSupplier lastAcknowledged, Past past) throws SQLException, IOException {
        String url = "jdbc:sqlite:" + file;
        IdIndex index;
        try {
            index = new IdIndex(url, lastAcknowledged, past);
        } catch (SQLException broken) {
            if (!isDamage(broken)) {
                throw broken;
            }
            LOG.log(
                    WARNING,
                    file + " can't be read (" + broken.getMessage() + "). It is put aside as .broken, and is made again"
                            + " from the events.");
            Files.move(file, file.resolveSibling(file.getFileName() + ".broken"), StandardCopyOption.REPLACE_EXISTING);
            Files.deleteIfExists(file.resolveSibling(file.getFileName() + "-wal"));
            Files.deleteIfExists(file.resolveSibling(file.getFileName() + "-shm"));
            index = new IdIndex(url, lastAcknowledged, past);
        }
        index.thread.start();
        return index;
    }

    /// Claims an id for the caller, if nobody has it.
    Claim claim(Fingerprint id) {
        CompletableFuture<Optional<Known>> mine = new CompletableFuture<>();
        CompletableFuture<Optional<Known>> other = recent.putIfAbsent(id, mine);
        if (other != null) {
            Optional<Known> settled = other.getNow(Optional.empty());
            return settled.isPresent() ? new Claim.Taken(settled.get()) : new Claim.InFlight(other);
        }
        try {
            Optional<Known> known = read(id);
            if (known.isEmpty()) {
                return new Claim.Mine(id);
            }
            recent.remove(id, mine);
            mine.complete(known);
            return new Claim.Taken(known.get());
        } catch (Throwable e) {
            giveUp(id);
            throw e;
        }
    }

    /// What the id stands for, now that it is on disk.
    void settle(Fingerprint id, Known known) {
        CompletableFuture<Optional<Known>> claimed = recent.get(id);
        if (claimed == null) {
            throw new IllegalStateException("settled without a claim");
        }
        claimed.complete(Optional.of(known));
    }

    /// Lets somebody else have an id, unless it is settled.
    void giveUp(Fingerprint id) {
        CompletableFuture<Optional<Known>> claimed = recent.get(id);
        if (claimed != null && claimed.complete(Optional.empty())) {
            recent.remove(id, claimed);
        }
    }

    /// Waits until all ids of the past are known; at a start they are read again.
    void awaitPast() {
        asked.countDown();
        try {
            if (!caughtUp.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new Unavailable("the ids of events are being read", Duration.ofSeconds(5));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("interrupted", Duration.ofSeconds(1), e);
        }
        if (recent.size() > MAX_RECENT) {
            throw new Unavailable("too many ids wait to be written", Duration.ofSeconds(5));
        }
    }

    /// The id of the last event whose ids the file knows.
    long applied() {
        return applied;
    }

    /// Forgets, after a while, what stands for events below this one: they were let go.
    void forgetBelow(long event) {
        forgetBelow.accumulateAndGet(event, Math::max);
    }

    /// Nothing comes any more: the file is to know all ids soon, for who reads it.
    void holdStill() {
        still = true;
        asked.countDown();
    }

    /// What is wrong; empty when the last write went well.
    Optional<String> check() {
        return fault.lately();
    }

    @Override
    public void close() {
        closing.countDown();
        asked.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        readers.forEach(IdIndex::closeQuietly);
        closeQuietly(writing);
    }

    private Optional<Known> read(Fingerprint id) {
        Reader reader = null;
        try {
            reader = readers.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (reader == null) {
                throw new Unavailable("too many ids are looked up", Duration.ofSeconds(1));
            }
            return reader.find(id);
        } catch (SQLException e) {
            fault.happened("ids: " + e.getMessage());
            throw new Unavailable("the id index can't be read", Duration.ofSeconds(5), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("interrupted", Duration.ofSeconds(1), e);
        } finally {
            if (reader != null) {
                readers.add(reader);
            }
        }
    }

    private void run() {
        boolean closed = false;
        try {
            asked.await(EmbeddedEventLog.START.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return; // nobody does that
        }
        while (!closed) {
            try {
                if (caughtUp.getCount() > 0) {
                    learnPast();
                    caughtUp.countDown();
                }
                closed = closing.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
                write(closed || still);
                if (!closed && !still) {
                    forgetSome();
                }
                fault.isOver();
            } catch (InterruptedException e) {
                return; // nobody does that
            } catch (Throwable e) {
                // An error too: without this thread no new id is ever kept.
                if (fault.happened("ids: " + e.getMessage())) {
                    LOG.log(ERROR, "the id index is not written; this is told once until it is again", e);
                }
                closed = closing.getCount() == 0 || pause();
            }
        }
    }

    private boolean pause() {
        try {
            return closing.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return true;
        }
    }

    /// What was appended before this start, and did not get into the file.
    private void learnPast() throws SQLException, IOException {
        long upTo = lastAcknowledged.getAsLong();
        if (upTo <= applied) {
            return;
        }
        List<Map.Entry<Fingerprint, Known>> batch = new ArrayList<>();
        past.tellAfter(applied, (id, known) -> {
            batch.add(Map.entry(id, known));
            if (batch.size() == MAX_BEHIND) {
                insert(batch, applied);
                batch.clear();
            }
        });
        insert(batch, upTo);
    }

    /// Writes what was settled. Of what is claimed only, some may be in the log already: it is waited for, so
    /// that the file knows the ids of all events up to the one that it names.
    ///
    /// @param all of it, or what is worth it by now
    private void write(boolean all) {
        long upTo = lastAcknowledged.getAsLong();
        if (recent.isEmpty() && (upTo == applied || !all && upTo - applied < MAX_BEHIND)) {
            return;
        }
        List<Map.Entry<Fingerprint, Known>> settled = new ArrayList<>();
        recent.forEach((id, outcome) -> await(outcome)
                .filter(known -> known.event() <= upTo)
                .ifPresent(known -> settled.add(Map.entry(id, known))));
        insert(settled, upTo);
        settled.forEach(entry -> recent.remove(entry.getKey()));
    }

    private static Optional<Known> await(CompletableFuture<Optional<Known>> outcome) {
        try {
            return outcome.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException("a claimed id was neither settled nor given up", e);
        }
    }

    private void insert(List<Map.Entry<Fingerprint, Known>> entries, long upTo) {
        entries.sort(Comparator.comparingLong(entry -> entry.getKey().high())); // near each other in the file
        try (Statement transaction = writing.createStatement();
                PreparedStatement row =
                        writing.prepareStatement("INSERT INTO known VALUES (?, ?, ?) ON CONFLICT DO NOTHING")) {
            transaction.execute("BEGIN IMMEDIATE");
            try {
                for (Map.Entry<Fingerprint, Known> entry : entries) {
                    row.setBytes(1, entry.getKey().toBytes());
                    row.setLong(2, entry.getValue().event());
                    row.setBytes(
                            3,
                            entry.getValue().content().map(Fingerprint::toBytes).orElse(null));
                    row.executeUpdate();
                }
                transaction.executeUpdate("UPDATE applied SET id = " + upTo);
                transaction.execute("COMMIT");
            } catch (SQLException e) {
                rollBack(transaction);
                throw e;
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
        applied = upTo;
    }

    private static void rollBack(Statement transaction) {
        try {
            transaction.execute("ROLLBACK");
        } catch (SQLException alreadyRolledBack) {
            LOG.log(System.Logger.Level.DEBUG, "nothing to roll back", alreadyRolledBack);
        }
    }

    /// Deletes what stands for events that were let go, a 256th of the file after the other, since it is ordered by
    /// fingerprint alone, for a tenth of a second at most.
    private void forgetSome() throws SQLException {
        long began = System.nanoTime();
        while (forgotten < forgetBelow.get() && System.nanoTime() - began < FORGETTING.toNanos()) {
            if (part == 0) {
                forgetting = forgetBelow.get();
            }
            forget(part, forgetting);
            part = (part + 1) % PARTS;
            if (part == 0) {
                forgotten = forgetting;
            }
        }
    }

    private void forget(int nth, long below) throws SQLException {
        try (PreparedStatement statement = writing.prepareStatement(
                "DELETE FROM known WHERE fingerprint >= ? AND (? OR fingerprint < ?) AND event < ?")) {
            statement.setBytes(1, new byte[] {(byte) nth});
            statement.setBoolean(2, nth == PARTS - 1);
            statement.setBytes(3, new byte[] {(byte) (nth + 1)});
            statement.setLong(4, below);
            statement.executeUpdate();
        }
    }

    private static boolean isDamage(SQLException e) {
        return e instanceof SQLiteException sqlite
                && (sqlite.getResultCode() == SQLiteErrorCode.SQLITE_NOTADB
                        || sqlite.getResultCode() == SQLiteErrorCode.SQLITE_CORRUPT);
    }

    static Connection connect(String url) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
        config.setBusyTimeout(5000);
        return config.createConnection(url);
    }

    private static void closeQuietly(AutoCloseable opened) {
        try {
            opened.close();
        } catch (Exception e) {
            LOG.log(ERROR, "closing the id index failed", e);
        }
    }

    /// A connection with its question at hand. For one thread at a time.
    private static final class Reader implements AutoCloseable {
        private final Connection connection;
        private final PreparedStatement question;

        Reader(Connection connection) throws SQLException {
            this.connection = connection;
            this.question = connection.prepareStatement("SELECT event, content FROM known WHERE fingerprint = ?");
        }

        Optional<Known> find(Fingerprint id) throws SQLException {
            question.setBytes(1, id.toBytes());
            try (ResultSet row = question.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                byte @Nullable [] content = row.getBytes(2);
                return Optional.of(
                        new Known(row.getLong(1), Optional.ofNullable(content).map(Fingerprint::of)));
            }
        }

        @Override
        public void close() throws SQLException {
            question.close();
            connection.close();
        }
    }
}
