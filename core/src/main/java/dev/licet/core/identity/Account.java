package dev.licet.core.identity;

import dev.licet.core.id.AccountNumber;
import java.time.Instant;

/// One vendor. Everything else belongs to exactly one account, and no account sees another's.
///
/// @param revoked nobody can call for it any more; what it had stays
public record Account(AccountNumber number, String name, SigningKey signingKey, boolean revoked, Instant createdAt) {}
