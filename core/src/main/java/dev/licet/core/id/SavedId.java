package dev.licet.core.id;

/// Names one saved insight or dashboard over all accounts.
public record SavedId(long value) {
    public SavedId {
        if (value < 1) {
            throw new IllegalArgumentException("a saved thing's id is positive: " + value);
        }
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
