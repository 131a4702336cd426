package dev.licet.core.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.AtOnce;
import dev.licet.core.TestClock;
import dev.licet.core.id.AccountNumber;
import java.time.Duration;
import java.util.Collections;
import org.junit.jupiter.api.Test;

class LoginThrottleTest {
    private static final AccountNumber ACCOUNT = new AccountNumber(AccountNumber.FIRST);
    private static final AccountNumber OTHER = new AccountNumber(AccountNumber.LAST);
    private static final Duration WINDOW = Duration.ofMinutes(1);

    private final TestClock clock = new TestClock();
    private final LoginThrottle throttle = new LoginThrottle(new LoginThrottle.Limits(3, WINDOW, 100), clock);

    @Test
    void tryAttempt_untilTheFailuresAreUsedUp_isTaken() {
        for (int i = 0; i < 3; i++) {
            assertThat(throttle.isShut(ACCOUNT, "here")).isFalse();
            assertThat(throttle.tryAttempt(ACCOUNT, "here")).isTrue();
        }

        assertThat(throttle.isShut(ACCOUNT, "here")).isTrue();
        assertThat(throttle.tryAttempt(ACCOUNT, "here")).isFalse();
    }

    @Test
    void shut_pairOfAnotherAccountOrAddress_isOpen() {
        shut(ACCOUNT, "here");

        assertThat(throttle.isShut(OTHER, "here")).isFalse();
        assertThat(throttle.isShut(ACCOUNT, "there")).isFalse();
    }

    @Test
    void shut_opensAWindowAfterTheLastFailure() {
        throttle.tryAttempt(ACCOUNT, "here");
        throttle.tryAttempt(ACCOUNT, "here");
        clock.advance(Duration.ofSeconds(50));
        throttle.tryAttempt(ACCOUNT, "here");

        clock.advance(WINDOW.minusMillis(1));
        assertThat(throttle.isShut(ACCOUNT, "here")).isTrue();
        clock.advance(Duration.ofMillis(1));
        assertThat(throttle.isShut(ACCOUNT, "here")).isFalse();
        assertThat(throttle.tryAttempt(ACCOUNT, "here")).isTrue();
    }

    @Test
    void failures_ofAPastWindow_areForgotten() {
        throttle.tryAttempt(ACCOUNT, "here");
        throttle.tryAttempt(ACCOUNT, "here");
        clock.advance(WINDOW);
        throttle.tryAttempt(ACCOUNT, "here");
        throttle.tryAttempt(ACCOUNT, "here");

        assertThat(throttle.isShut(ACCOUNT, "here")).isFalse();
    }

    @Test
    void succeeded_takesTheBookingBack() {
        for (int i = 0; i < 100; i++) {
            assertThat(throttle.tryAttempt(ACCOUNT, "here")).isTrue();
            throttle.succeeded(ACCOUNT, "here");
        }
    }

    @Test
    void succeeded_doesNotTakeFailuresBack() {
        throttle.tryAttempt(ACCOUNT, "here");
        throttle.tryAttempt(ACCOUNT, "here");
        throttle.tryAttempt(ACCOUNT, "here");
        throttle.succeeded(ACCOUNT, "here");

        assertThat(throttle.tryAttempt(ACCOUNT, "here")).isTrue();
        assertThat(throttle.isShut(ACCOUNT, "here")).isTrue();
    }

    @Test
    void tryAttempt_byManyAtOnce_takesAsManyAsMayFail() {
        assertThat(Collections.frequency(AtOnce.run(200, i -> throttle.tryAttempt(ACCOUNT, "here")), true))
                .isEqualTo(3);
    }

    @Test
    void clockSetBack_locksNobodyOut() {
        clock.advance(Duration.ofDays(1));
        shut(ACCOUNT, "here");
        throttle.tryAttempt(OTHER, "here");
        throttle.tryAttempt(OTHER, "here");
        clock.set(TestClock.START);

        assertThat(throttle.isShut(ACCOUNT, "here")).isFalse();
        assertThat(throttle.tryAttempt(ACCOUNT, "here")).isTrue();
        assertThat(throttle.tryAttempt(OTHER, "here")).isTrue();
        assertThat(throttle.isShut(OTHER, "here")).isFalse();
    }

    @Test
    void pairs_pastTheirNumber_theQuietestIsForgotten() {
        shut(ACCOUNT, "quietest");
        shut(ACCOUNT, "asked now and then");
        for (int i = 0; i < 99; i++) {
            throttle.tryAttempt(ACCOUNT, "address " + i);
            throttle.isShut(ACCOUNT, "asked now and then");
        }

        assertThat(throttle.isShut(ACCOUNT, "quietest")).isFalse();
        assertThat(throttle.isShut(ACCOUNT, "asked now and then")).isTrue();
    }

    private void shut(AccountNumber account, String address) {
        for (int i = 0; i < 3; i++) {
            throttle.tryAttempt(account, address);
        }
    }
}
