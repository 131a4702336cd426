package dev.licet.core.license;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Something that an account sells and issues license keys for.
///
/// @param retention how long its events are kept, in whole days; empty for as long as the server keeps events
/// @param valuesAreWhole whether the values of its events are in whole units of their currency, not in minor ones
public record Product(
        ProductId id,
        AccountNumber account,
        String name,
        Optional<Duration> retention,
        boolean valuesAreWhole,
        boolean revoked,
        Instant createdAt) {

    /// One whose events are kept as long as the server keeps events, and have their values in minor units.
    public Product(ProductId id, AccountNumber account, String name, boolean revoked, Instant createdAt) {
        this(id, account, name, Optional.empty(), false, revoked, createdAt);
    }

    public Product with(String otherName, Optional<Duration> otherRetention, boolean wholeValues) {
        return new Product(id, account, otherName, otherRetention, wholeValues, revoked, createdAt);
    }
}
