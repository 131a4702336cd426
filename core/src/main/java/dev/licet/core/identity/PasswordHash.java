package dev.licet.core.identity;

/// A salted, slow hash of a password with its parameters, as [Passwords] made it.
public record PasswordHash(String encoded) {
    @Override
    public String toString() {
        return "(hidden)";
    }
}
