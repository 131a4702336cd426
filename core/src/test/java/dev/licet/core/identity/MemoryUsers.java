package dev.licet.core.identity;

import dev.licet.core.TestClock;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.UserId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.UnaryOperator;

/// Users in memory.
public final class MemoryUsers implements Users {
    private final Map<Long, User> users = new ConcurrentSkipListMap<>();

    public User add(AccountNumber account, String username, PasswordHash password) {
        return add(account, username, password, Set.of(), TestClock.START).orElseThrow();
    }

    @Override
    public synchronized Optional<User> add(
            AccountNumber account, String username, PasswordHash password, Set<Permission> permissions, Instant at) {
        if (find(account, username).isPresent()) {
            return Optional.empty();
        }
        User user = new User(new UserId(users.size() + 1), account, username, password, permissions, false, at);
        users.put(user.id().value(), user);
        return Optional.of(user);
    }

    @Override
    public Optional<User> find(AccountNumber account, String username) {
        return list(account).stream()
                .filter(user -> user.username().equals(username))
                .findFirst();
    }

    @Override
    public Optional<User> find(UserId id) {
        return Optional.ofNullable(users.get(id.value()));
    }

    @Override
    public List<User> list(AccountNumber account) {
        return users.values().stream()
                .filter(user -> user.account().equals(account))
                .toList();
    }

    @Override
    public boolean rename(UserId id, String username) {
        return change(id, user -> with(user, username, user.password(), user.permissions(), user.revoked()));
    }

    @Override
    public boolean setPassword(UserId id, PasswordHash password) {
        return change(id, user -> with(user, user.username(), password, user.permissions(), user.revoked()));
    }

    @Override
    public boolean revoke(UserId id) {
        return change(id, user -> with(user, user.username(), user.password(), user.permissions(), true));
    }

    @Override
    public void endLent(UserId id) {
        // nothing is lent here
    }

    @Override
    public boolean setPermissions(UserId id, Set<Permission> permissions) {
        return change(id, user -> with(user, user.username(), user.password(), permissions, user.revoked()));
    }

    private static User with(
            User user, String username, PasswordHash password, Set<Permission> permissions, boolean revoked) {
        return new User(user.id(), user.account(), username, password, permissions, revoked, user.createdAt());
    }

    private boolean change(UserId id, UnaryOperator<User> change) {
        return users.computeIfPresent(id.value(), (key, user) -> change.apply(user)) != null;
    }
}
