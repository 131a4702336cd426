package dev.licet.core.session;

import static java.lang.System.Logger.Level.DEBUG;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.Unavailable;
import dev.licet.core.audit.Acting;
import dev.licet.core.gate.Gate;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.KeyLock;
import dev.licet.core.identity.Secret;
import dev.licet.core.identity.SecretHash;
import dev.licet.core.identity.User;
import dev.licet.core.identity.Users;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// People who look at a console: who signs in has a session, as any user of the API can, that lives on with each visit.
/// Safe for threads.
public final class SignIn {
    private static final System.Logger LOG = System.getLogger(SignIn.class.getName());

    /// A session is kept alive once this part of its time has passed: not with each of a page's many requests.
    private static final int PART = 10;

    private final KeepSessions keepSessions;
    private final Sessions sessions;
    private final Users users;
    private final Duration timeout;
    private final Clock clock;

    /// @param timeout how long a session lives without a visit
    public SignIn(KeepSessions keepSessions, Sessions sessions, Users users, Duration timeout, Clock clock) {
        this.keepSessions = keepSessions;
        this.sessions = sessions;
        this.users = users;
        this.timeout = timeout;
        this.clock = clock;
    }

    /// Somebody who has signed in. @param caller may do what the user may
    public record Visit(User user, Caller caller) {}

    /// @return the key of a new session; refused, after the password was checked, to who may do nothing
    public Outcome<Secret> signIn(AccountNumber account, Gate.OneTimePair pair) {
        return keepSessions
                .check(account, pair)
                .then(user -> user.permissions().isEmpty()
                        ? Outcome.refused(new Refusal.NotPermitted("console"))
                        : keepSessions.open(user));
    }

    /// Who has this session, which lives on.
    public Outcome<Visit> visit(Secret key) {
        Instant now = clock.instant();
        Optional<Session> session = sessions.find(SecretHash.of(key), now);
        Instant until = now.plus(timeout);
        if (session.isPresent() && session.get().expiresAt().isBefore(until.minus(timeout.dividedBy(PART)))) {
            try {
                sessions.keepAlive(SecretHash.of(key), now, until).await();
            } catch (Unavailable e) {
                // A full disk is what an operator comes to look at.
                LOG.log(DEBUG, "a session was not kept alive: {0}", e.getMessage());
            }
        }
        return visit(session);
    }

    /// Who has this session, which does not live on by that.
    public Outcome<Visit> look(Secret key) {
        return visit(sessions.find(SecretHash.of(key), clock.instant()));
    }

    private Outcome<Visit> visit(Optional<Session> session) {
        if (session.isEmpty()) {
            return Outcome.refused(new Refusal.UnknownSession());
        }
        return users.find(session.get().user())
                .filter(user -> !user.revoked() && !user.permissions().isEmpty())
                .map(user -> Outcome.success(new Visit(user, Acting.as(caller(user)))))
                .orElseGet(() -> Outcome.refused(new Refusal.UnknownSession()));
    }

    /// Ends the session, and what was lent to its user.
    public void signOut(Secret key) {
        sessions.find(SecretHash.of(key), clock.instant()).ifPresent(session -> users.endLent(session.user()));
        keepSessions.logout(key);
    }

    private static Caller caller(User user) {
        return new Caller(
                user.account(),
                Optional.of(user.id()),
                Optional.empty(),
                Optional.empty(),
                user.permissions(),
                false,
                Optional.empty(),
                KeyLock.ANY);
    }
}
