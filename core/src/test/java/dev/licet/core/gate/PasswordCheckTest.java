package dev.licet.core.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.AtOnce;
import dev.licet.core.TestClock;
import dev.licet.core.Unavailable;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.identity.CountingPasswords;
import dev.licet.core.identity.MemoryUsers;
import dev.licet.core.identity.Secret;
import dev.licet.core.identity.User;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PasswordCheckTest {
    private static final AccountNumber ACCOUNT = new AccountNumber(AccountNumber.FIRST);
    private static final AccountNumber OTHER = new AccountNumber(AccountNumber.LAST);
    private static final int FAILURES = 20;

    private final TestClock clock = new TestClock();
    private final CountingPasswords passwords = new CountingPasswords();
    private final MemoryUsers users = new MemoryUsers();
    private final PasswordCheck check = check(2, 4096, Duration.ofSeconds(30));

    private User alice;

    @BeforeEach
    void addAlice() {
        alice = users.add(ACCOUNT, "alice", passwords.hash(new Secret("right")));
    }

    @Test
    void user_rightPassword_isTheUser() {
        assertThat(check("alice", "right")).contains(alice);
    }

    @Test
    void user_wrongPassword_isNone() {
        assertThat(check("alice", "wrong")).isEmpty();
        assertThat(check("alice", "")).isEmpty();
    }

    @Test
    void user_ofAnotherAccount_isNone() {
        assertThat(check.user(OTHER, "alice", new Secret("right"), "here")).isEmpty();
    }

    @Test
    void user_unknownOrRevoked_costsAHashAsWell() {
        assertThat(check("nobody", "right")).isEmpty();
        assertThat(passwords.checks()).isEqualTo(1);

        users.revoke(alice.id());
        assertThat(check("alice", "right")).isEmpty();
        assertThat(passwords.checks()).isEqualTo(2);
    }

    @Test
    void user_rightAgainWithinAMinute_costsNoHash() {
        check("alice", "right");
        clock.advance(Duration.ofMinutes(1).minusMillis(1));
        for (int i = 0; i < 100; i++) {
            assertThat(check("alice", "right")).contains(alice);
        }
        assertThat(passwords.checks()).isEqualTo(1);

        clock.advance(Duration.ofMillis(1));
        assertThat(check("alice", "right")).contains(alice);
        assertThat(passwords.checks()).isEqualTo(2);
    }

    @Test
    void user_wrongAgain_costsAHashEachTime() {
        check("alice", "right");
        check("alice", "wrong");
        check("alice", "wrong");

        assertThat(passwords.checks()).isEqualTo(3);
    }

    @Test
    void user_newPassword_endsTheOldOneAtOnce() {
        check("alice", "right");

        users.setPassword(alice.id(), passwords.hash(new Secret("new")));

        assertThat(check("alice", "right")).isEmpty();
        assertThat(check("alice", "new")).map(User::id).contains(alice.id());
    }

    @Test
    void user_revoked_isNoneAtOnce() {
        check("alice", "right");

        users.revoke(alice.id());

        assertThat(check("alice", "right")).isEmpty();
    }

    @Test
    void user_nameAndPasswordThatJoinToTheSameText_areNotTakenForOneAnother() {
        users.add(ACCOUNT, "bob", passwords.hash(new Secret("xright")));
        users.add(ACCOUNT, "bobx", passwords.hash(new Secret("other")));
        check("bob", "xright");

        assertThat(check("bobx", "right")).isEmpty();
    }

    @Test
    void hashes_atOnce_areAtMostAsManyAsAllowed() {
        passwords.take(10);

        AtOnce.run(30, i -> check.user(ACCOUNT, "alice", new Secret("right"), "address " + i));

        assertThat(passwords.mostAtOnce()).isEqualTo(2);
    }

    @Test
    void thousandWrongAtOnce_costAtMostTheFailuresAndOthersStillGetIn() {
        passwords.take(5);
        users.add(OTHER, "bob", passwords.hash(new Secret("bobs")));
        AtomicInteger othersIn = new AtomicInteger();

        List<Optional<User>> answers = AtOnce.run(1000, i -> {
            if (i % 100 == 0) {
                check.user(OTHER, "bob", new Secret("bobs"), "here").ifPresent(bob -> othersIn.incrementAndGet());
                check.user(ACCOUNT, "alice", new Secret("right"), "there")
                        .ifPresent(found -> othersIn.incrementAndGet());
            }
            return check.user(ACCOUNT, "alice", new Secret("wrong " + i), "here");
        });

        assertThat(answers).hasSize(1000).allMatch(Optional::isEmpty);
        assertThat(othersIn).hasValue(20);
        assertThat(passwords.checks()).isBetween(FAILURES + 2, FAILURES + 20);
        assertThat(check("alice", "right")).as("shut, right or not").isEmpty();
    }

    @Test
    void tooManyFailures_areRefusedUntilTheWindowIsOver() {
        for (int i = 0; i < FAILURES; i++) {
            check("alice", "wrong");
        }
        assertThat(check("alice", "right")).isEmpty();
        assertThat(passwords.checks()).isEqualTo(FAILURES);

        clock.advance(Duration.ofMinutes(1));
        assertThat(check("alice", "right")).contains(alice);
    }

    @Test
    void queueFull_isUnavailable() {
        passwords.take(200);
        PasswordCheck busy = check(1, 3, Duration.ofSeconds(30));

        List<Boolean> unavailable = AtOnce.run(20, i -> isUnavailable(busy, "address " + i));

        assertThat(unavailable.stream().filter(yes -> yes)).hasSizeBetween(8, 17);
    }

    @Test
    void everOtherAccountsFromOneAddress_waitForSixteenAtOnce_andKeepNobodyElseOut() {
        passwords.take(20);
        AtomicInteger othersIn = new AtomicInteger();

        List<Boolean> unavailable = AtOnce.run(300, i -> {
            if (i == 150) {
                check.user(ACCOUNT, "alice", new Secret("right"), "there")
                        .ifPresent(found -> othersIn.incrementAndGet());
            }
            try {
                check.user(new AccountNumber(AccountNumber.FIRST + 1 + i), "anybody", new Secret("x"), "here");
                return false;
            } catch (Unavailable e) {
                return true;
            }
        });

        assertThat(unavailable.stream().filter(yes -> yes)).hasSizeBetween(200, 284);
        assertThat(othersIn).hasValue(1);
    }

    @Test
    void patienceOver_isUnavailable() {
        passwords.take(800);
        PasswordCheck busy = check(1, 100, Duration.ofMillis(50));

        List<Boolean> unavailable = AtOnce.run(5, i -> isUnavailable(busy, "address " + i));

        assertThat(unavailable.stream().filter(yes -> yes)).hasSize(4);
        passwords.take(0);
        assertThat(isUnavailable(busy, "later")).isFalse();
    }

    private static boolean isUnavailable(PasswordCheck busy, String address) {
        try {
            busy.user(ACCOUNT, "alice", new Secret("wrong"), address);
            return false;
        } catch (Unavailable e) {
            return e.retryAfter().isPositive();
        }
    }

    private PasswordCheck check(int concurrent, int queue, Duration patience) {
        LoginThrottle throttle =
                new LoginThrottle(new LoginThrottle.Limits(FAILURES, Duration.ofMinutes(1), 1000), clock);
        return new PasswordCheck(
                users,
                passwords,
                throttle,
                new PasswordCheck.Limits(concurrent, queue, patience, Duration.ofMinutes(1)),
                clock,
                new SecureRandom());
    }

    private Optional<User> check(String username, String password) {
        return check.user(ACCOUNT, username, new Secret(password), "here");
    }
}
