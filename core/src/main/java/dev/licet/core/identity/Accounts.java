package dev.licet.core.identity;

import dev.licet.core.id.AccountNumber;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/// The stored accounts. What a changing method did is on disk when it returns. Safe for threads.
public interface Accounts {

    /// Adds an account. @return false, and nothing added, when the number is taken
    boolean add(Account account);

    Optional<Account> find(AccountNumber number);

    /// All, oldest first.
    List<Account> list();

    /// @return false when there is no such account
    boolean rename(AccountNumber number, String name);

    /// @return false when there is no such account
    boolean setZone(AccountNumber number, ZoneId zone);

    /// Revokes the account with all its users, applications and tokens. @return false when there is no such
    /// account
    boolean revoke(AccountNumber number);
}
