package dev.licet.core.license;

import dev.licet.core.Expected;
import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.CustomerId;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.ProductId;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.Accounts;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Permission;
import dev.licet.core.identity.SecretSource;
import dev.licet.core.identity.SigningKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// What a program asks of its key: may I run here, until when, and with what.
public final class UseKeys {
    /// For how many days a product can be tried.
    public static final int TRIAL_DAYS = 15;

    private final Accounts accounts;
    private final LicenseKeys keys;
    private final NamedKey namedKey;
    private final SecretSource secrets;
    private final Clock clock;
    private final Clock signClock;

    /// @param clock that keys last by
    /// @param signClock that programs compare with their own: the machine's
    public UseKeys(
            Accounts accounts,
            Products products,
            LicenseKeys keys,
            SecretSource secrets,
            Clock clock,
            Clock signClock) {
        this.accounts = accounts;
        this.keys = keys;
        this.namedKey = new NamedKey(products, keys);
        this.secrets = secrets;
        this.clock = clock;
        this.signClock = signClock;
    }

    /// @param address that the program called from
    public record Device(String machine, Optional<String> friendlyName, String address) {}

    /// A key as it stood at an instant.
    ///
    /// @param signingKey its account's, for the answer
    /// @param at by the clock that keys last by
    /// @param signedAt by the machine's clock, for programs that ask how old the answer is
    public record Report(LicenseKey key, LicenseKeys.KeyUse use, SigningKey signingKey, Instant at, Instant signedAt) {}

    /// Lets the key run on this machine, if it may. An expired key may, and the answer says that it is.
    public Outcome<Report> activate(Caller caller, Optional<ProductId> product, String key, Device device) {
        return activate(caller, product, key, device, decided -> {});
    }

    /// @param witness is told in the transaction what was decided on the key that was found: empty for yes. What it
    /// stores is stored with the activation
    public Outcome<Report> activate(
            Caller caller,
            Optional<ProductId> product,
            String key,
            Device device,
            Consumer<Optional<Refusal>> witness) {
        return named(caller, Permission.ACTIVATE, product, key).then(found -> {
            Instant now = clock.instant();
            Optional<Refusal> refusal = keys.change(found.id(), device.machine(), state -> {
                KeyRule.Change<Optional<Refusal>> change = activated(state, device, now);
                witness.accept(change.answer());
                return change;
            });
            return refusal.isPresent() ? Outcome.refused(refusal.get()) : Outcome.success(report(found, now));
        });
    }

    private static KeyRule.Change<Optional<Refusal>> activated(KeyRule.State state, Device device, Instant now) {
        KeyRule.Change<Optional<Refusal>> decided = decided(state, device, now);
        return decided.answer().isPresent()
                ? decided
                : new KeyRule.Change<>(state.begun(decided.terms(), now), decided.activation(), decided.answer());
    }

    private static KeyRule.Change<Optional<Refusal>> decided(KeyRule.State state, Device device, Instant now) {
        KeyTerms terms = state.terms();
        if (terms.blocked()) {
            return refused(state, new Refusal.KeyBlocked());
        }
        if (!terms.machines().allows(device.machine())) {
            return refused(state, new Refusal.MachineNotAllowed());
        }
        if (state.activation().isPresent()) {
            Activation known = state.activation().get();
            Activation again = new Activation(
                    known.machine(), device.friendlyName().or(known::friendlyName), device.address(), known.at());
            return new KeyRule.Change<>(terms, Optional.of(again), Optional.empty());
        }
        if (terms.machines().most() == 0) {
            return KeyRule.Change.none(state, Optional.empty());
        }
        if (device.machine().isEmpty()) {
            return refused(state, new Refusal.InvalidField("machine", "the key is for named machines"));
        }
        if (state.machines() >= terms.machines().most()) {
            return refused(
                    state, new Refusal.MachineLimitReached(terms.machines().most()));
        }
        Optional<Refusal> churned = terms.machines().churn().flatMap(churn -> churned(state, churn, now));
        if (churned.isPresent()) {
            return refused(state, churned.get());
        }
        Activation added = new Activation(device.machine(), device.friendlyName(), device.address(), now);
        KeyTerms next = terms.machinesExtend() ? terms.extended(terms.period(), now) : terms;
        return new KeyRule.Change<>(next, Optional.of(added), Optional.empty());
    }

    private static Optional<Refusal> churned(KeyRule.State state, MachineRules.Churn churn, Instant now) {
        List<Instant> added = state.newMachines().after(now.minus(churn.window()));
        if (added.size() < churn.most()) {
            return Optional.empty();
        }
        // The one whose leaving the window makes room; none does where no new machine is allowed at all.
        Instant room = churn.most() == 0
                ? now.plus(churn.window())
                : added.get(added.size() - churn.most()).plus(churn.window());
        return Optional.of(new Refusal.TooManyNewMachines(churn.most(), Duration.between(now, room)));
    }

    private static KeyRule.Change<Optional<Refusal>> refused(KeyRule.State state, Refusal refusal) {
        return KeyRule.Change.none(state, Optional.of(refusal));
    }

    /// The key as it is, blocked or not.
    public Outcome<Report> show(Caller caller, Optional<ProductId> product, String key) {
        return named(caller, Permission.GET_KEY, product, key).map(found -> report(found, clock.instant()));
    }

    /// Takes the machine off the key, so that another one can be activated.
    public Outcome<LicenseKey> deactivate(Caller caller, Optional<ProductId> product, String key, String machine) {
        return named(caller, Permission.DEACTIVATE, product, key)
                .then(found -> deactivate(found, machine, Expected.anything()));
    }

    private Outcome<LicenseKey> deactivate(LicenseKey key, String machine, Expected<Activation> expected) {
        Optional<Refusal> refusal = keys.change(key.id(), machine, state -> deactivated(state, expected));
        return refusal.isPresent() ? Outcome.refused(refusal.get()) : Outcome.success(key);
    }

    private static KeyRule.Change<Optional<Refusal>> deactivated(KeyRule.State state, Expected<Activation> expected) {
        if (state.terms().blocked()) {
            return refused(state, new Refusal.KeyBlocked());
        }
        if (state.activation().isEmpty()) {
            return refused(state, new Refusal.NotActivated());
        }
        Optional<Refusal> changed = expected.refusal(state.activation().get());
        return changed.isPresent()
                ? refused(state, changed.get())
                : new KeyRule.Change<>(state.terms(), Optional.empty(), Optional.empty());
    }

    /// Lets a machine try a product: with a key of its own that ends [#TRIAL_DAYS] after the first time it asks.
    public Outcome<LicenseKey> tryOut(Caller caller, Optional<ProductId> product, Device device) {
        Optional<Refusal> lacking = caller.lacks(Permission.CREATE_TRIAL_KEY);
        if (lacking.isPresent()) {
            return Outcome.refused(lacking.get());
        }
        return namedKey.product(caller, product).map(known -> {
            Instant now = clock.instant();
            KeyTerms terms = KeyTerms.issued(now, TRIAL_DAYS).withMachines(MachineRules.ANY.withMost(1));
            Activation activation = new Activation(device.machine(), device.friendlyName(), device.address(), now);
            while (true) {
                Optional<LicenseKey> key =
                        keys.trial(known.account(), known.id(), secrets.licenseKey(), terms, activation);
                if (key.isPresent()) {
                    return key.get();
                }
            }
        });
    }

    private Outcome<LicenseKey> named(Caller caller, Permission permission, Optional<ProductId> product, String key) {
        Optional<Refusal> lacking = caller.lacks(permission);
        return lacking.isPresent() ? Outcome.refused(lacking.get()) : namedKey.key(caller, product, key);
    }

    /// A key by its id, as it is, for who may look at keys.
    public Outcome<Report> show(Caller caller, KeyId id) {
        Optional<Refusal> lacking = caller.lacks(Permission.GET_KEY);
        return lacking.isPresent()
                ? Outcome.refused(lacking.get())
                : namedKey.key(caller, id).map(found -> report(found, clock.instant()));
    }

    /// Takes the machine off the key with this id.
    public Outcome<LicenseKey> deactivate(Caller caller, KeyId id, String machine, Expected<Activation> expected) {
        Optional<Refusal> lacking = caller.lacks(Permission.DEACTIVATE);
        return lacking.isPresent()
                ? Outcome.refused(lacking.get())
                : namedKey.key(caller, id).then(found -> deactivate(found, machine, expected));
    }

    /// Who has a key, to who was let in to it.
    public Optional<CustomerId> customer(LicenseKey key) {
        return keys.use(key.id()).terms().customer();
    }

    /// A key as it is now, to who was let in to it.
    public Report report(LicenseKey key) {
        return report(key, clock.instant());
    }

    private Report report(LicenseKey key, Instant now) {
        SigningKey signingKey =
                accounts.find(key.account()).map(Account::signingKey).orElseThrow();
        return new Report(key, keys.use(key.id()), signingKey, now, signClock.instant());
    }
}
