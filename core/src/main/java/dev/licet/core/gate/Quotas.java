package dev.licet.core.gate;

import dev.licet.core.Refusal;
import dev.licet.core.id.ApplicationId;
import dev.licet.core.identity.CallLimits;
import java.time.Instant;
import java.util.Optional;

/// Counts the calls of applications that have limits. Safe for threads.
public interface Quotas {

    /// What an application has used; [QuotaState#UNUSED] where nothing is known of it.
    QuotaState find(ApplicationId application);

    /// Takes one call by [QuotaState#decide], or says why not. What it took is on disk when it returns.
    Optional<Refusal> take(ApplicationId application, CallLimits limits, Instant now);
}
