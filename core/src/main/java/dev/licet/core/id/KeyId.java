package dev.licet.core.id;

/// Names one license key over all accounts; not the key's text.
public record KeyId(long value) {
    public KeyId {
        if (value < 1) {
            throw new IllegalArgumentException("a key id is positive: " + value);
        }
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
