package dev.licet.core.license;

import dev.licet.core.Pending;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The stored log of calls. Safe for threads.
public interface KeyCalls {

    /// Adds a call; its id is given to it. It is on disk when this is awaited.
    Pending<Boolean> add(AccountNumber account, KeyCall call);

    List<KeyCall> list(AccountNumber account, Query query);

    void forgetBefore(Instant then);

    /// Which calls to list.
    ///
    /// @param friendlyName what the machine's name contains, in any case
    /// @param states only those; empty for all
    /// @param from inside @param until outside
    /// @param after only higher ids @param before only lower ids
    record Query(
            Optional<ProductId> product,
            Optional<String> key,
            Optional<String> machine,
            Optional<String> friendlyName,
            Set<Integer> states,
            Optional<Instant> from,
            Optional<Instant> until,
            long after,
            long before,
            boolean newestFirst,
            int most) {
        public Query {
            states = Set.copyOf(states);
        }
    }
}
