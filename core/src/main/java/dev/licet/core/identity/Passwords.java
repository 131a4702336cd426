package dev.licet.core.identity;

/// Hashes passwords, slowly on purpose. Safe for threads; the caller bounds how many run at once, since each
/// takes megabytes.
public interface Passwords {

    PasswordHash hash(Secret password);

    /// A hash that is nobody's: no password matches it, which takes as long to see as with any other. To make it
    /// takes no time.
    PasswordHash nobodys();

    /// In constant time.
    boolean matches(Secret password, PasswordHash hash);
}
