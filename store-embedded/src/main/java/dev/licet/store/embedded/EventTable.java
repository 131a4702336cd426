package dev.licet.store.embedded;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import dev.licet.core.event.EventQuery;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ApplicationId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.UserId;
import dev.licet.core.once.RequestKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/// The events as questions are asked of them: one DuckDB table, with the id of the last event loaded in the
/// same transactions. It can be lost: the archive and the journal rebuild it.
///
/// One thread loads; any thread asks, on a connection of its own. DuckDB itself makes no checkpoint while it
/// runs, since it would do so within a load's commit: [Keeper] does.
final class EventTable implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EventTable.class.getName());
    private static final String SCHEMA = """
            CREATE TABLE IF NOT EXISTS event (
              id          BIGINT    NOT NULL,
              account     BIGINT    NOT NULL,
              received_at TIMESTAMP NOT NULL, -- UTC
              source      VARCHAR   NOT NULL,
              happened_at TIMESTAMP NOT NULL, -- UTC, by the client's clock
              name        VARCHAR,
              feature     VARCHAR,
              product     BIGINT,
              key         VARCHAR,
              machine     VARCHAR,
              "user"      BIGINT,
              application BIGINT,
              value       BIGINT,
              currency    VARCHAR,
              metadata    VARCHAR,
              client_id   VARCHAR,
              end_user    VARCHAR,
              session     VARCHAR,
              request_key BLOB -- of the request: name and content, 16 bytes each
            );
            -- The ids of the last events of each load. Rows are only added, so that a load can commit while a
            -- checkpoint runs.
            CREATE TABLE IF NOT EXISTS applied (id BIGINT NOT NULL);
            -- What should have been loaded and was nowhere to be found.
            CREATE TABLE IF NOT EXISTS missing (first_id BIGINT NOT NULL, last_id BIGINT NOT NULL);
            -- Tables of before these columns; new ones come last, as the appender has them.
            ALTER TABLE event ADD COLUMN IF NOT EXISTS client_id VARCHAR;
            ALTER TABLE event ADD COLUMN IF NOT EXISTS end_user VARCHAR;
            ALTER TABLE event ADD COLUMN IF NOT EXISTS session VARCHAR;
            ALTER TABLE event ADD COLUMN IF NOT EXISTS request_key BLOB;
            """;

    private static final String ROWS =
            "SELECT *, epoch_us(received_at) AS received_us, epoch_us(happened_at) AS happened_us FROM event WHERE ";
    private static final String APPLIED = "SELECT coalesce(max(id), 0) FROM applied";
    /// A day's questions and sorts need far less; what does not end must not fill the disk.
    private static final String MAX_TEMPORARY = "4GiB";

    private final Path file;
    private final long memory;
    /// Who asks has its read lock, who puts another instance in place its write lock.
    private final ReentrantReadWriteLock instance = new ReentrantReadWriteLock();
    private DuckDBConnection root;

    private EventTable(Path file, long memory, DuckDBConnection root) {
        this.file = file;
        this.memory = memory;
        this.root = root;
    }

    /// Opens the file. One that can't be opened is put aside under another name, and the table starts empty; but
    /// not on a full disk, where the file is not at fault.
    ///
    /// @param memory the most that DuckDB takes, in bytes
    static EventTable open(Path file, long memory) {
        return new EventTable(file, memory, connect(file, memory));
    }

    private static DuckDBConnection connect(Path file, long memory) {
        try {
            return tryConnect(file, memory);
        } catch (SQLException broken) {
            if (!Files.exists(file) || isOfAFullDisk(broken)) {
                throw new IllegalStateException("can't open " + file + ": " + broken.getMessage(), broken);
            }
            LOG.log(WARNING, file + " can't be opened: " + broken.getMessage());
            return withoutItsLogs(file, memory).orElseGet(() -> anew(file, memory));
        }
    }

    /// The table as the last checkpoint left it: what came after is still in the journal.
    private static Optional<DuckDBConnection> withoutItsLogs(Path file, long memory) {
        try {
            if (!putAside(logs(file))) {
                return Optional.empty();
            }
            DuckDBConnection connection = tryConnect(file, memory);
            LOG.log(WARNING, "its log was put aside, and what it had is loaded again from the journal");
            return Optional.of(connection);
        } catch (SQLException notTheLog) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("can't put the log of " + file + " aside", e);
        }
    }

    private static DuckDBConnection anew(Path file, long memory) {
        try {
            putAside(List.of(file));
            LOG.log(
                    WARNING,
                    "it is now " + aside(file).getFileName()
                            + ", and the events are loaded again from the archive and the journal");
            return tryConnect(file, memory);
        } catch (IOException e) {
            throw new UncheckedIOException("can't put " + file + " aside", e);
        } catch (SQLException e) {
            throw new IllegalStateException("can't make " + file + ": " + e.getMessage(), e);
        }
    }

    /// The write-ahead log, and the ones that a checkpoint has beside it while it runs.
    private static List<Path> logs(Path file) throws IOException {
        String start = file.getFileName() + ".";
        try (Stream<Path> files = Files.list(file.toAbsolutePath().getParent())) {
            return files.filter(path -> path.getFileName().toString().startsWith(start)
                            && path.getFileName().toString().endsWith("wal"))
                    .toList();
        }
    }

    private static boolean putAside(List<Path> files) throws IOException {
        for (Path path : files) {
            Files.move(path, aside(path), StandardCopyOption.REPLACE_EXISTING);
        }
        return !files.isEmpty();
    }

    private static Path aside(Path path) {
        return path.resolveSibling(path.getFileName() + ".broken");
    }

    private static boolean isOfAFullDisk(SQLException e) {
        return String.valueOf(e.getMessage()).contains("No space left");
    }

    private static DuckDBConnection tryConnect(Path file, long memory) throws SQLException {
        Properties settings = new Properties();
        settings.setProperty("threads", Integer.toString(Runtime.getRuntime().availableProcessors()));
        settings.setProperty("memory_limit", memory + "B");
        settings.setProperty("temp_directory", file.toAbsolutePath() + ".tmp");
        settings.setProperty("max_temp_directory_size", MAX_TEMPORARY);
        settings.setProperty("checkpoint_threshold", "1024TiB"); // never by itself
        settings.setProperty("auto_checkpoint_skip_wal_threshold", Long.toString(Long.MAX_VALUE)); // nor instead
        settings.setProperty("autoinstall_known_extensions", "false"); // nothing is fetched
        DuckDBConnection root = open(file, false, settings);
        try (Statement statement = root.createStatement()) {
            statement.execute(SCHEMA);
        } catch (SQLException e) {
            root.close(); // else the next try would be given this one again
            throw e;
        }
        return root;
    }

    /// Not by the driver: its class announces events to the flight recorder, which takes a tenth of a start.
    private static DuckDBConnection open(Path file, boolean readOnly, Properties settings) throws SQLException {
        try {
            return DuckDBConnection.newConnection("jdbc:duckdb:" + file.toAbsolutePath(), readOnly, settings);
        } catch (SQLException e) {
            throw e;
        } catch (Exception e) {
            throw new SQLException(e);
        }
    }

    /// Whether the database has given up, as it does after a full disk: then no statement works any more.
    boolean isDead() {
        try (Statement statement = root.createStatement()) {
            statement.execute("SELECT 1");
            return false;
        } catch (SQLException e) {
            return true;
        }
    }

    /// Puts a new instance in the place of a dead one, once nobody asks the old one. For the loading thread alone.
    void reopen() {
        instance.writeLock().lock();
        try {
            close();
            root = connect(file, memory);
        } finally {
            instance.writeLock().unlock();
        }
    }

    /// The id of the last event loaded; 0 for none. For the loading thread alone.
    long applied() throws SQLException {
        return applied(root);
    }

    /// What [#applied] is of a table that is not open, without changing it; 0 if it can't be read.
    static long appliedOf(Path file) {
        if (!Files.exists(file)) {
            return 0;
        }
        try (Connection connection = open(file, true, new Properties())) {
            return applied(connection);
        } catch (SQLException e) {
            LOG.log(WARNING, file + " can't be read (" + e.getMessage() + ")");
            return 0;
        }
    }

    static long applied(Connection connection) throws SQLException {
        return number(connection, APPLIED);
    }

    /// Where a load takes its records from.
    interface Records {
        /// The next one; null at the end.
        @Nullable
        JournalRecord next() throws IOException;
    }

    /// Adds the records and the position after them in one transaction. Only one record at a time is in memory. For
    /// the loading thread alone.
    void load(Records records) throws SQLException, IOException {
        inTransaction(statement -> {
            long last = 0;
            try (DuckDBAppender appender = root.createAppender("event")) {
                Rows rows = new Rows(appender);
                for (JournalRecord record = records.next(); record != null; record = records.next()) {
                    rows.add(record);
                    last = record.nextId() - 1;
                }
                appender.flush();
            }
            if (last > 0) {
                applied(statement, last);
            }
        });
    }

    /// Notes in a transaction that it brings all events up to this one.
    static void applied(Statement change, long id) throws SQLException {
        change.execute("INSERT INTO applied VALUES (" + id + ")"); // not an update: see the schema
    }

    /// What is done in one transaction.
    interface Change {
        void with(Statement statement) throws SQLException, IOException;
    }

    /// All of it or nothing. For the loading thread alone.
    void inTransaction(Change change) throws SQLException, IOException {
        try (Statement statement = root.createStatement()) {
            // Not by setAutoCommit: the appender's flush would commit then.
            statement.execute("BEGIN TRANSACTION");
            try {
                change.with(statement);
                statement.execute("COMMIT");
            } catch (Throwable e) {
                rollBack();
                throw e;
            }
        }
    }

    private void rollBack() {
        try (Statement statement = root.createStatement()) {
            statement.execute("ROLLBACK");
        } catch (SQLException alreadyRolledBack) {
            LOG.log(System.Logger.Level.DEBUG, "nothing to roll back", alreadyRolledBack);
        }
    }

    /// The events of records as rows: from the bytes of the one to the bytes of the other.
    private static final class Rows implements EventCodec.Sink<SQLException> {
        private final DuckDBAppender appender;
        private long id;
        private long receivedAt;
        private byte @Nullable [] requestKey;

        Rows(DuckDBAppender appender) {
            this.appender = appender;
        }

        void add(JournalRecord record) throws SQLException {
            id = record.firstId();
            receivedAt = Micros.of(record.receivedAt());
            EventCodec.read(record.payload(), record.count(), this);
        }

        @Override
        public void requestKey(byte @Nullable [] bytes) {
            requestKey = bytes;
        }

        @Override
        public void begin(long account) throws SQLException {
            appender.beginRow().append(id++).append(account).appendEpochMicros(receivedAt);
        }

        @Override
        public void number(long number) throws SQLException {
            appender.append(number);
        }

        @Override
        public void time(long micros) throws SQLException {
            appender.appendEpochMicros(micros);
        }

        @Override
        public void text(byte[] from, int at, int length) throws SQLException {
            appender.append(Arrays.copyOfRange(from, at, at + length));
        }

        @Override
        public void absent() throws SQLException {
            appender.appendNull();
        }

        @Override
        public void end() throws SQLException {
            appender.append(requestKey);
            appender.endRow();
        }
    }

    /// What is done on a connection of its own.
    interface Work<T> {
        T with(Connection connection) throws SQLException, IOException;
    }

    /// Does it while nobody puts another instance in place. For any thread.
    <T> T work(Work<T> work) throws SQLException, IOException {
        instance.readLock().lock();
        try (Connection connection = root.duplicate()) {
            return work.with(connection);
        } finally {
            instance.readLock().unlock();
        }
    }

    /// Brings what was committed from the log into the file. @return the id of the last event that is in the file now
    long checkpoint() throws SQLException, IOException {
        return work(connection -> {
            long applied = applied(connection);
            // A new one each time: a statement that failed once fails for ever.
            try (Statement statement = connection.createStatement()) {
                statement.execute("CHECKPOINT");
            }
            return applied;
        });
    }

    /// How much waits for a checkpoint.
    long logBytes() throws IOException {
        long bytes = 0;
        for (Path log : logs(file)) {
            bytes += log.toFile().length(); // 0 for one that just went
        }
        return bytes;
    }

    /// What should have been loaded and was nowhere to be found, the lowest first.
    List<IdRange> missing() throws SQLException, IOException {
        return work(connection -> {
            List<IdRange> missing = new ArrayList<>();
            try (Statement statement = connection.createStatement();
                    ResultSet rows =
                            statement.executeQuery("SELECT first_id, last_id FROM missing ORDER BY first_id")) {
                while (rows.next()) {
                    missing.add(new IdRange(rows.getLong(1), rows.getLong(2)));
                }
            }
            return missing;
        });
    }

    /// Deletes what was received before then. By a clock that was set back some events look older than they are: what
    /// came after an event that stays does so too. But not after one of the future.
    ///
    /// @return how many
    long deleteReceivedBefore(Instant then, Instant now) throws SQLException, IOException {
        return work(connection -> {
            try (PreparedStatement statement = connection.prepareStatement("""
                    DELETE FROM event WHERE received_at < make_timestamp(?) AND id < (
                      SELECT coalesce(min(id), 9223372036854775807) FROM event
                      WHERE received_at BETWEEN make_timestamp(?) AND make_timestamp(?))""")) {
                statement.setLong(1, Micros.of(then));
                statement.setLong(2, Micros.of(then));
                statement.setLong(3, Micros.of(now));
                return (long) statement.executeUpdate();
            }
        });
    }

    /// The lowest id of what was received then or later; empty when nothing was.
    OptionalLong firstReceivedSince(Instant then) throws SQLException, IOException {
        return work(connection -> {
            try (PreparedStatement statement =
                    connection.prepareStatement("SELECT min(id) FROM event WHERE received_at >= make_timestamp(?)")) {
                statement.setLong(1, Micros.of(then));
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    long id = row.getLong(1);
                    return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(id);
                }
            }
        });
    }

    /// When the last event that is there was received; empty when there is none.
    Optional<Instant> lastReceipt() throws SQLException, IOException {
        return work(connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT epoch_us(max(received_at)) FROM event")) {
                row.next();
                long micros = row.getLong(1);
                return row.wasNull() ? Optional.empty() : Optional.of(Micros.instant(micros));
            }
        });
    }

    /// Each load leaves a position; only the last one is needed. Not while a checkpoint runs.
    void forgetOldPositions() throws SQLException, IOException {
        work(connection -> {
            try (Statement statement = connection.createStatement()) {
                return statement.execute("DELETE FROM applied WHERE id < (SELECT max(id) FROM applied)");
            }
        });
    }

    static long number(Connection connection, String question) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(question)) {
            row.next();
            return row.getLong(1);
        }
    }

    /// Tells the ids that clients gave, of the loaded events between these two, both left out.
    ///
    /// @param from the table, or archived rows of it
    void tellIds(String from, long above, long below, IdIndex.Learner learner) throws SQLException {
        String sql = "SELECT id, account, client_id, request_key FROM " + from
                + " WHERE id > ? AND id < ? AND (client_id IS NOT NULL OR request_key IS NOT NULL) ORDER BY id";
        instance.readLock().lock();
        try (Connection connection = root.duplicate();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, above);
            statement.setLong(2, below);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    long id = rows.getLong("id");
                    AccountNumber account = new AccountNumber(rows.getLong("account"));
                    text(rows, "client_id")
                            .ifPresent(
                                    client -> learner.learn(OnceOnly.fingerprint(account, client), OnceOnly.event(id)));
                    byte @Nullable [] request = rows.getBytes("request_key");
                    if (request != null) {
                        RequestKey key = EventCodec.requestKey(request);
                        learner.learn(key.name(), OnceOnly.request(id, key));
                    }
                }
            }
        } finally {
            instance.readLock().unlock();
        }
    }

    /// What matches of what is loaded, the highest id first.
    List<RecordedEvent> find(EventQuery query) throws SQLException, IOException {
        boolean upwards = query.above().isPresent();
        Selection selection = Selection.of(query.account(), query.filter())
                .above(query.above())
                .below(upwards ? OptionalLong.empty() : query.below());
        List<RecordedEvent> found = work(
                connection -> rows(connection, selection, upwards ? "ASC" : "DESC", query.limit(), Long.MAX_VALUE));
        return upwards ? found.reversed() : found;
    }

    /// Rows in the order of their ids; ends early once their texts have so many characters.
    static List<RecordedEvent> rows(Connection connection, Selection selection, String order, int limit, long enough)
            throws SQLException {
        List<RecordedEvent> found = new ArrayList<>();
        long characters = 0;
        try (PreparedStatement statement =
                        selection.prepare(connection, ROWS, " ORDER BY id " + order + " LIMIT " + limit);
                ResultSet rows = statement.executeQuery()) {
            while (characters < enough && rows.next()) {
                RecordedEvent row = row(rows);
                found.add(row);
                characters += row.event().metadata().map(String::length).orElse(0);
            }
        }
        return found;
    }

    private static RecordedEvent row(ResultSet row) throws SQLException {
        return new RecordedEvent(
                row.getLong("id"),
                Micros.instant(row.getLong("received_us")),
                new UsageEvent(
                        new AccountNumber(row.getLong("account")),
                        row.getString("source"),
                        text(row, "client_id"),
                        Micros.instant(row.getLong("happened_us")),
                        text(row, "name"),
                        text(row, "feature"),
                        number(row, "product").map(ProductId::new),
                        text(row, "key"),
                        text(row, "machine"),
                        text(row, "end_user"),
                        text(row, "session"),
                        number(row, "user").map(UserId::new),
                        number(row, "application").map(ApplicationId::new),
                        number(row, "value").map(OptionalLong::of).orElseGet(OptionalLong::empty),
                        text(row, "currency"),
                        text(row, "metadata")));
    }

    private static Optional<String> text(ResultSet row, String column) throws SQLException {
        @Nullable String text = row.getString(column);
        return Optional.ofNullable(text);
    }

    private static Optional<Long> number(ResultSet row, String column) throws SQLException {
        long number = row.getLong(column);
        return row.wasNull() ? Optional.empty() : Optional.of(number);
    }

    @Override
    public void close() {
        try {
            root.close();
        } catch (SQLException e) {
            LOG.log(ERROR, "closing the event table failed", e);
        }
    }
}
