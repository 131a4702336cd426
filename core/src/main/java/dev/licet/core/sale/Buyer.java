package dev.licet.core.sale;

import dev.licet.core.id.CustomerId;
import java.util.Optional;

/// Who bought something: a customer of the account, or a viewer, whom the vendor's own system knows by that text.
/// Nobody where the customer was removed since.
public record Buyer(Optional<CustomerId> customer, Optional<String> viewer) {
    public static Buyer of(CustomerId customer) {
        return new Buyer(Optional.of(customer), Optional.empty());
    }

    public static Buyer viewer(String viewer) {
        return new Buyer(Optional.empty(), Optional.of(viewer));
    }

    /// Whether it is exactly one.
    public boolean isOne() {
        return customer.isPresent() != viewer.isPresent();
    }
}
