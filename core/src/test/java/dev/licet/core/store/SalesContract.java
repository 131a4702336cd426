package dev.licet.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.AtOnce;
import dev.licet.core.Expected;
import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.SteadyClock;
import dev.licet.core.TestClock;
import dev.licet.core.customer.Customer;
import dev.licet.core.customer.ManageCustomers;
import dev.licet.core.event.EventFilter;
import dev.licet.core.event.EventQuery;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.CustomerId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.PurchaseId;
import dev.licet.core.id.SeatId;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.SecretSource;
import dev.licet.core.identity.SigningKey;
import dev.licet.core.license.KeyRule;
import dev.licet.core.license.License;
import dev.licet.core.license.LicenseType;
import dev.licet.core.license.Licenses;
import dev.licet.core.license.Price;
import dev.licet.core.license.Term;
import dev.licet.core.license.TermRules;
import dev.licet.core.license.UseKeys;
import dev.licet.core.sale.Buyer;
import dev.licet.core.sale.CheckLicense;
import dev.licet.core.sale.Payment;
import dev.licet.core.sale.PaymentEvents;
import dev.licet.core.sale.Purchases;
import dev.licet.core.sale.SellLicenses;
import dev.licet.core.sale.Standing;
import dev.licet.core.session.HoldSeats;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What purchases and checks are to every engine, seen through the use cases.
public abstract class SalesContract {
    private static final ZoneId PRAGUE = ZoneId.of("Europe/Prague");
    private static final SigningKey SIGNING_KEY = SigningKey.generate();
    private static final Price TEN = new Price("10.00", "EUR");
    private static final Buyer ANNA = Buyer.viewer("anna");

    private final TestClock machine = new TestClock();
    private final Clock clock = new SteadyClock(machine, machine::nanos);
    private final SecretSource secrets = new SecretSource(new SecureRandom());
    private Path directory;
    private Store store;
    private Caller caller;
    private ProductId product;

    protected abstract Store open(Path directory);

    @BeforeEach
    void start(@TempDir Path made) {
        directory = made;
        begin();
    }

    private void begin() {
        store = open(directory);
        AccountNumber number = secrets.accountNumber();
        store.accounts().add(new Account(number, "account", SIGNING_KEY, PRAGUE, false, machine.instant()));
        caller = Caller.operator(number);
        product = store.products().add(number, "film", machine.instant()).id();
    }

    @AfterEach
    void stop() {
        store.close();
    }

    private void reopen() {
        store.close();
        store = open(directory);
    }

    private ManageCustomers customers() {
        return new ManageCustomers(store.customers(), secrets, clock);
    }

    private SellLicenses sell() {
        return new SellLicenses(
                store.accounts(),
                store.licenses(),
                store.products(),
                store.licenseKeys(),
                store.purchases(),
                store.seats(),
                customers(),
                store.transactions(),
                () -> {},
                secrets,
                clock);
    }

    private HoldSeats holdSeats() {
        return new HoldSeats(
                store.seats(),
                store.products(),
                store.licenseKeys(),
                secrets,
                new HoldSeats.Settings(Duration.ofSeconds(1), Duration.ofDays(1), 100, 100),
                Runnable::run,
                clock);
    }

    private CheckLicense check() {
        return new CheckLicense(
                store.accounts(),
                store.licenses(),
                store.products(),
                store.licenseKeys(),
                store.purchases(),
                holdSeats(),
                store.transactions(),
                clock);
    }

    private License license(Optional<Term> term, TermRules rules) {
        return store.licenses()
                .add(
                        caller.account(),
                        new Licenses.NewLicense("it", LicenseType.RENTAL, TEN, term, rules),
                        Optional.empty(),
                        clock.instant());
    }

    private static TermRules begins(TermRules.Begin begin) {
        return new TermRules(begin, TermRules.RenewFrom.EXPIRY, Optional.empty(), Optional.empty(), 0);
    }

    private static Optional<Term> term(int count, Term.Unit unit) {
        return Optional.of(new Term(count, unit));
    }

    private SellLicenses.Sale buy(License license, Buyer buyer) {
        return of(sell().sell(caller, wanted(license, buyer, Optional.empty())));
    }

    private SellLicenses.Wanted wanted(License license, Buyer buyer, Optional<Price> price) {
        return new SellLicenses.Wanted(
                new Purchases.NewPurchase(license.id(), product, Optional.empty(), buyer), price);
    }

    private CheckLicense.Answer check(Buyer buyer) {
        return of(check().check(caller, asked(buyer, Optional.empty())).await());
    }

    private CheckLicense.Answer play(Buyer buyer, String machineCode) {
        return of(check().check(caller, asked(buyer, Optional.of(machineCode))).await());
    }

    private CheckLicense.Asked asked(Buyer buyer, Optional<String> machineCode) {
        return new CheckLicense.Asked(
                product,
                Optional.empty(),
                new CheckLicense.Who.Bought(buyer),
                machineCode.map(
                        code -> new CheckLicense.Player(code, Optional.empty(), "127.0.0.1", Duration.ofMinutes(1))));
    }

    private static Standing standing(CheckLicense.Answer answer) {
        return answer.entitlement().orElseThrow().standing();
    }

    private static <T> T of(Outcome<T> outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Success.class);
        return ((Outcome.Success<T>) outcome).value();
    }

    private static Refusal no(Outcome<?> outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Refused.class);
        return ((Outcome.Refused<?>) outcome).refusal();
    }

    @Test
    void rentalOfAMinute_endsToTheSecond() {
        buy(license(term(1, Term.Unit.MINUTE), TermRules.USUAL), ANNA);

        machine.advance(Duration.ofSeconds(60).minusNanos(1000));
        assertThat(check(ANNA).allowed()).isTrue();
        machine.advance(Duration.ofNanos(1000));
        assertThat(check(ANNA).allowed()).isFalse();
        assertThat(standing(check(ANNA))).isEqualTo(Standing.EXPIRED);
    }

    @Test
    void machinesClockIsSet_whatIsLeftOfARentalStays() {
        buy(license(term(1, Term.Unit.HOUR), TermRules.USUAL), ANNA);

        machine.set(TestClock.START.plus(Duration.ofDays(3650)));
        assertThat(check(ANNA).allowed()).isTrue();
        machine.set(TestClock.START.minus(Duration.ofDays(3650)));
        assertThat(check(ANNA).allowed()).isTrue();
        // A set clock is followed by a sixteenth of the time that passes.
        machine.advance(Duration.ofMinutes(64));
        assertThat(check(ANNA).allowed()).isFalse();
    }

    @Test
    void check_nothingWasBought_saysNoWithoutAPurchase() {
        assertThat(check(ANNA).allowed()).isFalse();
        assertThat(check(ANNA).entitlement()).isEmpty();
    }

    @Test
    void firstPlay_beginsTheTimeOnce_andIsStored() {
        buy(license(term(2, Term.Unit.DAY), begins(TermRules.Begin.FIRST_PLAY)), ANNA);
        machine.advance(Duration.ofDays(100));
        Instant played = clock.instant().truncatedTo(ChronoUnit.MICROS);

        CheckLicense.Answer first = check(ANNA);
        reopen();
        machine.advance(Duration.ofDays(1));
        CheckLicense.Answer again = check(ANNA);

        assertThat(first.entitlement().orElseThrow().terms().course().begun()).contains(played);
        assertThat(again.entitlement().orElseThrow().usableUntil())
                .isEqualTo(first.entitlement().orElseThrow().usableUntil())
                .isPresent();
    }

    @Test
    void firstPlay_ofManyAtOnce_beginsOnce() {
        buy(license(term(2, Term.Unit.DAY), begins(TermRules.Begin.FIRST_PLAY)), ANNA);

        List<Optional<Instant>> begun = AtOnce.run(16, i -> {
            machine.advance(Duration.ofMillis(1));
            return check(ANNA).entitlement().orElseThrow().terms().course().begun();
        });

        assertThat(begun.stream().distinct()).hasSize(1);
    }

    @Test
    void firstActivation_beginsTheTime_aCheckDoesNot() {
        SellLicenses.Sale sale = buy(license(term(1, Term.Unit.MONTH), begins(TermRules.Begin.FIRST_ACTIVATION)), ANNA);
        machine.advance(Duration.ofDays(40));
        assertThat(standing(check(ANNA))).isEqualTo(Standing.WAITING);

        of(new UseKeys(store.accounts(), store.products(), store.licenseKeys(), secrets, clock, clock)
                .activate(
                        caller,
                        Optional.of(product),
                        sale.key().key(),
                        new UseKeys.Device("machine", Optional.empty(), "127.0.0.1")));

        assertThat(standing(check(ANNA))).isEqualTo(Standing.RUNNING);
        assertThat(check(ANNA).entitlement().orElseThrow().terms().course().begun())
                .contains(clock.instant().truncatedTo(ChronoUnit.MICROS));
    }

    @Test
    void timeThatWaits_beginsWithAnyFirstUseOfTheKey() {
        for (TermRules.Begin begin : List.of(TermRules.Begin.FIRST_ACTIVATION, TermRules.Begin.FIRST_PLAY)) {
            SellLicenses.Sale activated =
                    buy(license(term(2, Term.Unit.DAY), begins(begin)), Buyer.viewer("a " + begin));
            SellLicenses.Sale seated = buy(license(term(2, Term.Unit.DAY), begins(begin)), Buyer.viewer("s " + begin));
            of(new UseKeys(store.accounts(), store.products(), store.licenseKeys(), secrets, clock, clock)
                    .activate(
                            caller,
                            Optional.of(product),
                            activated.key().key(),
                            new UseKeys.Device("machine", Optional.empty(), "127.0.0.1")));
            HoldSeats.Held held = of(holdSeats()
                    .checkOut(caller, Optional.of(product), seated.key().key(), seat("machine"))
                    .await());

            Instant end = clock.instant().truncatedTo(ChronoUnit.MICROS).plus(Duration.ofDays(2));
            assertThat(held.terms().expiresAt()).as("seat, " + begin).isEqualTo(end);
            for (SellLicenses.Sale sale : List.of(activated, seated)) {
                assertThat(of(sell().find(caller, sale.purchase().id())).terms().expiresAt())
                        .as(begin.toString())
                        .isEqualTo(end);
            }
        }
    }

    private static HoldSeats.Wanted seat(String machineCode) {
        return new HoldSeats.Wanted(
                machineCode, Optional.empty(), Optional.empty(), "127.0.0.1", Duration.ofMinutes(1), 0, false, false);
    }

    @Test
    void keyOfOneTitle_isForNoOther() {
        License license = license(Optional.empty(), TermRules.USUAL);
        SellLicenses.Sale sale = of(sell().sell(
                        caller,
                        new SellLicenses.Wanted(
                                new Purchases.NewPurchase(license.id(), product, Optional.of("Metropolis"), ANNA),
                                Optional.empty())));

        assertThat(byKey(sale, Optional.of("Metropolis")).allowed()).isTrue();
        assertThat(byKey(sale, Optional.of("Nosferatu"))).isEqualTo(byKey(sale, Optional.empty()));
        assertThat(byKey(sale, Optional.of("Nosferatu")).allowed()).isFalse();
        assertThat(byKey(sale, Optional.of("Nosferatu")).entitlement()).isEmpty();
    }

    private CheckLicense.Answer byKey(SellLicenses.Sale sale, Optional<String> title) {
        return of(check().check(
                        caller,
                        new CheckLicense.Asked(
                                product,
                                title,
                                new CheckLicense.Who.Key(sale.key().key()),
                                Optional.empty()))
                .await());
    }

    @Test
    void check_whoHasTwo_andNoStreamOfTheBetterOneIsFree_usesTheOther() {
        TermRules one = new TermRules(
                TermRules.Begin.PURCHASE, TermRules.RenewFrom.EXPIRY, Optional.empty(), Optional.empty(), 1);
        SellLicenses.Sale longer = buy(license(term(20, Term.Unit.DAY), one), ANNA);
        SellLicenses.Sale shorter = buy(license(term(2, Term.Unit.DAY), one), ANNA);

        assertThat(used(play(ANNA, "tv"))).isEqualTo(longer.purchase().id());
        assertThat(used(play(ANNA, "phone"))).isEqualTo(shorter.purchase().id());
        assertThat(play(ANNA, "tablet").allowed()).isFalse();
        // Without a machine's name none of them can be counted.
        assertThat(no(check().check(caller, asked(ANNA, Optional.empty())).await()))
                .isInstanceOf(Refusal.InvalidField.class);
        SellLicenses.Sale any = buy(license(term(1, Term.Unit.DAY), TermRules.USUAL), ANNA);
        assertThat(used(check(ANNA))).isEqualTo(any.purchase().id());
        assertThat(used(play(ANNA, "tablet"))).isEqualTo(any.purchase().id());
    }

    private static PurchaseId used(CheckLicense.Answer answer) {
        assertThat(answer.allowed()).isTrue();
        return answer.entitlement().orElseThrow().purchase().orElseThrow().id();
    }

    @Test
    void renewals_areCountedFromTheFirstBegin_soThatAShortMonthTakesNothing() {
        Instant last = Instant.parse("2027-01-31T11:00:00Z");
        machine.advance(Duration.between(machine.instant(), last));
        SellLicenses.Sale sale = buy(license(term(1, Term.Unit.MONTH), TermRules.USUAL), ANNA);
        assertThat(sale.terms().expiresAt()).isEqualTo(Instant.parse("2027-02-28T11:00:00Z"));

        sale = of(sell().renew(caller, sale.purchase().id(), Optional.empty(), Expected.anything()));
        // In Prague's summer time, so that it is the same hour there.
        assertThat(sale.terms().expiresAt()).isEqualTo(Instant.parse("2027-03-31T10:00:00Z"));
        sale = of(sell().renew(caller, sale.purchase().id(), Optional.empty(), Expected.anything()));
        assertThat(sale.terms().expiresAt()).isEqualTo(Instant.parse("2027-04-30T10:00:00Z"));
    }

    @Test
    void yearFromALeapDay_endsOnTheLastOfFebruary() {
        machine.advance(Duration.between(machine.instant(), Instant.parse("2028-02-29T11:00:00Z")));
        SellLicenses.Sale sale = buy(license(term(1, Term.Unit.YEAR), TermRules.USUAL), ANNA);

        assertThat(sale.terms().expiresAt()).isEqualTo(Instant.parse("2029-02-28T11:00:00Z"));
        for (int i = 0; i < 3; i++) {
            sale = of(sell().renew(caller, sale.purchase().id(), Optional.empty(), Expected.anything()));
        }
        assertThat(sale.terms().expiresAt()).isEqualTo(Instant.parse("2032-02-29T11:00:00Z"));
    }

    @Test
    void renewal_afterTheGrace_beginsNow() {
        TermRules rules = new TermRules(
                TermRules.Begin.PURCHASE, TermRules.RenewFrom.EXPIRY, term(2, Term.Unit.DAY), Optional.empty(), 0);
        PurchaseId id =
                buy(license(term(1, Term.Unit.DAY), rules), ANNA).purchase().id();
        Instant bought = clock.instant();

        machine.advance(Duration.ofDays(2));
        assertThat(standing(check(ANNA))).isEqualTo(Standing.GRACE);
        SellLicenses.Sale inGrace = of(sell().renew(caller, id, Optional.empty(), Expected.anything()));
        assertThat(inGrace.terms().expiresAt()).isEqualTo(bought.plus(Duration.ofDays(2)));

        machine.advance(Duration.ofDays(5));
        SellLicenses.Sale late = of(sell().renew(caller, id, Optional.empty(), Expected.anything()));
        assertThat(late.terms().expiresAt()).isEqualTo(clock.instant().plus(Duration.ofDays(1)));
    }

    @Test
    void streams_areSeats_neverMoreThanTheLicenseHas() {
        TermRules rules = new TermRules(
                TermRules.Begin.FIRST_PLAY, TermRules.RenewFrom.EXPIRY, Optional.empty(), Optional.empty(), 2);
        buy(license(term(1, Term.Unit.DAY), rules), ANNA);
        assertThat(no(check().check(caller, asked(ANNA, Optional.empty())).await()))
                .isInstanceOf(Refusal.InvalidField.class);

        assertThat(play(ANNA, "tv").seat()).isPresent();
        assertThat(play(ANNA, "phone").allowed()).isTrue();
        assertThat(play(ANNA, "tv").allowed()).isTrue();
        CheckLicense.Answer third = play(ANNA, "tablet");
        assertThat(third.allowed()).isFalse();
        assertThat(third.refusal().orElseThrow()).isInstanceOf(Refusal.SeatsTaken.class);

        machine.advance(Duration.ofMinutes(1));
        assertThat(play(ANNA, "tablet").allowed()).isTrue();
    }

    @Test
    void refund_ofAll_endsIt_andBlocksTheKey() {
        SellLicenses.Sale sale = buy(license(Optional.empty(), TermRules.USUAL), ANNA);

        SellLicenses.Sale refunded =
                of(sell().refund(caller, sale.purchase().id(), Optional.empty(), true, Expected.anything()));

        assertThat(refunded.standing()).isEqualTo(Standing.REFUNDED);
        assertThat(refunded.terms().blocked()).isTrue();
        assertThat(refunded.payments().getLast().amount().amount()).isEqualByComparingTo(TEN.amount());
        assertThat(check(ANNA).allowed()).isFalse();
        assertThat(no(sell().refund(caller, sale.purchase().id(), Optional.empty(), true, Expected.anything())))
                .isEqualTo(new Refusal.PurchaseEnded("refunded"));
        assertThat(no(sell().renew(caller, sale.purchase().id(), Optional.empty(), Expected.anything())))
                .isEqualTo(new Refusal.PurchaseEnded("refunded"));
    }

    @Test
    void refunds_neverMoreThanWasPaid_alsoAtOnce() {
        SellLicenses.Sale sale = buy(license(Optional.empty(), TermRules.USUAL), ANNA);

        List<Boolean> paid = AtOnce.run(
                8,
                i -> sell().refund(
                                        caller,
                                        sale.purchase().id(),
                                        Optional.of(new Price("3.00", "EUR")),
                                        false,
                                        Expected.anything())
                        instanceof Outcome.Success<SellLicenses.Sale>);

        assertThat(paid.stream().filter(yes -> yes)).hasSize(3);
        assertThat(no(sell().refund(
                                caller,
                                sale.purchase().id(),
                                Optional.of(new Price("1.00", "USD")),
                                false,
                                Expected.anything())))
                .isInstanceOf(Refusal.InvalidField.class);
    }

    @Test
    void cancel_letsItRunOut_andNobodyRenewsIt() {
        PurchaseId id = buy(license(term(1, Term.Unit.MONTH), TermRules.USUAL), ANNA)
                .purchase()
                .id();

        of(sell().cancel(caller, id, Expected.anything()));

        assertThat(check(ANNA).allowed()).isTrue();
        assertThat(no(sell().cancel(caller, id, Expected.anything())))
                .isEqualTo(new Refusal.PurchaseEnded("cancelled"));
        assertThat(no(sell().renew(caller, id, Optional.empty(), Expected.anything())))
                .isEqualTo(new Refusal.PurchaseEnded("cancelled"));
    }

    @Test
    void transfer_givesWhatIsLeftToSomebodyElse() {
        PurchaseId id = buy(license(term(1, Term.Unit.MONTH), TermRules.USUAL), ANNA)
                .purchase()
                .id();
        CustomerId bob = of(customers().add(caller, new Customer.Details("Bob", "", "", ""), Optional.empty()))
                .thing()
                .id();

        SellLicenses.Sale moved = of(sell().transfer(caller, id, Buyer.of(bob), Expected.anything()));

        assertThat(check(ANNA).entitlement()).isEmpty();
        assertThat(check(Buyer.of(bob)).allowed()).isTrue();
        assertThat(moved.terms().customer()).contains(bob);
    }

    @Test
    void transfer_takesItOffTheFormerOwnersMachines() {
        TermRules one = new TermRules(
                TermRules.Begin.PURCHASE, TermRules.RenewFrom.EXPIRY, Optional.empty(), Optional.empty(), 1);
        SellLicenses.Sale sale = buy(license(term(1, Term.Unit.MONTH), one), ANNA);
        SeatId seat = play(ANNA, "tv").seat().orElseThrow().id();
        of(new UseKeys(store.accounts(), store.products(), store.licenseKeys(), secrets, clock, clock)
                .activate(
                        caller,
                        Optional.of(product),
                        sale.key().key(),
                        new UseKeys.Device("tv", Optional.empty(), "127.0.0.1")));
        Buyer ben = Buyer.viewer("ben");

        of(sell().transfer(caller, sale.purchase().id(), ben, Expected.anything()));

        assertThat(no(holdSeats().ping(caller, seat, "127.0.0.1").await()))
                .isEqualTo(new Refusal.NotFound(Refusal.Kind.SEAT));
        assertThat(store.licenseKeys().use(sale.key().id()).activations()).isEmpty();
        assertThat(play(ben, "tablet").allowed()).isTrue();
    }

    @Test
    void renewals_thatSumToMoreThanAnAmount_areRefused_andWhatWasPaidCanBePaidBack() {
        License license = license(term(1, Term.Unit.DAY), TermRules.USUAL);
        Price most = new Price("92233720368547758.07", "EUR");
        SellLicenses.Sale sale = of(sell().sell(caller, wanted(license, ANNA, Optional.of(most))));

        assertThat(no(sell().renew(
                                caller,
                                sale.purchase().id(),
                                Optional.of(new Price("0.01", "EUR")),
                                Expected.anything())))
                .isInstanceOf(Refusal.InvalidField.class);
        assertThat(of(sell().refund(caller, sale.purchase().id(), Optional.empty(), true, Expected.anything()))
                        .payments()
                        .getLast()
                        .amount())
                .isEqualTo(most);
    }

    @Test
    void check_whoBoughtVeryOften_isDecidedByThatWhichEndsLast_howeverOldItIs() {
        License day = license(term(1, Term.Unit.DAY), TermRules.USUAL);
        SellLicenses.Sale own = buy(license(Optional.empty(), TermRules.USUAL), ANNA);
        SellLicenses.Sale first = buy(day, ANNA);
        for (int i = 0; i < 120; i++) {
            buy(day, ANNA);
        }
        assertThat(used(check(ANNA))).isEqualTo(own.purchase().id());
        of(sell().refund(caller, own.purchase().id(), Optional.empty(), true, Expected.anything()));
        machine.advance(Duration.ofDays(2));
        assertThat(check(ANNA).allowed()).isFalse();
        // One that the check did not look at is moved by hand.
        store.licenseKeys()
                .change(
                        first.key().id(),
                        "",
                        state -> new KeyRule.Change<>(
                                state.terms().extended(10, clock.instant()), state.activation(), true));
        assertThat(used(check(ANNA))).isEqualTo(first.purchase().id());
    }

    @Test
    void buy_whatIsNotThereOrAddsUpToNothing_isRefused_andNothingIsStored() {
        License license = license(Optional.empty(), TermRules.USUAL);
        Caller stranger = Caller.operator(secrets.accountNumber());

        assertThat(no(sell().sell(stranger, wanted(license, ANNA, Optional.empty()))))
                .isEqualTo(new Refusal.NotFound(Refusal.Kind.LICENSE));
        assertThat(no(sell().sell(caller, wanted(license, Buyer.of(new CustomerId(999)), Optional.empty()))))
                .isEqualTo(new Refusal.NotFound(Refusal.Kind.CUSTOMER));
        assertThat(no(sell().sell(caller, wanted(license, ANNA, Optional.of(new Price("0.001", "EUR"))))))
                .isInstanceOf(Refusal.InvalidField.class);
        assertThat(no(sell().sell(caller, wanted(license, ANNA, Optional.of(new Price("1.5", "JPY"))))))
                .isInstanceOf(Refusal.InvalidField.class);
        assertThat(no(sell().sell(
                                caller,
                                wanted(license, new Buyer(Optional.empty(), Optional.empty()), Optional.empty()))))
                .isInstanceOf(Refusal.InvalidField.class);
        assertThat(of(sell().list(
                                caller,
                                new Purchases.Query(
                                        Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()),
                                0,
                                10)))
                .isEmpty();
    }

    @Test
    void ifMatch_ofTwoRenewalsOfTheSameSight_oneSucceeds() {
        SellLicenses.Sale sale = buy(license(term(1, Term.Unit.MONTH), TermRules.USUAL), ANNA);

        List<Boolean> renewed = AtOnce.run(
                8,
                i -> sell().renew(
                                        caller,
                                        sale.purchase().id(),
                                        Optional.empty(),
                                        now -> now.payments().equals(sale.payments()))
                        instanceof Outcome.Success<SellLicenses.Sale>);

        assertThat(renewed.stream().filter(yes -> yes)).hasSize(1);
    }

    @Test
    void payments_areToldToTheEventsOnce_alsoAfterARestart() throws InterruptedException {
        License license = license(term(1, Term.Unit.MONTH), TermRules.USUAL);
        SellLicenses.Sale sale = buy(license, ANNA);
        try (PaymentEvents events = new PaymentEvents(store.purchases(), store.events(), clock)) {
            events.start();
            awaitTold();
            of(sell().renew(caller, sale.purchase().id(), Optional.empty(), Expected.anything()));
            of(sell().refund(
                            caller,
                            sale.purchase().id(),
                            Optional.of(new Price("2.5", "EUR")),
                            true,
                            Expected.anything()));
            events.wake();
            awaitTold();
        }
        // As if it had been killed between the event and the mark.
        store.close();
        untell(directory);
        store = open(directory);
        try (PaymentEvents events = new PaymentEvents(store.purchases(), store.events(), clock)) {
            events.start();
            awaitTold();
        }

        List<RecordedEvent> told = store.events()
                .find(EventQuery.of(caller.account(), EventFilter.ALL, 10))
                .events();
        assertThat(told.reversed())
                .extracting(event -> event.event().name().orElseThrow() + " "
                        + event.event().value().orElseThrow() + " "
                        + event.event().currency().orElseThrow())
                .containsExactly("purchase 1000 EUR", "renewal 1000 EUR", "refund -250 EUR");
    }

    /// Makes a closed store forget that it told of any payment.
    protected abstract void untell(Path closed);

    private void awaitTold() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!store.purchases().untold(1).isEmpty()) {
            assertThat(System.nanoTime()).as("payments are told").isLessThan(end);
            Thread.sleep(5);
        }
    }

    // Against a model

    private static final List<ZoneId> ZONES = List.of(
            ZoneId.of("UTC"),
            PRAGUE,
            ZoneId.of("America/New_York"),
            ZoneId.of("Australia/Lord_Howe"),
            ZoneId.of("Asia/Kathmandu"));

    /// A purchase, and what the model says of it.
    private record Pair(PurchaseId id, Buyer buyer, String key, SalesModel model) {}

    @Test
    void randomStepsOfSales_areWhatAPlainModelSays() throws IOException {
        store.close();
        Path memory = Path.of("/dev/shm");
        Path made = Files.createTempDirectory(Files.isWritable(memory) ? memory : directory, "sales");
        directory = made;
        try {
            begin();
            int steps = Integer.getInteger("licet.sales.steps", 100_000);
            for (long seed = 0; seed < ZONES.size(); seed++) {
                walk(seed, steps / ZONES.size());
            }
        } finally {
            store.close();
            try (var files = Files.walk(made)) {
                files.sorted(java.util.Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
            store = open(made.resolve("closed"));
        }
    }

    private void walk(long seed, int steps) {
        Random random = new Random(seed);
        ZoneId zone = ZONES.get((int) seed % ZONES.size());
        store.accounts().setZone(caller.account(), zone);
        List<Pair> pairs = new ArrayList<>();
        for (int step = 0; step < steps; step++) {
            String at = "seed " + seed + " step " + step;
            int choice = random.nextInt(100);
            if (pairs.isEmpty() || choice < 8) {
                pairs.add(bought(random, zone, "viewer " + seed + " " + step));
                if (pairs.size() > 30) {
                    pairs.removeFirst();
                }
                continue;
            }
            if (choice < 30) {
                machine.advance(Duration.ofMillis(random.nextLong(1, pause(random))));
            } else if (choice < 34) {
                machine.set(machine.instant().plusSeconds(random.nextInt(-100_000_000, 100_000_000)));
            } else if (choice == 34 && random.nextInt(20) == 0) {
                reopen();
            }
            Pair pair = pairs.get(random.nextInt(pairs.size()));
            act(random, pair, at);
            compare(pair, at);
        }
        pairs.forEach(pair -> compare(pair, "seed " + seed + " at its end"));
    }

    private static long pause(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> 10_000;
            case 1 -> 3_600_000;
            case 2 -> 86_400_000L;
            default -> 86_400_000L * 20;
        };
    }

    private Pair bought(Random random, ZoneId zone, String viewer) {
        Optional<Term> term = random.nextInt(10) == 0
                ? Optional.empty()
                : Optional.of(
                        new Term(1 + random.nextInt(4), Term.Unit.values()[random.nextInt(Term.Unit.values().length)]));
        TermRules rules = new TermRules(
                TermRules.Begin.values()[random.nextInt(3)],
                TermRules.RenewFrom.values()[random.nextInt(2)],
                random.nextBoolean() ? Optional.empty() : term(1 + random.nextInt(3), Term.Unit.DAY),
                random.nextBoolean() ? Optional.empty() : term(1 + random.nextInt(2), Term.Unit.WEEK),
                0);
        License license = license(term, rules);
        Price price = new Price(BigDecimal.valueOf(random.nextInt(5000), 2).toPlainString(), "EUR");
        SellLicenses.Sale sale = of(sell().sell(caller, wanted(license, Buyer.viewer(viewer), Optional.of(price))));
        return new Pair(
                sale.purchase().id(),
                Buyer.viewer(viewer),
                sale.key().key(),
                new SalesModel(term, rules, zone, price.amount(), now()));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private void act(Random random, Pair pair, String at) {
        Price price = new Price(BigDecimal.valueOf(random.nextInt(1000), 2).toPlainString(), "EUR");
        switch (random.nextInt(8)) {
            case 0, 1 ->
                assertThat(made(sell().renew(caller, pair.id, Optional.of(price), Expected.anything())))
                        .as("renewed, " + at)
                        .isEqualTo(pair.model.renew(price.amount(), now()));
            case 2 -> {
                boolean ends = random.nextInt(8) == 0;
                assertThat(made(sell().refund(caller, pair.id, Optional.of(price), ends, Expected.anything())))
                        .as("refunded, " + at)
                        .isEqualTo(pair.model.refund(price.amount(), ends));
            }
            case 3 -> {
                if (random.nextInt(6) == 0) {
                    assertThat(made(sell().cancel(caller, pair.id, Expected.anything())))
                            .as("cancelled, " + at)
                            .isEqualTo(pair.model.cancel());
                }
            }
            case 4 -> {
                boolean activated =
                        made(new UseKeys(store.accounts(), store.products(), store.licenseKeys(), secrets, clock, clock)
                                .activate(
                                        caller,
                                        Optional.of(product),
                                        pair.key,
                                        new UseKeys.Device("machine", Optional.empty(), "127.0.0.1")));
                assertThat(activated).as("activated, " + at).isEqualTo(!pair.model.refunded);
                pair.model.firstUse(TermRules.Begin.FIRST_ACTIVATION, now());
                pair.model.firstUse(TermRules.Begin.FIRST_PLAY, now());
            }
            default -> {
                // only looked at
            }
        }
    }

    private static boolean made(Outcome<?> outcome) {
        return outcome instanceof Outcome.Success<?>;
    }

    private void compare(Pair pair, String at) {
        CheckLicense.Answer answer = check(pair.buyer);
        pair.model.firstUse(TermRules.Begin.FIRST_PLAY, now());
        CheckLicense.Entitlement entitlement = answer.entitlement().orElseThrow();
        assertThat(entitlement.standing().name()).as(at).isEqualTo(pair.model.standing(now()));
        assertThat(answer.allowed()).as(at).isEqualTo(entitlement.standing().isAllowed());
        assertThat(entitlement.usableUntil()).as(at).isEqualTo(pair.model.usableUntil());
        SellLicenses.Sale sale = of(sell().find(caller, pair.id));
        BigDecimal left = sale.payments().stream()
                .map(payment -> payment.kind() == Payment.Kind.REFUND
                        ? payment.amount().amount().negate()
                        : payment.amount().amount())
                .reduce(BigDecimal.ZERO, BigDecimal::add);
        assertThat(left).as(at).isEqualByComparingTo(pair.model.left);
    }
}
