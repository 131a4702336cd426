package dev.licet.core.id;

/// Names the terms of one license over all accounts.
public record LicenseId(long value) {
    public LicenseId {
        if (value < 1) {
            throw new IllegalArgumentException("a license id is positive: " + value);
        }
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
