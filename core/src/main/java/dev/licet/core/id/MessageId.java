package dev.licet.core.id;

/// Names one message over all accounts.
public record MessageId(long value) {
    public MessageId {
        if (value < 1) {
            throw new IllegalArgumentException("a message's id is positive: " + value);
        }
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
