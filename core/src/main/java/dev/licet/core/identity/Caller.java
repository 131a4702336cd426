package dev.licet.core.identity;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ApplicationId;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.TokenId;
import dev.licet.core.id.UserId;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// Who asks, and what they may do: what every use case is given first.
///
/// @param user the acting user; empty for a bare access token
/// @param application the application that called; empty where there is none
/// @param token the access token that was shown; empty where there is none
/// @param partner whether the application belongs to a partner
/// @param product the one product this caller is locked to; empty for any
/// @param keyLock which license keys this caller may name
public record Caller(
        AccountNumber account,
        Optional<UserId> user,
        Optional<ApplicationId> application,
        Optional<TokenId> token,
        Set<Permission> permissions,
        boolean partner,
        Optional<ProductId> product,
        KeyLock keyLock) {

    public Caller {
        permissions = Set.copyOf(permissions);
    }

    /// The installation's own operator, working on one account: the command line on a stopped server's data.
    public static Caller operator(AccountNumber account) {
        return new Caller(
                account,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                EnumSet.allOf(Permission.class),
                true,
                Optional.empty(),
                KeyLock.ANY);
    }

    public Optional<Refusal> lacks(Permission permission) {
        return permissions.contains(permission)
                ? Optional.empty()
                : Optional.of(new Refusal.NotPermitted(permission.label()));
    }

    public Optional<Refusal> lacksAnyOf(Set<Permission> wanted) {
        return wanted.stream()
                .sorted()
                .flatMap(permission -> lacks(permission).stream())
                .findFirst();
    }

    /// Whether an action on this product and key is outside the caller's locks. A lock asks for the product or
    /// key to be named: what names none is outside too.
    public Optional<Refusal> isLockedOutOf(Optional<ProductId> asked, Optional<KeyId> key) {
        return isLockedOutOfProduct(asked)
                .or(() -> keyLock.allows(key) ? Optional.empty() : Optional.of(new Refusal.NotPermitted("key lock")));
    }

    public Optional<Refusal> isLockedOutOfProduct(Optional<ProductId> asked) {
        return product.isEmpty() || product.equals(asked)
                ? Optional.empty()
                : Optional.of(new Refusal.NotPermitted("product lock"));
    }

    /// Whether this caller may work on that account: its own, or any for the operator.
    public Optional<Refusal> lacksAccount(AccountNumber other) {
        return account.equals(other) || permissions.contains(Permission.OPERATE)
                ? Optional.empty()
                : Optional.of(new Refusal.NotFound(Refusal.Kind.ACCOUNT));
    }

    /// Whether this caller may change users, applications, tokens and products of that account.
    public Optional<Refusal> lacksManagementOf(AccountNumber other) {
        return lacks(Permission.MANAGE).or(() -> lacksAccount(other));
    }

    /// The thing that was found, if this caller may manage it; what is another account's is not there for it.
    public <T> Outcome<T> managed(Optional<T> found, Function<T, AccountNumber> account, Refusal.Kind kind) {
        return found.filter(thing -> lacksManagementOf(account.apply(thing)).isEmpty())
                .map(Outcome::success)
                .orElseGet(() -> Outcome.refused(lacks(Permission.MANAGE).orElse(new Refusal.NotFound(kind))));
    }
}
