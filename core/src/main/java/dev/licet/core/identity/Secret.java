package dev.licet.core.identity;

/// A text that must not be seen: an apiKey, a token, a password. Printing it shows nothing of it.
public record Secret(String value) {
    @Override
    public String toString() {
        return "(hidden)";
    }
}
