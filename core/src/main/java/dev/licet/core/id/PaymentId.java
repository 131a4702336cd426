package dev.licet.core.id;

/// Names one payment over all accounts.
public record PaymentId(long value) {
    public PaymentId {
        if (value < 1) {
            throw new IllegalArgumentException("a payment's id is positive: " + value);
        }
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
