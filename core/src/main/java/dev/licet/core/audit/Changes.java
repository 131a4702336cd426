package dev.licet.core.audit;

import dev.licet.core.id.AccountNumber;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The record of changes. An engine writes it itself, in the transaction of each change of an account, a user, an
/// application, a token, a product, a license, a key, a machine of one, a template, a data object, a customer, a
/// message, a purchase, a payment, and of who holds a seat. Safe for threads.
public interface Changes {

    List<Change> list(AccountNumber account, Query query);

    /// @param after only those with a higher id @param before only those with a lower one
    record Query(
            Optional<String> kind,
            Optional<String> object,
            Optional<Instant> from,
            Optional<Instant> until,
            long after,
            long before,
            boolean newestFirst,
            int most) {}
}
