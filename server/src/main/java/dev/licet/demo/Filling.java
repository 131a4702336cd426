package dev.licet.demo;

import static java.util.Objects.requireNonNull;

import dev.licet.core.Expected;
import dev.licet.core.Pending;
import dev.licet.core.audit.Acting;
import dev.licet.core.customer.Customer;
import dev.licet.core.customer.ManageCustomers;
import dev.licet.core.event.EventFilter;
import dev.licet.core.event.EventQuery;
import dev.licet.core.event.Placed;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.CustomerId;
import dev.licet.core.id.LicenseId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.PurchaseId;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.ManageAccounts;
import dev.licet.core.identity.SecretSource;
import dev.licet.core.license.ChangeKeys;
import dev.licet.core.license.CreateLicense;
import dev.licet.core.license.KeyForm;
import dev.licet.core.license.ManageProducts;
import dev.licet.core.license.UseKeys;
import dev.licet.core.sale.Buyer;
import dev.licet.core.sale.PaymentEvents;
import dev.licet.core.sale.Purchases;
import dev.licet.core.sale.SellLicenses;
import dev.licet.core.session.HoldSeats;
import dev.licet.core.store.Store;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Writes a made-up vendor into a new store: first what it sold, by core's own use cases and a clock that goes through
/// the story, then the events, many at a time. What is done twice for the same demo has the same keys. For one thread.
public final class Filling {
    /// In one transaction.
    private static final int DEEDS = 200;
    /// In one submission.
    private static final int EVENTS = 1_000;
    /// Submissions that are on their way to the disk.
    private static final int UNDER_WAY = 32;

    private static final int SEATS_HELD = 5;
    private static final Duration SEAT = Duration.ofDays(7);
    private static final String ADDRESS = "192.0.2.";

    private final Store store;
    private final Vendor vendor;
    private final Progress progress;
    private final Caller caller;
    private final StoryClock clock;

    private final ManageAccounts accounts;
    private final ManageProducts products;
    private final CreateLicense licenses;
    private final ManageCustomers customers;
    private final ChangeKeys changeKeys;
    private final UseKeys useKeys;
    private final SellLicenses sell;
    private final HoldSeats seats;

    private final List<ProductId> sold = new ArrayList<>();
    private final Map<Offer, LicenseId> offers = new HashMap<>();
    /// By the numbers of clients.
    private final Map<Integer, CustomerId> known = new HashMap<>();
    /// By the numbers of stints, as the keys are.
    private final Map<Integer, PurchaseId> bought = new HashMap<>();

    private final Map<Integer, String> keys = new HashMap<>();

    private List<UsageEvent> batch = new ArrayList<>(EVENTS);
    private final Deque<Pending<List<Placed>>> underWay = new ArrayDeque<>();

    private record Offer(Plan plan, String currency) {}

    private Filling(Store store, Vendor vendor, Progress progress) {
        SecretSource secrets = new SecretSource(guessable(vendor.demo().seed()));
        this.store = store;
        this.vendor = vendor;
        this.progress = progress;
        this.caller = Caller.operator(store.accounts().list().getFirst().number());
        this.clock = new StoryClock(vendor.demo().begin());
        this.accounts = new ManageAccounts(store.accounts(), secrets, clock);
        this.products = new ManageProducts(
                store.accounts(), store.products(), store.licenseKeys(), store.transactions(), secrets, clock);
        this.licenses = new CreateLicense(store.licenses(), clock);
        this.customers = new ManageCustomers(store.customers(), secrets, clock);
        this.changeKeys = new ChangeKeys(
                store.accounts(),
                store.products(),
                store.licenseKeys(),
                store.licenses(),
                store.keyTemplates(),
                customers,
                store.transactions(),
                secrets,
                clock);
        this.useKeys = new UseKeys(store.accounts(), store.products(), store.licenseKeys(), secrets, clock, clock);
        this.sell = new SellLicenses(
                store.accounts(),
                store.licenses(),
                store.products(),
                store.licenseKeys(),
                store.purchases(),
                store.seats(),
                customers,
                store.transactions(),
                () -> {}, // payments are told with the events
                secrets,
                clock);
        this.seats = new HoldSeats(
                store.seats(),
                store.products(),
                store.licenseKeys(),
                secrets,
                new HoldSeats.Settings(Duration.ofSeconds(1), SEAT, SEATS_HELD, SEATS_HELD),
                Thread::startVirtualThread,
                clock);
    }

    /// License keys and secrets of customers that are the same for the same seed: nobody has them.
    private static SecureRandom guessable(long seed) {
        try {
            SecureRandom random = SecureRandom.getInstance("SHA1PRNG");
            random.setSeed(seed); // before anything else: then it is all that counts
            return random;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA1PRNG", e);
        }
    }

    /// Fills a store that has one account with one product, and waits until all of it can be queried.
    public static Made fill(Store store, Demo demo, Progress progress) {
        Vendor vendor = new Vendor(demo);
        Filling filling = new Filling(store, vendor, progress);
        Acting acting = new Acting("licet demo", "127.0.0.1", "");
        return ScopedValue.where(Acting.CURRENT, acting).call(() -> {
            Acting.as(filling.caller);
            filling.entities();
            return Made.of(vendor, filling.events());
        });
    }

    private AccountNumber account() {
        return caller.account();
    }

    private void entities() {
        store.transactions().run(() -> {
            offer();
            return true;
        });
        List<Deed> deeds = vendor.deeds();
        for (int from = 0; from < deeds.size(); from += DEEDS) {
            List<Deed> some = deeds.subList(from, Math.min(from + DEEDS, deeds.size()));
            progress.made("entries", from, deeds.size());
            store.transactions().run(() -> {
                some.forEach(this::happens);
                return true;
            });
        }
        clock.set(vendor.demo().end());
        store.transactions().run(() -> {
            vendor.stints().stream()
                    .filter(stint -> stint.plan() == Plan.TEAM && keys.containsKey(stint.number()))
                    .filter(stint -> stint.until().isAfter(vendor.demo().end()))
                    .forEach(this::takeSeats);
            return true;
        });
    }

    private void offer() {
        accounts.rename(caller, account(), Vendor.NAME).orElseThrow();
        accounts.setZone(caller, account(), Vendor.ZONE).orElseThrow();
        ProductId program = store.products().list(account()).getFirst().id();
        sold.add(products.set(caller, program, Expected.anything(), now -> now.named(Vendor.PROGRAM))
                .orElseThrow()
                .id());
        sold.add(products.add(caller, account(), Vendor.LIBRARY).orElseThrow().id());
        for (Plan plan : Plan.values()) {
            for (String currency : Market.CURRENCIES) {
                offers.put(
                        new Offer(plan, currency),
                        licenses.create(caller, plan.license(currency))
                                .orElseThrow()
                                .id());
            }
        }
    }

    private ProductId product(Stint stint) {
        return sold.get(stint.plan().isLesson() ? 1 : 0);
    }

    private LicenseId license(Stint stint) {
        return requireNonNull(
                offers.get(new Offer(stint.plan(), stint.client().market().currency())));
    }

    private CustomerId customer(Client client) {
        return requireNonNull(known.get(client.number()));
    }

    private PurchaseId purchase(Stint stint) {
        return requireNonNull(bought.get(stint.number()));
    }

    private String key(Stint stint) {
        return requireNonNull(keys.get(stint.number()));
    }

    private void happens(Deed deed) {
        clock.set(deed.at());
        switch (deed) {
            case Deed.Joins joins -> join(joins.client());
            case Deed.Tries tries -> tryOut(tries.stint());
            case Deed.Buys buys -> buy(buys.stint());
            case Deed.Renews renews ->
                sell.renew(caller, purchase(renews.stint()), Optional.empty(), Expected.anything())
                        .orElseThrow();
            case Deed.Cancels cancels ->
                sell.cancel(caller, purchase(cancels.stint()), Expected.anything())
                        .orElseThrow();
            case Deed.Refunds refunds ->
                sell.refund(caller, purchase(refunds.stint()), Optional.empty(), true, Expected.anything())
                        .orElseThrow();
            case Deed.Activates activates -> activate(activates.stint(), activates.machine());
        }
    }

    private void join(Client client) {
        Customer added = customers
                .add(caller, client.details(), Optional.empty())
                .orElseThrow()
                .thing();
        known.put(client.number(), added.id());
    }

    private void tryOut(Stint stint) {
        ChangeKeys.Wanted trial =
                new ChangeKeys.Wanted(1, KeyForm.LETTERS, 0, Optional.of(license(stint)), terms -> terms);
        keys.put(
                stint.number(),
                changeKeys
                        .issue(
                                caller,
                                Optional.of(product(stint)),
                                trial,
                                new ChangeKeys.For.Known(customer(stint.client())))
                        .orElseThrow()
                        .getFirst()
                        .key());
    }

    private void buy(Stint stint) {
        Client client = stint.client();
        Buyer buyer = client.isViewer() ? Buyer.viewer(client.viewer()) : Buyer.of(customer(client));
        Purchases.NewPurchase purchase =
                new Purchases.NewPurchase(license(stint), product(stint), stint.title(), buyer);
        SellLicenses.Sale sale = sell.sell(caller, new SellLicenses.Wanted(purchase, Optional.empty()))
                .orElseThrow();
        bought.put(stint.number(), sale.purchase().id());
        keys.put(stint.number(), sale.key().key());
    }

    private void activate(Stint stint, Machine machine) {
        UseKeys.Device device =
                new UseKeys.Device(machine.code().orElseThrow(), Optional.of(machine.name()), address(stint));
        useKeys.activate(caller, Optional.of(product(stint)), key(stint), device)
                .orElseThrow();
    }

    private static String address(Stint stint) {
        return ADDRESS + (1 + stint.client().number() % 254);
    }

    /// As a team's machines do that run when the story ends.
    private void takeSeats(Stint stint) {
        List<Machine> machines = stint.client().machines();
        for (Machine machine : machines.subList(0, Math.min(SEATS_HELD, machines.size()))) {
            HoldSeats.Wanted wanted = new HoldSeats.Wanted(
                    machine.code().orElseThrow(),
                    machine.user(),
                    Optional.of(machine.name()),
                    address(stint),
                    SEAT,
                    0,
                    false,
                    false);
            seats.checkOut(caller, Optional.of(product(stint)), key(stint), wanted)
                    .await()
                    .orElseThrow();
        }
    }

    /// @return how many can be queried
    private long events() {
        List<Purchases.Untold> payments = store.purchases().untold(Integer.MAX_VALUE);
        List<UsageEvent> others = Stream.concat(
                        payments.stream().map(PaymentEvents::event),
                        vendor.deeds().stream()
                                .filter(Deed.Cancels.class::isInstance)
                                .map(Deed.Cancels.class::cast)
                                .map(this::cancelled))
                .sorted(Comparator.comparing(UsageEvent::at))
                .toList();
        List<Usage.Under> under = vendor.stints().stream().map(this::under).toList();
        store.events().find(newest()); // from now on it is loaded as it comes
        new Usage(vendor, account(), under, this::feed).tell(vendor.demo().events() - others.size(), others);
        submit();
        while (!underWay.isEmpty()) {
            underWay.removeFirst().await();
        }
        store.purchases().told(payments.getLast().payment().id());
        while (!store.events().find(newest()).complete()) {
            tellProgress();
        }
        tellProgress();
        return store.events().lastQueryable();
    }

    private EventQuery newest() {
        return EventQuery.of(account(), EventFilter.ALL, 1);
    }

    private Usage.Under under(Stint stint) {
        return new Usage.Under(Optional.of(product(stint)), Optional.ofNullable(keys.get(stint.number())));
    }

    private UsageEvent cancelled(Deed.Cancels cancels) {
        Stint stint = cancels.stint();
        return Usage.cancelled(account(), cancels, under(stint), "cus_" + customer(stint.client()));
    }

    private void feed(UsageEvent event) {
        batch.add(event);
        if (batch.size() == EVENTS) {
            submit();
        }
    }

    private void submit() {
        if (batch.isEmpty()) {
            return;
        }
        Submission submission = new Submission(batch, Clock.systemUTC().instant());
        batch = new ArrayList<>(EVENTS);
        if (submission.isOnce()) {
            store.events().append(submission).orElseThrow();
        } else {
            underWay.add(store.events().submit(submission));
        }
        if (underWay.size() > UNDER_WAY) {
            underWay.removeFirst().await();
        }
        tellProgress();
    }

    private void tellProgress() {
        progress.made("events", store.events().lastQueryable(), vendor.demo().events());
    }
}
