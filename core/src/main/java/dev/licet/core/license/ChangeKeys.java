package dev.licet.core.license;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.ProductId;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Permission;
import dev.licet.core.identity.SecretSource;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// What a vendor does to keys: issues them, and changes what they allow.
public final class ChangeKeys {
    /// The most keys of one call.
    public static final int MAX_KEYS = 1_000;

    private final LicenseKeys keys;
    private final NamedKey namedKey;
    private final SecretSource secrets;
    private final Clock clock;

    public ChangeKeys(Products products, LicenseKeys keys, SecretSource secrets, Clock clock) {
        this.keys = keys;
        this.namedKey = new NamedKey(products, keys);
        this.secrets = secrets;
        this.clock = clock;
    }

    /// Issues keys with the same terms.
    ///
    /// @param period in days, 0 for no end @param terms what is different from keys of which nothing else is said
    public Outcome<List<LicenseKey>> issue(
            Caller caller, Optional<ProductId> product, int count, int period, UnaryOperator<KeyTerms> terms) {
        Instant now = clock.instant();
        KeyTerms wanted = terms.apply(KeyTerms.issued(now, Math.clamp(period, 0, KeyTerms.MAX_PERIOD)));
        Optional<Refusal> refusal = caller.lacks(Permission.CREATE_KEY)
                .or(() -> outside("count", count, 1, MAX_KEYS))
                .or(() -> outside("period", period, 0, KeyTerms.MAX_PERIOD))
                .or(() -> refusal(wanted));
        if (refusal.isPresent()) {
            return Outcome.refused(refusal.get());
        }
        return namedKey.product(caller, product).map(known -> {
            while (true) {
                List<String> texts = Stream.generate(secrets::licenseKey)
                        .distinct()
                        .limit(count)
                        .toList();
                Optional<List<LicenseKey>> issued = keys.add(known.account(), known.id(), texts, wanted, now);
                if (issued.isPresent()) {
                    return issued.get();
                }
            }
        });
    }

    private static Optional<Refusal> outside(String field, int value, int least, int most) {
        return value < least || value > most
                ? Optional.of(new Refusal.InvalidField(field, "has to be from " + least + " to " + most))
                : Optional.empty();
    }

    private static Optional<Refusal> refusal(KeyTerms terms) {
        if (terms.notes().filter(ChangeKeys::isTooLong).isPresent()) {
            return Optional.of(new Refusal.InvalidField("notes", "at most " + KeyTerms.MAX_NOTES + " characters"));
        }
        return terms.maxMachines() < 0
                ? Optional.of(new Refusal.InvalidField("machines", "not negative"))
                : Optional.empty();
    }

    private static boolean isTooLong(String notes) {
        return notes.codePointCount(0, notes.length()) > KeyTerms.MAX_NOTES;
    }

    /// So many days more, or less; of an expired key, from now.
    public Outcome<LicenseKey> extend(Caller caller, Optional<ProductId> product, String key, long days) {
        if (Math.abs(days) > KeyTerms.MAX_PERIOD) {
            return Outcome.refused(
                    new Refusal.InvalidField("days", "at most " + KeyTerms.MAX_PERIOD + ", more or less"));
        }
        return change(caller, Permission.EXTEND_LICENSE, product, key, (terms, now) -> terms.extended(days, now));
    }

    /// Turns one of the eight features on or off.
    public Outcome<LicenseKey> setFeature(
            Caller caller, Optional<ProductId> product, String key, long feature, boolean on) {
        if (!Features.isOne(feature)) {
            return Outcome.refused(new Refusal.InvalidField("feature", "1 to " + Features.COUNT));
        }
        return change(
                caller,
                on ? Permission.ADD_FEATURE : Permission.REMOVE_FEATURE,
                product,
                key,
                (terms, now) -> terms.withFeatures(terms.features().with((int) feature, on)));
    }

    public Outcome<LicenseKey> setBlocked(Caller caller, Optional<ProductId> product, String key, boolean blocked) {
        return change(
                caller,
                blocked ? Permission.BLOCK_KEY : Permission.UNBLOCK_KEY,
                product,
                key,
                (terms, now) -> terms.withBlocked(blocked));
    }

    public Outcome<LicenseKey> setNotes(
            Caller caller, Optional<ProductId> product, String key, Optional<String> notes) {
        return change(caller, Permission.CHANGE_NOTES, product, key, (terms, now) -> terms.withNotes(notes));
    }

    /// How many machines it may run on. Those that it runs on already stay, however many.
    public Outcome<LicenseKey> setMaxMachines(Caller caller, Optional<ProductId> product, String key, int machines) {
        return change(
                caller,
                Permission.MACHINE_LOCK_LIMIT,
                product,
                key,
                (terms, now) -> terms.withMachines(machines, terms.allowedMachines()));
    }

    /// Whether each new machine moves its end.
    public Outcome<LicenseKey> setMachinesExtend(
            Caller caller, Optional<ProductId> product, String key, boolean extend) {
        return change(
                caller, Permission.TRIAL_ACTIVATION, product, key, (terms, now) -> terms.withMachinesExtend(extend));
    }

    private Outcome<LicenseKey> change(
            Caller caller,
            Permission permission,
            Optional<ProductId> product,
            String key,
            BiFunction<KeyTerms, Instant, KeyTerms> change) {
        Optional<Refusal> lacking = caller.lacks(permission);
        if (lacking.isPresent()) {
            return Outcome.refused(lacking.get());
        }
        return namedKey.key(caller, product, key).then(found -> {
            Instant now = clock.instant();
            Optional<Refusal> refusal = keys.change(found.id(), "", state -> {
                KeyTerms next = change.apply(state.terms(), now);
                Optional<Refusal> no = refusal(next);
                return new KeyRule.Change<>(no.isPresent() ? state.terms() : next, state.activation(), no);
            });
            return refusal.isPresent() ? Outcome.refused(refusal.get()) : Outcome.success(found);
        });
    }
}
