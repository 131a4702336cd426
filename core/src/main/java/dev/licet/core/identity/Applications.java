package dev.licet.core.identity;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ApplicationId;
import dev.licet.core.id.UserId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The stored applications. What a changing method did is on disk when it returns. Safe for threads.
public interface Applications {

    Application add(NewApplication application, SecretHash apiKey, Instant at);

    /// The application with this apiKey, unless it was revoked.
    Optional<Application> find(SecretHash apiKey);

    Optional<Application> find(ApplicationId id);

    /// All of the account, revoked ones too but none that was lent, oldest first.
    List<Application> list(AccountNumber account);

    /// Changes what an application may do. @return false when there is no such application
    boolean set(ApplicationId id, boolean write, boolean partner, CallLimits limits);

    /// @return false when there is no such application
    boolean revoke(ApplicationId id);

    /// @param lentTo whom it ends with; empty for none
    record NewApplication(
            AccountNumber account,
            UserId owner,
            String name,
            boolean write,
            boolean partner,
            CallLimits limits,
            Optional<Instant> expiresAt,
            Optional<UserId> lentTo) {}
}
