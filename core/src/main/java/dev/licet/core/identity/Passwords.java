package dev.licet.core.identity;

/// Hashes passwords, slowly on purpose. Safe for threads; the caller bounds how many run at once, since each
/// takes megabytes.
public interface Passwords {

    PasswordHash hash(Secret password);

    /// In constant time.
    boolean matches(Secret password, PasswordHash hash);
}
