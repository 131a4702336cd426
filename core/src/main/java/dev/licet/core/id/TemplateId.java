package dev.licet.core.id;

/// Names one template of keys over all accounts.
public record TemplateId(long value) {
    public TemplateId {
        if (value < 1) {
            throw new IllegalArgumentException("a template's id is positive: " + value);
        }
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
