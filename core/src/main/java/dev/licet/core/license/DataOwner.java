package dev.licet.core.license;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.ProductId;

/// What data objects are kept at.
public sealed interface DataOwner {

    /// The account itself.
    record OfAccount(AccountNumber account) implements DataOwner {}

    record OfProduct(ProductId product) implements DataOwner {}

    record OfKey(KeyId key) implements DataOwner {}

    /// A machine of a key, whether or not the key runs on it.
    record OfMachine(KeyId key, String machine) implements DataOwner {}
}
