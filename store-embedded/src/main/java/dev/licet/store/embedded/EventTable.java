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
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/// The events as questions are asked of them: one DuckDB table, with the id of the last event loaded in the
/// same transactions. It can be lost: the journal rebuilds it.
///
/// One thread loads; any thread asks, on a connection of its own.
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
            -- Tables of before these columns; new ones come last, as the appender has them.
            ALTER TABLE event ADD COLUMN IF NOT EXISTS client_id VARCHAR;
            ALTER TABLE event ADD COLUMN IF NOT EXISTS end_user VARCHAR;
            ALTER TABLE event ADD COLUMN IF NOT EXISTS session VARCHAR;
            ALTER TABLE event ADD COLUMN IF NOT EXISTS request_key BLOB;
            """;

    private final Path file;
    /// Who asks has its read lock, who puts another instance in place its write lock.
    private final ReentrantReadWriteLock instance = new ReentrantReadWriteLock();
    private DuckDBConnection root;

    private EventTable(Path file, DuckDBConnection root) {
        this.file = file;
        this.root = root;
    }

    /// Opens the file. One that can't be opened is put aside under another name, and the table starts empty; but
    /// not on a full disk, where the file is not at fault.
    static EventTable open(Path file) {
        return new EventTable(file, connect(file));
    }

    private static DuckDBConnection connect(Path file) {
        try {
            return tryConnect(file);
        } catch (SQLException broken) {
            if (!Files.exists(file) || isOfAFullDisk(broken)) {
                throw new IllegalStateException("can't open " + file + ": " + broken.getMessage(), broken);
            }
            try {
                Path aside = file.resolveSibling(file.getFileName() + ".broken");
                Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
                Files.deleteIfExists(file.resolveSibling(file.getFileName() + ".wal"));
                LOG.log(
                        WARNING,
                        file + " can't be opened (" + broken.getMessage() + "). It is now " + aside.getFileName()
                                + ", and the events are loaded again from the journal.");
                return tryConnect(file);
            } catch (IOException e) {
                throw new UncheckedIOException("can't put " + file + " aside", e);
            } catch (SQLException e) {
                throw new IllegalStateException("can't make " + file + ": " + e.getMessage(), e);
            }
        }
    }

    private static boolean isOfAFullDisk(SQLException e) {
        return String.valueOf(e.getMessage()).contains("No space left");
    }

    private static DuckDBConnection tryConnect(Path file) throws SQLException {
        Properties settings = new Properties();
        settings.setProperty("threads", Integer.toString(Runtime.getRuntime().availableProcessors()));
        settings.setProperty("memory_limit", "1GB");
        DuckDBConnection root =
                (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:" + file.toAbsolutePath(), settings);
        try (Statement statement = root.createStatement()) {
            statement.execute(SCHEMA);
        } catch (SQLException e) {
            root.close(); // else the next try would be given this one again
            throw e;
        }
        return root;
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
            root = connect(file);
        } finally {
            instance.writeLock().unlock();
        }
    }

    /// The id of the last event loaded; 0 for none.
    long applied() throws SQLException {
        try (Statement statement = root.createStatement();
                ResultSet row = statement.executeQuery("SELECT coalesce(max(id), 0) FROM applied")) {
            row.next();
            return row.getLong(1);
        }
    }

    /// Adds the records and the position after them in one transaction. For the loading thread alone.
    void load(List<JournalRecord> records) throws SQLException {
        try (Statement statement = root.createStatement()) {
            statement.execute("BEGIN TRANSACTION");
            try {
                try (DuckDBAppender appender = root.createAppender("event")) {
                    for (JournalRecord record : records) {
                        append(appender, record);
                    }
                    appender.flush();
                }
                statement.execute(
                        "INSERT INTO applied VALUES (" + (records.getLast().nextId() - 1) + ")");
                statement.execute("COMMIT");
            } catch (SQLException | RuntimeException e) {
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

    private static void append(DuckDBAppender appender, JournalRecord record) throws SQLException {
        long id = record.firstId();
        EventCodec.Decoded decoded = EventCodec.decode(record.payload(), record.count());
        byte @Nullable [] requestKey =
                decoded.requestKey().map(EventCodec::bytes).orElse(null);
        for (UsageEvent event : decoded.events()) {
            appender.beginRow();
            appender.append(id++);
            appender.append(event.account().value());
            appender.appendEpochMicros(Micros.of(record.receivedAt()));
            appender.append(event.source());
            appender.appendEpochMicros(Micros.of(event.at()));
            appender.append(event.name().orElse(null));
            appender.append(event.feature().orElse(null));
            appender.append(event.product().map(ProductId::value).orElse(null));
            appender.append(event.key().orElse(null));
            appender.append(event.machine().orElse(null));
            appender.append(event.user().map(UserId::value).orElse(null));
            appender.append(event.application().map(ApplicationId::value).orElse(null));
            appender.append(
                    event.value().isPresent() ? Long.valueOf(event.value().getAsLong()) : null);
            appender.append(event.currency().orElse(null));
            appender.append(event.metadata().orElse(null));
            appender.append(event.clientId().orElse(null));
            appender.append(event.endUser().orElse(null));
            appender.append(event.session().orElse(null));
            appender.append(requestKey);
            appender.endRow();
        }
    }

    /// Deletes what was received before then. For the loading thread alone. @return how many
    long deleteReceivedBefore(Instant then) throws SQLException {
        try (PreparedStatement statement =
                root.prepareStatement("DELETE FROM event WHERE received_at < make_timestamp(?)")) {
            statement.setLong(1, Micros.of(then));
            return statement.executeUpdate();
        }
    }

    /// When the last event that is there was received; empty when there is none.
    Optional<Instant> lastReceipt() throws SQLException {
        try (Statement statement = root.createStatement();
                ResultSet row = statement.executeQuery("SELECT epoch_us(max(received_at)) FROM event")) {
            row.next();
            long micros = row.getLong(1);
            return row.wasNull() ? Optional.empty() : Optional.of(Micros.instant(micros));
        }
    }

    /// Each load leaves a position; only the last one is needed. For the loading thread alone.
    void forgetOldPositions() throws SQLException {
        try (Statement statement = root.createStatement()) {
            statement.execute("DELETE FROM applied WHERE id < (SELECT max(id) FROM applied)");
        }
    }

    /// Whether any event of these ids is left.
    boolean hasAny(long firstId, long lastId) throws SQLException {
        try (PreparedStatement statement =
                root.prepareStatement("SELECT count(*) FROM (SELECT 1 FROM event WHERE id BETWEEN ? AND ? LIMIT 1)")) {
            statement.setLong(1, firstId);
            statement.setLong(2, lastId);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1) > 0;
            }
        }
    }

    /// Tells the ids that clients gave, of the loaded events between these two, both left out.
    void tellIds(long above, long below, IdIndex.Learner learner) throws SQLException {
        String sql = """
                SELECT id, account, client_id, request_key FROM event
                WHERE id > ? AND id < ? AND (client_id IS NOT NULL OR request_key IS NOT NULL)
                ORDER BY id""";
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
    List<RecordedEvent> find(EventQuery query) throws SQLException {
        StringBuilder where = new StringBuilder("account = ?");
        List<Object> arguments = new ArrayList<>(List.of(query.account().value()));
        filter(where, arguments, "product = ?", query.product().map(ProductId::value));
        filter(where, arguments, "key = ?", query.key());
        filter(where, arguments, "name = ?", query.name());
        filter(where, arguments, "feature = ?", query.feature());
        filter(where, arguments, "machine = ?", query.machine());
        filter(where, arguments, "end_user = ?", query.endUser());
        filter(
                where,
                arguments,
                "happened_at >= make_timestamp(?)",
                query.from().map(Micros::of));
        filter(
                where,
                arguments,
                "happened_at < make_timestamp(?)",
                query.until().map(Micros::of));
        filter(where, arguments, "contains(metadata, ?)", query.metadataPart());
        boolean upwards = query.above().isPresent();
        filter(where, arguments, "id > ?", boxed(query.above()));
        filter(where, arguments, "id < ?", upwards ? Optional.empty() : boxed(query.below()));
        arguments.add(query.limit());
        String sql =
                "SELECT *, epoch_us(received_at) AS received_us, epoch_us(happened_at) AS happened_us FROM event WHERE "
                        + where + " ORDER BY id " + (upwards ? "ASC" : "DESC") + " LIMIT ?";
        instance.readLock().lock();
        try (Connection connection = root.duplicate();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < arguments.size(); i++) {
                statement.setObject(i + 1, arguments.get(i));
            }
            List<RecordedEvent> found = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(row(rows));
                }
            }
            if (upwards) {
                Collections.reverse(found);
            }
            return found;
        } finally {
            instance.readLock().unlock();
        }
    }

    private static Optional<Long> boxed(OptionalLong number) {
        return number.isPresent() ? Optional.of(number.getAsLong()) : Optional.empty();
    }

    private static void filter(StringBuilder where, List<Object> arguments, String condition, Optional<?> argument) {
        if (argument.isPresent()) {
            where.append(" AND ").append(condition);
            arguments.add(argument.get());
        }
    }

    private static RecordedEvent row(ResultSet row) throws SQLException {
        return new RecordedEvent(
                row.getLong("id"),
                Micros.instant(row, "received_us"),
                new UsageEvent(
                        new AccountNumber(row.getLong("account")),
                        row.getString("source"),
                        text(row, "client_id"),
                        Micros.instant(row, "happened_us"),
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
