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
import dev.licet.store.sql.EventSelection;
import dev.licet.store.sql.entity.Micros;
import dev.licet.store.sql.move.MovedEvent;
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
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/// The events as questions are asked of them: one DuckDB table, with the id of the last event loaded in the
/// same transactions. It can be lost: the archive and the journal rebuild it.
///
/// One thread loads; any thread asks, on a connection of its own. DuckDB itself makes no checkpoint while it
/// runs, since it would do so within a load's commit: [Keeper] does.
///
/// What is [Removed] is taken out of each load before that is committed, so that it is seen by nobody.
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

    static final EventSelection.Words WORDS = new EventSelection.Words(
            "happened_at >= make_timestamp(?)",
            "happened_at < make_timestamp(?)",
            "contains(metadata, ?)",
            UnaryOperator.identity(),
            Micros::of);

    private static final String DELETE_REMOVED = "DELETE FROM event WHERE id IN (SELECT id FROM removed)";
    private static final String ROWS =
            "SELECT *, epoch_us(received_at) AS received_us, epoch_us(happened_at) AS happened_us FROM event WHERE ";
    static final String APPLIED = "SELECT coalesce(max(id), 0) FROM applied";
    /// A day's questions and sorts need far less; what does not end must not fill the disk.
    private static final String MAX_TEMPORARY = "4GiB";

    private final Path file;
    private final long memory;
    /// Who asks has its read lock, who puts another instance in place its write lock.
    private final ReentrantReadWriteLock instance = new ReentrantReadWriteLock();
    /// Held by what adds events, and by what removes some: who removes sees all that was added by who did
    /// not know.
    private final ReentrantLock writing = new ReentrantLock();
    /// Held by a checkpoint, and by what deletes: DuckDB refuses the one while the other is under way.
    /// Taken last.
    private final ReentrantLock deleting = new ReentrantLock();
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
        for (Path left : List.of(copyOf(file), copyOf(file).resolveSibling("events.renewed.wal"))) {
            deleteIfPossible(left); // of a process that ended before it was whole
        }
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
            statement.execute(Rollups.SCHEMA);
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
        instance.readLock().lock();
        try (Statement statement = root.createStatement()) {
            statement.execute("SELECT 1");
            return false;
        } catch (SQLException e) {
            return true;
        } finally {
            instance.readLock().unlock();
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

    /// The id of the last event loaded; 0 for none.
    long applied() throws SQLException {
        instance.readLock().lock();
        try {
            return applied(root);
        } finally {
            instance.readLock().unlock();
        }
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
    void load(Records records, Removed.Source removals) throws SQLException, IOException {
        inTransaction(statement -> {
            long first = 0;
            long last = 0;
            try (DuckDBAppender appender = root.createAppender("event")) {
                Rows rows = new Rows(appender);
                for (JournalRecord record = records.next(); record != null; record = records.next()) {
                    rows.add(record);
                    first = first == 0 ? record.firstId() : first;
                    last = record.nextId() - 1;
                }
                appender.flush();
            }
            if (last > 0) {
                takeOut(statement, new IdRange(first, last), removals);
                applied(statement, last);
            }
        });
    }

    /// Takes out of what a transaction has added whatever of it is removed.
    void takeOut(Statement change, IdRange ids, Removed.Source removals) throws SQLException {
        Removed removed = removals.of(ids);
        if (!removed.isEmpty()) {
            deleting.lock(); // until the transaction ends
            removed.mark(change, "(SELECT * FROM event WHERE id BETWEEN " + ids.first() + " AND " + ids.last() + ")");
            change.execute(DELETE_REMOVED);
        }
    }

    /// The last event that is counted by days.
    long rolled() throws SQLException, IOException {
        return work(Rollups::last);
    }

    /// Counts so many of the events by days that came since the last time, if there are so many.
    ///
    /// @param zones of accounts @return whether there were
    boolean roll(long many, Function<AccountNumber, ZoneId> zones) throws SQLException, IOException {
        return withoutDeleting(connection -> {
            long to = Rollups.last(connection) + many;
            if (to > applied(connection)) {
                return false;
            }
            Rollups.roll(connection, to, zones);
            return true;
        });
    }

    /// Counts anew by days what was counted by another calendar than that of its account. @return of how many accounts
    int rollMoved(Function<AccountNumber, ZoneId> zones) throws SQLException, IOException {
        return withoutDeleting(connection -> {
            List<AccountNumber> moved = Rollups.moved(connection, zones);
            for (AccountNumber account : moved) {
                Rollups.move(connection, account, zones.apply(account));
            }
            return moved.size();
        });
    }

    /// How many rows there are of what was counted by days.
    long rolledRows() throws SQLException, IOException {
        return work(Rollups::rows);
    }

    /// How many of them came after the last merging.
    long unmergedRows() throws SQLException, IOException {
        return work(Rollups::unmerged);
    }

    /// Makes few rows of many of what was counted by days.
    void mergeRolled() throws SQLException, IOException {
        withoutDeleting(connection -> {
            Rollups.merge(connection);
            return true;
        });
    }

    /// While nobody takes events out, and no checkpoint is made.
    private <T> T withoutDeleting(Work<T> work) throws SQLException, IOException {
        deleting.lock();
        try {
            return work(work);
        } finally {
            deleting.unlock();
        }
    }

    /// Has all that was counted by days counted again, for a transaction that adds events which are not the last ones.
    void forgetRolled(Statement change) throws SQLException {
        deleting.lock(); // until the transaction ends
        Rollups.forget(change);
    }

    /// Takes out whatever is removed of all that is there.
    ///
    /// @param before is told how much that is of each erasure, and done with it before any is gone
    void remove(Removed removed, Consumer<Map<Long, SqliteRemovals.Found>> before) throws SQLException, IOException {
        delete(connection -> {
            try (Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                removed.mark(statement, "event");
                before.accept(found(statement));
                if (removed.erasures().isEmpty()) {
                    Rollups.takeOut(statement, "(SELECT event.* FROM event SEMI JOIN removed USING (id))");
                } else {
                    Rollups.forget(statement);
                }
                int gone = statement.executeUpdate(DELETE_REMOVED);
                connection.commit();
                return gone;
            }
        });
    }

    private static Map<Long, SqliteRemovals.Found> found(Statement statement) throws SQLException {
        Map<Long, SqliteRemovals.Found> found = new HashMap<>();
        try (ResultSet rows = statement.executeQuery(
                "SELECT removal, count(*), epoch_us(min(received_at)), epoch_us(max(received_at))"
                        + " FROM removed JOIN event USING (id) GROUP BY removal HAVING removal IS NOT NULL")) {
            while (rows.next()) {
                Optional<Instant> first = Optional.of(Micros.instant(rows.getLong(3)));
                Optional<Instant> last = Optional.of(Micros.instant(rows.getLong(4)));
                found.put(rows.getLong(1), new SqliteRemovals.Found(rows.getLong(2), first, last));
            }
        }
        return found;
    }

    /// Does work that deletes, with nobody else who writes.
    private <T> T delete(Work<T> work) throws SQLException, IOException {
        writing.lock();
        try {
            return withoutDeleting(work);
        } finally {
            writing.unlock();
        }
    }

    /// Which of these events are there and of this account, the lowest id first.
    List<Long> ofAccount(AccountNumber account, Collection<Long> ids) throws SQLException, IOException {
        String wanted = ids.stream().map(String::valueOf).collect(Collectors.joining(", "));
        return work(connection -> {
            List<Long> there = new ArrayList<>();
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT id FROM event WHERE account = " + account.value()
                            + " AND id IN (" + wanted + ") ORDER BY id")) {
                while (rows.next()) {
                    there.add(rows.getLong(1));
                }
            }
            return there;
        });
    }

    /// Puts a copy in the place of the file, which has nothing of what was deleted: rows that are deleted
    /// stay in a file of DuckDB until something else is written there. Nothing is loaded meanwhile;
    /// questions wait for the change of the files alone.
    void renew() throws SQLException, IOException {
        Path copy = copyOf(file);
        writing.lock();
        try {
            Files.deleteIfExists(copy);
            work(connection -> {
                try (Statement statement = connection.createStatement()) {
                    String path = copy.toAbsolutePath().toString().replace("'", "''");
                    String name = name(connection).replace("\"", "\"\"");
                    statement.execute("ATTACH '" + path + "' AS renewed");
                    statement.execute("COPY FROM DATABASE \"" + name + "\" TO renewed");
                    statement.execute("CHECKPOINT renewed");
                    return statement.execute("DETACH renewed");
                }
            });
            exchangeFor(copy);
        } finally {
            writing.unlock();
        }
    }

    private static String name(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT current_database()")) {
            row.next();
            return row.getString(1);
        }
    }

    private void exchangeFor(Path copy) throws IOException {
        instance.writeLock().lock();
        try {
            close(); // which leaves no log, or the next instance would read it into the copy
            if (!logs(file).isEmpty()) {
                throw new IOException(file + " could not be closed");
            }
            Files.move(copy, file, StandardCopyOption.ATOMIC_MOVE);
            Journal.syncDirectory(file.resolveSibling("."));
        } finally {
            root = connect(file, memory);
            instance.writeLock().unlock();
        }
    }

    private static Path copyOf(Path file) {
        return file.resolveSibling("events.renewed");
    }

    private static void deleteIfPossible(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.log(WARNING, path + " is not needed, and can't be deleted", e);
        }
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
        writing.lock();
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
        } finally {
            if (deleting.isHeldByCurrentThread()) {
                deleting.unlock();
            }
            writing.unlock();
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

    /// Whether a checkpoint could not be made for what others were writing at that moment.
    static boolean isBusy(SQLException e) {
        return String.valueOf(e.getMessage()).contains("Cannot CHECKPOINT");
    }

    /// Brings what was committed from the log into the file. @return the id of the last event that is in the file now
    long checkpoint() throws SQLException, IOException {
        return withoutDeleting(connection -> {
            long applied = applied(connection);
            // A new one each time: a statement that failed once fails for ever.
            try (Statement statement = connection.createStatement()) {
                statement.execute("CHECKPOINT");
            }
            return applied;
        });
    }

    /// How large its file is.
    long bytes() {
        return file.toFile().length();
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

    /// Deletes what was kept long enough. @return how many
    long delete(List<Old> old) throws SQLException, IOException {
        return delete(connection -> {
            try (Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                Rollups.takeOut(statement, "(SELECT * FROM event WHERE " + Old.any(old) + ")");
                long gone = statement.executeUpdate("DELETE FROM event WHERE " + Old.any(old));
                connection.commit();
                return gone;
            }
        });
    }

    /// The lowest id of what was received between these two; empty when nothing was.
    OptionalLong firstReceivedBetween(Instant then, Instant now) throws SQLException, IOException {
        return first("received_at BETWEEN make_timestamp(" + Micros.of(then) + ") AND make_timestamp(" + Micros.of(now)
                + ")");
    }

    /// The lowest id of what is not old; empty when there is none.
    OptionalLong firstKept(List<Old> old) throws SQLException, IOException {
        return first(old.isEmpty() ? "true" : "NOT " + Old.any(old));
    }

    private OptionalLong first(String condition) throws SQLException, IOException {
        return work(connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT min(id) FROM event WHERE " + condition)) {
                row.next();
                long id = row.getLong(1);
                return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(id);
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

    /// How many events there are, how many were received since, and when the first of all was. @param first
    /// empty for none
    record Counted(long events, long since, Optional<Instant> first) {}

    Counted count(Instant since) throws SQLException, IOException {
        return work(connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT count(*), count(*) FILTER (received_at >="
                            + " make_timestamp(" + Micros.of(since) + ")), epoch_us(min(received_at)) FROM event")) {
                row.next();
                long first = row.getLong(3);
                Optional<Instant> at = row.wasNull() ? Optional.empty() : Optional.of(Micros.instant(first));
                return new Counted(row.getLong(1), row.getLong(2), at);
            }
        });
    }

    /// Each load leaves a position; only the last one is needed. Not while a checkpoint runs.
    void forgetOldPositions() throws SQLException, IOException {
        delete(connection -> {
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
                            .ifPresent(client ->
                                    learner.learn(UsageEvent.fingerprint(account, client), OnceOnly.event(id)));
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
        EventSelection selection = EventSelection.of(query.account(), query.filter(), EventTable.WORDS)
                .above(query.above())
                .below(upwards ? OptionalLong.empty() : query.below());
        List<RecordedEvent> found = work(
                connection -> rows(connection, selection, upwards ? "ASC" : "DESC", query.limit(), Long.MAX_VALUE));
        return upwards ? found.reversed() : found;
    }

    /// Rows in the order of their ids; ends early once their texts have so many characters.
    static List<RecordedEvent> rows(
            Connection connection, EventSelection selection, String order, int limit, long enough) throws SQLException {
        return rows(connection, selection, order, limit, enough, EventTable::row);
    }

    private interface Mapping<T> {
        T of(ResultSet row) throws SQLException;
    }

    private static <T> List<T> rows(
            Connection connection, EventSelection selection, String order, int limit, long enough, Mapping<T> mapping)
            throws SQLException {
        List<T> found = new ArrayList<>();
        long characters = 0;
        try (PreparedStatement statement =
                        selection.prepare(connection, ROWS, " ORDER BY id " + order + " LIMIT " + limit);
                ResultSet rows = statement.executeQuery()) {
            while (characters < enough && rows.next()) {
                found.add(mapping.of(rows));
                characters += text(rows, "metadata").map(String::length).orElse(0);
            }
        }
        return found;
    }

    /// All that is there after that id, as [#rows] has them, with the keys of their requests.
    List<MovedEvent> moved(long above, int limit, long enough) throws SQLException, IOException {
        return work(connection -> rows(
                connection,
                EventSelection.ALL.above(above),
                "ASC",
                limit,
                enough,
                row -> new MovedEvent(
                        row(row),
                        Optional.ofNullable(row.getBytes("request_key")).map(EventCodec::requestKey))));
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
