package dev.licet.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.AtOnce;
import dev.licet.core.Outcome;
import dev.licet.core.Pending;
import dev.licet.core.Refusal;
import dev.licet.core.TestClock;
import dev.licet.core.event.EventFilter;
import dev.licet.core.event.EventPage;
import dev.licet.core.event.EventQuery;
import dev.licet.core.event.Placed;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ApplicationId;
import dev.licet.core.id.LicenseId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.TokenId;
import dev.licet.core.id.UserId;
import dev.licet.core.identity.AccessToken;
import dev.licet.core.identity.AccessTokens;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.Application;
import dev.licet.core.identity.Applications;
import dev.licet.core.identity.CallLimits;
import dev.licet.core.identity.KeyLock;
import dev.licet.core.identity.PasswordHash;
import dev.licet.core.identity.Permission;
import dev.licet.core.identity.Secret;
import dev.licet.core.identity.SecretHash;
import dev.licet.core.identity.SigningKey;
import dev.licet.core.identity.User;
import dev.licet.core.identity.UserToken;
import dev.licet.core.license.Activation;
import dev.licet.core.license.Course;
import dev.licet.core.license.Features;
import dev.licet.core.license.KeyRule;
import dev.licet.core.license.KeyTerms;
import dev.licet.core.license.License;
import dev.licet.core.license.LicenseKey;
import dev.licet.core.license.LicenseKeys;
import dev.licet.core.license.LicenseType;
import dev.licet.core.license.Licenses;
import dev.licet.core.license.MachineRules;
import dev.licet.core.license.Price;
import dev.licet.core.license.Product;
import dev.licet.core.license.Term;
import dev.licet.core.license.TermRules;
import dev.licet.core.once.Fingerprint;
import dev.licet.core.once.KeptAnswers;
import dev.licet.core.once.RequestKey;
import dev.licet.core.session.Session;
import dev.licet.core.session.Sessions;
import dev.licet.core.session.Sessions.KeyState;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What every engine promises. An engine's test inherits it; a gap is an overridden test, disabled with a reason.
///
/// All tests work on one store, each in an account of its own, so what one leaves behind must not show in another.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class StoreContract {
    private static final Instant NOW = TestClock.START;
    private static final Duration HOUR = Duration.ofHours(1);
    private static final SigningKey SIGNING_KEY = SigningKey.generate();
    private static final PasswordHash PASSWORD = new PasswordHash("$argon2id$first");

    private final AtomicLong unique = new AtomicLong();

    private Store store;
    private AccountNumber account;

    /// Opens the store; called again after a close, it opens the same one again.
    protected abstract Store open();

    protected final Store store() {
        return store;
    }

    @BeforeAll
    void openStore() {
        store = open();
    }

    @AfterAll
    void closeStore() {
        store.close();
    }

    @BeforeEach
    void takeNewAccount() {
        account = newAccount("an account");
    }

    protected void reopen() {
        store.close();
        store = open();
    }

    @Test
    void check_healthyStore_saysNothing() {
        assertThat(store.check()).isEmpty();
    }

    // Accounts

    @Test
    void addAccount_isFoundAsItWasAdded() {
        AccountNumber number = nextNumber();
        Account added = new Account(number, "Łódź & Söhne 漢字 🎬", SIGNING_KEY, false, NOW);

        assertThat(store.accounts().add(added)).isTrue();

        Account found = store.accounts().find(number).orElseThrow();
        assertThat(found.name()).isEqualTo(added.name());
        assertThat(found.signingKey().toPkcs8()).isEqualTo(SIGNING_KEY.toPkcs8());
        assertThat(found.revoked()).isFalse();
        assertThat(found.createdAt()).isEqualTo(NOW);
    }

    @Test
    void addAccount_takenNumber_addsNothing() {
        Account second = new Account(account, "second", SIGNING_KEY, false, NOW);

        assertThat(store.accounts().add(second)).isFalse();
        assertThat(store.accounts().find(account).orElseThrow().name()).isEqualTo("an account");
    }

    @Test
    void addAccount_sameNumberByManyAtOnce_addsOne() {
        AccountNumber number = nextNumber();

        List<Boolean> added =
                AtOnce.run(32, i -> store.accounts().add(new Account(number, "account " + i, SIGNING_KEY, false, NOW)));

        assertThat(Collections.frequency(added, true)).isEqualTo(1);
        assertThat(store.accounts().find(number).orElseThrow().name()).isEqualTo("account " + added.indexOf(true));
    }

    @Test
    void findAccount_unknownNumber_findsNone() {
        assertThat(store.accounts().find(nextNumber())).isEmpty();
    }

    @Test
    void listAccounts_isOldestFirst() {
        AccountNumber low = nextNumber();
        AccountNumber high = nextNumber();
        store.accounts().add(new Account(high, "older", SIGNING_KEY, false, NOW.minusSeconds(20)));
        store.accounts().add(new Account(low, "younger", SIGNING_KEY, false, NOW.minusSeconds(10)));

        assertThat(store.accounts().list()).extracting(Account::number).containsSubsequence(high, low, account);
    }

    @Test
    void renameAccount_changesTheNameAlone() {
        assertThat(store.accounts().rename(account, "renamed")).isTrue();
        assertThat(store.accounts().rename(nextNumber(), "renamed")).isFalse();

        Account found = store.accounts().find(account).orElseThrow();
        assertThat(found.name()).isEqualTo("renamed");
        assertThat(found.createdAt()).isEqualTo(NOW);
        assertThat(found.revoked()).isFalse();
    }

    @Test
    void revokeAccount_revokesAllThatCouldCallForIt() {
        User user = newUser(account, "alice");
        SecretHash apiKey = newSecret();
        Application application = newApplication(user, apiKey, CallLimits.NONE);
        SecretHash accessToken = newSecret();
        AccessToken token = newAccessToken(accessToken);
        SecretHash userToken = newSecret();
        store.userTokens().add(userToken, new UserToken(user.id(), application.id(), NOW.plus(HOUR)));
        SecretHash session = openSession(user, NOW.plus(HOUR));
        AccountNumber neighbour = newAccount("a neighbour");
        SecretHash neighboursKey = newSecret();
        newApplication(newUser(neighbour, "alice"), neighboursKey, CallLimits.NONE);

        assertThat(store.accounts().revoke(account)).isTrue();

        assertThat(store.accounts().find(account).orElseThrow().revoked()).isTrue();
        assertThat(store.users().find(user.id()).orElseThrow().revoked()).isTrue();
        assertThat(store.applications().find(apiKey)).isEmpty();
        assertThat(store.applications().find(application.id()).orElseThrow().revoked())
                .isTrue();
        assertThat(store.accessTokens().find(accessToken)).isEmpty();
        assertThat(store.accessTokens().find(token.id()).orElseThrow().revoked())
                .isTrue();
        assertThat(store.userTokens().find(userToken)).isEmpty();
        assertThat(keepAlive(session, NOW, NOW.plus(HOUR))).isEqualTo(KeyState.UNKNOWN);
        assertThat(store.applications().find(neighboursKey)).isPresent();
        assertThat(store.accounts().find(neighbour).orElseThrow().revoked()).isFalse();
    }

    @Test
    void revokeAccount_unknownNumber_isTold() {
        assertThat(store.accounts().revoke(nextNumber())).isFalse();
    }

    // Users

    @Test
    void addUser_isFoundByNameAndById() {
        Set<Permission> permissions = Set.of(Permission.GET_EVENTS, Permission.MANAGE);
        User added =
                store.users().add(account, "alice", PASSWORD, permissions, NOW).orElseThrow();

        assertThat(added).isEqualTo(new User(added.id(), account, "alice", PASSWORD, permissions, false, NOW));
        assertThat(store.users().find(account, "alice")).contains(added);
        assertThat(store.users().find(added.id())).contains(added);
    }

    @Test
    void setPermissionsOfAUser_areTheOnlyOnesThatItHas() {
        User user = store.users()
                .add(account, "alice", PASSWORD, Set.of(Permission.SELL), NOW)
                .orElseThrow();

        assertThat(store.users().setPermissions(user.id(), Set.of(Permission.GET_EVENTS)))
                .isTrue();
        assertThat(store.users().find(user.id()).orElseThrow().permissions()).containsExactly(Permission.GET_EVENTS);
        assertThat(store.users().setPermissions(new UserId(Long.MAX_VALUE), Set.of()))
                .isFalse();
    }

    @Test
    void whatWasLent_isOnNoList_andEndsWithARightLess() {
        User user = newUser(account, "alice");
        SecretHash secret = newSecret();
        SecretHash apiKey = newSecret();
        Runnable lend = () -> {
            store.accessTokens()
                    .add(
                            new AccessTokens.NewAccessToken(
                                    account,
                                    "lent",
                                    Set.of(Permission.GET_EVENTS),
                                    Optional.empty(),
                                    KeyLock.ANY,
                                    Optional.empty(),
                                    Optional.of(user.id())),
                            secret,
                            NOW);
            store.applications()
                    .add(
                            new Applications.NewApplication(
                                    account,
                                    user.id(),
                                    "lent",
                                    true,
                                    false,
                                    CallLimits.NONE,
                                    Optional.empty(),
                                    Optional.of(user.id())),
                            apiKey,
                            NOW);
            assertThat(store.accessTokens().find(secret)).isPresent();
            Application application = store.applications().find(apiKey).orElseThrow();
            take(application.id(), quota(10, HOUR), NOW); // somebody has given it limits, and it was called
        };
        for (Runnable end : List.<Runnable>of(
                () -> store.users().endLent(user.id()),
                () -> store.users().setPermissions(user.id(), Set.of()),
                () -> store.users().setPassword(user.id(), PASSWORD),
                () -> store.users().revoke(user.id()))) {
            lend.run();
            assertThat(store.accessTokens().list(account)).isEmpty();
            assertThat(store.applications().list(account)).isEmpty();
            end.run();
            assertThat(store.accessTokens().find(secret)).isEmpty();
            assertThat(store.applications().find(apiKey)).isEmpty();
        }
    }

    @Test
    void addUser_nameTakenInTheAccount_addsNothing() {
        User first = newUser(account, "alice");

        assertThat(store.users().add(account, "alice", new PasswordHash("other"), Set.of(), NOW))
                .isEmpty();
        assertThat(store.users().list(account)).containsExactly(first);
    }

    @Test
    void addUser_nameTakenInAnotherAccount_isAdded() {
        User first = newUser(account, "alice");
        AccountNumber other = newAccount("another");
        User second = newUser(other, "alice");

        assertThat(store.users().find(account, "alice")).contains(first);
        assertThat(store.users().find(other, "alice")).contains(second);
        assertThat(second.id()).isNotEqualTo(first.id());
    }

    @Test
    void addUser_nameOfARevokedUser_staysTaken() {
        store.users().revoke(newUser(account, "alice").id());

        assertThat(store.users().add(account, "alice", PASSWORD, Set.of(), NOW)).isEmpty();
    }

    @Test
    void addUser_sameNameByManyAtOnce_addsOne() {
        List<Optional<User>> added =
                AtOnce.run(32, i -> store.users().add(account, "alice", new PasswordHash("hash " + i), Set.of(), NOW));

        assertThat(added.stream().filter(Optional::isPresent)).hasSize(1);
        assertThat(store.users().list(account)).hasSize(1);
    }

    @Test
    void findUser_caseOfTheNameCounts() {
        newUser(account, "alice");

        assertThat(store.users().find(account, "Alice")).isEmpty();
        assertThat(store.users().add(account, "Alice", PASSWORD, Set.of(), NOW)).isPresent();
    }

    @Test
    void listUsers_hasRevokedOnesAndIsOldestFirst() {
        User alice = newUser(account, "zoe");
        User bob = newUser(account, "bob");
        newUser(newAccount("another"), "carol");
        store.users().revoke(bob.id());

        assertThat(store.users().list(account)).extracting(User::id).containsExactly(alice.id(), bob.id());
        assertThat(store.users().list(account)).extracting(User::revoked).containsExactly(false, true);
    }

    @Test
    void renameUser_isFoundByTheNewNameAlone() {
        User alice = newUser(account, "alice");

        assertThat(store.users().rename(alice.id(), "alicia")).isTrue();

        assertThat(store.users().find(account, "alice")).isEmpty();
        assertThat(store.users().find(account, "alicia")).map(User::id).contains(alice.id());
        assertThat(store.users().rename(alice.id(), "alicia")).isTrue();
    }

    @Test
    void renameUser_nameTaken_changesNothing() {
        User alice = newUser(account, "alice");
        newUser(account, "bob");

        assertThat(store.users().rename(alice.id(), "bob")).isFalse();
        assertThat(store.users().find(alice.id())).contains(alice);
    }

    @Test
    void renameUser_unknownUser_isTold() {
        assertThat(store.users().rename(new UserId(Integer.MAX_VALUE), "nobody"))
                .isFalse();
    }

    @Test
    void setPassword_endsTheUsersTokensAndNoOthers() {
        User alice = newUser(account, "alice");
        User bob = newUser(account, "bob");
        Application application = newApplication(alice, newSecret(), CallLimits.NONE);
        SecretHash ofAlice = newSecret();
        SecretHash ofBob = newSecret();
        store.userTokens().add(ofAlice, new UserToken(alice.id(), application.id(), NOW.plus(HOUR)));
        store.userTokens().add(ofBob, new UserToken(bob.id(), application.id(), NOW.plus(HOUR)));

        assertThat(store.users().setPassword(alice.id(), new PasswordHash("second")))
                .isTrue();

        assertThat(store.users().find(alice.id()).orElseThrow().password()).isEqualTo(new PasswordHash("second"));
        assertThat(store.users().find(bob.id()).orElseThrow().password()).isEqualTo(PASSWORD);
        assertThat(store.userTokens().find(ofAlice)).isEmpty();
        assertThat(store.userTokens().find(ofBob)).isPresent();
        assertThat(store.users().setPassword(new UserId(Integer.MAX_VALUE), PASSWORD))
                .isFalse();
    }

    @Test
    void revokeUser_endsItsSessionsAndTokensAndNoOthers() {
        User alice = newUser(account, "alice");
        User bob = newUser(account, "bob");
        Application application = newApplication(bob, newSecret(), CallLimits.NONE);
        SecretHash token = newSecret();
        store.userTokens().add(token, new UserToken(alice.id(), application.id(), NOW.plus(HOUR)));
        SecretHash sessionOfAlice = openSession(alice, NOW.plus(HOUR));
        SecretHash sessionOfBob = openSession(bob, NOW.plus(HOUR));

        assertThat(store.users().revoke(alice.id())).isTrue();

        assertThat(store.users().find(alice.id()).orElseThrow().revoked()).isTrue();
        assertThat(store.userTokens().find(token)).isEmpty();
        assertThat(keepAlive(sessionOfAlice, NOW, NOW.plus(HOUR))).isEqualTo(KeyState.UNKNOWN);
        assertThat(keepAlive(sessionOfBob, NOW, NOW.plus(HOUR))).isEqualTo(KeyState.LIVE);
        assertThat(store.users().revoke(new UserId(Integer.MAX_VALUE))).isFalse();
    }

    // Applications

    @Test
    void addApplication_isFoundByItsApiKeyAndById() {
        User owner = newUser(account, "owner");
        SecretHash apiKey = newSecret();
        CallLimits limits =
                new CallLimits(Optional.of(new CallLimits.Quota(1000, HOUR)), Optional.of(Duration.ofMillis(500)));

        Application added = store.applications()
                .add(
                        new Applications.NewApplication(
                                account,
                                owner.id(),
                                "player",
                                true,
                                true,
                                limits,
                                Optional.of(NOW.plus(HOUR)),
                                Optional.empty()),
                        apiKey,
                        NOW);

        assertThat(added)
                .isEqualTo(new Application(
                        added.id(),
                        account,
                        owner.id(),
                        "player",
                        true,
                        true,
                        limits,
                        false,
                        NOW,
                        Optional.of(NOW.plus(HOUR))));
        assertThat(store.applications().find(apiKey)).contains(added);
        assertThat(store.applications().find(added.id())).contains(added);
        assertThat(store.applications().find(newSecret())).isEmpty();
    }

    @Test
    void addApplication_apiKeyTaken_isNoSecondOne() {
        User owner = newUser(account, "owner");
        SecretHash apiKey = newSecret();
        Application first = newApplication(owner, apiKey, CallLimits.NONE);

        assertThatThrownBy(() -> newApplication(owner, apiKey, CallLimits.NONE)).isInstanceOf(RuntimeException.class);
        assertThat(store.applications().list(account)).containsExactly(first);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0.000000001S", "PT0.001S", "PT0.0015S", "PT1S", "PT876000H"})
    void addApplication_anyLimits_areKeptAsTheyAre(String length) {
        Duration duration = Duration.parse(length);
        SecretHash apiKey = newSecret();
        CallLimits limits =
                new CallLimits(Optional.of(new CallLimits.Quota(Long.MAX_VALUE, duration)), Optional.of(duration));

        newApplication(newUser(account, "owner"), apiKey, limits);

        assertThat(store.applications().find(apiKey)).map(Application::limits).contains(limits);
    }

    @Test
    void setApplication_changesWhatItMayDo() {
        SecretHash apiKey = newSecret();
        User owner = newUser(account, "owner");
        Application added = newApplication(owner, apiKey, CallLimits.NONE);
        CallLimits limits = new CallLimits(Optional.empty(), Optional.of(Duration.ofSeconds(2)));

        assertThat(store.applications().set(added.id(), false, true, limits)).isTrue();
        assertThat(store.applications().find(apiKey))
                .contains(new Application(
                        added.id(),
                        account,
                        owner.id(),
                        added.name(),
                        false,
                        true,
                        limits,
                        false,
                        NOW,
                        Optional.empty()));

        assertThat(store.applications().set(added.id(), true, false, CallLimits.NONE))
                .isTrue();
        assertThat(store.applications().find(apiKey)).contains(added);
        assertThat(store.applications().set(new ApplicationId(Integer.MAX_VALUE), true, true, limits))
                .isFalse();
    }

    @Test
    void revokeApplication_isNotFoundByItsApiKeyButListed() {
        User owner = newUser(account, "owner");
        SecretHash apiKey = newSecret();
        Application revoked = newApplication(owner, apiKey, CallLimits.NONE);
        Application other = newApplication(owner, newSecret(), CallLimits.NONE);

        assertThat(store.applications().revoke(revoked.id())).isTrue();

        assertThat(store.applications().find(apiKey)).isEmpty();
        assertThat(store.applications().find(revoked.id()).orElseThrow().revoked())
                .isTrue();
        assertThat(store.applications().list(account))
                .extracting(Application::id)
                .containsExactly(revoked.id(), other.id());
        assertThat(store.applications().list(newAccount("another"))).isEmpty();
        assertThat(store.applications().revoke(new ApplicationId(Integer.MAX_VALUE)))
                .isFalse();
    }

    // Quotas

    @Test
    void takeCall_windowStartsAtTheFirstCall() {
        CallLimits limits = quota(2, HOUR);
        ApplicationId application = newApplication(limits);

        assertThat(take(application, limits, NOW.plusSeconds(600))).isEmpty();
        assertThat(take(application, limits, NOW.plusSeconds(1200))).isEmpty();
        assertThat(take(application, limits, NOW.plusSeconds(1800)))
                .contains(new Refusal.QuotaExceeded(Duration.ofSeconds(2400)));
        assertThat(take(application, limits, NOW.plusSeconds(4199))).isPresent();
        assertThat(take(application, limits, NOW.plusSeconds(4200))).isEmpty();
    }

    @Test
    void takeCall_byManyAtOnce_takesExactlyTheQuota() {
        CallLimits limits = quota(50, HOUR);
        ApplicationId application = newApplication(limits);

        List<Optional<Refusal>> answers = AtOnce.run(300, i -> take(application, limits, NOW));

        assertThat(answers.stream().filter(Optional::isEmpty)).hasSize(50);
        assertThat(answers.stream().flatMap(Optional::stream))
                .hasSize(250)
                .containsOnly(new Refusal.QuotaExceeded(HOUR));
    }

    @Test
    void takeCall_refused_spendsNothing() {
        CallLimits small = quota(2, HOUR);
        ApplicationId application = newApplication(small);
        for (int i = 0; i < 10; i++) {
            take(application, small, NOW);
        }

        CallLimits large = quota(4, HOUR);

        assertThat(take(application, large, NOW)).isEmpty();
        assertThat(take(application, large, NOW)).isEmpty();
        assertThat(take(application, large, NOW)).isPresent();
    }

    @Test
    void takeCall_beforeTheGapHasPassed_isRefusedAndSpendsNothing() {
        CallLimits limits =
                new CallLimits(Optional.of(new CallLimits.Quota(2, HOUR)), Optional.of(Duration.ofMillis(500)));
        ApplicationId application = newApplication(limits);

        assertThat(take(application, limits, NOW)).isEmpty();
        assertThat(take(application, limits, NOW.plusMillis(200)))
                .contains(new Refusal.GapNotElapsed(Duration.ofMillis(300)));
        assertThat(take(application, limits, NOW.plusMillis(499))).isPresent();
        assertThat(take(application, limits, NOW.plusMillis(500))).isEmpty();
        assertThat(take(application, limits, NOW.plusMillis(1000)))
                .contains(new Refusal.QuotaExceeded(HOUR.minusMillis(1000)));
    }

    @Test
    void takeCall_gapAlone_byManyAtOnce_takesOne() {
        CallLimits limits = new CallLimits(Optional.empty(), Optional.of(HOUR));
        ApplicationId application = newApplication(limits);

        assertThat(AtOnce.run(50, i -> take(application, limits, NOW)).stream().filter(Optional::isEmpty))
                .hasSize(1);
    }

    @Test
    void takeCall_ofTwoApplications_areCountedApart() {
        CallLimits limits = quota(1, HOUR);
        ApplicationId one = newApplication(limits);
        ApplicationId other = newApplication(limits);

        assertThat(take(one, limits, NOW)).isEmpty();
        assertThat(take(other, limits, NOW)).isEmpty();
        assertThat(take(one, limits, NOW)).isPresent();
    }

    @Test
    void takeCall_afterReopen_isCountedOn() {
        CallLimits limits =
                new CallLimits(Optional.of(new CallLimits.Quota(3, HOUR)), Optional.of(Duration.ofSeconds(1)));
        ApplicationId application = newApplication(limits);
        take(application, limits, NOW);
        take(application, limits, NOW.plusSeconds(1));

        reopen();

        assertThat(take(application, limits, NOW.plusMillis(1500)))
                .contains(new Refusal.GapNotElapsed(Duration.ofMillis(500)));
        assertThat(take(application, limits, NOW.plusSeconds(2))).isEmpty();
        assertThat(take(application, limits, NOW.plusSeconds(60)))
                .contains(new Refusal.QuotaExceeded(HOUR.minusSeconds(60)));
    }

    // Access tokens

    @Test
    void addAccessToken_isFoundBySecretAndById() {
        SecretHash secret = newSecret();

        AccessToken added = store.accessTokens()
                .add(
                        new AccessTokens.NewAccessToken(
                                account,
                                "dashboard",
                                Set.of(Permission.GET_EVENTS, Permission.OPERATE),
                                Optional.of(new ProductId(7)),
                                new KeyLock(-1),
                                Optional.of(NOW.plus(HOUR)),
                                Optional.empty()),
                        secret,
                        NOW);

        assertThat(added)
                .isEqualTo(new AccessToken(
                        added.id(),
                        account,
                        "dashboard",
                        Set.of(Permission.GET_EVENTS, Permission.OPERATE),
                        Optional.of(new ProductId(7)),
                        new KeyLock(-1),
                        false,
                        NOW,
                        Optional.of(NOW.plus(HOUR))));
        assertThat(store.accessTokens().find(secret)).contains(added);
        assertThat(store.accessTokens().find(added.id())).contains(added);
        assertThat(store.accessTokens().find(newSecret())).isEmpty();
    }

    @Test
    void setAccessToken_changesWhatItMayDo() {
        SecretHash secret = newSecret();
        AccessToken added = newAccessToken(secret);

        assertThat(store.accessTokens()
                        .set(added.id(), Set.of(), Optional.of(new ProductId(3)), new KeyLock(Long.MAX_VALUE)))
                .isTrue();

        AccessToken found = store.accessTokens().find(secret).orElseThrow();
        assertThat(found.permissions()).isEmpty();
        assertThat(found.product()).contains(new ProductId(3));
        assertThat(found.keyLock()).isEqualTo(new KeyLock(Long.MAX_VALUE));
        assertThat(found.name()).isEqualTo(added.name());
        assertThat(store.accessTokens().set(new TokenId(Integer.MAX_VALUE), Set.of(), Optional.empty(), KeyLock.ANY))
                .isFalse();
    }

    @Test
    void revokeAccessToken_isNotFoundBySecretButListed() {
        SecretHash secret = newSecret();
        AccessToken revoked = newAccessToken(secret);
        AccessToken other = newAccessToken(newSecret());

        assertThat(store.accessTokens().revoke(revoked.id())).isTrue();

        assertThat(store.accessTokens().find(secret)).isEmpty();
        assertThat(store.accessTokens().list(account))
                .extracting(AccessToken::id)
                .containsExactly(revoked.id(), other.id());
        assertThat(store.accessTokens().list(newAccount("another"))).isEmpty();
        assertThat(store.accessTokens().revoke(new TokenId(Integer.MAX_VALUE))).isFalse();
    }

    // User tokens

    @Test
    void addUserToken_isFoundEvenWhenExpired() {
        User user = newUser(account, "alice");
        Application application = newApplication(user, newSecret(), CallLimits.NONE);
        SecretHash secret = newSecret();
        UserToken token = new UserToken(user.id(), application.id(), NOW.minus(HOUR));

        store.userTokens().add(secret, token);

        assertThat(store.userTokens().find(secret)).contains(token);
        assertThat(store.userTokens().find(newSecret())).isEmpty();
    }

    @Test
    void forgetExpiredUserTokens_keepsThoseThatExpiredThenOrLater() {
        User user = newUser(account, "alice");
        Application application = newApplication(user, newSecret(), CallLimits.NONE);
        Instant longAgo = NOW.minus(Duration.ofDays(100));
        SecretHash before = newSecret();
        SecretHash then = newSecret();
        store.userTokens().add(before, new UserToken(user.id(), application.id(), longAgo.minusMillis(1)));
        store.userTokens().add(then, new UserToken(user.id(), application.id(), longAgo));

        store.userTokens().forgetExpiredBefore(longAgo);

        assertThat(store.userTokens().find(before)).isEmpty();
        assertThat(store.userTokens().find(then)).isPresent();
    }

    // Products

    @Test
    void addProduct_isFoundInItsAccountAlone() {
        Product added = store.products().add(account, "Player ✓", NOW);
        AccountNumber other = newAccount("another");

        assertThat(added).isEqualTo(new Product(added.id(), account, "Player ✓", false, NOW));
        assertThat(store.products().find(account, added.id())).contains(added);
        assertThat(store.products().find(added.id())).contains(added);
        assertThat(store.products().find(other, added.id())).isEmpty();
        assertThat(store.products().list(other)).isEmpty();
    }

    @Test
    void changeProduct_changesItsNameAndHowItsValuesAreMeant() {
        Product added = store.products().add(account, "old", NOW);

        assertThat(store.products().change(added.with("new", Optional.of(Duration.ofDays(90)), true)))
                .isTrue();
        Product unknown = new Product(new ProductId(Integer.MAX_VALUE), account, "new", false, NOW);
        assertThat(store.products().change(unknown)).isFalse();
        assertThat(store.products().find(account, added.id()))
                .contains(added.with("new", Optional.of(Duration.ofDays(90)), true));
    }

    @Test
    void revokeProduct_isNotFoundInItsAccountButListed() {
        Product revoked = store.products().add(account, "one", NOW);
        Product other = store.products().add(account, "two", NOW);

        assertThat(store.products().revoke(revoked.id())).isTrue();
        assertThat(store.products().revoke(new ProductId(Integer.MAX_VALUE))).isFalse();

        assertThat(store.products().find(account, revoked.id())).isEmpty();
        assertThat(store.products().find(revoked.id()).orElseThrow().revoked()).isTrue();
        assertThat(store.products().list(account)).extracting(Product::id).containsExactly(revoked.id(), other.id());
    }

    // License keys

    @Test
    void addLicenseKey_isFoundForItsProductAlone() {
        ProductId product = store.products().add(account, "one", NOW).id();
        ProductId other = store.products().add(account, "two", NOW).id();

        LicenseKey added =
                store.licenseKeys().add(account, product, "ABCDE-FGHJK", NOW).orElseThrow();

        assertThat(added).isEqualTo(new LicenseKey(added.id(), account, product, "ABCDE-FGHJK", NOW));
        assertThat(store.licenseKeys().find(product, "ABCDE-FGHJK")).contains(added);
        assertThat(store.licenseKeys().find(product, "abcde-fghjk")).isEmpty();
        assertThat(store.licenseKeys().find(other, "ABCDE-FGHJK")).isEmpty();
        assertThat(store.licenseKeys().add(account, other, "ABCDE-FGHJK", NOW)).isPresent();
    }

    @Test
    void addLicenseKey_sameTextByManyAtOnce_addsOne() {
        ProductId product = store.products().add(account, "one", NOW).id();

        List<Optional<LicenseKey>> added =
                AtOnce.run(32, i -> store.licenseKeys().add(account, product, "KEY", NOW));

        assertThat(added.stream().flatMap(Optional::stream))
                .containsExactly(store.licenseKeys().find(product, "KEY").orElseThrow());
    }

    private LicenseKey newKey(KeyTerms terms) {
        ProductId product = store.products().add(account, "product", NOW).id();
        return store.licenseKeys()
                .add(account, product, List.of("KEY"), terms, NOW)
                .orElseThrow()
                .getFirst();
    }

    private static KeyTerms everythingSet() {
        return new KeyTerms(
                NOW.plusSeconds(1),
                30,
                Features.NONE.with(1, true).with(8, true).withNamed(List.of("export", "naïve export")),
                Optional.of("notes\nof two lines"),
                true,
                true,
                new MachineRules(
                        7,
                        List.of("machine 1", "naïve 🎬"),
                        3,
                        Optional.of(new MachineRules.Churn(2, Duration.ofDays(30)))),
                Optional.empty(),
                Optional.empty(),
                new Course(Optional.of(NOW.minusSeconds(7)), 3));
    }

    @Test
    void addLicenseKeys_allTermsAreKept_alsoAfterReopen() {
        LicenseKey key = newKey(everythingSet());

        assertThat(store.licenseKeys().use(key.id()))
                .isEqualTo(new LicenseKeys.KeyUse(everythingSet(), List.of(), List.of(), Optional.empty()));
        reopen();
        assertThat(store.licenseKeys().use(key.id()).terms()).isEqualTo(everythingSet());
    }

    @Test
    void addLicenseKeys_oneTextIsTaken_addsNone() {
        LicenseKey key = newKey(KeyTerms.issued(NOW, 0));

        assertThat(store.licenseKeys()
                        .add(account, key.product(), List.of("A", "KEY", "B"), KeyTerms.issued(NOW, 0), NOW))
                .isEmpty();
        assertThat(store.licenseKeys().find(key.product(), "A")).isEmpty();
        assertThat(store.licenseKeys()
                        .add(account, key.product(), List.of("A", "B"), KeyTerms.issued(NOW, 0), NOW)
                        .orElseThrow())
                .extracting(LicenseKey::key)
                .containsExactly("A", "B");
    }

    @Test
    void changeKey_storesWhatTheRuleDecides_andNothingElse() {
        LicenseKey key = newKey(KeyTerms.issued(NOW, 0));
        Activation activation = new Activation("machine", Optional.of("Bob's"), "127.0.0.1", NOW);

        String answer = store.licenseKeys().change(key.id(), "machine", state -> {
            assertThat(state.terms()).isEqualTo(KeyTerms.issued(NOW, 0));
            assertThat(state.machines()).isZero();
            assertThat(state.activation()).isEmpty();
            return new KeyRule.Change<>(everythingSet(), Optional.of(activation), "done");
        });

        assertThat(answer).isEqualTo("done");
        LicenseKeys.KeyUse changed =
                new LicenseKeys.KeyUse(everythingSet(), List.of(activation), List.of(), Optional.empty());
        assertThat(store.licenseKeys().use(key.id())).isEqualTo(changed);
        store.licenseKeys().change(key.id(), "machine", state -> {
            assertThat(state.terms()).isEqualTo(everythingSet());
            assertThat(state.machines()).isEqualTo(1);
            assertThat(state.activation()).contains(activation);
            return KeyRule.Change.none(state, "");
        });
        assertThat(store.licenseKeys().use(key.id())).isEqualTo(changed);
        reopen();
        assertThat(store.licenseKeys().use(key.id())).isEqualTo(changed);
        store.licenseKeys()
                .change(key.id(), "machine", state -> new KeyRule.Change<>(state.terms(), Optional.empty(), "dropped"));
        assertThat(store.licenseKeys().use(key.id()).activations()).isEmpty();
    }

    @Test
    void changeKey_ruleThatThrows_changesNothing() {
        LicenseKey key = newKey(KeyTerms.issued(NOW, 0));

        assertThatThrownBy(() -> store.licenseKeys().change(key.id(), "machine", state -> {
                    throw new IllegalStateException("made for this test");
                }))
                .hasMessageContaining("made for this test");
        assertThat(store.licenseKeys().use(key.id()).terms()).isEqualTo(KeyTerms.issued(NOW, 0));
    }

    @Test
    void changeKey_byManyAtOnce_eachSeesWhatTheOneBeforeDid() {
        LicenseKey key = newKey(KeyTerms.issued(NOW, 0));

        List<Integer> seen = AtOnce.run(
                32,
                i -> store.licenseKeys().change(key.id(), "machine " + i, state -> {
                    Activation activation =
                            new Activation("machine " + i, Optional.empty(), "127.0.0.1", NOW.plusSeconds(i));
                    return new KeyRule.Change<>(
                            state.terms(),
                            state.machines() < 20 ? Optional.of(activation) : Optional.empty(),
                            state.machines());
                }));

        assertThat(seen)
                .filteredOn(machines -> machines < 20)
                .doesNotHaveDuplicates()
                .hasSize(20);
        assertThat(store.licenseKeys().use(key.id()).activations())
                .hasSize(20)
                .isSortedAccordingTo(Comparator.comparing(Activation::at));
    }

    @Test
    void trial_ofAMachine_isOneKeyHoweverOftenItAsks_thatRunsOnIt() {
        ProductId product = store.products().add(account, "one", NOW).id();
        ProductId other = store.products().add(account, "two", NOW).id();
        KeyTerms terms = KeyTerms.issued(NOW, 15);
        Activation activation = new Activation("machine", Optional.empty(), "127.0.0.1", NOW);

        List<Optional<LicenseKey>> keys =
                AtOnce.run(16, i -> store.licenseKeys().trial(account, product, "KEY " + i, terms, activation));
        reopen();
        Optional<LicenseKey> again = store.licenseKeys().trial(account, product, "ANOTHER", terms, activation);

        assertThat(keys).containsOnly(again);
        assertThat(again).isPresent();
        assertThat(store.licenseKeys().use(again.get().id()))
                .isEqualTo(new LicenseKeys.KeyUse(terms, List.of(activation), List.of(), Optional.empty()));
        assertThat(store.licenseKeys().count(account, LicenseKeys.Query.of(product)))
                .isEqualTo(1);
        String text = again.get().key();
        Activation elsewhere = new Activation("another machine", Optional.empty(), "127.0.0.1", NOW);
        assertThat(store.licenseKeys().trial(account, product, text, terms, elsewhere))
                .isEmpty();
        assertThat(store.licenseKeys().trial(account, other, text, terms, activation))
                .isPresent();
    }

    @Test
    void listLicenseKeys_inPages_isInTheirOrderOrTheOtherWayRound() {
        ProductId product = store.products().add(account, "one", NOW).id();
        ProductId other = store.products().add(account, "two", NOW).id();
        store.licenseKeys().add(account, other, "OTHER", NOW);
        List<String> texts =
                IntStream.range(0, 25).mapToObj(i -> "KEY " + (i * 7 % 25)).toList();
        texts.forEach(text -> store.licenseKeys().add(account, product, text, NOW));

        assertThat(store.licenseKeys().list(account, LicenseKeys.Query.of(product), false, 0, 10))
                .extracting(LicenseKey::key)
                .containsExactlyElementsOf(texts.subList(0, 10));
        assertThat(store.licenseKeys().list(account, LicenseKeys.Query.of(product), false, 20, 10))
                .extracting(LicenseKey::key)
                .containsExactlyElementsOf(texts.subList(20, 25));
        assertThat(store.licenseKeys().list(account, LicenseKeys.Query.of(product), true, 3, 5))
                .extracting(LicenseKey::key)
                .containsExactlyElementsOf(texts.reversed().subList(3, 8));
        assertThat(store.licenseKeys().list(account, LicenseKeys.Query.of(product), true, 1L << 40, 5))
                .isEmpty();
        assertThat(store.licenseKeys().count(account, LicenseKeys.Query.of(product)))
                .isEqualTo(25);
    }

    // Licenses

    @ParameterizedTest
    @ValueSource(strings = {"007.50", "0", "1.90", "1.9", "0.100000", "999999999999999999.999999"})
    void addLicense_priceIsKeptAsItWasWritten(String written) {
        License added =
                store.licenses().add(account, newLicense("a film", new Price(written, "EUR")), Optional.empty(), NOW);

        assertThat(added.price().written()).isEqualTo(written);
        assertThat(store.licenses().find(account, added.id()).orElseThrow().price())
                .isEqualTo(new Price(written, "EUR"));
    }

    @ParameterizedTest
    @EnumSource(LicenseType.class)
    void addLicense_everyTypeIsKept(LicenseType type) {
        License added = store.licenses()
                .add(
                        account,
                        new Licenses.NewLicense("it", type, new Price("1", "USD"), Optional.empty()),
                        Optional.empty(),
                        NOW);

        assertThat(store.licenses().find(account, added.id()))
                .map(License::type)
                .contains(type);
    }

    @ParameterizedTest
    @EnumSource(Term.Unit.class)
    void addLicense_everyTermIsKept(Term.Unit unit) {
        User user = newUser(account, "alice");
        Term term = new Term(Integer.MAX_VALUE, unit);

        License added = store.licenses()
                .add(
                        account,
                        new Licenses.NewLicense("it", LicenseType.RENTAL, new Price("1", "USD"), Optional.of(term)),
                        Optional.of(user.id()),
                        NOW);

        assertThat(store.licenses().find(account, added.id()))
                .contains(new License(
                        added.id(),
                        account,
                        "it",
                        LicenseType.RENTAL,
                        new Price("1", "USD"),
                        Optional.of(term),
                        TermRules.USUAL,
                        Optional.of(user.id()),
                        NOW));
    }

    @Test
    void listLicenses_isInTheOrderTheyWereMade() {
        List<LicenseId> added = IntStream.range(0, 20)
                .mapToObj(i -> store.licenses()
                        .add(account, newLicense("same name", new Price("1", "EUR")), Optional.empty(), NOW)
                        .id())
                .toList();

        assertThat(store.licenses().list(account)).extracting(License::id).containsExactlyElementsOf(added);
        assertThat(added).extracting(LicenseId::value).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void findLicense_ofAnotherAccount_findsNone() {
        License added =
                store.licenses().add(account, newLicense("a film", new Price("1", "EUR")), Optional.empty(), NOW);

        assertThat(store.licenses().find(newAccount("another"), added.id())).isEmpty();
        assertThat(store.licenses().list(newAccount("another"))).isEmpty();
    }

    // Sessions

    @Test
    void findSession_findsALiveOne_andNoOther() {
        User alice = newUser(account, "alice");
        SecretHash key = openSession(alice, NOW.plusSeconds(60));

        assertThat(store.sessions().find(key, NOW.plusSeconds(59)))
                .map(Session::user)
                .contains(alice.id());
        assertThat(store.sessions().find(key, NOW.plusSeconds(60))).isEmpty();
        assertThat(store.sessions().find(newSecret(), NOW)).isEmpty();
        SecretHash next = newSecret();
        store.sessions().rotate(key, new Sessions.Rotation(next, Duration.ofSeconds(10)), NOW, NOW.plus(HOUR));
        assertThat(store.sessions().find(key, NOW.plusSeconds(9))).isPresent();
        assertThat(store.sessions().find(key, NOW.plusSeconds(10))).isEmpty();
        assertThat(store.sessions().find(next, NOW.plusSeconds(10))).isPresent();
        store.sessions().close(next, NOW);
        assertThat(store.sessions().find(next, NOW)).isEmpty();
    }

    @Test
    void quota_isFoundAsItWasTaken() {
        ApplicationId application = newApplication(quota(10, HOUR));
        assertThat(store.quotas().find(application).usedAt(NOW, HOUR)).isZero();
        take(application, quota(10, HOUR), NOW);
        take(application, quota(10, HOUR), NOW.plusSeconds(1));

        assertThat(store.quotas().find(application).usedAt(NOW.plusSeconds(2), HOUR))
                .isEqualTo(2);
        assertThat(store.quotas().find(application).usedAt(NOW.plus(HOUR), HOUR))
                .isZero();
    }

    @Test
    void keepAlive_liveSession_movesItsEnd() {
        SecretHash key = openSession(newUser(account, "alice"), NOW.plusSeconds(60));

        assertThat(keepAlive(key, NOW.plusSeconds(59), NOW.plusSeconds(119))).isEqualTo(KeyState.LIVE);
        assertThat(keepAlive(key, NOW.plusSeconds(118), NOW.plusSeconds(178))).isEqualTo(KeyState.LIVE);
    }

    @Test
    void keepAlive_atTheInstantOfItsEnd_isExpiredAndStaysSo() {
        SecretHash key = openSession(newUser(account, "alice"), NOW.plusSeconds(60));

        assertThat(keepAlive(key, NOW.plusSeconds(60), NOW.plus(HOUR))).isEqualTo(KeyState.EXPIRED);
        assertThat(keepAlive(key, NOW.plusSeconds(61), NOW.plus(HOUR))).isEqualTo(KeyState.EXPIRED);
        assertThat(keepAlive(key, NOW.plusSeconds(60).minusNanos(1000), NOW.plus(HOUR)))
                .isEqualTo(KeyState.LIVE);
    }

    @Test
    void ping_whileTheClockIsSetBack_shortensNoSession() {
        SecretHash kept = openSession(newUser(account, "alice"), NOW.plus(HOUR));
        SecretHash rotated = openSession(newUser(account, "bob"), NOW.plus(HOUR));
        SecretHash next = newSecret();
        Instant back = NOW.minus(Duration.ofDays(1));

        keepAlive(kept, back, back.plus(HOUR));
        rotate(rotated, next, Duration.ZERO, back);

        for (SecretHash key : List.of(kept, next)) {
            assertThat(keepAlive(key, NOW.plus(HOUR).minusNanos(1000), NOW.plus(HOUR)))
                    .isEqualTo(KeyState.LIVE);
            assertThat(keepAlive(key, NOW.plus(HOUR), NOW.plus(HOUR))).isEqualTo(KeyState.EXPIRED);
        }
    }

    @Test
    void keepAlive_unknownKey_isUnknown() {
        assertThat(keepAlive(newSecret(), NOW, NOW.plus(HOUR))).isEqualTo(KeyState.UNKNOWN);
    }

    @Test
    void keepAlive_ofOneSessionOverAndOver_withoutWaiting_reachesTheLatestEnd() {
        SecretHash key = openSession(newUser(account, "alice"), NOW.plusSeconds(1));
        List<Pending<KeyState>> pings = IntStream.range(0, 200)
                .mapToObj(i -> store.sessions().keepAlive(key, NOW, NOW.plusSeconds(i * 7 % 200)))
                .toList();

        assertThat(pings).extracting(Pending::await).containsOnly(KeyState.LIVE);
        assertThat(keepAlive(key, NOW.plusSeconds(198), NOW)).isEqualTo(KeyState.LIVE);
        assertThat(keepAlive(key, NOW.plusSeconds(199), NOW)).isEqualTo(KeyState.EXPIRED);
    }

    @Test
    void keepAlive_ofManyWithoutWaiting_eachIsAnsweredForItsOwnKey() {
        User alice = newUser(account, "alice");
        List<SecretHash> live = IntStream.range(0, 50)
                .mapToObj(i -> openSession(alice, NOW.plusSeconds(1)))
                .toList();
        SecretHash expired = openSession(alice, NOW);
        List<SecretHash> keys = new ArrayList<>(live);
        Instant late = NOW.plusSeconds(3599);
        long others = store.sessions().count(late);
        keys.add(25, expired);
        keys.add(10, newSecret());

        List<KeyState> states =
                keys.stream().map(key -> store.sessions().keepAlive(key, NOW, NOW.plus(HOUR))).toList().stream()
                        .map(Pending::await)
                        .toList();

        for (int i = 0; i < keys.size(); i++) {
            KeyState expected = live.contains(keys.get(i))
                    ? KeyState.LIVE
                    : keys.get(i).equals(expired) ? KeyState.EXPIRED : KeyState.UNKNOWN;
            assertThat(states.get(i)).isEqualTo(expected);
        }
        assertThat(store.sessions().count(late) - others).isEqualTo(50);
    }

    @Test
    void rotate_oldKeyLivesUntilItsGraceIsOver() {
        SecretHash old = openSession(newUser(account, "alice"), NOW.plusSeconds(60));
        SecretHash next = newSecret();

        assertThat(rotate(old, next, Duration.ofSeconds(10), NOW)).isEqualTo(KeyState.LIVE);

        assertThat(keepAlive(old, NOW.plusSeconds(9), NOW.plus(HOUR))).isEqualTo(KeyState.LIVE);
        assertThat(keepAlive(old, NOW.plusSeconds(10), NOW.plus(HOUR))).isEqualTo(KeyState.EXPIRED);
        assertThat(keepAlive(next, NOW.plusSeconds(3599), NOW.plus(HOUR))).isEqualTo(KeyState.LIVE);
    }

    @Test
    void rotate_noGrace_endsTheOldKeyAtOnce() {
        SecretHash old = openSession(newUser(account, "alice"), NOW.plusSeconds(60));
        SecretHash next = newSecret();

        rotate(old, next, Duration.ZERO, NOW);

        assertThat(keepAlive(old, NOW, NOW.plus(HOUR))).isEqualTo(KeyState.EXPIRED);
        assertThat(keepAlive(next, NOW, NOW.plus(HOUR))).isEqualTo(KeyState.LIVE);
    }

    @Test
    void rotate_movesTheEndOfTheSession() {
        SecretHash old = openSession(newUser(account, "alice"), NOW.plusSeconds(60));
        SecretHash next = newSecret();

        store.sessions().rotate(old, new Sessions.Rotation(next, HOUR), NOW.plusSeconds(30), NOW.plusSeconds(90));

        assertThat(keepAlive(next, NOW.plusSeconds(90), NOW.plus(HOUR))).isEqualTo(KeyState.EXPIRED);
        assertThat(keepAlive(next, NOW.plusSeconds(89), NOW.plus(HOUR))).isEqualTo(KeyState.LIVE);
    }

    @Test
    void rotate_aHundredTimes_theNewestKeyIsGood() {
        SecretHash key = openSession(newUser(account, "alice"), NOW.plus(HOUR));
        List<SecretHash> keys = new ArrayList<>(List.of(key));
        for (int i = 0; i < 100; i++) {
            SecretHash next = newSecret();
            assertThat(rotate(keys.getLast(), next, Duration.ofSeconds(2), NOW.plusSeconds(i)))
                    .isEqualTo(KeyState.LIVE);
            keys.add(next);
        }

        Instant now = NOW.plusSeconds(100);
        assertThat(keepAlive(keys.getLast(), now, now.plus(HOUR))).isEqualTo(KeyState.LIVE);
        assertThat(keepAlive(keys.get(99), now, now.plus(HOUR))).isEqualTo(KeyState.LIVE);
        assertThat(keepAlive(keys.get(98), now, now.plus(HOUR))).isNotEqualTo(KeyState.LIVE);
        assertThat(keepAlive(keys.getFirst(), now, now.plus(HOUR))).isNotEqualTo(KeyState.LIVE);
    }

    @Test
    void rotate_expiredOrUnknownKey_givesNone() {
        SecretHash expired = openSession(newUser(account, "alice"), NOW);
        SecretHash next = newSecret();

        assertThat(rotate(expired, next, HOUR, NOW)).isEqualTo(KeyState.EXPIRED);
        assertThat(rotate(newSecret(), next, HOUR, NOW)).isEqualTo(KeyState.UNKNOWN);
        assertThat(keepAlive(next, NOW, NOW.plus(HOUR))).isEqualTo(KeyState.UNKNOWN);
    }

    @Test
    void closeSession_noneOfItsKeysIsKnownAfterwards() {
        SecretHash old = openSession(newUser(account, "alice"), NOW.plus(HOUR));
        SecretHash next = newSecret();
        rotate(old, next, HOUR, NOW);

        assertThat(store.sessions().close(next, NOW)).isEqualTo(KeyState.LIVE);

        assertThat(store.sessions().close(next, NOW)).isEqualTo(KeyState.UNKNOWN);
        assertThat(keepAlive(old, NOW, NOW.plus(HOUR))).isEqualTo(KeyState.UNKNOWN);
    }

    @Test
    void closeSession_expired_staysExpired() {
        SecretHash key = openSession(newUser(account, "alice"), NOW);

        assertThat(store.sessions().close(key, NOW)).isEqualTo(KeyState.EXPIRED);
        assertThat(keepAlive(key, NOW, NOW.plus(HOUR))).isEqualTo(KeyState.EXPIRED);
    }

    @Test
    void closeSession_byManyAtOnce_oneClosesIt() {
        SecretHash key = openSession(newUser(account, "alice"), NOW.plus(HOUR));

        List<KeyState> states = AtOnce.run(32, i -> store.sessions().close(key, NOW));

        assertThat(Collections.frequency(states, KeyState.LIVE)).isEqualTo(1);
        assertThat(Collections.frequency(states, KeyState.UNKNOWN)).isEqualTo(31);
    }

    @Test
    void countSessions_countsThoseThatLiveThen() {
        User user = newUser(account, "alice");
        Instant then = NOW.plus(Duration.ofDays(3650));
        long before = store.sessions().count(then);
        openSession(user, then);
        openSession(user, then.plusMillis(1));
        openSession(user, then.plus(HOUR));

        assertThat(store.sessions().count(then)).isEqualTo(before + 2);
    }

    @Test
    void forgetEndedSessions_keepsThoseThatEndedThenOrLater() {
        User user = newUser(account, "alice");
        Instant longAgo = NOW.minus(Duration.ofDays(100));
        SecretHash before = openSession(user, longAgo.minusMillis(1));
        SecretHash then = openSession(user, longAgo);
        SecretHash live = openSession(user, NOW.plus(HOUR));

        store.sessions().forgetEndedBefore(longAgo);

        assertThat(keepAlive(before, NOW, NOW.plus(HOUR))).isEqualTo(KeyState.UNKNOWN);
        assertThat(keepAlive(then, NOW, NOW.plus(HOUR))).isEqualTo(KeyState.EXPIRED);
        assertThat(keepAlive(live, NOW, NOW.plus(HOUR))).isEqualTo(KeyState.LIVE);
    }

    @Test
    void sessions_ofManyAtOnce_liveApart() {
        User user = newUser(account, "alice");

        List<KeyState> states = AtOnce.run(200, i -> {
            SecretHash key = openSession(user, NOW.plusSeconds(60));
            keepAlive(key, NOW.plusSeconds(30), NOW.plusSeconds(90));
            if (i % 2 == 0) {
                store.sessions().close(key, NOW.plusSeconds(31));
            }
            return keepAlive(key, NOW.plusSeconds(89), NOW.plusSeconds(90));
        });

        for (int i = 0; i < 200; i++) {
            assertThat(states.get(i)).isEqualTo(i % 2 == 0 ? KeyState.UNKNOWN : KeyState.LIVE);
        }
    }

    @Test
    void session_ofAUserWhoWasRevokedMeanwhile_isNotOpened() {
        User user = newUser(account, "alice");
        store.users().revoke(user.id());
        SecretHash key = newSecret();

        assertThat(store.sessions().open(key, new Session(account, user.id(), NOW, NOW.plus(HOUR))))
                .isFalse();

        assertThat(keepAlive(key, NOW, NOW.plus(HOUR))).isEqualTo(KeyState.UNKNOWN);
    }

    @Test
    void session_afterReopen_isThereWithItsEndAndKeys() {
        SecretHash old = openSession(newUser(account, "alice"), NOW.plusSeconds(60));
        SecretHash next = newSecret();
        rotate(old, next, Duration.ofSeconds(10), NOW);

        reopen();

        assertThat(keepAlive(old, NOW.plusSeconds(10), NOW.plus(HOUR))).isEqualTo(KeyState.EXPIRED);
        assertThat(keepAlive(next, NOW.plus(HOUR), NOW.plus(HOUR))).isEqualTo(KeyState.EXPIRED);
        assertThat(keepAlive(next, NOW.plusSeconds(3599), NOW.plus(HOUR))).isEqualTo(KeyState.LIVE);
    }

    // Transaction numbers

    @Test
    void reserveNumbers_byManyAtOnce_neverOverlapAndRise() {
        long before = store.transactionNumbers().reserve(1);

        List<Long> firsts = AtOnce.run(100, i -> store.transactionNumbers().reserve(1 + i % 7));

        List<Long> numbers = IntStream.range(0, 100)
                .boxed()
                .flatMap(i -> LongStream.range(firsts.get(i), firsts.get(i) + 1 + i % 7)
                        .boxed())
                .toList();
        assertThat(numbers).doesNotHaveDuplicates().allMatch(number -> number > before);
        assertThat(before).isPositive();
    }

    @Test
    void reserveNumbers_afterReopen_areHigherThanAllBefore() {
        long first = store.transactionNumbers().reserve(1000);

        reopen();

        assertThat(store.transactionNumbers().reserve(1)).isGreaterThanOrEqualTo(first + 1000);
    }

    // Events

    @Test
    void appendBatch_idsFollowWithoutAGap() {
        long first = append(event("one"), event("two"), event("three"));
        long next = append(event("four"));

        assertThat(first).isPositive();
        assertThat(next).isGreaterThan(first + 2);
        assertThat(find().events()).extracting(RecordedEvent::id).containsExactly(next, first + 2, first + 1, first);
        assertThat(find().events())
                .extracting(found -> found.event().name().orElseThrow())
                .containsExactly("four", "three", "two", "one");
    }

    @Test
    void append_isFoundAtOnce() {
        for (int i = 0; i < 20; i++) {
            long id = append(event("event " + i));

            EventPage page = find();

            assertThat(page.complete()).isTrue();
            assertThat(page.asOf()).isGreaterThanOrEqualTo(id);
            assertThat(page.events().getFirst().id()).isEqualTo(id);
            assertThat(page.events()).hasSize(i + 1);
            assertThat(store.events().lastAcknowledged()).isEqualTo(id);
            assertThat(store.events().lastQueryable()).isEqualTo(id);
        }
    }

    @Test
    void submit_manyWithoutWaiting_theirIdsRiseWithoutAGap_andEachIsFoundOnceItIsAwaited() {
        List<Pending<List<Placed>>> waiting = IntStream.range(0, 300)
                .mapToObj(i -> store.events().submit(new Submission(List.of(event("event " + i)), NOW)))
                .toList();

        List<Long> ids =
                waiting.stream().map(pending -> pending.await().getFirst().id()).toList();

        assertThat(ids)
                .containsExactlyElementsOf(LongStream.range(ids.getFirst(), ids.getFirst() + 300)
                        .boxed()
                        .toList());
        assertThat(store.events().lastAcknowledged()).isEqualTo(ids.getLast());
        assertThat(find().events().getFirst().id()).isEqualTo(ids.getLast());
    }

    @Test
    void append_everyFieldFilled_isFoundAsItWas() {
        UsageEvent full = new UsageEvent(
                account,
                "cryptolens",
                Optional.of("client's id"),
                NOW.minusNanos(1000),
                Optional.of("naïve 名前 🎬 'quoted\"; --"),
                Optional.of("feature\twith\nlines\\"),
                Optional.of(new ProductId(Long.MAX_VALUE)),
                Optional.of("ABCDE-FGHJK"),
                Optional.of("machine ẞ"),
                Optional.of("end user ẞ"),
                Optional.of("session"),
                Optional.of(new UserId(42)),
                Optional.of(new ApplicationId(43)),
                OptionalLong.of(-190),
                Optional.of("USD"),
                Optional.of("{\"a\":[1,2.5,null],\"ü\":\"\\u0000\"}"));
        Instant received = NOW.plusNanos(123_456_000);

        long id = append(received, full);

        assertThat(find().events()).containsExactly(new RecordedEvent(id, received, full));
    }

    @Test
    void append_everyOptionalFieldEmpty_isFoundAsItWas() {
        UsageEvent bare = bare(NOW);

        long id = append(bare);

        assertThat(find().events()).containsExactly(new RecordedEvent(id, NOW, bare));
    }

    @Test
    void append_emptyTexts_areNotAbsentOnes() {
        UsageEvent blank = new UsageEvent(
                account,
                "",
                Optional.of(""),
                NOW,
                Optional.of(""),
                Optional.of(""),
                Optional.empty(),
                Optional.of(""),
                Optional.of(""),
                Optional.of(""),
                Optional.of(""),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.of(0),
                Optional.of(""),
                Optional.of(""));

        append(blank);

        assertThat(find().events()).extracting(RecordedEvent::event).containsExactly(blank);
    }

    @Test
    void append_zeroCharacter_isKept() {
        UsageEvent odd = event("a\u0000b");

        append(odd);

        assertThat(find().events()).extracting(RecordedEvent::event).containsExactly(odd);
    }

    @Test
    void append_longMetadata_isKeptWhole() {
        String metadata = "{\"ö\":\"" + "0123456789äöü🎬".repeat(20_000) + "\"}";

        append(metadata(metadata));

        assertThat(find().events().getFirst().event().metadata()).contains(metadata);
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, Long.MIN_VALUE + 1, -1, 0, 1, Long.MAX_VALUE - 1, Long.MAX_VALUE})
    void append_anyValue_isKept(long value) {
        append(value(value));

        assertThat(find().events().getFirst().event().value()).hasValue(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-283000-01-01T00:00:00Z",
                "-9999-01-01T00:00:00Z",
                "0000-01-01T00:00:00Z",
                "1582-10-10T00:00:00Z",
                "1969-12-31T23:59:59.999999Z",
                "1970-01-01T00:00:00Z",
                "2026-03-29T01:30:00Z",
                "9999-12-31T23:59:59.999999Z",
                "+30000-01-01T00:00:00Z",
                "+287000-01-01T00:00:00Z"
            })
    void append_anyTime_isKept(String time) {
        Instant at = Instant.parse(time);

        append(bare(at));

        assertThat(find().events().getFirst().event().at()).isEqualTo(at);
        assertThat(find(query().from(at).until(at.plusNanos(1000)))).hasSize(1);
    }

    @Test
    void appendBatch_oneOfThemCantBeKept_keepsNoneAndGoesOn() {
        assertThatThrownBy(() -> append(event("one"), bare(Instant.MAX), event("three")))
                .isInstanceOf(RuntimeException.class);

        assertThat(find().events()).isEmpty();
        append(event("after"));
        assertThat(find().events()).hasSize(1);
    }

    @Test
    void appendBatch_ofThousands_isThereWhole() {
        List<UsageEvent> events =
                IntStream.range(0, 5000).mapToObj(i -> value(i)).toList();

        long first = append(events.toArray(UsageEvent[]::new));

        EventPage page = store.events().find(query().limit(10_000).done());
        assertThat(page.complete()).isTrue();
        assertThat(page.events()).hasSize(5000);
        for (int i = 0; i < 5000; i++) {
            assertThat(page.events().get(4999 - i).id()).isEqualTo(first + i);
            assertThat(page.events().get(4999 - i).event().value()).hasValue(i);
        }
    }

    @Test
    void append_byManyAtOnce_idsAreUniqueAndAllAreFound() {
        List<Long> firsts = AtOnce.run(200, i -> {
            UsageEvent[] batch = IntStream.rangeClosed(0, i % 4)
                    .mapToObj(j -> event(i + "/" + j))
                    .toArray(UsageEvent[]::new);
            return append(batch);
        });

        List<RecordedEvent> found = find(query().limit(1000));
        assertThat(found)
                .extracting(RecordedEvent::id)
                .doesNotHaveDuplicates()
                .isSortedAccordingTo((a, b) -> Long.compare(b, a));
        List<RecordedEvent> expected = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            for (int j = 0; j <= i % 4; j++) {
                expected.add(new RecordedEvent(firsts.get(i) + j, NOW, event(i + "/" + j)));
            }
        }
        assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    protected void append_sameClientIdTwice_countsOnce() {
        long first = append(withId("a", "first"));
        append(event("between"));

        assertThat(place(withId("a", "second"))).containsExactly(new Placed(first, false));
        assertThat(names()).containsExactly("between", "first");
    }

    @Test
    protected void append_sameClientIdInOneSubmission_countsOnce() {
        List<Placed> placed = place(withId("a", "first"), withId("b", "other"), withId("a", "second"));

        long first = placed.getFirst().id();
        assertThat(placed)
                .containsExactly(new Placed(first, true), new Placed(first + 1, true), new Placed(first, false));
        assertThat(names()).containsExactly("other", "first");
    }

    @Test
    protected void append_someKnownSomeNew_onlyTheNewAreAdded() {
        long known = append(withId("b", "b"));

        List<Placed> placed = place(withId("a", "a"), withId("b", "b again"), event("none"), withId("c", "c"));

        assertThat(placed)
                .containsExactly(
                        new Placed(known + 1, true),
                        new Placed(known, false),
                        new Placed(known + 2, true),
                        new Placed(known + 3, true));
        assertThat(names()).containsExactly("c", "none", "a", "b");
    }

    @Test
    void append_sameClientIdOfAnotherAccount_isAnotherEvent() {
        append(withId("a", "mine"));
        AccountNumber other = new AccountNumber(AccountNumber.LAST);
        UsageEvent theirs = withId(other, "a", "theirs");

        assertThat(place(theirs).getFirst().isNew()).isTrue();
        assertThat(names()).containsExactly("mine");
    }

    @Test
    protected void append_sameClientIdByManyAtOnce_countsOnce() {
        List<Placed> placed = AtOnce.run(64, i -> place(withId("a", "try " + i)).getFirst());

        assertThat(placed).filteredOn(Placed::isNew).hasSize(1);
        assertThat(placed).extracting(Placed::id).containsOnly(placed.getFirst().id());
        assertThat(find().events()).hasSize(1);
    }

    @Test
    void append_manyBatchesOfTheSameIdsInOtherOrders_eachCountsOnce() {
        AtOnce.run(32, i -> {
            List<Integer> order = new ArrayList<>(IntStream.range(0, 20).boxed().toList());
            Collections.rotate(order, i);
            return place(order.stream().map(n -> withId("id " + n, "n" + n)).toArray(UsageEvent[]::new));
        });

        assertThat(names())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 20).mapToObj(n -> "n" + n).toList());
    }

    @Test
    protected void append_afterReopen_clientIdsAreStillKnown() {
        long first = append(withId("a", "first"));

        reopen();

        assertThat(place(withId("a", "second"))).containsExactly(new Placed(first, false));
        assertThat(names()).containsExactly("first");
    }

    @Test
    void append_sameRequestKeyTwice_countsOnce() {
        List<Placed> once = place(requestKey("key", "content"), event("one"), event("two"));

        List<Placed> again = place(requestKey("key", "content"), event("one"), event("two"));

        assertThat(again)
                .containsExactlyElementsOf(once.stream()
                        .map(placed -> new Placed(placed.id(), false))
                        .toList());
        assertThat(names()).containsExactly("two", "one");
        reopen();
        assertThat(place(requestKey("key", "content"), event("one"), event("two")))
                .isEqualTo(again);
        assertThat(names()).containsExactly("two", "one");
    }

    @Test
    void append_requestKeyWithAnotherContent_isRefused() {
        append(event("before"));
        place(requestKey("key", "content"), event("one"));

        for (int i = 0; i < 2; i++) {
            assertThat(store.events()
                            .append(new Submission(
                                    List.of(event("other")), NOW, Optional.of(requestKey("key", "another")))))
                    .isEqualTo(Outcome.refused(new Refusal.RequestKeyReused()));
            reopen();
        }
        assertThat(names()).containsExactly("one", "before");
    }

    @Test
    void append_sameRequestKeyByManyAtOnce_countsOnce() {
        List<Placed> placed = AtOnce.run(
                64, i -> place(requestKey("key", "content"), event("the event")).getFirst());

        assertThat(placed).filteredOn(Placed::isNew).hasSize(1);
        assertThat(find().events()).hasSize(1);
    }

    @Test
    protected void append_requestKeyAndClientIds_againIsWhereItWas() {
        long known = append(withId("b", "b"));
        UsageEvent[] events = {event("none"), withId("a", "a"), withId("b", "b again"), event("none too")};
        List<Placed> once = place(requestKey("key", "content"), events);
        assertThat(once).extracting(Placed::id).containsExactly(known + 1, known + 2, known, known + 3);

        assertThat(place(requestKey("key", "content"), events))
                .extracting(Placed::id)
                .containsExactly(known + 1, known + 2, known, known + 3);
        assertThat(find().events()).hasSize(4);
    }

    @Test
    void once_sameKeyTwice_makesTheChangeOnceAndGivesItsAnswer() {
        Outcome<KeptAnswers.Kept> first =
                store.keptAnswers().once(requestKey("once", "content"), NOW, () -> addProduct("made once", true));
        Outcome<KeptAnswers.Kept> second =
                store.keptAnswers().once(requestKey("once", "content"), NOW, () -> addProduct("made again", true));
        reopen();
        Outcome<KeptAnswers.Kept> third =
                store.keptAnswers().once(requestKey("once", "content"), NOW, () -> addProduct("made again", true));

        assertThat(kept(first)).isEqualTo("made once");
        assertThat(kept(second)).isEqualTo("made once");
        assertThat(kept(third)).isEqualTo("made once");
        assertThat(List.of(isAgain(first), isAgain(second), isAgain(third))).containsExactly(false, true, true);
        assertThat(productNames()).containsExactly("made once");
    }

    @Test
    void once_keyWithAnotherContent_isRefused() {
        store.keptAnswers().once(requestKey("once", "content"), NOW, () -> addProduct("made", true));

        assertThat(store.keptAnswers().once(requestKey("once", "another"), NOW, () -> addProduct("not made", true)))
                .isEqualTo(Outcome.refused(new Refusal.RequestKeyReused()));
        assertThat(productNames()).containsExactly("made");
    }

    @Test
    void once_changeThatWasNotMade_isTriedAgain() {
        KeptAnswers.Change no = new KeptAnswers.Change("no".getBytes(StandardCharsets.UTF_8), false);
        assertThat(kept(store.keptAnswers().once(requestKey("once", "content"), NOW, () -> no)))
                .isEqualTo("no");

        assertThat(kept(store.keptAnswers()
                        .once(requestKey("once", "other content"), NOW, () -> addProduct("made", true))))
                .isEqualTo("made");
        assertThat(productNames()).containsExactly("made");
    }

    @Test
    void once_changeThatThrows_isThrownAndNothingIsChanged() {
        IllegalArgumentException failure = new IllegalArgumentException("of the change");
        assertThatThrownBy(() -> store.keptAnswers().once(requestKey("once", "content"), NOW, () -> {
                    addProduct("half", true);
                    throw failure;
                }))
                .isSameAs(failure);

        assertThat(productNames()).isEmpty();
        assertThat(kept(store.keptAnswers().once(requestKey("once", "content"), NOW, () -> addProduct("made", true))))
                .isEqualTo("made");
    }

    @Test
    void once_whatTheChangeWrote_itCanRead() {
        store.keptAnswers().once(requestKey("once", "content"), NOW, () -> {
            addProduct("made", true);
            assertThat(productNames()).containsExactly("made");
            return addProduct("made too", true);
        });

        assertThat(productNames()).containsExactly("made", "made too");
    }

    @Test
    void once_byManyAtOnce_isMadeOnce() {
        List<Outcome<KeptAnswers.Kept>> all = AtOnce.run(
                32,
                i -> store.keptAnswers()
                        .once(requestKey("once", "content"), NOW, () -> addProduct("made by " + i, true)));

        assertThat(all).filteredOn(one -> !isAgain(one)).hasSize(1);
        assertThat(productNames()).containsExactly(kept(all.getFirst()));
    }

    @Test
    void once_forgotten_isMadeAgain() {
        store.keptAnswers().once(requestKey("old", "content"), NOW, () -> addProduct("old", true));
        store.keptAnswers().once(requestKey("new", "content"), NOW.plusSeconds(1), () -> addProduct("new", true));

        store.keptAnswers().forgetKeptBefore(NOW.plusSeconds(1));

        store.keptAnswers().once(requestKey("old", "content"), NOW, () -> addProduct("old again", true));
        store.keptAnswers().once(requestKey("new", "content"), NOW, () -> addProduct("new again", true));
        assertThat(productNames()).containsExactly("old", "new", "old again");
    }

    private KeptAnswers.Change addProduct(String name, boolean made) {
        store.products().add(account, name, NOW);
        return new KeptAnswers.Change(name.getBytes(StandardCharsets.UTF_8), made);
    }

    private List<String> productNames() {
        return store.products().list(account).stream().map(Product::name).toList();
    }

    private static String kept(Outcome<KeptAnswers.Kept> outcome) {
        return new String(success(outcome).answer(), StandardCharsets.UTF_8);
    }

    private static boolean isAgain(Outcome<KeptAnswers.Kept> outcome) {
        return success(outcome).isAgain();
    }

    private static KeptAnswers.Kept success(Outcome<KeptAnswers.Kept> outcome) {
        return switch (outcome) {
            case Outcome.Success<KeptAnswers.Kept>(KeptAnswers.Kept kept) -> kept;
            case Outcome.Refused<KeptAnswers.Kept>(Refusal refusal) -> throw new AssertionError("refused: " + refusal);
        };
    }

    @Test
    void append_afterReopen_theOldAreThereAndIdsRiseOn() {
        long first = append(event("before"), event("before too"));

        reopen();

        assertThat(store.events().lastAcknowledged()).isEqualTo(first + 1);
        long next = append(event("after"));
        assertThat(next).isGreaterThan(first + 1);
        assertThat(find().events()).extracting(RecordedEvent::id).containsExactly(next, first + 1, first);
    }

    @Test
    void findEvents_ofAnotherAccount_findsNone() {
        append(product(1), key("KEY"), metadata("x"));
        account = newAccount("another");

        assertThat(find().events()).isEmpty();
        assertThat(find(query().product(1))).isEmpty();
        assertThat(find(query().key("KEY"))).isEmpty();
        assertThat(find(query().metadata("x"))).isEmpty();
        assertThat(find(query().above(0))).isEmpty();
    }

    @Test
    void findEvents_byProduct() {
        append(product(1), product(2), product(1), event("none"));

        assertThat(find(query().product(1)))
                .hasSize(2)
                .allMatch(found -> found.event().product().equals(Optional.of(new ProductId(1))));
    }

    @Test
    void findEvents_byKey_isExact() {
        append(key("KEY"), key("key"), key("KEY2"), event("none"));

        assertThat(find(query().key("KEY")))
                .extracting(found -> found.event().key().orElseThrow())
                .containsExactly("KEY");
    }

    private UsageEvent of(String name, String feature, String machine, String endUser) {
        return new UsageEvent(
                account,
                "rest",
                Optional.empty(),
                NOW,
                Optional.of(name),
                Optional.of(feature),
                Optional.empty(),
                Optional.empty(),
                Optional.of(machine),
                Optional.of(endUser),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.empty());
    }

    @Test
    void findEvents_byNameFeatureMachineAndEndUser_areExact() {
        append(of("n", "f", "m", "u"), of("N", "f", "m2", "u"), of("n", "f2", "m", "U"), bare(NOW));

        assertThat(find(query().name("n"))).hasSize(2);
        assertThat(find(query().name("N"))).hasSize(1);
        assertThat(find(query().name("%"))).isEmpty();
        assertThat(find(query().feature("f"))).hasSize(2);
        assertThat(find(query().machine("m2"))).hasSize(1);
        assertThat(find(query().endUser("U"))).hasSize(1);
        assertThat(find(query().name("n").feature("f").machine("m").endUser("u")))
                .hasSize(1);
        assertThat(find(query().name("n").endUser("' OR 1=1 --"))).isEmpty();
    }

    @Test
    void findEvents_byTime_fromIsInAndUntilIsOut() {
        append(bare(NOW.minusNanos(1000)), bare(NOW), bare(NOW.plusSeconds(1)), bare(NOW.plusSeconds(2)));

        assertThat(find(query().from(NOW).until(NOW.plusSeconds(2))))
                .extracting(found -> found.event().at())
                .containsExactly(NOW.plusSeconds(1), NOW);
        assertThat(find(query().from(NOW.plusSeconds(2)))).hasSize(1);
        assertThat(find(query().until(NOW))).hasSize(1);
        assertThat(find(query().from(NOW).until(NOW))).isEmpty();
    }

    @Test
    void findEvents_byMetadata_isAPlainTextAndItsCaseCounts() {
        append(metadata("{\"size\":\"100% of_it\"}"), metadata("{\"size\":\"1000 ofXit\"}"), event("none"));

        assertThat(find(query().metadata("100%"))).hasSize(1);
        assertThat(find(query().metadata("of_it"))).hasSize(1);
        assertThat(find(query().metadata("size"))).hasSize(2);
        assertThat(find(query().metadata("SIZE"))).isEmpty();
        assertThat(find(query().metadata("' OR 1=1 --"))).isEmpty();
    }

    @Test
    void findEvents_byAllAtOnce_allHaveToMatch() {
        UsageEvent wanted = new UsageEvent(
                account,
                "rest",
                Optional.empty(),
                NOW,
                Optional.empty(),
                Optional.empty(),
                Optional.of(new ProductId(1)),
                Optional.of("KEY"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.of("meta"));
        append(product(1), key("KEY"), metadata("meta"), wanted);

        assertThat(find(query().product(1)
                        .key("KEY")
                        .metadata("met")
                        .from(NOW)
                        .until(NOW.plusSeconds(1))
                        .below(Long.MAX_VALUE)))
                .extracting(RecordedEvent::event)
                .containsExactly(wanted);
    }

    @Test
    void findEvents_below_hasTheNearestBelow() {
        long first = append(IntStream.range(0, 10).mapToObj(i -> event("e" + i)).toArray(UsageEvent[]::new));

        assertThat(find(query().below(first + 5).limit(3)))
                .extracting(RecordedEvent::id)
                .containsExactly(first + 4, first + 3, first + 2);
        assertThat(find(query().below(first))).isEmpty();
    }

    @Test
    void findEvents_above_hasTheNearestAboveTheHighestFirst() {
        long first = append(IntStream.range(0, 10).mapToObj(i -> event("e" + i)).toArray(UsageEvent[]::new));

        assertThat(find(query().above(first + 5).limit(3)))
                .extracting(RecordedEvent::id)
                .containsExactly(first + 8, first + 7, first + 6);
        assertThat(find(query().above(first + 9))).isEmpty();
    }

    @Test
    void findEvents_aboveAndBelow_aboveDecides() {
        long first = append(IntStream.range(0, 10).mapToObj(i -> event("e" + i)).toArray(UsageEvent[]::new));

        assertThat(find(query().above(first + 5).below(first + 2).limit(2)))
                .extracting(RecordedEvent::id)
                .containsExactly(first + 7, first + 6);
    }

    @Test
    void findEvents_pageByPage_hasEachOnce() {
        long first = append(IntStream.range(0, 50).mapToObj(i -> event("e" + i)).toArray(UsageEvent[]::new));

        List<Long> ids = new ArrayList<>();
        long cursor = Long.MAX_VALUE;
        for (List<RecordedEvent> page; !(page = find(query().below(cursor).limit(7))).isEmpty(); ) {
            page.forEach(found -> ids.add(found.id()));
            cursor = page.getLast().id();
        }

        assertThat(ids)
                .containsExactlyElementsOf(LongStream.iterate(first + 49, id -> id - 1)
                        .limit(50)
                        .boxed()
                        .toList());
    }

    // Shorthand

    private AccountNumber nextNumber() {
        return new AccountNumber(AccountNumber.FIRST + unique.incrementAndGet());
    }

    private AccountNumber newAccount(String name) {
        AccountNumber number = nextNumber();
        store.accounts().add(new Account(number, name, SIGNING_KEY, false, NOW));
        return number;
    }

    private User newUser(AccountNumber of, String name) {
        return store.users().add(of, name, PASSWORD, Set.of(), NOW).orElseThrow();
    }

    private SecretHash newSecret() {
        return SecretHash.of(new Secret("secret " + unique.incrementAndGet()));
    }

    private Application newApplication(User owner, SecretHash apiKey, CallLimits limits) {
        return store.applications()
                .add(
                        new Applications.NewApplication(
                                owner.account(),
                                owner.id(),
                                "player",
                                true,
                                false,
                                limits,
                                Optional.empty(),
                                Optional.empty()),
                        apiKey,
                        NOW);
    }

    private ApplicationId newApplication(CallLimits limits) {
        User owner = newUser(account, "owner" + unique.incrementAndGet());
        return newApplication(owner, newSecret(), limits).id();
    }

    private AccessToken newAccessToken(SecretHash secret) {
        return store.accessTokens()
                .add(
                        new AccessTokens.NewAccessToken(
                                account,
                                "token",
                                Set.of(Permission.GET_EVENTS),
                                Optional.empty(),
                                KeyLock.ANY,
                                Optional.empty(),
                                Optional.empty()),
                        secret,
                        NOW);
    }

    private static CallLimits quota(long calls, Duration window) {
        return new CallLimits(Optional.of(new CallLimits.Quota(calls, window)), Optional.empty());
    }

    private Optional<Refusal> take(ApplicationId application, CallLimits limits, Instant now) {
        return store.quotas().take(application, limits, now);
    }

    private static Licenses.NewLicense newLicense(String name, Price price) {
        return new Licenses.NewLicense(name, LicenseType.OWN, price, Optional.empty());
    }

    private SecretHash openSession(User user, Instant until) {
        SecretHash key = newSecret();
        store.sessions().open(key, new Session(user.account(), user.id(), NOW, until));
        return key;
    }

    private KeyState keepAlive(SecretHash key, Instant now, Instant until) {
        return store.sessions().keepAlive(key, now, until).await();
    }

    private KeyState rotate(SecretHash key, SecretHash next, Duration grace, Instant now) {
        return store.sessions().rotate(key, new Sessions.Rotation(next, grace), now, now.plus(HOUR));
    }

    /// @return the id of the first
    protected long append(UsageEvent... events) {
        return append(NOW, events);
    }

    private long append(Instant received, UsageEvent... events) {
        return place(new Submission(List.of(events), received)).getFirst().id();
    }

    protected List<Placed> place(UsageEvent... events) {
        return place(new Submission(List.of(events), NOW));
    }

    protected List<Placed> place(RequestKey key, UsageEvent... events) {
        return place(new Submission(List.of(events), NOW, Optional.of(key)));
    }

    protected RequestKey requestKey(String name, String content) {
        return new RequestKey(Fingerprint.of(account.toString(), name), Fingerprint.of(content));
    }

    protected UsageEvent withId(String clientId, String name) {
        return withId(account, clientId, name);
    }

    private static UsageEvent withId(AccountNumber account, String clientId, String name) {
        return new UsageEvent(
                account,
                "rest",
                Optional.of(clientId),
                NOW,
                Optional.of(name),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /// Of all events, the last one first.
    protected List<String> names() {
        return find().events().stream()
                .map(recorded -> recorded.event().name().orElseThrow())
                .toList();
    }

    private List<Placed> place(Submission submission) {
        return switch (store.events().append(submission)) {
            case Outcome.Success<List<Placed>>(List<Placed> placed) -> placed;
            case Outcome.Refused<List<Placed>>(Refusal refusal) -> throw new AssertionError("refused: " + refusal);
        };
    }

    protected EventPage find() {
        return store.events().find(query().done());
    }

    private List<RecordedEvent> find(Query query) {
        EventPage page = store.events().find(query.done());
        assertThat(page.complete()).isTrue();
        return page.events();
    }

    private UsageEvent bare(Instant at) {
        return usage(at, Optional.empty(), OptionalLong.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    protected UsageEvent event(String name) {
        return usage(
                NOW, Optional.of(name), OptionalLong.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    private UsageEvent value(long value) {
        return usage(
                NOW, Optional.empty(), OptionalLong.of(value), Optional.empty(), Optional.empty(), Optional.empty());
    }

    private UsageEvent product(long id) {
        return usage(
                NOW,
                Optional.empty(),
                OptionalLong.empty(),
                Optional.of(new ProductId(id)),
                Optional.empty(),
                Optional.empty());
    }

    private UsageEvent key(String key) {
        return usage(NOW, Optional.empty(), OptionalLong.empty(), Optional.empty(), Optional.of(key), Optional.empty());
    }

    private UsageEvent metadata(String metadata) {
        return usage(
                NOW, Optional.empty(), OptionalLong.empty(), Optional.empty(), Optional.empty(), Optional.of(metadata));
    }

    private UsageEvent usage(
            Instant at,
            Optional<String> name,
            OptionalLong value,
            Optional<ProductId> product,
            Optional<String> key,
            Optional<String> metadata) {
        return new UsageEvent(
                account,
                "rest",
                Optional.empty(),
                at,
                name,
                Optional.empty(),
                product,
                key,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                value,
                Optional.empty(),
                metadata);
    }

    private Query query() {
        return new Query(account);
    }

    /// A question that starts with no filter.
    private static final class Query {
        private final AccountNumber account;
        private Optional<ProductId> product = Optional.empty();
        private Optional<String> key = Optional.empty();
        private Optional<String> name = Optional.empty();
        private Optional<String> feature = Optional.empty();
        private Optional<String> machine = Optional.empty();
        private Optional<String> endUser = Optional.empty();
        private Optional<Instant> from = Optional.empty();
        private Optional<Instant> until = Optional.empty();
        private Optional<String> metadata = Optional.empty();
        private OptionalLong below = OptionalLong.empty();
        private OptionalLong above = OptionalLong.empty();
        private int limit = 100;

        Query(AccountNumber account) {
            this.account = account;
        }

        Query product(long id) {
            product = Optional.of(new ProductId(id));
            return this;
        }

        Query key(String text) {
            key = Optional.of(text);
            return this;
        }

        Query name(String text) {
            name = Optional.of(text);
            return this;
        }

        Query feature(String text) {
            feature = Optional.of(text);
            return this;
        }

        Query machine(String text) {
            machine = Optional.of(text);
            return this;
        }

        Query endUser(String text) {
            endUser = Optional.of(text);
            return this;
        }

        Query from(Instant instant) {
            from = Optional.of(instant);
            return this;
        }

        Query until(Instant instant) {
            until = Optional.of(instant);
            return this;
        }

        Query metadata(String part) {
            metadata = Optional.of(part);
            return this;
        }

        Query below(long id) {
            below = OptionalLong.of(id);
            return this;
        }

        Query above(long id) {
            above = OptionalLong.of(id);
            return this;
        }

        Query limit(int events) {
            limit = events;
            return this;
        }

        EventQuery done() {
            return EventQuery.of(account, filter(), limit).below(below).above(above);
        }

        EventFilter filter() {
            return EventFilter.builder()
                    .product(product)
                    .key(key)
                    .name(name)
                    .feature(feature)
                    .machine(machine)
                    .endUser(endUser)
                    .from(from)
                    .until(until)
                    .metadataPart(metadata)
                    .build();
        }
    }
}
