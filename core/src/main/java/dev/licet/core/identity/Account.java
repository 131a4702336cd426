package dev.licet.core.identity;

import dev.licet.core.id.AccountNumber;
import java.time.Instant;
import java.time.ZoneId;

/// One vendor. Everything else belongs to exactly one account, and no account sees another's.
///
/// @param zone whose calendar its days, months and years are of
/// @param revoked nobody can call for it any more; what it had stays
public record Account(
        AccountNumber number, String name, SigningKey signingKey, ZoneId zone, boolean revoked, Instant createdAt) {

    /// In UTC, as long as nothing else is said.
    public Account(AccountNumber number, String name, SigningKey signingKey, boolean revoked, Instant createdAt) {
        this(number, name, signingKey, ZoneId.of("UTC"), revoked, createdAt);
    }
}
