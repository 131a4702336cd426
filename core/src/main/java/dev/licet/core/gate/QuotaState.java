package dev.licet.core.gate;

import dev.licet.core.Refusal;
import dev.licet.core.identity.CallLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// What an application has used of its limits. A plain value: a store keeps it, and lets no two calls of one
/// application decide on the same state.
///
/// @param windowStart when the first call of the current window came; empty before the first call
/// @param used how many calls of the window were taken
/// @param lastCall when the last call was taken; empty before the first call
public record QuotaState(Optional<Instant> windowStart, long used, Optional<Instant> lastCall) {
    public static final QuotaState UNUSED = new QuotaState(Optional.empty(), 0, Optional.empty());

    /// @param refusal why the call is not taken; empty when it is
    /// @param next the state to keep; unchanged when the call is refused, so that a refused call spends nothing
    public record Decision(Optional<Refusal> refusal, QuotaState next) {}

    /// How many calls were taken of the window of this length that runs at this time; 0 when it is over.
    public long usedAt(Instant now, Duration window) {
        return windowStart.filter(start -> now.isBefore(start.plus(window))).isPresent() ? used : 0;
    }

    /// Whether one more call may be taken at this time. The quota is asked before the gap.
    ///
    /// A clock that was set back does not lock anybody out: a time in the future counts as now.
    public Decision decide(CallLimits limits, Instant now) {
        Optional<Instant> start = windowStart.map(then -> then.isAfter(now) ? now : then);
        long usedOfWindow = used;
        if (limits.quota().isPresent()) {
            CallLimits.Quota quota = limits.quota().get();
            boolean over = start.isEmpty() || !now.isBefore(start.get().plus(quota.window()));
            start = over ? Optional.of(now) : start;
            usedOfWindow = over ? 0 : used;
            if (usedOfWindow >= quota.calls()) {
                Duration left = Duration.between(now, start.get().plus(quota.window()));
                return new Decision(
                        Optional.of(new Refusal.QuotaExceeded(left)), new QuotaState(start, used, lastCall));
            }
        }
        if (limits.gap().isPresent() && lastCall.isPresent()) {
            Instant last = lastCall.get().isAfter(now) ? now : lastCall.get();
            Duration left = Duration.between(now, last.plus(limits.gap().get()));
            if (left.isPositive()) {
                return new Decision(
                        Optional.of(new Refusal.GapNotElapsed(left)),
                        new QuotaState(windowStart, used, Optional.of(last)));
            }
        }
        return new Decision(Optional.empty(), new QuotaState(start, usedOfWindow + 1, Optional.of(now)));
    }
}
