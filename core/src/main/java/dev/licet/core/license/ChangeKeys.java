package dev.licet.core.license;

import dev.licet.core.Expected;
import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.Transactions;
import dev.licet.core.customer.Customer;
import dev.licet.core.customer.ManageCustomers;
import dev.licet.core.id.CustomerId;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.LicenseId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.TemplateId;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.Accounts;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Issued;
import dev.licet.core.identity.Names;
import dev.licet.core.identity.Permission;
import dev.licet.core.identity.SecretSource;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// What a vendor does to keys: issues them, and changes what they allow.
public final class ChangeKeys {
    /// The most keys of one call.
    public static final int MAX_KEYS = 1_000;

    private final Accounts accounts;
    private final LicenseKeys keys;
    private final Licenses licenses;
    private final KeyTemplates templates;
    private final ManageCustomers customers;
    private final NamedKey namedKey;
    private final Transactions transactions;
    private final SecretSource secrets;
    private final Clock clock;

    public ChangeKeys(
            Accounts accounts,
            Products products,
            LicenseKeys keys,
            Licenses licenses,
            KeyTemplates templates,
            ManageCustomers customers,
            Transactions transactions,
            SecretSource secrets,
            Clock clock) {
        this.accounts = accounts;
        this.keys = keys;
        this.licenses = licenses;
        this.templates = templates;
        this.customers = customers;
        this.namedKey = new NamedKey(products, keys);
        this.transactions = transactions;
        this.secrets = secrets;
        this.clock = clock;
    }

    /// What to issue.
    ///
    /// @param count how many keys @param period in days, 0 for no end
    /// @param license under which they are, which then says when they end
    /// @param terms what is different from keys of which nothing else is said
    public record Wanted(
            int count, KeyForm form, int period, Optional<LicenseId> license, UnaryOperator<KeyTerms> terms) {

        /// Under no license.
        public Wanted(int count, KeyForm form, int period, UnaryOperator<KeyTerms> terms) {
            this(count, form, period, Optional.empty(), terms);
        }
    }

    /// Who new keys are for.
    public sealed interface For {
        record Nobody() implements For {}

        record Known(CustomerId customer) implements For {}

        /// Somebody new. @param orSame whether it is whoever is known by the same email, or name, if anybody is
        record New(Customer.Details details, boolean orSame) implements For {}
    }

    /// Issues keys with the same terms.
    public Outcome<List<LicenseKey>> issue(Caller caller, Optional<ProductId> product, Wanted wanted) {
        return issue(caller, product, wanted, new For.Nobody());
    }

    /// Issues keys with the same terms, to a customer; a new one is added with them or not at all.
    public Outcome<List<LicenseKey>> issue(Caller caller, Optional<ProductId> product, Wanted wanted, For who) {
        Instant now = clock.instant();
        Optional<License> license = wanted.license().flatMap(id -> licenses.find(caller.account(), id));
        KeyTerms terms = wanted.terms()
                .apply(license.map(found -> KeyTerms.issued(now, found, zone(caller)))
                        .orElseGet(() -> KeyTerms.issued(now, Math.clamp(wanted.period(), 0, KeyTerms.MAX_PERIOD))));
        Optional<Refusal> refusal = caller.lacks(Permission.CREATE_KEY)
                .or(() -> outside("count", wanted.count(), 1, MAX_KEYS))
                .or(() -> outside("period", wanted.period(), 0, KeyTerms.MAX_PERIOD))
                .or(() -> wanted.license().isPresent() && license.isEmpty()
                        ? Optional.of(new Refusal.NotFound(Refusal.Kind.LICENSE))
                        : Optional.empty())
                .or(() -> refusal(terms));
        if (refusal.isPresent()) {
            return Outcome.refused(refusal.get());
        }
        return namedKey.product(caller, product).then(known -> switch (who) {
            case For.Nobody nobody -> Outcome.success(add(known, wanted, terms, now));
            case For.Known(CustomerId customer) ->
                addFor(() -> customers.known(caller, customer), known, wanted, terms, now);
            case For.New(Customer.Details details, boolean orSame) ->
                addFor(
                        () -> orSame
                                ? customers.findOrAdd(caller, details)
                                : customers
                                        .add(caller, details, Optional.empty())
                                        .map(Issued::thing),
                        known,
                        wanted,
                        terms,
                        now);
        });
    }

    /// In one transaction with whoever they are for: nobody is added without keys, or has some and is removed
    /// meanwhile.
    private Outcome<List<LicenseKey>> addFor(
            Supplier<Outcome<Customer>> who, Product product, Wanted wanted, KeyTerms terms, Instant now) {
        return transactions.run(() ->
                who.get().map(customer -> add(product, wanted, terms.withCustomer(Optional.of(customer.id())), now)));
    }

    private ZoneId zone(Caller caller) {
        return accounts.find(caller.account()).map(Account::zone).orElseThrow();
    }

    private List<LicenseKey> add(Product product, Wanted wanted, KeyTerms terms, Instant now) {
        while (true) {
            List<String> texts = Stream.generate(() -> text(wanted.form()))
                    .distinct()
                    .limit(wanted.count())
                    .toList();
            Optional<List<LicenseKey>> issued = keys.add(product.account(), product.id(), texts, terms, now);
            if (issued.isPresent()) {
                return issued.get();
            }
        }
    }

    private String text(KeyForm form) {
        return switch (form) {
            case LETTERS -> secrets.licenseKey();
            case CHECKED -> KeyForm.checked(secrets.symbols(KeyForm.SYMBOLS, KeyForm.FREE_SYMBOLS));
        };
    }

    /// Issues a key with the terms of a template.
    public Outcome<LicenseKey> issue(Caller caller, TemplateId template) {
        Optional<Refusal> lacking = caller.lacks(Permission.CREATE_KEY_FROM_TEMPLATE);
        if (lacking.isPresent()) {
            return Outcome.refused(lacking.get());
        }
        return templates
                .find(caller.account(), template)
                .map(found -> namedKey.product(caller, Optional.of(found.product()))
                        .map(product -> {
                            Instant now = clock.instant();
                            KeyTemplate.Content content = found.content();
                            Wanted wanted = new Wanted(1, KeyForm.LETTERS, content.period(), content::on);
                            return add(product, wanted, content.on(KeyTerms.issued(now, content.period())), now)
                                    .getFirst();
                        }))
                .orElseGet(() -> Outcome.refused(new Refusal.NotFound(Refusal.Kind.TEMPLATE)));
    }

    /// Keeps a template.
    public Outcome<KeyTemplate> addTemplate(Caller caller, Optional<ProductId> product, KeyTemplate.Content content) {
        KeyTerms terms = content.on(KeyTerms.issued(clock.instant(), 0));
        Optional<Refusal> refusal = caller.lacks(Permission.MANAGE)
                .or(() -> Names.refusal("name", content.name()))
                .or(() -> outside("period", content.period(), 0, KeyTerms.MAX_PERIOD))
                .or(() -> refusal(terms));
        return refusal.isPresent()
                ? Outcome.refused(refusal.get())
                : namedKey.product(caller, product).map(known -> templates.add(known.account(), known.id(), content));
    }

    /// Those that the caller may see, oldest first. @param after only those with a higher id
    public Outcome<List<KeyTemplate>> templates(Caller caller, long after, int most) {
        Optional<Refusal> refusal =
                caller.lacks(Permission.MANAGE).or(() -> caller.isLockedOutOf(Optional.empty(), Optional.empty()));
        return refusal.isPresent()
                ? Outcome.refused(refusal.get())
                : Outcome.success(templates.list(caller.account(), after, most));
    }

    public Outcome<KeyTemplate> removeTemplate(Caller caller, TemplateId id) {
        Optional<Refusal> lacking = caller.lacks(Permission.MANAGE);
        if (lacking.isPresent()) {
            return Outcome.refused(lacking.get());
        }
        return templates
                .find(caller.account(), id)
                .map(found -> namedKey.product(caller, Optional.of(found.product()))
                        .map(product -> {
                            templates.remove(caller.account(), id);
                            return found;
                        }))
                .orElseGet(() -> Outcome.refused(new Refusal.NotFound(Refusal.Kind.TEMPLATE)));
    }

    private static Optional<Refusal> outside(String field, long value, int least, int most) {
        return value < least || value > most
                ? Optional.of(new Refusal.InvalidField(field, "has to be from " + least + " to " + most))
                : Optional.empty();
    }

    private static Optional<Refusal> refusal(KeyTerms terms) {
        return terms.notes()
                .flatMap(notes -> Names.tooLong("notes", notes, KeyTerms.MAX_NOTES))
                .or(() -> terms.endsInReach()
                        ? Optional.empty()
                        : Optional.of(
                                new Refusal.InvalidField("expiresAt", "must be from 1970 to 9999-12-31T00:00:00Z")))
                .or(() -> refusal(terms.machines()))
                .or(() -> refusal(terms.features()));
    }

    private static Optional<Refusal> refusal(MachineRules machines) {
        if (machines.most() < 0) {
            return Optional.of(new Refusal.InvalidField("machines", "not negative"));
        }
        if (machines.overdraft() < 0) {
            return Optional.of(new Refusal.InvalidField("overdraft", "not negative"));
        }
        return machines.churn()
                .filter(churn -> churn.most() < 0
                        || churn.window().isNegative()
                        || churn.window().compareTo(MachineRules.Churn.LONGEST) > 0)
                .map(churn -> new Refusal.InvalidField(
                        "newMachines", "not negative, within at most " + MachineRules.Churn.LONGEST));
    }

    private static Optional<Refusal> refusal(Features features) {
        boolean isWrong = features.named().size() > Features.MAX_NAMED
                || features.named().stream()
                        .anyMatch(name -> Names.refusal("features", name)
                                .or(() -> Names.tooLong("features", name, Features.MAX_NAME))
                                .isPresent());
        return isWrong
                ? Optional.of(new Refusal.InvalidField(
                        "features",
                        "at most " + Features.MAX_NAMED + " names of at most " + Features.MAX_NAME
                                + " characters, none of them control characters"))
                : Optional.empty();
    }

    /// So many days more, or less; of an expired key, from now.
    public Outcome<LicenseKey> extend(Caller caller, Optional<ProductId> product, String key, long days) {
        return extend(caller, days, () -> namedKey.key(caller, product, key)).map(KeyState::key);
    }

    /// The same of a key by its id.
    public Outcome<KeyState> extend(Caller caller, KeyId id, long days) {
        return extend(caller, days, () -> namedKey.key(caller, id));
    }

    private Outcome<KeyState> extend(Caller caller, long days, Supplier<Outcome<LicenseKey>> key) {
        Optional<Refusal> refusal = outside("days", days, -KeyTerms.MAX_PERIOD, KeyTerms.MAX_PERIOD)
                .or(() -> caller.lacks(Permission.EXTEND_LICENSE));
        return refusal.isPresent()
                ? Outcome.refused(refusal.get())
                : key.get()
                        .then(found ->
                                change(caller, found, Expected.anything(), (terms, now) -> terms.extended(days, now)));
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
                (terms, now) -> terms.withMachines(terms.machines().withMost(machines)));
    }

    /// Whether each new machine moves its end.
    public Outcome<LicenseKey> setMachinesExtend(
            Caller caller, Optional<ProductId> product, String key, boolean extend) {
        return change(
                caller, Permission.TRIAL_ACTIVATION, product, key, (terms, now) -> terms.withMachinesExtend(extend));
    }

    /// Who has the key from now on; empty for nobody.
    public Outcome<LicenseKey> setCustomer(
            Caller caller, Optional<ProductId> product, String key, Optional<CustomerId> customer) {
        Optional<Refusal> unknown = caller.lacks(Permission.CHANGE_CUSTOMER)
                .or(() -> customer.flatMap(id -> customers.unknown(caller, id)));
        return unknown.isPresent()
                ? Outcome.refused(unknown.get())
                : change(
                        caller, Permission.CHANGE_CUSTOMER, product, key, (terms, now) -> terms.withCustomer(customer));
    }

    /// A key and what it allows.
    public record KeyState(LicenseKey key, KeyTerms terms) {}

    /// Changes any of the terms, for who manages. @param change is given the terms and the instant
    public Outcome<KeyState> set(
            Caller caller, KeyId id, Expected<KeyState> expected, BiFunction<KeyTerms, Instant, KeyTerms> change) {
        Optional<Refusal> lacking = caller.lacks(Permission.MANAGE);
        return lacking.isPresent()
                ? Outcome.refused(lacking.get())
                : namedKey.key(caller, id).then(found -> change(caller, found, expected, change));
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
        return namedKey.key(caller, product, key)
                .then(found -> change(caller, found, Expected.anything(), change))
                .map(KeyState::key);
    }

    /// Who the key is for is looked up in the same transaction: nobody has a key who was removed meanwhile.
    private Outcome<KeyState> change(
            Caller caller,
            LicenseKey key,
            Expected<KeyState> expected,
            BiFunction<KeyTerms, Instant, KeyTerms> change) {
        Instant now = clock.instant();
        return keys.change(key.id(), "", state -> {
            KeyTerms next = change.apply(state.terms(), now);
            Optional<Refusal> no = expected.refusal(new KeyState(key, state.terms()))
                    .or(() -> refusal(next))
                    .or(() -> next.customer().equals(state.terms().customer())
                            ? Optional.empty()
                            : next.customer().flatMap(id -> customers.unknown(caller, id)));
            return no.isPresent()
                    ? KeyRule.Change.none(state, Outcome.refused(no.get()))
                    : new KeyRule.Change<>(next, state.activation(), Outcome.success(new KeyState(key, next)));
        });
    }
}
