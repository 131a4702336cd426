package dev.licet.core.license;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.TokenId;
import dev.licet.core.identity.AccessTokens;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.Accounts;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Secret;
import dev.licet.core.identity.SecretHash;
import dev.licet.core.identity.SecretSource;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Gives who has a key a token for that key alone, so that a program need not go on with one that is for all keys.
///
/// The token may do what the one may that it was asked for with, and ends with it. The same token asked for the same
/// key gives the same: so many programs may ask, and there is one token a key. Safe for threads.
public final class LockToKey {
    private final Accounts accounts;
    private final AccessTokens tokens;
    private final NamedKey namedKey;
    private final Clock clock;

    public LockToKey(Accounts accounts, AccessTokens tokens, Products products, LicenseKeys keys, Clock clock) {
        this.accounts = accounts;
        this.tokens = tokens;
        this.namedKey = new NamedKey(products, keys);
        this.clock = clock;
    }

    /// @param secret the token's
    public record Locked(LicenseKey key, Secret secret) {}

    /// For the bearer of a token under which a key has to be named, and any may be.
    public Outcome<Locked> lock(Caller caller, Optional<ProductId> product, String key) {
        if (caller.token().isEmpty() || caller.keyLock().value() >= 0) {
            return Outcome.refused(new Refusal.NotPermitted("key lock of -1"));
        }
        return namedKey.key(caller, product, key).map(found -> {
            TokenId parent = caller.token().get();
            Secret secret = secret(found, parent);
            tokens.addLocked(parent, found.product(), found.id(), SecretHash.of(secret), clock.instant());
            return new Locked(found, secret);
        });
    }

    /// What nobody can know who does not know the account's signing key.
    private Secret secret(LicenseKey key, TokenId parent) {
        Account account = accounts.find(key.account()).orElseThrow();
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(account.signingKey().toPkcs8(), "HmacSHA256"));
            String name = "token " + parent.value() + " for key " + key.id().value();
            return SecretSource.accessToken(mac.doFinal(name.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC with SHA-256", e);
        }
    }
}
