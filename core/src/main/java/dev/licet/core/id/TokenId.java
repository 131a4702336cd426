package dev.licet.core.id;

/// Names one access token over all accounts; not the token itself, which is a secret.
public record TokenId(long value) {
    public TokenId {
        if (value < 1) {
            throw new IllegalArgumentException("a token id is positive: " + value);
        }
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
