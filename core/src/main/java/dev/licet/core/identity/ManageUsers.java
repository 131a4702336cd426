package dev.licet.core.identity;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.UserId;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The users of an account. Passwords are made here, never chosen. Nobody can let a user do what they may not do
/// themselves.
public final class ManageUsers {
    private final Accounts accounts;
    private final Users users;
    private final Passwords passwords;
    private final SecretSource secrets;
    private final Clock clock;

    public ManageUsers(Accounts accounts, Users users, Passwords passwords, SecretSource secrets, Clock clock) {
        this.accounts = accounts;
        this.users = users;
        this.passwords = passwords;
        this.secrets = secrets;
        this.clock = clock;
    }

    /// @param permissions what the user may do in the console
    public Outcome<Issued<User>> add(
            Caller caller, AccountNumber account, String username, Set<Permission> permissions) {
        Optional<Refusal> refusal = caller.lacksManagementOf(account).or(() -> givesMoreThanItHas(caller, permissions));
        if (refusal.isPresent()) {
            return Outcome.refused(refusal.get());
        }
        if (!User.isUsername(username)) {
            return Outcome.refused(new Refusal.InvalidField("username", "must be " + User.NAME_RULE));
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

    public Outcome<User> rename(Caller caller, UserId id, String username) {
        return managed(caller, id)
                .then(user -> mayNotTouch(caller, user)
                        .<Outcome<User>>map(Outcome::refused)
                        .orElseGet(() -> renamed(id, username)));
    }

    private Outcome<User> renamed(UserId id, String username) {
        if (!User.isUsername(username)) {
            return Outcome.refused(new Refusal.InvalidField("username", "must be " + User.NAME_RULE));
        }
        return users.rename(id, username)
                ? Outcome.success(users.find(id).orElseThrow())
                : Outcome.refused(new Refusal.AlreadyExists(Refusal.Kind.USER, username));
    }

    /// Says what the user may do in the console.
    public Outcome<User> permit(Caller caller, UserId id, Set<Permission> permissions) {
        return managed(caller, id).then(user -> {
            Optional<Refusal> refusal = mayNotTouch(caller, user)
                    .or(() -> givesMoreThanItHas(caller, permissions))
                    .or(() -> isOneself(caller, user) && !permissions.contains(Permission.MANAGE)
                            ? Optional.of(new Refusal.InvalidField(
                                    "permissions", "must have Manage: nobody can take it from themselves"))
                            : Optional.empty());
            if (refusal.isPresent()) {
                return Outcome.refused(refusal.get());
            }
            users.setPermissions(id, permissions);
            return Outcome.success(users.find(id).orElseThrow());
        });
    }

    private static boolean isOneself(Caller caller, User user) {
        return caller.user().filter(user.id()::equals).isPresent();
    }

    /// Who may do more than the caller is none of the caller's business.
    private static Optional<Refusal> mayNotTouch(Caller caller, User user) {
        return givesMoreThanItHas(caller, user.permissions());
    }

    /// A user has no locks, so who is under one can't let a user do anything.
    private static Optional<Refusal> givesMoreThanItHas(Caller caller, Set<Permission> permissions) {
        return permissions.isEmpty()
                ? Optional.empty()
                : caller.lacksAnyOf(permissions).or(() -> caller.isLockedOutOf(Optional.empty(), Optional.empty()));
    }

    /// Gives the user a new password; the old one, all user tokens and sessions end.
    public Outcome<Issued<User>> reset(Caller caller, UserId id) {
        return managed(caller, id).then(user -> {
            Optional<Refusal> refusal = mayNotTouch(caller, user);
            if (refusal.isPresent()) {
                return Outcome.refused(refusal.get()); // who sees the password may sign in with it
            }
            Secret password = secrets.password();
            users.setPassword(id, passwords.hash(password));
            return Outcome.success(new Issued<>(users.find(id).orElseThrow(), password));
        });
    }

    public Outcome<User> revoke(Caller caller, UserId id) {
        return managed(caller, id).then(user -> {
            Optional<Refusal> refusal = mayNotTouch(caller, user)
                    .or(() -> isOneself(caller, user)
                            ? Optional.of(new Refusal.InvalidField("user", "must be another one than yourself"))
                            : Optional.empty());
            if (refusal.isPresent()) {
                return Outcome.refused(refusal.get());
            }
            users.revoke(id);
            return Outcome.success(users.find(id).orElseThrow());
        });
    }

    private Outcome<User> managed(Caller caller, UserId id) {
        return caller.managed(users.find(id), User::account, Refusal.Kind.USER);
    }
}
