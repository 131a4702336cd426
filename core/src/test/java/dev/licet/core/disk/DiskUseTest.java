package dev.licet.core.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.licet.core.disk.DiskUse.Forecast;
import dev.licet.core.disk.DiskUse.Intake;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class DiskUseTest {
    private static final Intake A_MILLION_A_DAY = new Intake(Duration.ofDays(7), 7_000_000);

    /// 100 bytes an event.
    private static DiskUse use(long free, long floor, Intake lately, Optional<Duration> retention) {
        return new DiskUse(1, 2, 3, 4, 5, OptionalLong.of(free), floor, 10_000_000, lately, 1_000_000_000, retention);
    }

    private static Forecast forecast(DiskUse use) {
        return use.forecast().orElseThrow();
    }

    @Test
    void rate_isThatOfTheDaysThatWereSeen() {
        Forecast week = forecast(use(0, 0, A_MILLION_A_DAY, Optional.empty()));
        Forecast hour = forecast(use(0, 0, new Intake(Duration.ofHours(1), 1000), Optional.empty()));

        assertThat(week.eventsPerDay()).isCloseTo(1_000_000, within(0.1));
        assertThat(week.bytesPerEvent()).isCloseTo(100, within(0.001));
        assertThat(week.bytesPerDay()).isCloseTo(100_000_000, within(10.0));
        assertThat(hour.eventsPerDay()).isCloseTo(24_000, within(0.1));
    }

    @Test
    void diskThatFillsBeforeEventsGo_hasSoManyDaysLeft_downToItsFloor() {
        Forecast forecast =
                forecast(use(3_000_000_000L, 500_000_000L, A_MILLION_A_DAY, Optional.of(Duration.ofDays(400))));

        assertThat(forecast.daysLeft().orElseThrow()).isCloseTo(25, within(0.001));
        assertThat(forecast.heldAt().orElseThrow()).isCloseTo(40e9, within(1000.0));
    }

    @Test
    void diskThatHasRoomForAllThatIsKept_isNeverFull() {
        DiskUse enough = use(39_500_000_000L, 500_000_000L, A_MILLION_A_DAY, Optional.of(Duration.ofDays(400)));
        DiskUse oneLess = use(39_499_999_000L, 500_000_000L, A_MILLION_A_DAY, Optional.of(Duration.ofDays(400)));

        assertThat(forecast(enough).daysLeft()).isEmpty();
        assertThat(forecast(oneLess).daysLeft().orElseThrow()).isCloseTo(390, within(0.001));
    }

    @Test
    void diskBelowItsFloor_hasNoDayLeft() {
        assertThat(forecast(use(1, 2, A_MILLION_A_DAY, Optional.empty())).daysLeft())
                .contains(0.0);
    }

    @Test
    void diskThatNobodySees_hasNoDaysLeft() {
        DiskUse elsewhere = new DiskUse(
                1, 2, 3, 4, 5, OptionalLong.empty(), 0, 10_000_000, A_MILLION_A_DAY, 1_000_000_000, Optional.empty());

        assertThat(forecast(elsewhere).bytesPerEvent()).isEqualTo(100);
        assertThat(forecast(elsewhere).daysLeft()).isEmpty();
    }

    @Test
    void nothingIsForecast_ofLessThanAnHour_orOfNoEvents() {
        assertThat(use(1, 0, new Intake(Duration.ofMinutes(59), 100), Optional.empty())
                        .forecast())
                .isEmpty();
        assertThat(use(1, 0, new Intake(Duration.ofDays(7), 0), Optional.empty())
                        .forecast())
                .isEmpty();
        assertThat(new DiskUse(1, 1, 1, 1, 1, OptionalLong.of(1), 0, 0, A_MILLION_A_DAY, 0, Optional.empty())
                        .forecast())
                .isEmpty();
    }
}
