package dev.licet.core.removal;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.RemovalId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Takes events out of all answers, for good: whatever is lost and made again, they don't come back. Safe
/// for threads.
public interface Removals {

    /// Why, by whom and when it was asked.
    record Asked(String reason, String by, Instant at) {}

    /// Has all events of the account that name this, of those that are acknowledged now, erased in the
    /// background: after a while no question finds them and no file has them. It is on disk when this
    /// returns, and gone on with after a crash. The name is kept as a hash alone.
    ///
    /// @param kind any but [Removal.Kind#EVENT]
    Removal erase(AccountNumber account, Removal.Kind kind, String name, Asked asked);

    /// Takes those of these events out of all answers that are in the account. Files keep them until they
    /// go by themselves.
    ///
    /// @return which they were; empty when none was
    /// @throws dev.licet.core.Unavailable when it can't be looked at all of them now; nothing is removed
    Optional<Removal> takeOut(AccountNumber account, Set<Long> events, Asked asked);

    Optional<Removal> find(AccountNumber account, RemovalId id);

    /// Oldest first. @param after only those with a higher id
    List<Removal> list(AccountNumber account, long after, int most);
}
