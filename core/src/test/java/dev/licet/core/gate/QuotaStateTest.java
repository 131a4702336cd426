package dev.licet.core.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.Refusal;
import dev.licet.core.TestClock;
import dev.licet.core.gate.QuotaState.Decision;
import dev.licet.core.identity.CallLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class QuotaStateTest {
    private static final Instant NOW = TestClock.START;
    private static final Duration HOUR = Duration.ofHours(1);
    private static final CallLimits TWO_AN_HOUR =
            new CallLimits(Optional.of(new CallLimits.Quota(2, HOUR)), Optional.empty());
    private static final CallLimits GAP_OF_A_SECOND =
            new CallLimits(Optional.empty(), Optional.of(Duration.ofSeconds(1)));

    private QuotaState state = QuotaState.UNUSED;

    @Test
    void decide_noLimits_takesEveryCall() {
        for (int i = 0; i < 1000; i++) {
            assertThat(call(CallLimits.NONE, NOW)).isEmpty();
        }
    }

    @Test
    void decide_firstCall_startsTheWindow() {
        Decision decision = QuotaState.UNUSED.decide(TWO_AN_HOUR, NOW);

        assertThat(decision.refusal()).isEmpty();
        assertThat(decision.next()).isEqualTo(new QuotaState(Optional.of(NOW), 1, Optional.of(NOW)));
    }

    @Test
    void decide_lastInstantOfTheWindow_isStillIn() {
        call(TWO_AN_HOUR, NOW);
        call(TWO_AN_HOUR, NOW.plusSeconds(10));

        Instant last = NOW.plus(HOUR).minusNanos(1);

        assertThat(call(TWO_AN_HOUR, last)).contains(new Refusal.QuotaExceeded(Duration.ofNanos(1)));
    }

    @Test
    void decide_endOfTheWindow_startsANewOne() {
        call(TWO_AN_HOUR, NOW);
        call(TWO_AN_HOUR, NOW);
        Instant end = NOW.plus(HOUR);

        assertThat(call(TWO_AN_HOUR, end)).isEmpty();
        assertThat(state).isEqualTo(new QuotaState(Optional.of(end), 1, Optional.of(end)));
        assertThat(call(TWO_AN_HOUR, end)).isEmpty();
        assertThat(call(TWO_AN_HOUR, end)).contains(new Refusal.QuotaExceeded(HOUR));
    }

    @Test
    void decide_refused_leavesTheStateAsItWas() {
        call(TWO_AN_HOUR, NOW);
        call(TWO_AN_HOUR, NOW);
        QuotaState full = state;

        assertThat(call(TWO_AN_HOUR, NOW.plusSeconds(1))).isPresent();

        assertThat(state).isEqualTo(full);
    }

    @Test
    void decide_clockSetBack_theWindowCountsAsStartedNow() {
        Instant ahead = NOW.plus(Duration.ofDays(365));
        call(TWO_AN_HOUR, ahead);
        call(TWO_AN_HOUR, ahead);

        assertThat(call(TWO_AN_HOUR, NOW)).contains(new Refusal.QuotaExceeded(HOUR));
        assertThat(call(TWO_AN_HOUR, NOW.plus(HOUR).minusMillis(1))).isPresent();
        assertThat(call(TWO_AN_HOUR, NOW.plus(HOUR))).isEmpty();
    }

    @Test
    void decide_clockSetBack_theGapCountsFromNow() {
        call(GAP_OF_A_SECOND, NOW.plus(Duration.ofDays(365)));

        assertThat(call(GAP_OF_A_SECOND, NOW)).contains(new Refusal.GapNotElapsed(Duration.ofSeconds(1)));
        assertThat(call(GAP_OF_A_SECOND, NOW.plusMillis(999)))
                .contains(new Refusal.GapNotElapsed(Duration.ofMillis(1)));
        assertThat(call(GAP_OF_A_SECOND, NOW.plusSeconds(1))).isEmpty();
    }

    @Test
    void decide_gapPassedToTheInstant_isTaken() {
        call(GAP_OF_A_SECOND, NOW);

        assertThat(call(GAP_OF_A_SECOND, NOW.plusSeconds(1).minusNanos(1)))
                .contains(new Refusal.GapNotElapsed(Duration.ofNanos(1)));
        assertThat(call(GAP_OF_A_SECOND, NOW.plusSeconds(1))).isEmpty();
    }

    @Test
    void decide_refusedCalls_doNotLengthenTheGap() {
        call(GAP_OF_A_SECOND, NOW);
        for (int i = 1; i < 100; i++) {
            assertThat(call(GAP_OF_A_SECOND, NOW.plusMillis(10 * i))).isPresent();
        }

        assertThat(call(GAP_OF_A_SECOND, NOW.plusSeconds(1))).isEmpty();
    }

    @Test
    void decide_quotaAndGapBothStandAgainstIt_theQuotaIsTold() {
        CallLimits both =
                new CallLimits(Optional.of(new CallLimits.Quota(1, HOUR)), Optional.of(Duration.ofSeconds(1)));
        call(both, NOW);

        assertThat(call(both, NOW)).contains(new Refusal.QuotaExceeded(HOUR));
    }

    @Test
    void decide_gapRefusesTheFirstCallOfAWindow_theWindowStartsLater() {
        CallLimits both = new CallLimits(Optional.of(new CallLimits.Quota(1, HOUR)), Optional.of(HOUR.multipliedBy(2)));
        call(both, NOW);

        assertThat(call(both, NOW.plus(HOUR))).contains(new Refusal.GapNotElapsed(HOUR));
        assertThat(call(both, NOW.plus(HOUR.multipliedBy(2)))).isEmpty();
        assertThat(state.windowStart()).contains(NOW.plus(HOUR.multipliedBy(2)));
    }

    private Optional<Refusal> call(CallLimits limits, Instant now) {
        Decision decision = state.decide(limits, now);
        state = decision.next();
        return decision.refusal();
    }
}
