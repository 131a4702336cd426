package dev.licet.core.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.TestClock;
import dev.licet.core.gate.Gate.OneTimePair;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ApplicationId;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.TokenId;
import dev.licet.core.id.UserId;
import dev.licet.core.identity.AccessToken;
import dev.licet.core.identity.AccessTokens;
import dev.licet.core.identity.Application;
import dev.licet.core.identity.Applications;
import dev.licet.core.identity.CallLimits;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.CountingPasswords;
import dev.licet.core.identity.Issued;
import dev.licet.core.identity.KeyLock;
import dev.licet.core.identity.MemoryUsers;
import dev.licet.core.identity.Permission;
import dev.licet.core.identity.Secret;
import dev.licet.core.identity.SecretHash;
import dev.licet.core.identity.SecretSource;
import dev.licet.core.identity.User;
import dev.licet.core.identity.UserToken;
import dev.licet.core.identity.UserTokens;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GateTest {
    private static final AccountNumber ACCOUNT = new AccountNumber(AccountNumber.FIRST);
    private static final AccountNumber OTHER = new AccountNumber(AccountNumber.LAST);
    private static final Duration LIFETIME = Duration.ofHours(24);
    private static final OneTimePair NO_PAIR = new OneTimePair(Optional.empty(), Optional.empty(), true, "here");
    private static final OneTimePair NO_PAIR_IN_THE_CLEAR =
            new OneTimePair(Optional.empty(), Optional.empty(), false, "here");

    private final TestClock clock = new TestClock();
    private final CountingPasswords passwords = new CountingPasswords();
    private final MemoryUsers users = new MemoryUsers();
    private final Tokens tokens = new Tokens();
    private final OneApplication applications = new OneApplication();
    private final OneAccessToken accessTokens = new OneAccessToken();
    private final CountingQuotas quotas = new CountingQuotas();
    private final SecretSource secrets = new SecretSource(new SecureRandom());
    private final Gate gate = new Gate(
            applications,
            accessTokens,
            tokens,
            users,
            quotas,
            new PasswordCheck(
                    users,
                    passwords,
                    new LoginThrottle(LoginThrottle.Limits.DEFAULTS, clock),
                    PasswordCheck.Limits.DEFAULTS,
                    clock,
                    new SecureRandom()),
            secrets,
            LIFETIME,
            clock);

    private User owner;
    private User alice;
    private Application application;

    @BeforeEach
    void addUsers() {
        owner = users.add(ACCOUNT, "owner", passwords.hash(new Secret("owners")));
        alice = users.add(ACCOUNT, "alice", passwords.hash(new Secret("right")));
        users.add(OTHER, "mallory", passwords.hash(new Secret("mallorys")));
        application = application(1, true, CallLimits.NONE);
    }

    @Test
    void application_byItsApiKey_elseUnknown() {
        assertThat(gate.application(new Secret("apiKey"))).isEqualTo(Outcome.success(applications.application()));
        assertThat(gate.application(new Secret("apikey"))).isEqualTo(Outcome.refused(new Refusal.UnknownApiKey()));
    }

    @Test
    void whatHasAnEnd_isGoodUntilThen_andUnknownFromThenOn() {
        Instant end = clock.instant().plusSeconds(60);
        applications.expiresAt = Optional.of(end);
        accessTokens.expiresAt = Optional.of(end);
        clock.advance(Duration.ofSeconds(60).minusNanos(1));
        assertThat(gate.application(new Secret("apiKey"))).isInstanceOf(Outcome.Success.class);
        assertThat(gate.bearer(new Secret("token"))).isInstanceOf(Outcome.Success.class);

        clock.advance(Duration.ofNanos(1));
        assertThat(gate.application(new Secret("apiKey"))).isEqualTo(Outcome.refused(new Refusal.UnknownApiKey()));
        assertThat(gate.bearer(new Secret("token"))).isEqualTo(Outcome.refused(new Refusal.UnknownAccessToken()));
    }

    @Test
    void bearer_isTheTokensCaller_elseUnknown() {
        assertThat(gate.bearer(new Secret("token")))
                .isEqualTo(Outcome.success(accessTokens.token().caller()));
        assertThat(gate.bearer(new Secret("other"))).isEqualTo(Outcome.refused(new Refusal.UnknownAccessToken()));
    }

    @Test
    void take_noLimits_doesNotAskTheQuotas() {
        assertThat(gate.take(application)).isEmpty();
        assertThat(quotas.taken).isZero();

        CallLimits gap = new CallLimits(Optional.empty(), Optional.of(Duration.ofSeconds(1)));
        assertThat(gate.take(application(1, true, gap))).isEmpty();
        assertThat(quotas.taken).isEqualTo(1);
    }

    @Test
    void caller_nobodyNamed_isTheOwner() {
        assertThat(gate.caller(application, Optional.empty(), NO_PAIR)).isEqualTo(Outcome.success(callerOf(owner)));
        assertThat(gate.caller(application, Optional.empty(), NO_PAIR_IN_THE_CLEAR))
                .isEqualTo(Outcome.success(callerOf(owner)));
    }

    @Test
    void caller_revokedOwner_isRefused() {
        users.revoke(owner.id());

        assertThat(gate.caller(application, Optional.empty(), NO_PAIR))
                .isEqualTo(Outcome.refused(new Refusal.WrongCredentials()));
    }

    @Test
    void caller_readOnlyApplication_mayNotCreateLicenses() {
        Application reader = application(1, false, CallLimits.NONE);

        assertThat(gate.caller(reader, Optional.empty(), NO_PAIR).map(Caller::permissions))
                .isEqualTo(Outcome.success(Set.of(Permission.REGISTER_EVENT, Permission.GET_EVENTS)));
    }

    @Test
    void caller_pair_isItsUser() {
        assertThat(gate.caller(application, Optional.empty(), pair("alice", "right")))
                .isEqualTo(Outcome.success(callerOf(alice)));
        assertThat(gate.caller(application, Optional.empty(), pair("alice", "wrong")))
                .isEqualTo(Outcome.refused(new Refusal.WrongCredentials()));
        assertThat(gate.caller(application, Optional.empty(), pair("mallory", "mallorys")))
                .isEqualTo(Outcome.refused(new Refusal.WrongCredentials()));
    }

    @Test
    void caller_halfAPair_isWrongAndNotTheOwner() {
        OneTimePair nameAlone = new OneTimePair(Optional.of("alice"), Optional.empty(), true, "here");
        OneTimePair passwordAlone = new OneTimePair(Optional.empty(), Optional.of(new Secret("right")), true, "here");

        for (OneTimePair half : List.of(nameAlone, passwordAlone)) {
            assertThat(gate.caller(application, Optional.empty(), half))
                    .isEqualTo(Outcome.refused(new Refusal.WrongCredentials()));
        }
    }

    @Test
    void caller_pairInTheClear_isRefusedUncheckedEvenWithAToken() {
        OneTimePair clear = new OneTimePair(Optional.of("alice"), Optional.of(new Secret("right")), false, "here");
        Secret token = gate.issueUserToken(application, alice).secret();

        assertThat(gate.caller(application, Optional.empty(), clear))
                .isEqualTo(Outcome.refused(new Refusal.TlsRequired()));
        assertThat(gate.caller(application, Optional.of(token), clear))
                .isEqualTo(Outcome.refused(new Refusal.TlsRequired()));
        assertThat(passwords.checks()).isZero();
    }

    @Test
    void caller_tokenAndPair_theTokenDecidesAndThePairIsNotChecked() {
        Secret token = gate.issueUserToken(application, alice).secret();

        assertThat(gate.caller(application, Optional.of(token), pair("owner", "wrong")))
                .isEqualTo(Outcome.success(callerOf(alice)));
        assertThat(gate.caller(application, Optional.of(new Secret("bad")), pair("alice", "right")))
                .isEqualTo(Outcome.refused(new Refusal.UnknownUserToken()));
        assertThat(passwords.checks()).isZero();
    }

    @Test
    void caller_tokenOfAnotherApplication_isUnknown() {
        Secret token = gate.issueUserToken(application, alice).secret();

        assertThat(gate.caller(application(2, true, CallLimits.NONE), Optional.of(token), NO_PAIR))
                .isEqualTo(Outcome.refused(new Refusal.UnknownUserToken()));
    }

    @Test
    void caller_tokenAtTheInstantOfItsEnd_isExpired() {
        Issued<UserToken> issued = gate.issueUserToken(application, alice);
        assertThat(issued.thing().expiresAt()).isEqualTo(TestClock.START.plus(LIFETIME));

        clock.advance(LIFETIME.minusNanos(1));
        assertThat(gate.caller(application, Optional.of(issued.secret()), NO_PAIR))
                .isEqualTo(Outcome.success(callerOf(alice)));
        clock.advance(Duration.ofNanos(1));
        assertThat(gate.caller(application, Optional.of(issued.secret()), NO_PAIR))
                .isEqualTo(Outcome.refused(new Refusal.ExpiredUserToken()));
    }

    @Test
    void caller_tokenOfARevokedUser_isUnknown() {
        Secret token = gate.issueUserToken(application, alice).secret();
        users.revoke(alice.id());

        assertThat(gate.caller(application, Optional.of(token), NO_PAIR))
                .isEqualTo(Outcome.refused(new Refusal.UnknownUserToken()));
    }

    @Test
    void issueUserToken_forgetsWhatExpiredThirtyDaysAgo() {
        gate.issueUserToken(application, alice);

        assertThat(tokens.forgottenBefore).isEqualTo(TestClock.START.minus(Duration.ofDays(30)));
    }

    @Test
    void login_inTheClear_isRefusedUnchecked() {
        OneTimePair clear = new OneTimePair(Optional.of("alice"), Optional.of(new Secret("right")), false, "here");

        assertThat(gate.login(ACCOUNT, clear)).isEqualTo(Outcome.refused(new Refusal.TlsRequired()));
        assertThat(gate.login(ACCOUNT, NO_PAIR)).isEqualTo(Outcome.refused(new Refusal.WrongCredentials()));
        assertThat(passwords.checks()).isZero();
        assertThat(gate.login(ACCOUNT, pair("alice", "right"))).isEqualTo(Outcome.success(alice));
    }

    private static OneTimePair pair(String username, String password) {
        return new OneTimePair(Optional.of(username), Optional.of(new Secret(password)), true, "here");
    }

    private Application application(long id, boolean write, CallLimits limits) {
        return new Application(
                new ApplicationId(id),
                ACCOUNT,
                owner.id(),
                "player",
                write,
                true,
                limits,
                false,
                TestClock.START,
                Optional.empty());
    }

    private Caller callerOf(User user) {
        return new Caller(
                ACCOUNT,
                Optional.of(user.id()),
                Optional.of(application.id()),
                Optional.empty(),
                Set.of(Permission.REGISTER_EVENT, Permission.GET_EVENTS, Permission.CREATE_LICENSE),
                true,
                Optional.empty(),
                KeyLock.ANY);
    }

    private static final class CountingQuotas implements Quotas {
        private int taken;

        @Override
        public QuotaState find(ApplicationId application) {
            return QuotaState.UNUSED;
        }

        @Override
        public Optional<Refusal> take(ApplicationId application, CallLimits limits, Instant now) {
            taken++;
            return Optional.empty();
        }
    }

    private static final class Tokens implements UserTokens {
        private final Map<SecretHash, UserToken> tokens = new HashMap<>();
        private Instant forgottenBefore = Instant.MIN;

        @Override
        public void add(SecretHash secret, UserToken token) {
            tokens.put(secret, token);
        }

        @Override
        public Optional<UserToken> find(SecretHash secret) {
            return Optional.ofNullable(tokens.get(secret));
        }

        @Override
        public void forgetExpiredBefore(Instant then) {
            forgottenBefore = then;
        }
    }

    private static final class OneApplication implements Applications {
        private Optional<Instant> expiresAt = Optional.empty();

        Application application() {
            return new Application(
                    new ApplicationId(1),
                    ACCOUNT,
                    new UserId(1),
                    "player",
                    true,
                    true,
                    CallLimits.NONE,
                    false,
                    TestClock.START,
                    expiresAt);
        }

        @Override
        public Optional<Application> find(SecretHash apiKey) {
            return Optional.of(application()).filter(found -> apiKey.equals(SecretHash.of(new Secret("apiKey"))));
        }

        @Override
        public Application add(NewApplication wanted, SecretHash apiKey, Instant at) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<Application> find(ApplicationId id) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Application> list(AccountNumber account) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean set(ApplicationId id, boolean write, boolean partner, CallLimits limits) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean revoke(ApplicationId id) {
            throw new UnsupportedOperationException();
        }
    }

    private static final class OneAccessToken implements AccessTokens {
        private Optional<Instant> expiresAt = Optional.empty();

        AccessToken token() {
            return new AccessToken(
                    new TokenId(1),
                    ACCOUNT,
                    "token",
                    Set.of(Permission.GET_EVENTS),
                    Optional.of(new ProductId(1)),
                    new KeyLock(-1),
                    false,
                    TestClock.START,
                    expiresAt);
        }

        @Override
        public void addLocked(TokenId parent, ProductId product, KeyId key, SecretHash secret, Instant at) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<AccessToken> find(SecretHash secret) {
            return Optional.of(token()).filter(found -> secret.equals(SecretHash.of(new Secret("token"))));
        }

        @Override
        public AccessToken add(NewAccessToken token, SecretHash secret, Instant at) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<AccessToken> find(TokenId id) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<AccessToken> list(AccountNumber account) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean set(TokenId id, Set<Permission> permissions, Optional<ProductId> product, KeyLock keyLock) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean revoke(TokenId id) {
            throw new UnsupportedOperationException();
        }
    }
}
