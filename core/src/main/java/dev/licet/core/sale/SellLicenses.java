package dev.licet.core.sale;

import dev.licet.core.Expected;
import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.Transactions;
import dev.licet.core.customer.ManageCustomers;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.PurchaseId;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.Accounts;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Names;
import dev.licet.core.identity.Permission;
import dev.licet.core.identity.SecretSource;
import dev.licet.core.license.Activation;
import dev.licet.core.license.KeyRule;
import dev.licet.core.license.KeyRule.Sold;
import dev.licet.core.license.KeyTerms;
import dev.licet.core.license.License;
import dev.licet.core.license.LicenseKey;
import dev.licet.core.license.LicenseKeys;
import dev.licet.core.license.Licenses;
import dev.licet.core.license.NamedKey;
import dev.licet.core.license.Price;
import dev.licet.core.license.Product;
import dev.licet.core.license.Products;
import dev.licet.core.session.Seat;
import dev.licet.core.session.SeatRule;
import dev.licet.core.session.Seats;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// Sells licenses: a purchase, and what becomes of it. Each change is one transaction with the payment that it is for,
/// and the events are told of the payment after it. Safe for threads.
public final class SellLicenses {
    private final Accounts accounts;
    private final Licenses licenses;
    private final LicenseKeys keys;
    private final Purchases purchases;
    private final Seats seats;
    private final NamedKey namedKey;
    private final ManageCustomers customers;
    private final Transactions transactions;
    private final Runnable paid;
    private final SecretSource secrets;
    private final Clock clock;

    /// @param paid is run when a payment is on disk; it must not wait
    public SellLicenses(
            Accounts accounts,
            Licenses licenses,
            Products products,
            LicenseKeys keys,
            Purchases purchases,
            Seats seats,
            ManageCustomers customers,
            Transactions transactions,
            Runnable paid,
            SecretSource secrets,
            Clock clock) {
        this.accounts = accounts;
        this.licenses = licenses;
        this.keys = keys;
        this.purchases = purchases;
        this.seats = seats;
        this.namedKey = new NamedKey(products, keys);
        this.customers = customers;
        this.transactions = transactions;
        this.paid = paid;
        this.secrets = secrets;
        this.clock = clock;
    }

    /// @param price that was agreed on; empty for the license's
    public record Wanted(Purchases.NewPurchase purchase, Optional<Price> price) {}

    /// A purchase with its key, as they stand at an instant.
    public record Sale(
            Purchase purchase,
            License license,
            LicenseKey key,
            KeyTerms terms,
            List<Payment> payments,
            Standing standing) {}

    /// Sells a license of the account's for one of its products.
    public Outcome<Sale> sell(Caller caller, Wanted wanted) {
        Purchases.NewPurchase purchase = wanted.purchase();
        Optional<License> license = licenses.find(caller.account(), purchase.license());
        Optional<Refusal> refusal = caller.lacks(Permission.SELL)
                .or(() -> refusal(purchase.buyer()))
                .or(() -> purchase.title().flatMap(title -> Names.refusal("title", title)))
                .or(() -> license.isEmpty()
                        ? Optional.of(new Refusal.NotFound(Refusal.Kind.LICENSE))
                        : refusal(wanted.price().orElse(license.get().price())));
        if (refusal.isPresent()) {
            return Outcome.refused(refusal.get());
        }
        return namedKey.product(caller, Optional.of(purchase.product()))
                .then(product -> paid(transactions.run(() -> sell(caller, product, license.get(), wanted))));
    }

    private Outcome<Sale> sell(Caller caller, Product product, License license, Wanted wanted) {
        Buyer buyer = wanted.purchase().buyer();
        Optional<Refusal> unknown = buyer.customer().flatMap(id -> customers.unknown(caller, id));
        if (unknown.isPresent()) {
            return Outcome.refused(unknown.get());
        }
        Instant now = now();
        Account account = accounts.find(caller.account()).orElseThrow();
        KeyTerms terms = KeyTerms.issued(now, license, account.zone()).withCustomer(buyer.customer());
        LicenseKey key = issue(product, terms, now);
        Purchase purchase = purchases.add(caller.account(), wanted.purchase(), key.id(), now);
        purchases.pay(purchase.id(), Payment.Kind.PURCHASE, wanted.price().orElse(license.price()), now);
        return Outcome.success(sale(purchase, now));
    }

    private LicenseKey issue(Product product, KeyTerms terms, Instant now) {
        while (true) {
            Optional<List<LicenseKey>> issued =
                    keys.add(product.account(), product.id(), List.of(secrets.licenseKey()), terms, now);
            if (issued.isPresent()) {
                return issued.get().getFirst();
            }
        }
    }

    public Outcome<Sale> find(Caller caller, PurchaseId id) {
        return found(caller, Permission.GET_PURCHASES, id).map(purchase -> sale(purchase, now()));
    }

    /// Oldest first. @param after only those with a higher id
    public Outcome<List<Sale>> list(Caller caller, Purchases.Query query, long after, int most) {
        Optional<Refusal> refusal = caller.lacks(Permission.GET_PURCHASES)
                .or(() -> caller.isLockedOutOf(query.product(), Optional.empty()));
        return refusal.isPresent()
                ? Outcome.refused(refusal.get())
                : Outcome.success(purchases.list(caller.account(), query, after, most).stream()
                        .map(purchase -> sale(purchase, now()))
                        .toList());
    }

    /// One term more, for its price. @param price that was agreed on; empty for the license's
    public Outcome<Sale> renew(Caller caller, PurchaseId id, Optional<Price> price, Expected<Sale> expected) {
        return paid(change(caller, id, expected, sale -> {
            Purchase purchase = sale.purchase();
            Price amount = price.orElse(sale.license().price());
            Optional<Refusal> refusal = ended(purchase)
                    .or(() -> sale.license().term().isEmpty()
                            ? Optional.of(new Refusal.InvalidField("license", "has no term to renew"))
                            : refusal(amount))
                    .or(() -> otherCurrency(amount, sale))
                    .or(() -> refusalOfSum(sale, amount));
            if (refusal.isPresent()) {
                return Outcome.refused(refusal.get());
            }
            Instant now = now();
            Sold sold = sold(sale);
            changeKey(sale, terms -> terms.renewed(now, sold.license(), sold.zone()));
            purchases.pay(purchase.id(), Payment.Kind.RENEWAL, amount, now);
            return Outcome.success(purchase);
        }));
    }

    /// Ends its renewals; what was paid for runs on to its end.
    public Outcome<Sale> cancel(Caller caller, PurchaseId id, Expected<Sale> expected) {
        return change(caller, id, expected, sale -> {
            Optional<Refusal> ended = ended(sale.purchase());
            return ended.isPresent()
                    ? Outcome.refused(ended.get())
                    : Outcome.success(sale.purchase().cancelled(now()));
        });
    }

    /// Pays money back. @param amount empty for all that is left of what was paid
    /// @param ends whether what was bought ends with it; then its key is blocked
    public Outcome<Sale> refund(
            Caller caller, PurchaseId id, Optional<Price> amount, boolean ends, Expected<Sale> expected) {
        return paid(change(caller, id, expected, sale -> {
            Purchase purchase = sale.purchase();
            BigDecimal left = left(sale);
            String currency = sale.payments().getFirst().amount().currency();
            Price back = amount.orElseGet(() -> Price.of(left, currency));
            Optional<Refusal> refusal = purchase.refundedAt().isPresent()
                    ? Optional.of(new Refusal.PurchaseEnded("refunded"))
                    : refusal(back).or(() -> tooMuch(back, left, currency));
            if (refusal.isPresent()) {
                return Outcome.refused(refusal.get());
            }
            Instant now = now();
            purchases.pay(purchase.id(), Payment.Kind.REFUND, back, now);
            if (!ends) {
                return Outcome.success(purchase);
            }
            changeKey(sale, terms -> terms.withBlocked(true));
            return Outcome.success(purchase.refunded(now));
        }));
    }

    /// What was paid for one purchase adds up in one currency.
    private static Optional<Refusal> otherCurrency(Price amount, Sale sale) {
        String currency = sale.payments().getFirst().amount().currency();
        return amount.currency().equals(currency)
                ? Optional.empty()
                : Optional.of(new Refusal.InvalidField("price", "must be in " + currency + ", as it was bought"));
    }

    /// All that was paid for one purchase has to be an amount that can be paid back at once.
    private static Optional<Refusal> refusalOfSum(Sale sale, Price more) {
        BigDecimal sum = left(sale).add(more.amount());
        return Price.parse(sum.toPlainString(), more.currency())
                        .filter(price -> price.minorUnits().isPresent())
                        .isPresent()
                ? Optional.empty()
                : Optional.of(new Refusal.InvalidField("price", "is too much with what was paid before"));
    }

    /// What was paid and not paid back.
    private static BigDecimal left(Sale sale) {
        return sale.payments().stream()
                .map(payment -> payment.kind() == Payment.Kind.REFUND
                        ? payment.amount().amount().negate()
                        : payment.amount().amount())
                .reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private static Optional<Refusal> tooMuch(Price back, BigDecimal left, String currency) {
        return !back.currency().equals(currency) || back.amount().compareTo(left) > 0
                ? Optional.of(new Refusal.InvalidField(
                        "amount", "must be at most " + left.toPlainString() + " " + currency + ", what is left of it"))
                : Optional.empty();
    }

    /// Takes a key off the machines that it runs on, and their seats.
    private void takeAway(KeyId key) {
        Instant now = now();
        for (Activation activation : keys.use(key).activations()) {
            keys.change(
                    key, activation.machine(), state -> new KeyRule.Change<>(state.terms(), Optional.empty(), true));
        }
        for (Seat seat : seats.held(key, now)) {
            seats.change(seat.id(), now, state -> SeatRule.Change.dropped(true)).await();
        }
        seats.forgetLapsed(key, now, 0);
    }

    /// Gives it to somebody else, who has what is left of it. It runs on no machine then, and nobody holds a seat of
    /// it.
    public Outcome<Sale> transfer(Caller caller, PurchaseId id, Buyer to, Expected<Sale> expected) {
        return change(caller, id, expected, sale -> {
            Optional<Refusal> refusal = refusal(to)
                    .or(() -> to.customer().flatMap(customer -> customers.unknown(caller, customer)))
                    .or(() -> sale.purchase().refundedAt().isPresent()
                            ? Optional.of(new Refusal.PurchaseEnded("refunded"))
                            : Optional.empty());
            if (refusal.isPresent()) {
                return Outcome.refused(refusal.get());
            }
            takeAway(sale.key().id());
            changeKey(sale, terms -> terms.withCustomer(to.customer()));
            return Outcome.success(sale.purchase().withBuyer(to));
        });
    }

    /// @param next decides on the purchase as it is, and changes what belongs to it
    private Outcome<Sale> change(
            Caller caller, PurchaseId id, Expected<Sale> expected, Function<Sale, Outcome<Purchase>> next) {
        return transactions.run(() -> found(caller, Permission.SELL, id).then(purchase -> {
            Sale before = sale(purchase, now());
            Optional<Refusal> changed = expected.refusal(before);
            if (changed.isPresent()) {
                return Outcome.refused(changed.get());
            }
            return next.apply(before).map(after -> {
                purchases.put(after);
                return sale(after, now());
            });
        }));
    }

    private void changeKey(Sale sale, UnaryOperator<KeyTerms> change) {
        keys.change(
                sale.key().id(),
                "",
                state -> new KeyRule.Change<>(change.apply(state.terms()), state.activation(), true));
    }

    private Outcome<Sale> paid(Outcome<Sale> outcome) {
        if (outcome instanceof Outcome.Success<Sale>) {
            transactions.afterwards(paid);
        }
        return outcome;
    }

    /// What is outside the caller's locks is not there.
    private Outcome<Purchase> found(Caller caller, Permission permission, PurchaseId id) {
        Optional<Refusal> lacking = caller.lacks(permission);
        if (lacking.isPresent()) {
            return Outcome.refused(lacking.get());
        }
        return purchases
                .find(caller.account(), id)
                .filter(purchase -> caller.isLockedOutOf(Optional.of(purchase.product()), Optional.of(purchase.key()))
                        .isEmpty())
                .map(Outcome::success)
                .orElseGet(() -> Outcome.refused(new Refusal.NotFound(Refusal.Kind.PURCHASE)));
    }

    private Sale sale(Purchase purchase, Instant now) {
        License license = licenses.find(purchase.account(), purchase.license()).orElseThrow();
        LicenseKey key = keys.find(purchase.key()).orElseThrow();
        KeyTerms terms = keys.use(key.id()).terms();
        Sold sold = new Sold(
                license, accounts.find(purchase.account()).map(Account::zone).orElseThrow());
        Standing standing = Standing.of(Optional.of(purchase), terms, Optional.of(sold), now);
        return new Sale(purchase, license, key, terms, purchases.payments(purchase.id()), standing);
    }

    private Sold sold(Sale sale) {
        return new Sold(
                sale.license(),
                accounts.find(sale.purchase().account()).map(Account::zone).orElseThrow());
    }

    private static Optional<Refusal> ended(Purchase purchase) {
        if (purchase.refundedAt().isPresent()) {
            return Optional.of(new Refusal.PurchaseEnded("refunded"));
        }
        return purchase.cancelledAt().isPresent()
                ? Optional.of(new Refusal.PurchaseEnded("cancelled"))
                : Optional.empty();
    }

    private static Optional<Refusal> refusal(Buyer buyer) {
        if (!buyer.isOne()) {
            return Optional.of(new Refusal.InvalidField("viewer", "either a customer or a viewer buys"));
        }
        return buyer.viewer().flatMap(viewer -> Names.refusal("viewer", viewer));
    }

    /// An amount that nobody could pay would not add up.
    private static Optional<Refusal> refusal(Price price) {
        return price.minorUnits().isEmpty()
                ? Optional.of(new Refusal.InvalidField(
                        "price", "must be a whole number of the smallest units of " + price.currency()))
                : Optional.empty();
    }

    /// As it is stored.
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
