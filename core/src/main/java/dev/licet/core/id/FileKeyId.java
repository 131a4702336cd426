package dev.licet.core.id;

/// Names one file key over all accounts.
public record FileKeyId(long value) {
    public FileKeyId {
        if (value < 1) {
            throw new IllegalArgumentException("a file key's id is positive: " + value);
        }
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
