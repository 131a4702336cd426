package dev.licet.core.sale;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.CustomerId;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.LicenseId;
import dev.licet.core.id.PaymentId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.PurchaseId;
import dev.licet.core.license.KeyTerms;
import dev.licet.core.license.LicenseKey;
import dev.licet.core.license.Price;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The stored purchases and payments. What a changing method did is on disk when it returns. Safe for threads.
public interface Purchases {

    Purchase add(AccountNumber account, NewPurchase purchase, KeyId key, Instant at);

    record NewPurchase(LicenseId license, ProductId product, Optional<String> title, Buyer buyer) {}

    Optional<Purchase> find(AccountNumber account, PurchaseId id);

    /// The one that a key was issued for.
    Optional<Purchase> find(KeyId key);

    /// Oldest first. @param after only those with a higher id
    List<Purchase> list(AccountNumber account, Query query, long after, int most);

    /// Which ones. What is empty does not matter.
    record Query(
            Optional<CustomerId> customer,
            Optional<String> viewer,
            Optional<ProductId> product,
            Optional<LicenseId> license) {}

    /// What somebody bought of a product, for that title or for the whole of it: of very many those that end last. In
    /// no particular order.
    List<Bought> bought(AccountNumber account, Buyer buyer, ProductId product, Optional<String> title);

    /// A purchase, and the key that was issued for it, as it is now.
    record Bought(Purchase purchase, LicenseKey key, KeyTerms terms) {}

    /// Stores the buyer, and when it was cancelled and refunded.
    void put(Purchase purchase);

    Payment pay(PurchaseId purchase, Payment.Kind kind, Price amount, Instant at);

    /// All of a purchase, oldest first.
    List<Payment> payments(PurchaseId purchase);

    /// A payment that the events do not tell of yet. @param key the text of the purchase's key
    record Untold(Payment payment, Purchase purchase, String key) {}

    /// The oldest ones.
    List<Untold> untold(int most);

    /// The events tell of all payments up to this one.
    void told(PaymentId last);
}
