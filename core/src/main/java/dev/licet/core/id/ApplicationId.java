package dev.licet.core.id;

/// Names one application, the owner of one apiKey, over all accounts.
public record ApplicationId(long value) {
    public ApplicationId {
        if (value < 1) {
            throw new IllegalArgumentException("an application id is positive: " + value);
        }
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
