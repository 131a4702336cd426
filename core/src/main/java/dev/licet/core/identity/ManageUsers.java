package dev.licet.core.identity;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.Transactions;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.UserId;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// The users of an account. Passwords are made here, never chosen. Nobody can let a user do what they may not do
/// themselves.
public final class ManageUsers {
    private final Accounts accounts;
    private final Users users;
    private final Transactions transactions;
    private final Passwords passwords;
    private final SecretSource secrets;
    private final Clock clock;

    public ManageUsers(
            Accounts accounts,
            Users users,
            Transactions transactions,
            Passwords passwords,
            SecretSource secrets,
            Clock clock) {
        this.accounts = accounts;
        this.users = users;
        this.transactions = transactions;
        this.passwords = passwords;
        this.secrets = secrets;
        this.clock = clock;
    }

    /// @param permissions what the user may do in the console
    public Outcome<Issued<User>> add(
            Caller caller, AccountNumber account, String username, Set<Permission> permissions) {
        Optional<Refusal> refusal = caller.lacksManagementOf(account)
                .or(() -> givesMoreThanItHas(caller, permissions))
                .or(() -> isNoName(username));
        if (refusal.isPresent()) {
            return Outcome.refused(refusal.get());
        }
        if (accounts.find(account).filter(found -> !found.revoked()).isEmpty()) {
            return Outcome.refused(new Refusal.NotFound(Refusal.Kind.ACCOUNT));
        }
        Secret password = secrets.password();
        return users.add(account, username, passwords.hash(password), permissions, clock.instant())
                .map(user -> Outcome.success(new Issued<>(user, password)))
                .orElseGet(() -> Outcome.refused(new Refusal.AlreadyExists(Refusal.Kind.USER, username)));
    }

    public Outcome<List<User>> list(Caller caller, AccountNumber account) {
        Optional<Refusal> refusal = caller.lacksManagementOf(account);
        return refusal.isPresent() ? Outcome.refused(refusal.get()) : Outcome.success(users.list(account));
    }

    /// Gives the user another name, says what the user may do in the console, or both; what is empty stays. Both happen
    /// or none.
    public Outcome<User> set(
            Caller caller, UserId id, Optional<String> username, Optional<Set<Permission>> permissions) {
        return changed(caller, id, user -> {
            Optional<Refusal> refusal = username.flatMap(ManageUsers::isNoName)
                    .or(() -> permissions.flatMap(wanted -> cantPermit(caller, user, wanted)));
            if (refusal.isEmpty() && username.isPresent() && !users.rename(id, username.get())) {
                refusal = Optional.of(new Refusal.AlreadyExists(Refusal.Kind.USER, username.get()));
            }
            if (refusal.isEmpty()) {
                permissions.ifPresent(wanted -> users.setPermissions(id, wanted));
            }
            return refusal;
        });
    }

    private static Optional<Refusal> isNoName(String username) {
        return User.isUsername(username)
                ? Optional.empty()
                : Optional.of(new Refusal.InvalidField("username", "must be " + User.NAME_RULE));
    }

    private static Optional<Refusal> cantPermit(Caller caller, User user, Set<Permission> permissions) {
        return givesMoreThanItHas(caller, permissions)
                .or(() -> isOneself(caller, user) && !permissions.contains(Permission.MANAGE)
                        ? Optional.of(new Refusal.InvalidField(
                                "permissions", "must have Manage: nobody can take it from themselves"))
                        : Optional.empty());
    }

    /// Changes a user that the caller may touch, as nobody else changes it meanwhile.
    ///
    /// @param change says why not, having changed nothing then
    private Outcome<User> changed(Caller caller, UserId id, Function<User, Optional<Refusal>> change) {
        return transactions.run(() -> touchable(caller, id)
                .then(user -> change.apply(user)
                        .<Outcome<User>>map(Outcome::refused)
                        .orElseGet(() -> Outcome.success(users.find(id).orElseThrow()))));
    }

    /// Who may do more than the caller is none of the caller's business: who sees a password may sign in with it.
    private Outcome<User> touchable(Caller caller, UserId id) {
        return caller.managed(users.find(id), User::account, Refusal.Kind.USER)
                .then(user -> givesMoreThanItHas(caller, user.permissions())
                        .<Outcome<User>>map(Outcome::refused)
                        .orElseGet(() -> Outcome.success(user)));
    }

    private static boolean isOneself(Caller caller, User user) {
        return caller.user().filter(user.id()::equals).isPresent();
    }

    /// A user has no locks, so who is under one can't let a user do anything.
    private static Optional<Refusal> givesMoreThanItHas(Caller caller, Set<Permission> permissions) {
        return permissions.isEmpty()
                ? Optional.empty()
                : caller.lacksAnyOf(permissions).or(() -> caller.isLockedOutOf(Optional.empty(), Optional.empty()));
    }

    /// Gives the user a new password; the old one, all user tokens and sessions end.
    public Outcome<Issued<User>> reset(Caller caller, UserId id) {
        return touchable(caller, id).then(known -> {
            Secret password = secrets.password();
            PasswordHash hash = passwords.hash(password); // takes long, so not while others wait
            return changed(caller, id, user -> {
                        users.setPassword(id, hash);
                        return Optional.empty();
                    })
                    .map(user -> new Issued<>(user, password));
        });
    }

    public Outcome<User> revoke(Caller caller, UserId id) {
        return changed(caller, id, user -> {
            if (isOneself(caller, user)) {
                return Optional.of(new Refusal.InvalidField("user", "must be another one than yourself"));
            }
            users.revoke(id);
            return Optional.empty();
        });
    }
}
