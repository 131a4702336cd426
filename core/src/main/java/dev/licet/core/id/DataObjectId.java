package dev.licet.core.id;

/// Names one data object over all accounts.
public record DataObjectId(long value) {
    public DataObjectId {
        if (value < 1) {
            throw new IllegalArgumentException("a data object's id is positive: " + value);
        }
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
