package dev.licet.core.id;

/// Names one product over all accounts.
public record ProductId(long value) {
    public ProductId {
        if (value < 1) {
            throw new IllegalArgumentException("a product id is positive: " + value);
        }
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
