package dev.licet.core.session;

import dev.licet.core.Pending;
import dev.licet.core.Refusal;
import dev.licet.core.identity.SecretHash;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// The stored sessions. What a changing method did is on disk when it returns, and two calls on one session
/// happen one after the other. Safe for threads.
public interface Sessions {

    /// @return false, and nothing opened, when its user has been revoked since who it is was checked
    boolean open(SecretHash key, Session session);

    /// The live session of a key. @return empty when it is over or never was
    Optional<Session> find(SecretHash key, Instant now);

    /// Moves the end of a live session to `until`, and never to an earlier one: a clock that is set back ends nobody's
    /// session. One that is over is left as it is. Waits for the disk only when it is awaited.
    Pending<KeyState> keepAlive(SecretHash key, Instant now, Instant until);

    /// Gives a live session a new key and lets the old one live until its grace is over; moves its end as
    /// [#keepAlive] does.
    KeyState rotate(SecretHash key, Rotation rotation, Instant now, Instant until);

    /// Ends a live session; none of its keys is known afterwards.
    KeyState close(SecretHash key, Instant now);

    /// How many sessions live now.
    long count(Instant now);

    /// Forgets the sessions that ended before then.
    void forgetEndedBefore(Instant then);

    record Rotation(SecretHash newKey, Duration grace) {}

    enum KeyState {
        LIVE,
        EXPIRED,
        UNKNOWN;

        public Optional<Refusal> refusal() {
            return switch (this) {
                case LIVE -> Optional.empty();
                case EXPIRED -> Optional.of(new Refusal.ExpiredSession());
                case UNKNOWN -> Optional.of(new Refusal.UnknownSession());
            };
        }
    }
}
