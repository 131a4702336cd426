package dev.licet.core.sale;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.LicenseId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.PurchaseId;
import java.time.Instant;
import java.util.Optional;

/// A license that somebody bought for a product, or for one title of it. What it allows, and until when, is what its
/// key does.
///
/// @param title as the vendor names it; empty for the whole product @param key that was issued for it
/// @param cancelledAt it is not renewed any more @param refundedAt it ended then
public record Purchase(
        PurchaseId id,
        AccountNumber account,
        LicenseId license,
        ProductId product,
        Optional<String> title,
        Buyer buyer,
        KeyId key,
        Instant at,
        Optional<Instant> cancelledAt,
        Optional<Instant> refundedAt) {

    public Purchase withBuyer(Buyer changed) {
        return new Purchase(id, account, license, product, title, changed, key, at, cancelledAt, refundedAt);
    }

    public Purchase cancelled(Instant then) {
        return new Purchase(id, account, license, product, title, buyer, key, at, Optional.of(then), refundedAt);
    }

    public Purchase refunded(Instant then) {
        return new Purchase(id, account, license, product, title, buyer, key, at, cancelledAt, Optional.of(then));
    }
}
