package dev.licet.core.license;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.CustomerId;
import dev.licet.core.id.ProductId;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Permission;
import java.util.List;
import java.util.Optional;

/// What a vendor looks through: the account's products, and their keys.
public final class ReadKeys {
    /// How many keys are a page.
    public static final int PAGE = 99;

    /// How many keys of a customer are shown at most.
    public static final int MAX_OF_CUSTOMER = 1_000;

    private final Products products;
    private final LicenseKeys keys;
    private final NamedKey namedKey;

    public ReadKeys(Products products, LicenseKeys keys) {
        this.products = products;
        this.keys = keys;
        this.namedKey = new NamedKey(products, keys);
    }

    /// A part of a product's keys. @param total how many the product has
    public record Page(List<LicenseKey> keys, long total) {
        public Page {
            keys = List.copyOf(keys);
        }

        public long pages() {
            return (total + PAGE - 1) / PAGE;
        }
    }

    /// The products that are not revoked and inside the caller's lock, oldest first.
    public Outcome<List<Product>> products(Caller caller) {
        Optional<Refusal> refusal = caller.lacks(Permission.GET_PRODUCTS);
        return refusal.isPresent()
                ? Outcome.refused(refusal.get())
                : Outcome.success(products.list(caller.account()).stream()
                        .filter(product -> !product.revoked())
                        .filter(product -> caller.isLockedOutOfProduct(Optional.of(product.id()))
                                .isEmpty())
                        .toList());
    }

    /// @param search as in [LicenseKeys.Query] @param number of the page, from 1
    public Outcome<Page> page(
            Caller caller, Optional<ProductId> product, String search, boolean newestFirst, long number) {
        Optional<Refusal> refusal = caller.lacks(Permission.GET_KEYS)
                .or(() -> number < 1
                        ? Optional.of(new Refusal.InvalidField("page", "is counted from 1"))
                        : Optional.empty());
        return refusal.isPresent()
                ? Outcome.refused(refusal.get())
                : namedKey.product(caller, product).map(known -> {
                    LicenseKeys.Query query =
                            new LicenseKeys.Query(Optional.of(known.id()), Optional.empty(), search, 0);
                    long skipped = Math.min(number - 1, Integer.MAX_VALUE) * PAGE;
                    return new Page(
                            keys.list(known.account(), query, newestFirst, skipped, PAGE),
                            keys.count(known.account(), query));
                });
    }

    /// Keys of one product, or, without a lock, of all; oldest first.
    public Outcome<List<LicenseKey>> list(Caller caller, LicenseKeys.Query query, int most) {
        Optional<Refusal> refusal = caller.lacks(Permission.GET_KEYS)
                .or(() -> caller.isLockedOutOf(query.product(), Optional.empty()))
                .or(() -> query.product()
                        .filter(id -> products.find(caller.account(), id).isEmpty())
                        .map(id -> new Refusal.NotFound(Refusal.Kind.PRODUCT)));
        return refusal.isPresent()
                ? Outcome.refused(refusal.get())
                : Outcome.success(keys.list(caller.account(), query, false, 0, most));
    }

    /// The keys of a customer, oldest first, [#MAX_OF_CUSTOMER] at most.
    ///
    /// @param permission that lets the caller see them
    public Outcome<List<LicenseKey>> ofCustomer(Caller caller, Permission permission, Outcome<CustomerId> customer) {
        Optional<Refusal> refusal =
                caller.lacks(permission).or(() -> caller.isLockedOutOf(Optional.empty(), Optional.empty()));
        return refusal.isPresent()
                ? Outcome.refused(refusal.get())
                : customer.map(id -> keys.list(
                        caller.account(),
                        new LicenseKeys.Query(Optional.empty(), Optional.of(id), "", 0),
                        false,
                        0,
                        MAX_OF_CUSTOMER));
    }
}
