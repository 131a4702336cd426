package dev.licet.core.sale;

import dev.licet.core.id.PaymentId;
import dev.licet.core.id.PurchaseId;
import dev.licet.core.license.Price;
import java.time.Instant;

/// Money that was paid for a purchase, or paid back.
///
/// @param amount never negative, a refund's neither
public record Payment(PaymentId id, PurchaseId purchase, Kind kind, Price amount, Instant at) {
    public enum Kind {
        PURCHASE,
        RENEWAL,
        REFUND
    }
}
