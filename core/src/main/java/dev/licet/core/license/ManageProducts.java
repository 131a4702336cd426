package dev.licet.core.license;

import dev.licet.core.Expected;
import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.Transactions;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import dev.licet.core.identity.Accounts;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Names;
import dev.licet.core.identity.Permission;
import dev.licet.core.identity.SecretSource;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// The products of an account, and the keys issued for them.
public final class ManageProducts {
    private static final Duration LEAST_RETENTION = Duration.ofDays(30);

    private final Accounts accounts;
    private final Products products;
    private final LicenseKeys keys;
    private final Transactions transactions;
    private final SecretSource secrets;
    private final Clock clock;

    public ManageProducts(
            Accounts accounts,
            Products products,
            LicenseKeys keys,
            Transactions transactions,
            SecretSource secrets,
            Clock clock) {
        this.accounts = accounts;
        this.products = products;
        this.keys = keys;
        this.transactions = transactions;
        this.secrets = secrets;
        this.clock = clock;
    }

    public Outcome<Product> add(Caller caller, AccountNumber account, String name) {
        Optional<Refusal> refusal = caller.lacksManagementOf(account).or(() -> Names.refusal("name", name));
        if (refusal.isPresent()) {
            return Outcome.refused(refusal.get());
        }
        if (accounts.find(account).filter(found -> !found.revoked()).isEmpty()) {
            return Outcome.refused(new Refusal.NotFound(Refusal.Kind.ACCOUNT));
        }
        return Outcome.success(products.add(account, name, clock.instant()));
    }

    public Outcome<List<Product>> list(Caller caller, AccountNumber account) {
        Optional<Refusal> refusal = caller.lacks(Permission.GET_PRODUCTS).isEmpty()
                ? caller.lacksAccount(account)
                : caller.lacksManagementOf(account);
        return refusal.isPresent()
                ? Outcome.refused(refusal.get())
                : Outcome.success(products.list(account).stream()
                        .filter(product -> caller.isLockedOutOfProduct(Optional.of(product.id()))
                                .isEmpty())
                        .toList());
    }

    public Outcome<Product> find(Caller caller, ProductId id) {
        return managed(caller, id);
    }

    /// What can be changed of a product.
    ///
    /// @param retention how long events are kept; empty for as long as the server keeps them
    public record Terms(String name, Optional<Duration> retention, boolean valuesAreWhole) {
        public Terms named(String other) {
            return new Terms(other, retention, valuesAreWhole);
        }

        Optional<Refusal> refusal() {
            return Names.refusal("name", name).or(() -> retention.flatMap(Terms::refusal));
        }

        private static Optional<Refusal> refusal(Duration retention) {
            return retention.compareTo(LEAST_RETENTION) >= 0 && retention.equals(Duration.ofDays(retention.toDays()))
                    ? Optional.empty()
                    : Optional.of(new Refusal.InvalidField("retention", "must be whole days, 30 at least"));
        }
    }

    /// @param change of what it is now
    public Outcome<Product> set(Caller caller, ProductId id, Expected<Product> expected, UnaryOperator<Terms> change) {
        return change(caller, id, expected, product -> {
            Terms terms = change.apply(new Terms(product.name(), product.retention(), product.valuesAreWhole()));
            Optional<Refusal> refusal = terms.refusal();
            if (refusal.isPresent()) {
                return Outcome.refused(refusal.get());
            }
            products.change(product.with(terms.name(), terms.retention(), terms.valuesAreWhole()));
            return Outcome.success(products.find(id).orElseThrow());
        });
    }

    /// Revoked products take no more events and keys; what they had stays.
    public Outcome<Product> revoke(Caller caller, ProductId id, Expected<Product> expected) {
        return change(caller, id, expected, product -> {
            products.revoke(id);
            return Outcome.success(products.find(id).orElseThrow());
        });
    }

    private Outcome<Product> change(
            Caller caller, ProductId id, Expected<Product> expected, Function<Product, Outcome<Product>> change) {
        return transactions.run(() -> managed(caller, id)
                .then(product -> expected.refusal(product)
                        .<Outcome<Product>>map(Outcome::refused)
                        .orElseGet(() -> change.apply(product))));
    }

    /// Issues a new key for the product.
    public Outcome<LicenseKey> issueKey(Caller caller, ProductId id) {
        return managed(caller, id).then(product -> {
            if (product.revoked()) {
                return Outcome.refused(new Refusal.NotFound(Refusal.Kind.PRODUCT));
            }
            while (true) {
                Optional<LicenseKey> key =
                        keys.add(product.account(), product.id(), secrets.licenseKey(), clock.instant());
                if (key.isPresent()) {
                    return Outcome.success(key.get());
                }
            }
        });
    }

    private Outcome<Product> managed(Caller caller, ProductId id) {
        // A lock is told before anything is looked for, so that it does not tell what exists.
        Optional<Refusal> refusal =
                caller.lacks(Permission.MANAGE).or(() -> caller.isLockedOutOfProduct(Optional.of(id)));
        if (refusal.isPresent()) {
            return Outcome.refused(refusal.get());
        }
        return caller.managed(products.find(id), Product::account, Refusal.Kind.PRODUCT);
    }
}
