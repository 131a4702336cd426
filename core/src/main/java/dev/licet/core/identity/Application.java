package dev.licet.core.identity;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ApplicationId;
import dev.licet.core.id.UserId;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// A program that calls with an apiKey of its own.
///
/// @param owner who acts when a call names no user
/// @param write whether it may change things; it may always read
/// @param partner whether it may call what is not open to the general public
/// @param expiresAt from when on its apiKey is good no longer; empty for never
public record Application(
        ApplicationId id,
        AccountNumber account,
        UserId owner,
        String name,
        boolean write,
        boolean partner,
        CallLimits limits,
        boolean revoked,
        Instant createdAt,
        Optional<Instant> expiresAt) {

    public boolean isExpiredAt(Instant now) {
        return expiresAt.isPresent() && !now.isBefore(expiresAt.get());
    }

    /// What may be done through it.
    public Set<Permission> permissions() {
        return permissions(write);
    }

    static Set<Permission> permissions(boolean write) {
        Set<Permission> permissions = EnumSet.of(Permission.REGISTER_EVENT, Permission.GET_EVENTS);
        if (write) {
            permissions.add(Permission.CREATE_LICENSE);
        }
        return permissions;
    }
}
