package dev.licet.core.identity;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.UserId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The stored users. What a changing method did is on disk when it returns. Safe for threads.
public interface Users {

    /// Adds a user. @return empty, and nothing added, when the account has one of that name
    Optional<User> add(
            AccountNumber account, String username, PasswordHash password, Set<Permission> permissions, Instant at);

    Optional<User> find(AccountNumber account, String username);

    Optional<User> find(UserId id);

    /// All of the account, revoked ones too, oldest first.
    List<User> list(AccountNumber account);

    /// Gives another username. @return false when the account has a user of that name, or there is no such user
    boolean rename(UserId id, String username);

    /// Ends what was lent to the user: applications and access tokens. A new password, other permissions and a
    /// revocation do that, too.
    void endLent(UserId id);

    /// Says what the user may do. @return false when there is no such user
    boolean setPermissions(UserId id, Set<Permission> permissions);

    /// Gives a new password; the user's tokens and sessions end. @return false when there is no such user
    boolean setPassword(UserId id, PasswordHash password);

    /// Revokes the user, its user tokens and its sessions. @return false when there is no such user
    boolean revoke(UserId id);
}
