package dev.licet.core.session;

import dev.licet.core.Outcome;
import dev.licet.core.Pending;
import dev.licet.core.Refusal;
import dev.licet.core.gate.Gate;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.identity.Secret;
import dev.licet.core.identity.SecretHash;
import dev.licet.core.identity.SecretSource;
import dev.licet.core.identity.User;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/// Login, ping and logout: a session lives from its login until nobody has pinged it for the timeout, or until
/// it is logged out. Safe for threads.
public final class KeepSessions {
    /// How long a session that ended is still told apart from one that never was.
    private static final Duration ENDED_KEPT = Duration.ofDays(1);

    private final Gate gate;
    private final Sessions sessions;
    private final SecretSource secrets;
    private final Settings settings;
    private final Clock clock;

    /// @param timeout how long a session lives without a ping
    /// @param rotateOnPing whether each ping gives a new key
    /// @param rotationGrace how long the key before it stays good
    /// @param keyLength how many letters and digits a key has
    public record Settings(Duration timeout, boolean rotateOnPing, Duration rotationGrace, int keyLength) {}

    public KeepSessions(Gate gate, Sessions sessions, SecretSource secrets, Settings settings, Clock clock) {
        this.gate = gate;
        this.sessions = sessions;
        this.secrets = secrets;
        this.settings = settings;
        this.clock = clock;
    }

    /// @return the key of a new session
    public Outcome<Secret> login(AccountNumber account, Gate.OneTimePair pair) {
        return check(account, pair).then(this::open);
    }

    /// @return who may have a session
    public Outcome<User> check(AccountNumber account, Gate.OneTimePair pair) {
        return gate.login(account, pair);
    }

    /// @return the key of a new session of a user whose password was checked
    public Outcome<Secret> open(User user) {
        Instant now = clock.instant();
        sessions.forgetEndedBefore(now.minus(ENDED_KEPT));
        Secret key = secrets.sessionKey(settings.keyLength());
        Session session = new Session(user.account(), user.id(), now, now.plus(settings.timeout()));
        return sessions.open(SecretHash.of(key), session)
                ? Outcome.success(key)
                : Outcome.refused(new Refusal.WrongCredentials());
    }

    /// Waits for the disk only when it is awaited, unless keys [rotate][Settings#rotateOnPing].
    ///
    /// @return the key to use from now on
    public Pending<Outcome<Secret>> ping(Secret key) {
        Instant now = clock.instant();
        Instant until = now.plus(settings.timeout());
        if (!settings.rotateOnPing()) {
            return sessions.keepAlive(SecretHash.of(key), now, until).map(state -> outcome(state, key));
        }
        Secret next = secrets.sessionKey(settings.keyLength());
        Sessions.Rotation rotation = new Sessions.Rotation(SecretHash.of(next), settings.rotationGrace());
        return Pending.done(outcome(sessions.rotate(SecretHash.of(key), rotation, now, until), next));
    }

    /// Whether a ping waits for the disk only when it is awaited.
    public boolean isPingQuick() {
        return !settings.rotateOnPing();
    }

    /// @return the key that is no longer good
    public Outcome<Secret> logout(Secret key) {
        return outcome(sessions.close(SecretHash.of(key), clock.instant()), key);
    }

    private static Outcome<Secret> outcome(Sessions.KeyState state, Secret key) {
        return state.refusal().<Outcome<Secret>>map(Outcome::refused).orElseGet(() -> Outcome.success(key));
    }
}
