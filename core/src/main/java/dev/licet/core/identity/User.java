package dev.licet.core.identity;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.UserId;
import java.time.Instant;
import java.util.Set;

/// Somebody of an account who signs in with a name and a password. Through an application a user may do what the
/// application may.
///
/// @param username unique in its account: 3 to 40 letters and digits
/// @param permissions what the user may do who signs in to the console; who has none can't
/// @param revoked a revoked user is kept, since past events name it, and can't sign in
public record User(
        UserId id,
        AccountNumber account,
        String username,
        PasswordHash password,
        Set<Permission> permissions,
        boolean revoked,
        Instant createdAt) {

    public User {
        permissions = Set.copyOf(permissions);
    }

    public static final String NAME_RULE = "3 to 40 letters and digits (A to Z, a to z, 0 to 9)";

    public static boolean isUsername(String text) {
        return text.length() >= 3
                && text.length() <= 40
                && text.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z');
    }
}
