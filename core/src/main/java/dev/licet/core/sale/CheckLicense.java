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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

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
    public record Asked(ProductId product, Optional<String> title, Who who, Optional<Player> stream) {}

    /// Who wants to use it.
    public sealed interface Who {
        /// With whatever they bought.
        record Bought(Buyer buyer) implements Who {}

        /// With that key.
        record Key(String text) implements Who {}
    }

    /// @param interval how long its seat is held after each ping
    public record Player(String machine, Optional<String> friendlyName, String address, Duration interval) {}

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

        /// Whether it is for that title, or for all.
        private boolean isFor(Optional<String> title) {
            return purchase.flatMap(Purchase::title)
                    .filter(only -> !Optional.of(only).equals(title))
                    .isEmpty();
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
        return switch (entitlements(caller, asked)) {
            case Outcome.Refused<List<Entitlement>>(Refusal refusal) -> Pending.done(Outcome.refused(refusal));
            case Outcome.Success<List<Entitlement>>(List<Entitlement> all) -> check(caller, asked, all);
        };
    }

    private Pending<Outcome<Answer>> check(Caller caller, Asked asked, List<Entitlement> all) {
        if (all.isEmpty() || !all.getFirst().standing().isAllowed()) {
            return Pending.done(Outcome.success(answer(all)));
        }
        Optional<Entitlement> first = firstUsable(all, asked);
        if (first.isEmpty()) {
            return Pending.done(Outcome.refused(new Refusal.InvalidField(
                    "machine", "is required: the license is for a number of machines at the same time")));
        }
        return first.get().streams() > 0 || first.get().beginsNow()
                ? transactions.submit(() -> play(caller, asked))
                : Pending.done(Outcome.success(yes(first.get(), Optional.empty())));
    }

    /// The best of those that may be used by who asks.
    private static Optional<Entitlement> firstUsable(List<Entitlement> all, Asked asked) {
        for (Entitlement entitlement : all) {
            if (isUsable(entitlement, asked)) {
                return Optional.of(entitlement);
            }
        }
        return Optional.empty();
    }

    private static boolean isUsable(Entitlement entitlement, Asked asked) {
        return entitlement.standing().isAllowed()
                && (entitlement.streams() == 0 || asked.stream().isPresent());
    }

    private static Answer answer(List<Entitlement> all) {
        return all.isEmpty()
                ? Answer.NOTHING
                : new Answer(
                        all.getFirst().standing().isAllowed(),
                        Optional.of(all.getFirst()),
                        Optional.empty(),
                        Optional.empty());
    }

    private static Answer yes(Entitlement entitlement, Optional<Seat> seat) {
        return new Answer(true, Optional.of(entitlement), seat, Optional.empty());
    }

    /// The same in a transaction, where nothing changes between the deciding and the storing: the first that may be
    /// used and has a seat, if it takes one.
    private Outcome<Answer> play(Caller caller, Asked asked) {
        return entitlements(caller, asked).map(all -> {
            Optional<Answer> no = Optional.empty();
            for (Entitlement next : all) {
                if (!isUsable(next, asked)) {
                    continue;
                }
                Answer answer = play(caller, asked.stream(), next);
                if (answer.allowed()) {
                    return answer;
                }
                no = no.or(() -> Optional.of(answer));
            }
            return no.orElseGet(
                    () -> all.isEmpty() || !all.getFirst().standing().isAllowed()
                            ? answer(all)
                            : new Answer(
                                    false,
                                    Optional.of(all.getFirst()),
                                    Optional.empty(),
                                    Optional.of(new Refusal.InvalidField("machine", "is required"))));
        });
    }

    private Answer play(Caller caller, Optional<Player> player, Entitlement entitlement) {
        if (entitlement.streams() == 0) {
            return yes(begun(entitlement), Optional.empty());
        }
        return switch (seat(caller, entitlement.key(), player.orElseThrow())) {
            case Outcome.Refused<HoldSeats.Held>(Refusal refusal) ->
                new Answer(false, Optional.of(entitlement), Optional.empty(), Optional.of(refusal));
            case Outcome.Success<HoldSeats.Held>(HoldSeats.Held held) ->
                yes(again(entitlement), Optional.of(held.seat()));
        };
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

    private Outcome<HoldSeats.Held> seat(Caller caller, LicenseKey key, Player player) {
        return holdSeats
                .checkOut(
                        caller,
                        Optional.of(key.product()),
                        key.key(),
                        new HoldSeats.Wanted(
                                player.machine(),
                                Optional.empty(),
                                player.friendlyName(),
                                player.address(),
                                player.interval(),
                                0,
                                false,
                                false))
                .await();
    }

    private Entitlement begun(Entitlement entitlement) {
        if (!entitlement.beginsNow()) {
            return entitlement;
        }
        Instant now = now();
        KeyTerms terms = keys.begin(entitlement.key().id(), now);
        return entitlement(entitlement.key(), terms, entitlement.purchase(), entitlement.sold(), now);
    }

    /// What allows the most first: of what may be used that which ends last, else what ended last.
    private Outcome<List<Entitlement>> entitlements(Caller caller, Asked asked) {
        Instant now = now();
        ZoneId zone = accounts.find(caller.account()).map(Account::zone).orElseThrow();
        return switch (asked.who()) {
            case Who.Key(String text) ->
                namedKey.key(caller, Optional.of(asked.product()), text)
                        .map(key -> Stream.of(entitlement(key, purchases.find(key.id()), zone, now))
                                .filter(entitlement -> entitlement.isFor(asked.title()))
                                .toList());
            case Who.Bought(Buyer buyer) ->
                namedKey.product(caller, Optional.of(asked.product()))
                        .map(product -> entitlements(
                                purchases.bought(caller.account(), buyer, product.id(), asked.title()), zone, now));
        };
    }

    private List<Entitlement> entitlements(List<Purchases.Bought> bought, ZoneId zone, Instant now) {
        List<Entitlement> all = new ArrayList<>(bought.size());
        for (Purchases.Bought one : bought) {
            Optional<Sold> sold = sold(one.key(), one.terms(), zone);
            all.add(entitlement(one.key(), one.terms(), Optional.of(one.purchase()), sold, now));
        }
        all.sort(BY_USE.reversed());
        return all;
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
        return new Entitlement(
                key, terms, purchase, sold, Standing.of(purchase, terms, sold, now), terms.usableUntil(sold));
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
