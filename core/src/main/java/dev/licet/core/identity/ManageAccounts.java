package dev.licet.core.identity;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.AccountNumber;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/// The operator's work on accounts; a caller without that permission may only list its own.
public final class ManageAccounts {
    private final Accounts accounts;
    private final SecretSource secrets;
    private final Clock clock;

    public ManageAccounts(Accounts accounts, SecretSource secrets, Clock clock) {
        this.accounts = accounts;
        this.secrets = secrets;
        this.clock = clock;
    }

    public Outcome<Account> add(Caller caller, String name) {
        Optional<Refusal> refusal = caller.lacks(Permission.OPERATE).or(() -> Names.refusal("name", name));
        return refusal.isPresent() ? Outcome.refused(refusal.get()) : Outcome.success(add(name));
    }

    /// The first account of an empty store, which nobody can be the caller of yet.
    public Account addFirst(String name) {
        if (!accounts.list().isEmpty()) {
            throw new IllegalStateException("there are accounts already");
        }
        return add(name);
    }

    public Outcome<List<Account>> list(Caller caller) {
        if (caller.lacks(Permission.OPERATE).isEmpty()) {
            return Outcome.success(accounts.list());
        }
        Optional<Refusal> refusal = caller.lacks(Permission.MANAGE);
        return refusal.isPresent()
                ? Outcome.refused(refusal.get())
                : Outcome.success(accounts.find(caller.account()).stream().toList());
    }

    public Outcome<Account> rename(Caller caller, AccountNumber number, String name) {
        Optional<Refusal> refusal = caller.lacksAccount(number)
                .or(() -> caller.lacks(Permission.MANAGE))
                .or(() -> Names.refusal("name", name));
        if (refusal.isPresent()) {
            return Outcome.refused(refusal.get());
        }
        return accounts.rename(number, name)
                ? Outcome.success(accounts.find(number).orElseThrow())
                : Outcome.refused(new Refusal.NotFound(Refusal.Kind.ACCOUNT));
    }

    /// Says whose calendar its days, months and years are of, from now on.
    public Outcome<Account> setZone(Caller caller, AccountNumber number, ZoneId zone) {
        Optional<Refusal> refusal = caller.lacksAccount(number).or(() -> caller.lacks(Permission.MANAGE));
        if (refusal.isPresent()) {
            return Outcome.refused(refusal.get());
        }
        return accounts.setZone(number, zone)
                ? Outcome.success(accounts.find(number).orElseThrow())
                : Outcome.refused(new Refusal.NotFound(Refusal.Kind.ACCOUNT));
    }

    /// Ends an account: nobody can call for it any more. What it had stays.
    public Outcome<Account> revoke(Caller caller, AccountNumber number) {
        Optional<Refusal> refusal = caller.lacks(Permission.OPERATE);
        if (refusal.isPresent()) {
            return Outcome.refused(refusal.get());
        }
        return accounts.revoke(number)
                ? Outcome.success(accounts.find(number).orElseThrow())
                : Outcome.refused(new Refusal.NotFound(Refusal.Kind.ACCOUNT));
    }

    private Account add(String name) {
        SigningKey signingKey = SigningKey.generate();
        while (true) {
            Account account = new Account(secrets.accountNumber(), name, signingKey, false, clock.instant());
            if (accounts.add(account)) {
                return account;
            }
        }
    }
}
