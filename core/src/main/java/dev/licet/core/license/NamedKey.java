package dev.licet.core.license;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.ProductId;
import dev.licet.core.identity.Caller;
import java.util.Optional;

/// Whether a product and a key that a caller names are there for it.
public record NamedKey(Products products, LicenseKeys keys) {

    /// Why they are not. What is outside the caller's locks is refused before it is looked for, so that a lock
    /// does not tell what exists; a key needs a product.
    public Optional<Refusal> refusal(Caller caller, Optional<ProductId> product, Optional<String> key) {
        return refusal(caller, product, key, find(caller, product, key));
    }

    /// The key, which has to be named.
    public Outcome<LicenseKey> key(Caller caller, Optional<ProductId> product, String key) {
        Optional<LicenseKey> found = find(caller, product, Optional.of(key));
        return refusal(caller, product, Optional.of(key), found)
                .<Outcome<LicenseKey>>map(Outcome::refused)
                .orElseGet(() -> Outcome.success(found.orElseThrow()));
    }

    /// The product, which has to be named; for what is done to none of its keys in particular.
    public Outcome<Product> product(Caller caller, Optional<ProductId> product) {
        Optional<Refusal> locked = caller.isLockedOutOf(product, Optional.empty());
        if (locked.isPresent()) {
            return Outcome.refused(locked.get());
        }
        return product.flatMap(id -> products.find(caller.account(), id))
                .map(Outcome::success)
                .orElseGet(() -> Outcome.refused(new Refusal.NotFound(Refusal.Kind.PRODUCT)));
    }

    /// Why the product of something that happened may not be told of: it may be revoked by now.
    public Optional<Refusal> pastRefusal(Caller caller, Optional<ProductId> product) {
        return caller.isLockedOutOf(product, Optional.empty())
                .or(() -> product.isEmpty()
                                || product.flatMap(products::find)
                                        .filter(known -> known.account().equals(caller.account()))
                                        .isPresent()
                        ? Optional.empty()
                        : Optional.of(new Refusal.NotFound(Refusal.Kind.PRODUCT)));
    }

    private Optional<LicenseKey> find(Caller caller, Optional<ProductId> product, Optional<String> key) {
        return product.isPresent() && key.isPresent()
                ? keys.find(product.get(), key.get())
                        .or(() -> KeyForm.read(key.get()).flatMap(read -> keys.find(product.get(), read)))
                        .filter(found -> found.account().equals(caller.account()))
                : Optional.empty();
    }

    /// A key by its id. What is outside the caller's locks is not there.
    public Outcome<LicenseKey> key(Caller caller, KeyId id) {
        return keys.find(id)
                .filter(found -> found.account().equals(caller.account()))
                .filter(found -> caller.isLockedOutOf(Optional.of(found.product()), Optional.of(found.id()))
                        .isEmpty())
                .map(found -> key(caller, Optional.of(found.product()), found.key()))
                .orElseGet(() -> Outcome.refused(new Refusal.NotFound(Refusal.Kind.LICENSE_KEY)));
    }

    private Optional<Refusal> refusal(
            Caller caller, Optional<ProductId> product, Optional<String> key, Optional<LicenseKey> known) {
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
        if (!keyIsMissing) {
            return Optional.empty();
        }
        return KeyForm.isMeantAsChecked(key.get()) && KeyForm.read(key.get()).isEmpty()
                ? Optional.of(new Refusal.KeyMistyped())
                : Optional.of(new Refusal.NotFound(Refusal.Kind.LICENSE_KEY));
    }
}
