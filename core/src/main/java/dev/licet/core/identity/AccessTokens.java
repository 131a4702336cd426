package dev.licet.core.identity;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.TokenId;
import dev.licet.core.id.UserId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The stored access tokens. What a changing method did is on disk when it returns. Safe for threads.
public interface AccessTokens {

    AccessToken add(NewAccessToken token, SecretHash secret, Instant at);

    /// Adds one for a key alone, unless it is there. What it may do is what another token may, and it ends with that.
    void addLocked(TokenId parent, ProductId product, KeyId key, SecretHash secret, Instant at);

    /// The token with this secret, unless it was revoked.
    Optional<AccessToken> find(SecretHash secret);

    Optional<AccessToken> find(TokenId id);

    /// All of the account, revoked ones too but none that was lent, oldest first.
    List<AccessToken> list(AccountNumber account);

    /// Changes what a token may do. @return false when there is no such token
    boolean set(TokenId id, Set<Permission> permissions, Optional<ProductId> product, KeyLock keyLock);

    /// @return false when there is no such token
    boolean revoke(TokenId id);

    /// @param lentTo whom it ends with; empty for none
    record NewAccessToken(
            AccountNumber account,
            String name,
            Set<Permission> permissions,
            Optional<ProductId> product,
            KeyLock keyLock,
            Optional<Instant> expiresAt,
            Optional<UserId> lentTo) {}
}
