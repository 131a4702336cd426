package dev.licet.core.identity;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.TokenId;
import java.time.Clock;
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

    public ManageTokens(Accounts accounts, AccessTokens tokens, SecretSource secrets, Clock clock) {
        this.accounts = accounts;
        this.tokens = tokens;
        this.secrets = secrets;
        this.clock = clock;
    }

    public Outcome<Issued<AccessToken>> add(Caller caller, AccessTokens.NewAccessToken wanted) {
        Optional<Refusal> refusal = caller.lacksManagementOf(wanted.account())
                .or(() -> Names.refusal("name", wanted.name()))
                .or(() -> givesMoreThanItHas(
                        caller, new Rights(wanted.permissions(), wanted.product(), wanted.keyLock())));
        if (refusal.isPresent()) {
            return Outcome.refused(refusal.get());
        }
        if (accounts.find(wanted.account()).filter(found -> !found.revoked()).isEmpty()) {
            return Outcome.refused(new Refusal.NotFound(Refusal.Kind.ACCOUNT));
        }
        Secret secret = secrets.accessToken();
        return Outcome.success(new Issued<>(tokens.add(wanted, SecretHash.of(secret), clock.instant()), secret));
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
