package dev.licet.core.identity;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.Transactions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/// An apiKey and an access token for somebody who tries the API out: good for an hour at most, and for no more than
/// what they may do themselves. They end with the next ones, with a change of what the user may do, and with a
/// sign-out. Safe for threads.
public final class LendCredentials {
    private static final Duration LENT_FOR = Duration.ofHours(1);

    private final Users users;
    private final Applications applications;
    private final AccessTokens tokens;
    private final Transactions transactions;
    private final SecretSource secrets;
    private final Clock clock;

    /// @param clock the one that tells whether a token is good
    public LendCredentials(
            Users users,
            Applications applications,
            AccessTokens tokens,
            Transactions transactions,
            SecretSource secrets,
            Clock clock) {
        this.users = users;
        this.applications = applications;
        this.tokens = tokens;
        this.transactions = transactions;
        this.secrets = secrets;
        this.clock = clock;
    }

    /// @param apiKey empty for who may not do what any application may: record events and read them
    public record Lent(Optional<Secret> apiKey, Secret accessToken, Instant until) {}

    /// @param caller somebody who has signed in
    public Outcome<Lent> lend(Caller caller) {
        Instant now = clock.instant();
        // In one piece, so that nobody's rights are taken between the look at them and the lending.
        return transactions.run(() -> caller.user()
                .flatMap(users::find)
                .filter(user -> !user.revoked() && !user.permissions().isEmpty())
                .map(user -> Outcome.success(lend(user, now)))
                .orElseGet(() -> Outcome.refused(new Refusal.NotFound(Refusal.Kind.USER))));
    }

    private Lent lend(User user, Instant now) {
        Optional<Instant> until = Optional.of(now.plus(LENT_FOR));
        String name = "lent to " + user.username();
        users.endLent(user.id());
        Secret accessToken = secrets.accessToken();
        tokens.add(
                new AccessTokens.NewAccessToken(
                        user.account(),
                        name,
                        user.permissions(),
                        Optional.empty(),
                        KeyLock.ANY,
                        until,
                        Optional.of(user.id())),
                SecretHash.of(accessToken),
                now);
        Set<Permission> may = user.permissions();
        if (!may.containsAll(Application.permissions(false))) {
            return new Lent(Optional.empty(), accessToken, until.get());
        }
        Secret apiKey = secrets.apiKey();
        applications.add(
                new Applications.NewApplication(
                        user.account(),
                        user.id(),
                        name,
                        may.containsAll(Application.permissions(true)),
                        may.contains(Permission.MANAGE),
                        CallLimits.NONE,
                        until,
                        Optional.of(user.id())),
                SecretHash.of(apiKey),
                now);
        return new Lent(Optional.of(apiKey), accessToken, until.get());
    }
}
