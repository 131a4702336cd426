package dev.licet.store.postgres;

import static java.lang.System.Logger.Level.ERROR;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.RemovalId;
import dev.licet.core.removal.Removal;
import dev.licet.core.removal.Removals;
import dev.licet.core.removal.SubjectHash;
import dev.licet.store.sql.Fault;
import dev.licet.store.sql.entity.Micros;
import dev.licet.store.sql.entity.Sql;
import dev.licet.store.sql.entity.SqlRemovals;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/// Deletes events. Single ones go with the transaction that notes them; all that name somebody go in the background,
/// by whichever node has the lock for it.
///
/// What a table no longer has is in the engine's own files for a while: until it is vacuumed, and in its log.
final class PostgresRemovals implements Removals, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PostgresRemovals.class.getName());
    /// Of who erases: any number that nothing else in the same database locks.
    private static final long ERASER = 0x6C69_6365_75L;

    private static final long PAUSE_MILLIS = 500;
    /// The letters that are read as digits in the text of a key, as [dev.licet.core.license.KeyForm] has them.
    private static final String KEY_SYMBOLS = "translate(replace(upper(trim(key)), '-', ''), 'OIL', '011')";

    private final PostgresDatabase database;
    private final DataSource source;
    private final EventReads reads;
    private final SqlRemovals removals;
    private final Clock clock;
    private final Fault fault = new Fault();
    private final ScheduledExecutorService eraser = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("event-eraser").daemon().factory());

    PostgresRemovals(PostgresDatabase database, DataSource source, EventReads reads, Clock clock) {
        this.database = database;
        this.reads = reads;
        this.source = source;
        this.removals = new SqlRemovals(database) {
            /// No table of entities has a text with a zero character.
            @Override
            protected int forget(Sql sql, String delete, Object... arguments) throws SQLException {
                boolean canBeThere = Arrays.stream(arguments)
                        .noneMatch(argument -> argument instanceof String text && text.indexOf(0) >= 0);
                return canBeThere ? super.forget(sql, delete, arguments) : 0;
            }
        };
        this.clock = clock;
    }

    void start() {
        eraser.scheduleWithFixedDelay(this::eraseQuietly, PAUSE_MILLIS, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public Removal erase(AccountNumber account, Removal.Kind kind, String name, Asked asked) {
        return database.writeUnremembered(sql -> {
            long last = sql.first("SELECT last_id FROM event_position", row -> row.getLong(1))
                    .orElseThrow();
            return removals.erase(account, kind, name, asked, last);
        });
    }

    @Override
    public Optional<Removal> takeOut(AccountNumber account, Set<Long> events, Asked asked) {
        There there = there(account, events);
        if (there.events().isEmpty()) {
            return Optional.empty();
        }
        return database.writeUnremembered(sql -> {
            Optional<Removal> removal = removals.takeOut(account, there.events(), asked);
            if (removal.isEmpty()) {
                return removal;
            }
            sql.execute("SET LOCAL lock_timeout = '1s'"); // who writes anything waits for this
            Rollups.delete(
                    sql,
                    account,
                    "event",
                    "e.id = ANY (?) AND e.received_at BETWEEN ? AND ?",
                    there.events().toArray(Long[]::new),
                    there.first(),
                    there.last());
            removals.takenOut(removal.get().events(), clock.instant());
            return removals.find(account, removal.get().id());
        });
    }

    /// @param events the lowest id first @param first when one of them was received at the earliest, in UTC
    private record There(List<Long> events, LocalDateTime first, LocalDateTime last) {}

    /// Those of the events that are the account's. Looked for before others have to wait, since it may take a while.
    private There there(AccountNumber account, Set<Long> events) {
        return reads.ask(connection -> {
            List<Long> ids = new ArrayList<>();
            LocalDateTime first = LocalDateTime.MAX;
            LocalDateTime last = LocalDateTime.MIN;
            try (PreparedStatement statement = connection.prepareStatement(
                    "SELECT id, received_at FROM event WHERE account = ? AND id = ANY (?) ORDER BY id")) {
                statement.setLong(1, account.value());
                statement.setArray(2, connection.createArrayOf("bigint", events.toArray()));
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        ids.add(rows.getLong(1));
                        LocalDateTime at = rows.getObject(2, LocalDateTime.class);
                        first = at.isBefore(first) ? at : first;
                        last = at.isAfter(last) ? at : last;
                    }
                }
            }
            return new There(ids, first, last);
        });
    }

    @Override
    public Optional<Removal> find(AccountNumber account, RemovalId id) {
        return removals.find(account, id);
    }

    @Override
    public List<Removal> list(AccountNumber account, long after, int most) {
        return removals.list(account, after, most);
    }

    /// What is left to erase. @param subject the hash of whom
    private record Pending(long removal, AccountNumber account, Removal.Kind kind, String subject, long upTo) {}

    private void eraseQuietly() {
        try {
            List<Pending> pending = pending();
            if (!pending.isEmpty()) {
                erase(pending);
            }
            fault.isOver();
        } catch (Throwable e) {
            // An error too: nothing would be erased any more.
            if (fault.happened("erasures: " + e.getMessage())) {
                LOG.log(ERROR, "erasures fail; they are tried again, and this is told once until one is done", e);
            }
        }
    }

    private List<Pending> pending() {
        return database.read(sql -> sql.all(
                "SELECT * FROM removal WHERE subject IS NOT NULL AND done_at IS NULL ORDER BY id",
                row -> new Pending(
                        row.getLong("id"),
                        new AccountNumber(row.getLong("account")),
                        Removal.Kind.valueOf(row.getString("kind").toUpperCase(Locale.ROOT)),
                        row.getString("subject"),
                        row.getLong("up_to"))));
    }

    private void erase(List<Pending> pending) throws SQLException {
        try (Sql sql = new Sql(PostgresDatabase.patient(source))) {
            if (!sql.first("SELECT pg_try_advisory_lock(?) AS locked", row -> row.getBoolean("locked"), ERASER)
                    .orElseThrow()) {
                return; // another node is at it
            }
            for (Pending next : pending) {
                Subject subject = subject(next);
                // What was found before a crash stays as it was noted.
                removals.found(next.removal(), found(sql, subject));
                sql.inTransaction(
                        "READ COMMITTED",
                        () -> Rollups.delete(sql, next.account(), "event", subject.condition(), subject.arguments()));
                sql.inTransaction("REPEATABLE READ", () -> {
                    Rollups.merge(sql, Optional.of(next.account())); // so that no count names anybody
                    return true;
                });
                removals.done(List.of(next.removal()), 0, clock.instant());
            }
        }
    }

    private static SqlRemovals.Found found(Sql sql, Subject subject) throws SQLException {
        return sql.first(
                        "SELECT count(*) AS events, cast(extract(epoch from min(received_at)) * 1000000 as bigint) AS first,"
                                + " cast(extract(epoch from max(received_at)) * 1000000 as bigint) AS last"
                                + " FROM event AS e WHERE " + subject.condition(),
                        row -> row.getLong("events") == 0
                                ? SqlRemovals.Found.NONE
                                : new SqlRemovals.Found(
                                        row.getLong("events"),
                                        Optional.of(Micros.instant(row.getLong("first"))),
                                        Optional.of(Micros.instant(row.getLong("last")))),
                        subject.arguments())
                .orElseThrow();
    }

    /// @param condition on an event `e`
    private record Subject(String condition, Object... arguments) {}

    private Subject subject(Pending pending) {
        String name = switch (pending.kind()) {
            case MACHINE -> "machine";
            case USER -> "end_user";
            case KEY ->
                "CASE WHEN " + KEY_SYMBOLS + " ~ '^[0-9A-HJKMNP-TV-Z]{25}$' THEN " + KEY_SYMBOLS + " ELSE key END";
            case EVENT -> throw new IllegalArgumentException("single events go by their ids");
        };
        return new Subject(
                "account = ? AND id <= ? AND (" + name + ") IS NOT NULL"
                        + " AND encode(sha256(convert_to(?, 'UTF8') || " + Texts.bytes("(" + name + ")")
                        + "), 'hex') = ?",
                pending.account().value(),
                pending.upTo(),
                SubjectHash.prefix(removals.salt(), pending.account().toString(), pending.kind()),
                pending.subject());
    }

    @Override
    public void close() {
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
