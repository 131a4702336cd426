package dev.licet.core.identity;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.UserId;
import java.time.Instant;

/// Somebody of an account who signs in with a name and a password.
///
/// @param username unique in its account: 3 to 40 letters and digits
/// @param revoked a revoked user is kept, since past events name it, and can't sign in
public record User(
        UserId id, AccountNumber account, String username, PasswordHash password, boolean revoked, Instant createdAt) {

    public static final String NAME_RULE = "3 to 40 letters and digits (A to Z, a to z, 0 to 9)";

    public static boolean isUsername(String text) {
        return text.length() >= 3
                && text.length() <= 40
                && text.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z');
    }
}
