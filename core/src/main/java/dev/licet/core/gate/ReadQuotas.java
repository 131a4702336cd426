package dev.licet.core.gate;

import dev.licet.core.identity.Application;
import java.time.Clock;

/// What applications have used of their quotas. Safe for threads.
public final class ReadQuotas {
    private final Quotas quotas;
    private final Clock clock;

    public ReadQuotas(Quotas quotas, Clock clock) {
        this.quotas = quotas;
        this.clock = clock;
    }

    /// How many calls of the window that runs now were taken; 0 when none runs.
    public long used(Application application) {
        return application
                .limits()
                .quota()
                .map(quota -> quotas.find(application.id()).usedAt(clock.instant(), quota.window()))
                .orElse(0L);
    }
}
