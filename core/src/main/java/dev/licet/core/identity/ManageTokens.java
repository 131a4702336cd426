package dev.licet.core.identity;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.TokenId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/// The access tokens of an account. Nobody can give a token what they may not do themselves,
/// nor one outside their own locks.
public final class ManageTokens {
    private final Accounts accounts;
    private final AccessTokens tokens;
    private final SecretSource secrets;
    private final Clock clock;

    /// @param clock the one that tells whether a token is good
    public ManageTokens(Accounts accounts, AccessTokens tokens, SecretSource secrets, Clock clock) {
        this.accounts = accounts;
        this.tokens = tokens;
        this.secrets = secrets;
        this.clock = clock;
    }

    /// @param validFor how long it is good; empty for ever
    public record Wanted(AccountNumber account, String name, Rights rights, Optional<Duration> validFor) {}

    public Outcome<Issued<AccessToken>> add(Caller caller, Wanted wanted) {
        Optional<Refusal> refusal = caller.lacksManagementOf(wanted.account())
                .or(() -> Names.refusal("name", wanted.name()))
                .or(() -> givesMoreThanItHas(caller, wanted.rights()));
        if (refusal.isPresent()) {
            return Outcome.refused(refusal.get());
        }
        if (accounts.find(wanted.account()).filter(found -> !found.revoked()).isEmpty()) {
            return Outcome.refused(new Refusal.NotFound(Refusal.Kind.ACCOUNT));
        }
        Secret secret = secrets.accessToken();
        Instant now = clock.instant();
        AccessToken added = tokens.add(
                new AccessTokens.NewAccessToken(
                        wanted.account(),
                        wanted.name(),
                        wanted.rights().permissions(),
                        wanted.rights().product(),
                        wanted.rights().keyLock(),
                        wanted.validFor().map(now::plus),
                        Optional.empty()),
                SecretHash.of(secret),
                now);
        return Outcome.success(new Issued<>(added, secret));
    }

    public Outcome<List<AccessToken>> list(Caller caller, AccountNumber account) {
        Optional<Refusal> refusal = caller.lacksManagementOf(account);
        return refusal.isPresent() ? Outcome.refused(refusal.get()) : Outcome.success(tokens.list(account));
    }

    /// What a token may do. @see AccessToken
    public record Rights(Set<Permission> permissions, Optional<ProductId> product, KeyLock keyLock) {}

    public Outcome<AccessToken> set(Caller caller, TokenId id, UnaryOperator<Rights> change) {
        return managed(caller, id).then(now -> {
            Rights rights = change.apply(new Rights(now.permissions(), now.product(), now.keyLock()));
            Optional<Refusal> refusal = givesMoreThanItHas(caller, rights);
            if (refusal.isPresent()) {
                return Outcome.refused(refusal.get());
            }
            tokens.set(id, rights.permissions(), rights.product(), rights.keyLock());
            return Outcome.success(tokens.find(id).orElseThrow());
        });
    }

    public Outcome<AccessToken> revoke(Caller caller, TokenId id) {
        return managed(caller, id).map(token -> {
            tokens.revoke(id);
            return tokens.find(id).orElseThrow();
        });
    }

    private Outcome<AccessToken> managed(Caller caller, TokenId id) {
        return caller.managed(tokens.find(id), AccessToken::account, Refusal.Kind.ACCESS_TOKEN);
    }

    private static Optional<Refusal> givesMoreThanItHas(Caller caller, Rights rights) {
        return caller.lacksAnyOf(rights.permissions())
                .or(() -> caller.isLockedOutOfProduct(rights.product()))
                .or(() -> caller.keyLock().covers(rights.keyLock())
                        ? Optional.empty()
                        : Optional.of(new Refusal.NotPermitted("key lock")));
    }
}
