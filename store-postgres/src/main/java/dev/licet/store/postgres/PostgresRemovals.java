package dev.licet.store.postgres;

import dev.licet.core.Unavailable;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.removal.Removal;
import dev.licet.core.removal.SubjectHash;
import dev.licet.store.sql.entity.Micros;
import dev.licet.store.sql.entity.Sql;
import dev.licet.store.sql.entity.SqlRemovals;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;

/// Deletes events. Single ones go with the transaction that notes them; all that name somebody go in the
/// background.
///
/// What a table no longer has is in the engine's own files for a while: until it is vacuumed, and in its log.
final class PostgresRemovals extends NotedRemovals {
    /// Waited for too long, or for each other.
    private static final Set<String> HELD = Set.of("55P03", "40P01");

    private final EventReads reads;

    PostgresRemovals(PostgresDatabase database, DataSource source, EventReads reads, Clock clock) {
        super(database, source, clock);
        this.reads = reads;
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
            delete(sql, account, there);
            removals.takenOut(removal.get().events(), clock.instant());
            return removals.find(account, removal.get().id());
        });
    }

    /// Waits for a moment only, since all who write anything wait for it.
    private static void delete(Sql sql, AccountNumber account, There there) throws SQLException {
        sql.execute("SET LOCAL lock_timeout = '1s'");
        try {
            Rollups.delete(
                    sql,
                    account,
                    "event",
                    "e.id = ANY (?) AND e.received_at BETWEEN ? AND ?",
                    there.events().toArray(Long[]::new),
                    there.first(),
                    there.last());
        } catch (SQLException e) {
            if (HELD.contains(String.valueOf(e.getSQLState()))) {
                // Without its cause, which would undo what others write with it.
                throw new Unavailable("events of the account are being counted or erased", Unavailable.SOON);
            }
            throw e;
        }
        sql.execute("SET LOCAL lock_timeout = '10s'");
    }

    /// @param events the lowest id first @param first when one of them was received at the earliest, in UTC
    private record There(List<Long> events, LocalDateTime first, LocalDateTime last) {}

    /// Those of the events that are the account's. Looked for before others have to wait, since it may take a
    /// while.
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
    protected void remove(Sql locked, List<Pending> pending) throws SQLException {
        for (Pending next : pending) {
            remove(locked, next);
        }
    }

    private void remove(Sql locked, Pending pending) throws SQLException {
        if (pending.subject() == null) {
            return; // single events went with their note
        }
        Subject subject = subject(pending);
        // What was found before a crash stays as it was noted.
        removals.found(pending.removal(), found(locked, subject));
        locked.inTransaction(
                "READ COMMITTED",
                () -> Rollups.delete(locked, pending.account(), "event", subject.condition(), subject.arguments()));
        locked.inTransaction("REPEATABLE READ", () -> {
            Rollups.merge(locked, Optional.of(pending.account())); // so that no count names anybody
            return true;
        });
        removals.done(List.of(pending.removal()), 0, clock.instant());
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
        String name = pending.kind() == Removal.Kind.KEY
                ? "CASE WHEN " + KEY_SYMBOLS + " ~ '" + CHECKED_KEY + "' THEN " + KEY_SYMBOLS + " ELSE key END"
                : column(pending.kind());
        return new Subject(
                "account = ? AND id <= ? AND (" + name + ") IS NOT NULL"
                        + " AND encode(sha256(convert_to(?, 'UTF8') || " + Texts.bytes("(" + name + ")")
                        + "), 'hex') = ?",
                pending.account().value(),
                pending.upTo(),
                SubjectHash.prefix(removals.salt(), pending.account().toString(), pending.kind()),
                Objects.requireNonNull(pending.subject()));
    }
}
