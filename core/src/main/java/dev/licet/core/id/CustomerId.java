package dev.licet.core.id;

/// Names one customer over all accounts.
public record CustomerId(long value) {
    public CustomerId {
        if (value < 1) {
            throw new IllegalArgumentException("a customer's id is positive: " + value);
        }
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
