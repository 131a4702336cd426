package dev.licet.core.id;

/// Names one removal of events over all accounts.
public record RemovalId(long value) {
    public RemovalId {
        if (value < 1) {
            throw new IllegalArgumentException("a removal's id is positive: " + value);
        }
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
