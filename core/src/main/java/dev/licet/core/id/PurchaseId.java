package dev.licet.core.id;

/// Names one purchase over all accounts.
public record PurchaseId(long value) {
    public PurchaseId {
        if (value < 1) {
            throw new IllegalArgumentException("a purchase's id is positive: " + value);
        }
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
