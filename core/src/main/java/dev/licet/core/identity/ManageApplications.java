package dev.licet.core.identity;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ApplicationId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// The applications of an account and their apiKeys. Nobody can give an application what they may not do themselves.
public final class ManageApplications {
    private final Applications applications;
    private final Users users;
    private final SecretSource secrets;
    private final Clock clock;

    /// @param clock the one that tells whether an apiKey is good
    public ManageApplications(Applications applications, Users users, SecretSource secrets, Clock clock) {
        this.applications = applications;
        this.users = users;
        this.secrets = secrets;
        this.clock = clock;
    }

    /// @param owner the username of who acts when a call names no user; empty for the account's first user
    /// @param validFor how long its apiKey is good; empty for ever
    public record Wanted(
            AccountNumber account,
            Optional<String> owner,
            String name,
            boolean write,
            boolean partner,
            CallLimits limits,
            Optional<Duration> validFor) {}

    public Outcome<Issued<Application>> add(Caller caller, Wanted wanted) {
        Optional<Refusal> refusal = caller.lacksManagementOf(wanted.account())
                .or(() -> Names.refusal("name", wanted.name()))
                .or(() -> givesMoreThanItHas(caller, wanted.write()));
        if (refusal.isPresent()) {
            return Outcome.refused(refusal.get());
        }
        Optional<User> owner = wanted.owner().isPresent()
                ? users.find(wanted.account(), wanted.owner().get()).filter(user -> !user.revoked())
                : users.list(wanted.account()).stream()
                        .filter(user -> !user.revoked())
                        .findFirst();
        if (owner.isEmpty()) {
            return Outcome.refused(new Refusal.NotFound(Refusal.Kind.USER));
        }
        Secret apiKey = secrets.apiKey();
        Instant now = clock.instant();
        Application added = applications.add(
                new Applications.NewApplication(
                        wanted.account(),
                        owner.get().id(),
                        wanted.name(),
                        wanted.write(),
                        wanted.partner(),
                        wanted.limits(),
                        wanted.validFor().map(now::plus),
                        Optional.empty()),
                SecretHash.of(apiKey),
                now);
        return Outcome.success(new Issued<>(added, apiKey));
    }

    public Outcome<List<Application>> list(Caller caller, AccountNumber account) {
        Optional<Refusal> refusal = caller.lacksManagementOf(account);
        return refusal.isPresent() ? Outcome.refused(refusal.get()) : Outcome.success(applications.list(account));
    }

    /// What an application may do. @see Application
    public record Rights(boolean write, boolean partner, CallLimits limits) {}

    public Outcome<Application> set(Caller caller, ApplicationId id, UnaryOperator<Rights> change) {
        return managed(caller, id).then(now -> {
            Rights rights = change.apply(new Rights(now.write(), now.partner(), now.limits()));
            Optional<Refusal> refusal = givesMoreThanItHas(caller, rights.write());
            if (refusal.isPresent()) {
                return Outcome.refused(refusal.get());
            }
            applications.set(id, rights.write(), rights.partner(), rights.limits());
            return Outcome.success(applications.find(id).orElseThrow());
        });
    }

    public Outcome<Application> revoke(Caller caller, ApplicationId id) {
        return managed(caller, id).map(application -> {
            applications.revoke(id);
            return applications.find(id).orElseThrow();
        });
    }

    /// An application has no locks, so who is under one can't give any.
    private static Optional<Refusal> givesMoreThanItHas(Caller caller, boolean write) {
        return caller.lacksAnyOf(Application.permissions(write))
                .or(() -> caller.isLockedOutOf(Optional.empty(), Optional.empty()));
    }

    private Outcome<Application> managed(Caller caller, ApplicationId id) {
        return caller.managed(applications.find(id), Application::account, Refusal.Kind.APPLICATION);
    }
}
