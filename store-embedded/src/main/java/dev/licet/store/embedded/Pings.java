package dev.licet.store.embedded;

import dev.licet.core.Pending;
import dev.licet.core.identity.SecretHash;
import dev.licet.core.session.Sessions.KeyState;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The pings that wait for the database's writer: all that come while it is at another group are one piece of work of
/// the next, and those of one session one change. A ping is answered when its group is on disk.
///
/// `this` guards what waits.
final class Pings {
    private static final String MOVE_END = """
            UPDATE session SET expires_at = max(expires_at, ?)
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
            return sql.update(MOVE_END, Micros.of(until), at, key.toBytes(), at) > 0
                    ? KeyState.LIVE
                    : SqliteSessions.state(sql, key, now);
        }
    }

    private record Batch(Map<SecretHash, Ping> pings, Pending<Map<SecretHash, KeyState>> states) {}

    private final Database database;
    /// In the writer's queue, and not begun.
    private @Nullable Batch waiting;

    Pings(Database database) {
        this.database = database;
    }

    Pending<KeyState> add(SecretHash key, Instant now, Instant until) {
        Ping ping = new Ping(now, until);
        if (database.isInTransaction()) {
            return Pending.done(database.writeUnremembered(sql -> ping.move(sql, key)));
        }
        return addWaiting(key, ping).map(states -> Objects.requireNonNull(states.get(key)));
    }

    private synchronized Pending<Map<SecretHash, KeyState>> addWaiting(SecretHash key, Ping ping) {
        Batch batch = waiting == null ? begin() : waiting;
        batch.pings.merge(key, ping, Ping::and);
        return batch.states;
    }

    private Batch begin() {
        Map<SecretHash, Ping> pings = new HashMap<>();
        Batch batch = new Batch(pings, database.submitUnremembered(sql -> {
            take(pings);
            Map<SecretHash, KeyState> states = new HashMap<>();
            for (Map.Entry<SecretHash, Ping> ping : pings.entrySet()) {
                states.put(ping.getKey(), ping.getValue().move(sql, ping.getKey()));
            }
            return states;
        }));
        waiting = batch;
        batch.states.whenThere(() -> take(pings)); // its group may have failed before it was begun
        return batch;
    }

    /// What comes from now on is for another batch.
    private synchronized void take(Map<SecretHash, Ping> pings) {
        if (waiting != null && waiting.pings == pings) {
            waiting = null;
        }
    }
}
