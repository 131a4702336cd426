package dev.licet.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SteadyClockTest {
    private final TestClock clock = new TestClock();
    private final SteadyClock steady = new SteadyClock(clock, clock::nanos);

    @Test
    void clockThatIsRight_isFollowed() {
        clock.advance(Duration.ofDays(400));
        assertThat(steady.instant()).isEqualTo(clock.instant());
    }

    @Test
    void clockThatIsSet_movesNothingAtOnce_andIsCaughtUpWith() {
        clock.set(TestClock.START.plus(Duration.ofHours(1)));
        assertThat(steady.instant()).isEqualTo(TestClock.START);
        clock.advance(Duration.ofHours(8));
        assertThat(steady.instant()).isEqualTo(TestClock.START.plus(Duration.ofMinutes(8 * 60 + 30)));
        clock.advance(Duration.ofHours(8));
        assertThat(steady.instant()).isEqualTo(clock.instant());

        clock.set(clock.instant().minus(Duration.ofHours(1)));
        clock.advance(Duration.ofHours(16));
        assertThat(steady.instant()).isEqualTo(clock.instant());
    }

    @Test
    void clockThatIsSetBackAndForth_neverMakesItLeapOrGoBack() {
        Random random = new Random(1);
        Instant before = steady.instant();
        for (int i = 0; i < 1000; i++) {
            clock.set(clock.instant().plusSeconds(random.nextLong(-1_000_000, 1_000_000)));
            assertThat(steady.instant()).isEqualTo(before);
            clock.advance(Duration.ofSeconds(16));
            assertThat(Duration.between(before, steady.instant()))
                    .isBetween(Duration.ofSeconds(15), Duration.ofSeconds(17));
            before = steady.instant();
        }
    }
}
