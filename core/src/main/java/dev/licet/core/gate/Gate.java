package dev.licet.core.gate;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.audit.Acting;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.identity.AccessToken;
import dev.licet.core.identity.AccessTokens;
import dev.licet.core.identity.Application;
import dev.licet.core.identity.Applications;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Issued;
import dev.licet.core.identity.KeyLock;
import dev.licet.core.identity.Secret;
import dev.licet.core.identity.SecretHash;
import dev.licet.core.identity.SecretSource;
import dev.licet.core.identity.User;
import dev.licet.core.identity.UserToken;
import dev.licet.core.identity.UserTokens;
import dev.licet.core.identity.Users;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Turns credentials into a [Caller], or says why not. A dialect asks it in the order that its own error codes
/// ask for. Safe for threads.
public final class Gate {
    /// How long an expired user token is still told apart from one that never was.
    private static final Duration EXPIRED_TOKEN_KEPT = Duration.ofDays(30);

    private final Applications applications;
    private final AccessTokens accessTokens;
    private final UserTokens userTokens;
    private final Users users;
    private final Quotas quotas;
    private final PasswordCheck passwordCheck;
    private final SecretSource secrets;
    private final Duration userTokenLifetime;
    private final Clock clock;

    public Gate(
            Applications applications,
            AccessTokens accessTokens,
            UserTokens userTokens,
            Users users,
            Quotas quotas,
            PasswordCheck passwordCheck,
            SecretSource secrets,
            Duration userTokenLifetime,
            Clock clock) {
        this.applications = applications;
        this.accessTokens = accessTokens;
        this.userTokens = userTokens;
        this.users = users;
        this.quotas = quotas;
        this.passwordCheck = passwordCheck;
        this.secrets = secrets;
        this.userTokenLifetime = userTokenLifetime;
        this.clock = clock;
    }

    /// Somebody's name and password, sent with one request.
    ///
    /// @param secure whether nobody on the way could read it @param address where it came from
    public record OneTimePair(Optional<String> username, Optional<Secret> password, boolean secure, String address) {
        public boolean isGiven() {
            return username.isPresent() || password.isPresent();
        }
    }

    public Outcome<Application> application(Secret apiKey) {
        return applications
                .find(SecretHash.of(apiKey))
                .filter(application -> !application.isExpiredAt(clock.instant()))
                .map(Outcome::success)
                .orElseGet(() -> Outcome.refused(new Refusal.UnknownApiKey()));
    }

    /// Takes one call of the application's quota and gap.
    public Optional<Refusal> take(Application application) {
        if (application.limits().isNone()) {
            return Optional.empty();
        }
        return quotas.take(application.id(), application.limits(), clock.instant());
    }

    /// Who acts through an application: the user of the token, else the user of the pair, else its owner. A
    /// pair that came in the clear is refused even when a token decides.
    public Outcome<Caller> caller(Application application, Optional<Secret> userToken, OneTimePair pair) {
        if (pair.isGiven() && !pair.secure()) {
            return Outcome.refused(new Refusal.TlsRequired());
        }
        if (userToken.isPresent()) {
            return userOf(application, userToken.get()).map(user -> caller(application, user));
        }
        if (pair.isGiven()) {
            return login(application.account(), pair).map(user -> caller(application, user));
        }
        return users.find(application.owner())
                .filter(owner -> !owner.revoked())
                .map(owner -> Outcome.success(caller(application, owner)))
                .orElseGet(() -> Outcome.refused(new Refusal.WrongCredentials()));
    }

    /// The user that a name and password belong to.
    public Outcome<User> login(AccountNumber account, OneTimePair pair) {
        if (!pair.secure()) {
            return Outcome.refused(new Refusal.TlsRequired());
        }
        Optional<User> user = pair.username().isEmpty() || pair.password().isEmpty()
                ? Optional.empty()
                : passwordCheck.user(
                        account, pair.username().get(), pair.password().get(), pair.address());
        return user.map(Outcome::success).orElseGet(() -> Outcome.refused(new Refusal.WrongCredentials()));
    }

    /// Gives the user a token to act through this application.
    public Issued<UserToken> issueUserToken(Application application, User user) {
        Instant now = clock.instant();
        userTokens.forgetExpiredBefore(now.minus(EXPIRED_TOKEN_KEPT));
        Secret secret = secrets.userToken();
        UserToken token = new UserToken(user.id(), application.id(), now.plus(userTokenLifetime));
        userTokens.add(SecretHash.of(secret), token);
        return new Issued<>(token, secret);
    }

    public Outcome<Caller> bearer(Secret accessToken) {
        return accessTokens
                .find(SecretHash.of(accessToken))
                .filter(token -> !token.isExpiredAt(clock.instant()))
                .map(AccessToken::caller)
                .map(Acting::as)
                .map(Outcome::success)
                .orElseGet(() -> Outcome.refused(new Refusal.UnknownAccessToken()));
    }

    private Outcome<User> userOf(Application application, Secret secret) {
        Optional<UserToken> token = userTokens
                .find(SecretHash.of(secret))
                .filter(found -> found.application().equals(application.id()));
        if (token.isEmpty()) {
            return Outcome.refused(new Refusal.UnknownUserToken());
        }
        if (token.get().isExpiredAt(clock.instant())) {
            return Outcome.refused(new Refusal.ExpiredUserToken());
        }
        return users.find(token.get().user())
                .filter(user -> !user.revoked())
                .map(Outcome::success)
                .orElseGet(() -> Outcome.refused(new Refusal.UnknownUserToken()));
    }

    private static Caller caller(Application application, User user) {
        return Acting.as(new Caller(
                application.account(),
                Optional.of(user.id()),
                Optional.of(application.id()),
                Optional.empty(),
                application.permissions(),
                application.partner(),
                Optional.empty(),
                KeyLock.ANY));
    }
}
