package dev.licet.store.postgres;

import static java.lang.System.Logger.Level.ERROR;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.RemovalId;
import dev.licet.core.removal.Removal;
import dev.licet.core.removal.Removals;
import dev.licet.store.sql.Fault;
import dev.licet.store.sql.entity.Database;
import dev.licet.store.sql.entity.Sql;
import dev.licet.store.sql.entity.SqlRemovals;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/// Removals that are noted in PostgreSQL, wherever the events are. What is not done at once goes on in the
/// background, by whichever node has the lock for it.
public abstract class NotedRemovals implements Removals, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(NotedRemovals.class.getName());
    private static final long PAUSE_MILLIS = 500;

    /// The letters that are read as digits in the text of a key, as [dev.licet.core.license.KeyForm] has them.
    /// Both engines have these functions.
    protected static final String KEY_SYMBOLS = "translate(replace(upper(trim(key)), '-', ''), 'OIL', '011')";

    /// What [#KEY_SYMBOLS] are of a key whose spellings are one.
    protected static final String CHECKED_KEY = "^[0-9A-HJKMNP-TV-Z]{25}$";

    protected final Database database;
    protected final SqlRemovals removals;
    protected final Clock clock;
    private final DataSource source;
    private final Fault fault = new Fault();
    private final ScheduledExecutorService eraser = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("event-eraser").daemon().factory());

    /// What is left to remove. @param subject the hash of whom; nothing for single events
    protected record Pending(
            long removal,
            AccountNumber account,
            Removal.Kind kind,
            @Nullable String subject,
            long upTo) {}

    /// @param source of the same database, for the lock
    protected NotedRemovals(Database database, DataSource source, Clock clock) {
        this.database = database;
        this.source = source;
        this.clock = clock;
        this.removals = new SqlRemovals(database) {
            /// No table of entities has a text with a zero character.
            @Override
            protected int forget(Sql sql, String delete, Object... arguments) throws SQLException {
                boolean canBeThere = Arrays.stream(arguments)
                        .noneMatch(argument -> argument instanceof String text && text.indexOf(0) >= 0);
                return canBeThere ? super.forget(sql, delete, arguments) : 0;
            }
        };
    }

    public final void start() {
        eraser.scheduleWithFixedDelay(this::removeQuietly, PAUSE_MILLIS, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /// The column by which events name whom an erasure is about.
    protected static String column(Removal.Kind kind) {
        return switch (kind) {
            case MACHINE -> "machine";
            case USER -> "end_user";
            case KEY -> "key";
            case EVENT -> throw new IllegalArgumentException("single events go by their ids");
        };
    }

    /// Removes what is pending and notes that it is done, unless it has to wait.
    ///
    /// @param locked by a connection that has the lock @param pending the oldest first
    protected abstract void remove(Sql locked, List<Pending> pending) throws SQLException;

    @Override
    public final Optional<Removal> find(AccountNumber account, RemovalId id) {
        return removals.find(account, id);
    }

    @Override
    public final List<Removal> list(AccountNumber account, long after, int most) {
        return removals.list(account, after, most);
    }

    private void removeQuietly() {
        try {
            List<Pending> pending = pending();
            if (!pending.isEmpty()) {
                removeAlone(pending);
            }
            fault.isOver();
        } catch (Throwable e) {
            // An error too: nothing would be removed any more.
            if (fault.happened("erasures: " + e.getMessage())) {
                LOG.log(ERROR, "erasures fail; they are tried again, and this is told once until one is done", e);
            }
        }
    }

    private List<Pending> pending() {
        return database.read(sql -> sql.all(
                "SELECT * FROM removal WHERE done_at IS NULL ORDER BY id",
                row -> new Pending(
                        row.getLong("id"),
                        new AccountNumber(row.getLong("account")),
                        Removal.Kind.valueOf(row.getString("kind").toUpperCase(Locale.ROOT)),
                        row.getString("subject"),
                        row.getLong("up_to"))));
    }

    private void removeAlone(List<Pending> pending) throws SQLException {
        try (Sql sql = new Sql(PostgresDatabase.patient(source))) {
            if (!sql.first(
                            "SELECT pg_try_advisory_lock(?) AS locked",
                            row -> row.getBoolean("locked"),
                            AdvisoryLocks.ERASER)
                    .orElseThrow()) {
                return; // another node is at it
            }
            remove(sql, pending);
        }
    }

    @Override
    public final void close() {
        eraser.shutdown();
        try {
            if (!eraser.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.log(ERROR, "an erasure does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
