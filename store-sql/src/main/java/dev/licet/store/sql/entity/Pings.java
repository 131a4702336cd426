package dev.licet.store.sql.entity;

import dev.licet.core.Pending;
import dev.licet.core.identity.SecretHash;
import dev.licet.core.session.Sessions.KeyState;
import java.sql.SQLException;
import java.time.Instant;

/// The pings of sessions. A ping is answered when its group is on disk.
final class Pings {
    private static final String MOVE_END = """
            UPDATE session SET expires_at = CASE WHEN expires_at > ? THEN expires_at ELSE ? END
            WHERE expires_at > ? AND id = (
              SELECT session FROM session_key WHERE secret = ? AND coalesce(good_until > ?, TRUE))""";

    private record Ping(Instant now, Instant until) {
        /// Both, one after the other: a session that lives at the first lives at the second.
        Ping and(Ping other) {
            return new Ping(
                    now.isBefore(other.now) ? now : other.now, until.isAfter(other.until) ? until : other.until);
        }

        KeyState move(Sql sql, SecretHash key) throws SQLException {
            long at = Micros.of(now);
            long end = Micros.of(until);
            return sql.update(MOVE_END, end, end, at, key.toBytes(), at) > 0
                    ? KeyState.LIVE
                    : SqlSessions.state(sql, key, now);
        }
    }

    private final Merging<SecretHash, Ping, KeyState> merging;

    Pings(Database database) {
        merging = new Merging<>(database, Ping::and, () -> (sql, key, ping) -> ping.move(sql, key));
    }

    Pending<KeyState> add(SecretHash key, Instant now, Instant until) {
        return merging.add(key, new Ping(now, until));
    }
}
