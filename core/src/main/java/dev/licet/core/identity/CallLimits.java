package dev.licet.core.identity;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/// How often an application may call. Both empty: as often as it likes. Durations are in whole milliseconds,
/// which is what stores keep; a finer one is rounded up, so that no limit gets looser or vanishes.
///
/// @param quota at most so many calls in a window
/// @param gap at least so long between two calls
public record CallLimits(Optional<Quota> quota, Optional<Duration> gap) {
    public static final CallLimits NONE = new CallLimits(Optional.empty(), Optional.empty());

    public CallLimits {
        if (gap.isPresent() && !gap.get().isPositive()) {
            throw new IllegalArgumentException("a gap is longer than nothing");
        }
        gap = gap.map(CallLimits::inMillis);
    }

    public boolean isNone() {
        return quota.isEmpty() && gap.isEmpty();
    }

    /// @param calls how many calls a window allows @param window its fixed length; it starts at its first call
    public record Quota(long calls, Duration window) {
        public Quota {
            if (calls < 1 || !window.isPositive()) {
                throw new IllegalArgumentException("a quota has at least one call and a window longer than nothing");
            }
            window = inMillis(window);
        }
    }

    private static Duration inMillis(Duration duration) {
        Duration down = duration.truncatedTo(ChronoUnit.MILLIS);
        return down.equals(duration) ? duration : down.plusMillis(1);
    }
}
