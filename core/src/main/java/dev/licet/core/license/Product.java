package dev.licet.core.license;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import java.time.Instant;

/// Something that an account sells and issues license keys for.
///
/// @param valuesAreWhole whether the values of its events are in whole units of their currency, and not in minor ones
public record Product(
        ProductId id, AccountNumber account, String name, boolean valuesAreWhole, boolean revoked, Instant createdAt) {

    /// One whose events have their values in minor units.
    public Product(ProductId id, AccountNumber account, String name, boolean revoked, Instant createdAt) {
        this(id, account, name, false, revoked, createdAt);
    }

    public Product named(String other) {
        return new Product(id, account, other, valuesAreWhole, revoked, createdAt);
    }

    public Product withWholeValues(boolean are) {
        return new Product(id, account, name, are, revoked, createdAt);
    }
}
