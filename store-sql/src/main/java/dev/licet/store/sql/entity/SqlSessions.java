package dev.licet.store.sql.entity;

import dev.licet.core.Pending;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.UserId;
import dev.licet.core.identity.SecretHash;
import dev.licet.core.session.NumberReserve;
import dev.licet.core.session.Session;
import dev.licet.core.session.Sessions;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/// The tables of what runs: sessions, their keys, and the numbers of their transactions.
final class SqlSessions implements Sessions, NumberReserve {
    private final Database database;
    private final Pings pings;

    SqlSessions(Database database) {
        this.database = database;
        this.pings = new Pings(database);
    }

    @Override
    public boolean open(SecretHash key, Session session) {
        return database.writeUnremembered(sql -> {
            Optional<Long> id = sql.first(
                    """
                    INSERT INTO session (account, "user", started_at, expires_at)
                    SELECT account, id, ?, ? FROM "user" WHERE account = ? AND id = ? AND NOT revoked
                    RETURNING id""",
                    row -> row.getLong(1),
                    Micros.of(session.startedAt()),
                    Micros.of(session.expiresAt()),
                    session.account().value(),
                    session.user().value());
            if (id.isPresent()) {
                sql.update("INSERT INTO session_key VALUES (?, ?, NULL)", key.toBytes(), id.get());
            }
            return id.isPresent();
        });
    }

    @Override
    public Optional<Session> find(SecretHash key, Instant now) {
        return database.read(sql -> sql.first(
                """
                SELECT session.* FROM session_key JOIN session ON session.id = session_key.session
                WHERE session_key.secret = ? AND session.expires_at > ?
                  AND coalesce(session_key.good_until, session.expires_at) > ?""",
                row -> new Session(
                        new AccountNumber(row.getLong("account")),
                        new UserId(row.getLong("user")),
                        Micros.instant(row, "started_at"),
                        Micros.instant(row, "expires_at")),
                key.toBytes(),
                Micros.of(now),
                Micros.of(now)));
    }

    @Override
    public Pending<KeyState> keepAlive(SecretHash key, Instant now, Instant until) {
        return pings.add(key, now, until);
    }

    @Override
    public KeyState rotate(SecretHash key, Rotation rotation, Instant now, Instant until) {
        return database.writeUnremembered(sql -> {
            Optional<Found> found = find(sql, key, now);
            if (found.isPresent() && found.get().state() == KeyState.LIVE) {
                moveEnd(sql, found.get(), until);
                sql.update(
                        "DELETE FROM session_key WHERE session = ? AND good_until < ?",
                        found.get().session(),
                        Micros.of(now));
                sql.update(
                        "UPDATE session_key SET good_until = ? WHERE session = ? AND good_until IS NULL",
                        Micros.of(now.plus(rotation.grace())),
                        found.get().session());
                sql.update(
                        "INSERT INTO session_key VALUES (?, ?, NULL)",
                        rotation.newKey().toBytes(),
                        found.get().session());
            }
            return found.map(Found::state).orElse(KeyState.UNKNOWN);
        });
    }

    @Override
    public KeyState close(SecretHash key, Instant now) {
        return database.writeUnremembered(sql -> {
            Optional<Found> found = find(sql, key, now);
            if (found.isPresent() && found.get().state() == KeyState.LIVE) {
                sql.update(
                        "DELETE FROM session_key WHERE session = ?", found.get().session());
                sql.update("DELETE FROM session WHERE id = ?", found.get().session());
            }
            return found.map(Found::state).orElse(KeyState.UNKNOWN);
        });
    }

    @Override
    public long count(Instant now) {
        return database.read(sql -> sql.first(
                        "SELECT count(*) FROM session WHERE expires_at > ?", row -> row.getLong(1), Micros.of(now))
                .orElseThrow());
    }

    @Override
    public void forgetEndedBefore(Instant then) {
        database.writeUnremembered(sql -> {
            sql.update(
                    "DELETE FROM session_key WHERE session IN (SELECT id FROM session WHERE expires_at < ?)",
                    Micros.of(then));
            return sql.update("DELETE FROM session WHERE expires_at < ?", Micros.of(then));
        });
    }

    @Override
    public long reserve(int count) {
        return database.writeUnremembered(sql -> sql.first(
                        "UPDATE number_reserve SET next = next + ? WHERE name = 'transaction' RETURNING next - ?",
                        row -> row.getLong(1),
                        count,
                        count)
                .orElseThrow());
    }

    /// What a key is good for at this moment.
    static KeyState state(Sql sql, SecretHash key, Instant now) throws SQLException {
        return find(sql, key, now).map(Found::state).orElse(KeyState.UNKNOWN);
    }

    private record Found(long session, KeyState state) {}

    private static Optional<Found> find(Sql sql, SecretHash key, Instant now) throws SQLException {
        return sql.first(
                """
                SELECT session.id, CASE WHEN session_key.good_until < session.expires_at THEN session_key.good_until
                  ELSE session.expires_at END
                FROM session_key JOIN session ON session.id = session_key.session
                WHERE session_key.secret = ?""",
                row -> new Found(row.getLong(1), row.getLong(2) > Micros.of(now) ? KeyState.LIVE : KeyState.EXPIRED),
                key.toBytes());
    }

    private static void moveEnd(Sql sql, Found found, Instant until) throws SQLException {
        sql.update(
                "UPDATE session SET expires_at = ? WHERE id = ? AND expires_at < ?",
                Micros.of(until),
                found.session(),
                Micros.of(until));
    }
}
