package dev.licet.core.identity;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.UserId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// An apiKey and an access token for somebody who tries the API out: good for an hour at most, and for no more than
/// what
/// they may do themselves. They end with the next ones, with a change of what the user may do, and with a sign-out.
/// Safe
/// for threads.
public final class LendCredentials {
    private static final Duration LENT_FOR = Duration.ofHours(1);

    private final Users users;
    private final Applications applications;
    private final AccessTokens tokens;
    private final SecretSource secrets;
    private final Clock clock;

    public LendCredentials(
            Users users, Applications applications, AccessTokens tokens, SecretSource secrets, Clock clock) {
        this.users = users;
        this.applications = applications;
        this.tokens = tokens;
        this.secrets = secrets;
        this.clock = clock;
    }

    /// @param apiKey empty for who may not even read events, which any application may
    public record Lent(Optional<Secret> apiKey, Secret accessToken, Instant until) {}

    /// @param caller somebody who has signed in
    public Outcome<Lent> lend(Caller caller) {
        Optional<User> user = caller.user().flatMap(users::find).filter(found -> !found.revoked());
        if (user.isEmpty()) {
            return Outcome.refused(new Refusal.NotFound(Refusal.Kind.USER));
        }
        String name = "lent to " + user.get().username();
        users.endLent(user.get().id());
        Instant now = clock.instant();
        Instant until = now.plus(LENT_FOR);
        Secret accessToken = secrets.accessToken();
        tokens.add(
                new AccessTokens.NewAccessToken(
                        caller.account(),
                        name,
                        caller.permissions(),
                        caller.product(),
                        caller.keyLock(),
                        Optional.of(until),
                        Optional.of(user.get().id())),
                SecretHash.of(accessToken),
                now);
        return Outcome.success(new Lent(lendApiKey(caller, user.get().id(), name, now, until), accessToken, until));
    }

    private Optional<Secret> lendApiKey(Caller caller, UserId owner, String name, Instant now, Instant until) {
        if (!caller.permissions().containsAll(Application.permissions(false))) {
            return Optional.empty();
        }
        Secret apiKey = secrets.apiKey();
        applications.add(
                new Applications.NewApplication(
                        caller.account(),
                        owner,
                        name,
                        caller.permissions().containsAll(Application.permissions(true)),
                        caller.permissions().contains(Permission.MANAGE),
                        CallLimits.NONE,
                        Optional.of(until),
                        Optional.of(owner)),
                SecretHash.of(apiKey),
                now);
        return Optional.of(apiKey);
    }
}
