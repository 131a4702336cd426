package dev.licet.core.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CallLimitsTest {
    @Test
    void finerThanAMillisecond_isRoundedUp() {
        CallLimits limits = new CallLimits(
                Optional.of(new CallLimits.Quota(1, Duration.ofNanos(1_000_001))), Optional.of(Duration.ofNanos(1)));

        assertThat(limits.quota().orElseThrow().window()).isEqualTo(Duration.ofMillis(2));
        assertThat(limits.gap()).contains(Duration.ofMillis(1));
    }

    @Test
    void wholeMilliseconds_stayAsTheyAre() {
        assertThat(new CallLimits(Optional.empty(), Optional.of(Duration.ofMillis(1501))).gap())
                .contains(Duration.ofMillis(1501));
    }

    @Test
    void nothingOrLess_isRefused() {
        assertThatThrownBy(() -> new CallLimits(Optional.empty(), Optional.of(Duration.ZERO)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new CallLimits.Quota(0, Duration.ofHours(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new CallLimits.Quota(1, Duration.ofNanos(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
