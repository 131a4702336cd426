package dev.licet.core.id;

/// Names one user over all accounts.
public record UserId(long value) {
    public UserId {
        if (value < 1) {
            throw new IllegalArgumentException("a user id is positive: " + value);
        }
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
