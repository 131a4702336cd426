package dev.licet.core.id;

/// Names one license file over all accounts.
public record FileId(long value) {
    public FileId {
        if (value < 1) {
            throw new IllegalArgumentException("a license file's id is positive: " + value);
        }
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
