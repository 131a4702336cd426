package dev.licet.core.identity;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.TokenId;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/// What a bearer of a secret token may do in an account.
///
/// @param product the one product it is for; empty for any
/// @param keyLock which license keys it may name
/// @param expiresAt from when on it is good no longer; empty for never
public record AccessToken(
        TokenId id,
        AccountNumber account,
        String name,
        Set<Permission> permissions,
        Optional<ProductId> product,
        KeyLock keyLock,
        boolean revoked,
        Instant createdAt,
        Optional<Instant> expiresAt) {

    public AccessToken {
        permissions = Set.copyOf(permissions);
    }

    public boolean isExpiredAt(Instant now) {
        return expiresAt.isPresent() && !now.isBefore(expiresAt.get());
    }

    public Caller caller() {
        return new Caller(
                account, Optional.empty(), Optional.empty(), Optional.of(id), permissions, false, product, keyLock);
    }
}
