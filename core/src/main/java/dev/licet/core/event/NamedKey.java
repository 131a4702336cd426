package dev.licet.core.event;

import dev.licet.core.Refusal;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.ProductId;
import dev.licet.core.identity.Caller;
import dev.licet.core.license.LicenseKey;
import dev.licet.core.license.LicenseKeys;
import dev.licet.core.license.Products;
import java.util.Optional;

/// Whether a product and a key that a caller names are there for it.
record NamedKey(Products products, LicenseKeys keys) {

    /// Why they are not. What is outside the caller's locks is refused before it is looked for, so that a lock
    /// does not tell what exists; a key needs a product.
    Optional<Refusal> refusal(Caller caller, Optional<ProductId> product, Optional<String> key) {
        Optional<LicenseKey> known = product.isPresent() && key.isPresent()
                ? keys.find(product.get(), key.get())
                        .filter(found -> found.account().equals(caller.account()))
                : Optional.empty();
        boolean keyIsMissing = key.isPresent() && known.isEmpty();
        Optional<KeyId> id = known.map(LicenseKey::id);
        boolean mayNameAnyKey = caller.keyLock().value() <= 0;
        if (product.isEmpty() && key.isPresent()) {
            return Optional.of(new Refusal.NotFound(Refusal.Kind.PRODUCT));
        }
        Optional<Refusal> locked = keyIsMissing && mayNameAnyKey
                ? caller.isLockedOutOfProduct(product)
                : caller.isLockedOutOf(product, id);
        if (locked.isPresent()) {
            return locked;
        }
        if (product.isPresent()
                && products.find(caller.account(), product.get()).isEmpty()) {
            return Optional.of(new Refusal.NotFound(Refusal.Kind.PRODUCT));
        }
        return keyIsMissing ? Optional.of(new Refusal.NotFound(Refusal.Kind.LICENSE_KEY)) : Optional.empty();
    }
}
