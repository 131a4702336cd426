package dev.licet.core.sale;

import dev.licet.core.Outcome;
import dev.licet.core.Pending;
import dev.licet.core.Refusal;
import dev.licet.core.Transactions;
import dev.licet.core.id.ProductId;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.Accounts;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Permission;
import dev.licet.core.license.KeyRule;
import dev.licet.core.license.KeyRule.Sold;
import dev.licet.core.license.KeyTerms;
import dev.licet.core.license.LicenseKey;
import dev.licet.core.license.LicenseKeys;
import dev.licet.core.license.Licenses;
import dev.licet.core.license.NamedKey;
import dev.licet.core.license.Products;
import dev.licet.core.license.TermRules;
import dev.licet.core.session.HoldSeats;
import dev.licet.core.session.Seat;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Says whether what was bought may run, and until when. The first yes begins the time of a license that begins with a
/// first play, and is on disk before it is answered. Where the license counts streams, a yes holds a seat. Safe for
/// threads.
public final class CheckLicense {
    private final Accounts accounts;
    private final Licenses licenses;
    private final LicenseKeys keys;
    private final Purchases purchases;
    private final NamedKey namedKey;
    private final HoldSeats holdSeats;
    private final Transactions transactions;
    private final Clock clock;

    public CheckLicense(
            Accounts accounts,
            Licenses licenses,
            Products products,
            LicenseKeys keys,
            Purchases purchases,
            HoldSeats holdSeats,
            Transactions transactions,
            Clock clock) {
        this.accounts = accounts;
        this.licenses = licenses;
        this.keys = keys;
        this.purchases = purchases;
        this.namedKey = new NamedKey(products, keys);
        this.holdSeats = holdSeats;
        this.transactions = transactions;
        this.clock = clock;
    }

    /// What is asked for. @param title empty for the whole product @param stream that is to play
    public record Asked(ProductId product, Optional<String> title, Who who, Optional<Stream> stream) {}

    /// Who wants to use it.
    public sealed interface Who {
        /// With whatever they bought.
        record Bought(Buyer buyer) implements Who {}

        /// With that key.
        record Key(String text) implements Who {}
    }

    /// @param interval how long its seat is held after each ping
    public record Stream(String machine, Optional<String> friendlyName, String address, Duration interval) {}

    /// @param entitlement that it was decided by; empty when nothing was bought
    /// @param refusal why no seat is held, where one is wanted
    public record Answer(
            boolean allowed, Optional<Entitlement> entitlement, Optional<Seat> seat, Optional<Refusal> refusal) {
        static final Answer NOTHING = new Answer(false, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /// What somebody has. @param purchase empty for a key that was issued without one
    /// @param usableUntil the end of its grace; empty where it has no end, or its time waits
    public record Entitlement(
            LicenseKey key,
            KeyTerms terms,
            Optional<Purchase> purchase,
            Optional<Sold> sold,
            Standing standing,
            Optional<Instant> usableUntil) {

        private int streams() {
            return sold.map(under -> under.license().rules().streams()).orElse(0);
        }

        /// Whether it was not given to somebody else.
        private boolean isSameSale(Entitlement other) {
            return purchase.map(Purchase::buyer).equals(other.purchase.map(Purchase::buyer));
        }

        private boolean beginsNow() {
            return terms.course().waits()
                    && sold.filter(under -> under.license().rules().begins() == TermRules.Begin.FIRST_PLAY)
                            .isPresent();
        }
    }

    /// Decides without waiting for the disk; what is to be stored is when the answer is there.
    public Pending<Outcome<Answer>> check(Caller caller, Asked asked) {
        Optional<Refusal> lacking = caller.lacks(Permission.ACTIVATE);
        if (lacking.isPresent()) {
            return Pending.done(Outcome.refused(lacking.get()));
        }
        return switch (best(caller, asked)) {
            case Outcome.Refused<Optional<Entitlement>>(Refusal refusal) -> Pending.done(Outcome.refused(refusal));
            case Outcome.Success<Optional<Entitlement>>(Optional<Entitlement> best) -> {
                if (best.isEmpty() || !best.get().standing().isAllowed()) {
                    yield Pending.done(Outcome.success(answer(best)));
                }
                boolean holds = best.get().streams() > 0;
                if (holds && asked.stream().isEmpty()) {
                    yield Pending.done(Outcome.refused(new Refusal.InvalidField(
                            "machine", "is required: the license is for a number of machines at the same time")));
                }
                yield holds || best.get().beginsNow()
                        ? transactions.submit(() -> play(caller, asked, best.get()))
                        : Pending.done(Outcome.success(answer(best)));
            }
        };
    }

    private static Answer answer(Optional<Entitlement> best) {
        return best.map(entitlement ->
                        new Answer(entitlement.standing().isAllowed(), best, Optional.empty(), Optional.empty()))
                .orElse(Answer.NOTHING);
    }

    /// The same in a transaction, where nothing changes between the deciding and the storing.
    private Outcome<Answer> play(Caller caller, Asked asked, Entitlement decided) {
        Entitlement entitlement = again(decided);
        if (!entitlement.standing().isAllowed() || !entitlement.isSameSale(decided)) {
            return best(caller, asked).map(CheckLicense::answer);
        }
        Optional<Outcome<HoldSeats.Held>> held = entitlement.streams() > 0
                ? asked.stream().map(stream -> seat(caller, asked.product(), entitlement.key(), stream))
                : Optional.empty();
        if (held.isPresent() && held.get() instanceof Outcome.Refused<HoldSeats.Held>(Refusal refusal)) {
            return Outcome.success(new Answer(false, Optional.of(entitlement), Optional.empty(), Optional.of(refusal)));
        }
        Optional<Seat> seat = held.map(
                outcome -> ((Outcome.Success<HoldSeats.Held>) outcome).value().seat());
        Entitlement now = entitlement.beginsNow() ? begun(entitlement) : entitlement;
        return Outcome.success(new Answer(true, Optional.of(now), seat, Optional.empty()));
    }

    /// What was decided on, as it is stored now. A license never changes.
    private Entitlement again(Entitlement decided) {
        return entitlement(
                decided.key(),
                keys.terms(decided.key().id()),
                decided.purchase().flatMap(purchase -> purchases.find(purchase.key())),
                decided.sold(),
                now());
    }

    private Outcome<HoldSeats.Held> seat(Caller caller, ProductId product, LicenseKey key, Stream stream) {
        return holdSeats
                .checkOut(
                        caller,
                        Optional.of(product),
                        key.key(),
                        new HoldSeats.Wanted(
                                stream.machine(),
                                Optional.empty(),
                                stream.friendlyName(),
                                stream.address(),
                                stream.interval(),
                                0,
                                false,
                                false))
                .await();
    }

    private Entitlement begun(Entitlement waiting) {
        Sold sold = waiting.sold().orElseThrow();
        Instant now = now();
        KeyTerms terms = keys.change(waiting.key().id(), "", state -> {
            KeyTerms next = state.terms().begun(now, sold.license(), sold.zone());
            return new KeyRule.Change<>(next, state.activation(), next);
        });
        return entitlement(waiting.key(), terms, waiting.purchase(), waiting.sold(), now);
    }

    /// What allows the most: of what may be used that which ends last, else what ended last.
    private Outcome<Optional<Entitlement>> best(Caller caller, Asked asked) {
        Instant now = now();
        ZoneId zone = accounts.find(caller.account()).map(Account::zone).orElseThrow();
        return switch (asked.who()) {
            case Who.Key(String text) ->
                namedKey.key(caller, Optional.of(asked.product()), text)
                        .map(key -> Optional.of(entitlement(key, purchases.find(key.id()), zone, now)));
            case Who.Bought(Buyer buyer) ->
                namedKey.product(caller, Optional.of(asked.product()))
                        .map(product -> best(
                                purchases.bought(caller.account(), buyer, product.id(), asked.title()), zone, now));
        };
    }

    private Optional<Entitlement> best(List<Purchase> bought, ZoneId zone, Instant now) {
        @Nullable Entitlement best = null;
        for (Purchase purchase : bought) {
            LicenseKey key = keys.find(purchase.key()).orElseThrow();
            Entitlement next = entitlement(key, Optional.of(purchase), zone, now);
            best = best == null || BY_USE.compare(next, best) > 0 ? next : best;
        }
        return Optional.ofNullable(best);
    }

    private Entitlement entitlement(LicenseKey key, Optional<Purchase> purchase, ZoneId zone, Instant now) {
        KeyTerms terms = keys.terms(key.id());
        return entitlement(key, terms, purchase, sold(key, terms, zone), now);
    }

    private static final Comparator<Entitlement> BY_USE = Comparator.<Entitlement, Boolean>comparing(
                    entitlement -> entitlement.standing().isAllowed())
            // What runs is used up before what waits.
            .thenComparing(entitlement -> entitlement.standing() != Standing.WAITING)
            .thenComparing(entitlement -> entitlement.usableUntil().orElse(Instant.MAX));

    private Entitlement entitlement(
            LicenseKey key, KeyTerms terms, Optional<Purchase> purchase, Optional<Sold> sold, Instant now) {
        Optional<Instant> end = terms.course().waits() || !terms.hasPeriod()
                ? Optional.empty()
                : Optional.of(sold.map(under -> under.license().rules().graceEnd(terms.expiresAt(), under.zone()))
                        .orElse(terms.expiresAt()));
        return new Entitlement(key, terms, purchase, sold, Standing.of(purchase, terms, sold, now), end);
    }

    /// What a key was issued under.
    private Optional<Sold> sold(LicenseKey key, KeyTerms terms, ZoneId zone) {
        return terms.license().flatMap(id -> licenses.find(key.account(), id)).map(license -> new Sold(license, zone));
    }

    /// As it is stored.
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
