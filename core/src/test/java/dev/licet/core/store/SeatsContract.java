package dev.licet.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.AtOnce;
import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.TestClock;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.SeatId;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.KeyLock;
import dev.licet.core.identity.Permission;
import dev.licet.core.identity.SecretSource;
import dev.licet.core.identity.SigningKey;
import dev.licet.core.insight.Answer;
import dev.licet.core.insight.AskInsights;
import dev.licet.core.insight.InsightLimits;
import dev.licet.core.insight.Question;
import dev.licet.core.insight.Scope;
import dev.licet.core.insight.SeatUse;
import dev.licet.core.insight.Span;
import dev.licet.core.insight.Unit;
import dev.licet.core.license.KeyRule;
import dev.licet.core.license.KeyTerms;
import dev.licet.core.license.MachineRules;
import dev.licet.core.session.HoldSeats;
import dev.licet.core.session.HoldSeats.Held;
import dev.licet.core.session.HoldSeats.Wanted;
import dev.licet.core.session.Seat;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What every engine promises of seats, asked through the use case. An engine's test inherits it.
public abstract class SeatsContract {
    private static final Duration INTERVAL = Duration.ofMinutes(1);
    private static final HoldSeats.Settings SETTINGS =
            new HoldSeats.Settings(Duration.ofSeconds(1), Duration.ofDays(30), 20, 3);
    private static final SigningKey SIGNING_KEY = SigningKey.generate();
    private static final AccountNumber ACCOUNT = new AccountNumber(AccountNumber.FIRST);
    private static final String KEY = "AAAAA-BBBBB-CCCCC-DDDDD";

    private final SecretSource secrets = new SecretSource(new SecureRandom());
    private TestClock clock;
    private Store store;
    private HoldSeats seats;
    private ProductId product;
    private KeyId key;
    private Caller caller;

    /// Opens the store; called again after a close, it opens the same one again.
    protected abstract Store open();

    @BeforeEach
    void begin() {
        clock = new TestClock();
        store = open();
        store.accounts().add(new Account(ACCOUNT, "Vendor", SIGNING_KEY, false, clock.instant()));
        product = store.products().add(ACCOUNT, "Editor", clock.instant()).id();
        key = store.licenseKeys()
                .add(ACCOUNT, product, KEY, clock.instant())
                .orElseThrow()
                .id();
        caller = Caller.operator(ACCOUNT);
        seats = useCase();
        limit(2);
    }

    @AfterEach
    void end() {
        store.close();
    }

    private HoldSeats useCase() {
        return new HoldSeats(
                store.seats(), store.products(), store.licenseKeys(), secrets, SETTINGS, Runnable::run, clock);
    }

    private void limit(int machines) {
        terms(terms -> terms.withMachines(MachineRules.ANY.withMost(machines)));
    }

    private void terms(UnaryOperator<KeyTerms> change) {
        store.licenseKeys()
                .change(key, "", state -> new KeyRule.Change<>(change.apply(state.terms()), state.activation(), true));
    }

    private static Wanted wanted(String machine) {
        return new Wanted(machine, Optional.empty(), Optional.empty(), "127.0.0.1", INTERVAL, 0, false, false);
    }

    private static Wanted overdraft(String machine, int most) {
        return new Wanted(machine, Optional.empty(), Optional.empty(), "127.0.0.1", INTERVAL, most, false, false);
    }

    private static Wanted waiting(String machine) {
        return new Wanted(machine, Optional.empty(), Optional.empty(), "127.0.0.1", INTERVAL, 0, false, true);
    }

    private static Wanted of(String user, String machine) {
        return new Wanted(machine, Optional.of(user), Optional.empty(), "127.0.0.1", INTERVAL, 0, true, false);
    }

    private Outcome<Held> ask(Wanted wanted) {
        return seats.checkOut(caller, Optional.of(product), KEY, wanted).await();
    }

    private Seat have(Wanted wanted) {
        return held(ask(wanted));
    }

    private static Seat held(Outcome<Held> outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Success.class);
        return ((Outcome.Success<Held>) outcome).value().seat();
    }

    private static Refusal refusal(Outcome<?> outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Refused.class);
        return ((Outcome.Refused<?>) outcome).refusal();
    }

    private static Refusal taken(int position) {
        return new Refusal.SeatsTaken(2, position, HoldSeats.ASK_AGAIN);
    }

    private Outcome<Held> ping(Seat seat) {
        return seats.ping(caller, seat.id(), "127.0.0.2").await();
    }

    private List<String> holders() {
        return store.seats().held(key, clock.instant()).stream()
                .map(Seat::machine)
                .toList();
    }

    @Test
    void seats_areGivenUpToTheLimit_andAgainWhenOneIsGivenBack() {
        Seat first = have(wanted("a"));
        Seat second = have(wanted("b"));
        assertThat(refusal(ask(wanted("c")))).isEqualTo(taken(0));
        assertThat(holders()).containsExactlyInAnyOrder("a", "b");
        assertThat(seats.release(caller, first.id()).await()).isEqualTo(Outcome.success(first));
        assertThat(refusal(seats.release(caller, first.id()).await()))
                .isEqualTo(new Refusal.NotFound(Refusal.Kind.SEAT));
        assertThat(refusal(ping(first))).isEqualTo(new Refusal.NotFound(Refusal.Kind.SEAT));
        have(wanted("c"));
        assertThat(holders()).containsExactlyInAnyOrder("b", "c");
        assertThat(second.id()).isNotEqualTo(first.id());
    }

    @Test
    void machineThatHoldsASeat_pingsItByAskingAgain_andStaysTheSameSeat() {
        Seat seat = have(wanted("a"));
        assertThat(seat.until()).isEqualTo(clock.instant().plus(INTERVAL));
        clock.advance(Duration.ofSeconds(30));
        Seat again = have(wanted("a"));
        assertThat(again.id()).isEqualTo(seat.id());
        assertThat(again.since()).isEqualTo(seat.since());
        assertThat(again.until()).isEqualTo(clock.instant().plus(INTERVAL));
        clock.advance(Duration.ofSeconds(59));
        assertThat(held(ping(seat)).until()).isEqualTo(clock.instant().plus(INTERVAL));
        assertThat(held(ping(seat)).address()).isEqualTo("127.0.0.2");
        assertThat(holders()).containsExactly("a");
    }

    @Test
    void seatThatIsPingedFromHourToHour_isHeldAllTheTime_andLapsesToTheInstant() {
        limit(1);
        Seat seat = have(wanted("a"));
        for (Instant end = clock.instant().plus(Duration.ofHours(3));
                clock.instant().isBefore(end);
                clock.advance(INTERVAL.minusSeconds(1))) {
            assertThat(held(ping(seat)).id()).isEqualTo(seat.id());
            assertThat(holders()).containsExactly("a");
            assertThat(store.seats().count(key, clock.instant())).isOne();
            assertThat(ask(wanted("b"))).isInstanceOf(Outcome.Refused.class);
        }
        assertThat(holders()).containsExactly("a");
        clock.advance(Duration.ofSeconds(1));
        assertThat(holders()).isEmpty();
        assertThat(store.seats().count(key, clock.instant())).isZero();
    }

    @Test
    void seatThatIsNotPinged_lapsesToTheInstant_andIsPingedBackIfOneIsFree() {
        Seat a = have(wanted("a"));
        have(wanted("b"));
        clock.advance(INTERVAL.minusNanos(1000));
        assertThat(holders()).containsExactlyInAnyOrder("a", "b");
        assertThat(refusal(ask(wanted("c")))).isEqualTo(taken(0));
        clock.advance(Duration.ofNanos(1000));
        assertThat(holders()).isEmpty();
        have(wanted("c"));
        assertThat(held(ping(a)).id()).isEqualTo(a.id());
        assertThat(holders()).containsExactlyInAnyOrder("a", "c");
        assertThat(refusal(ask(wanted("b")))).isEqualTo(taken(0));
    }

    @Test
    void lapsedSeat_whenNoneIsFree_isNotPingedBack() {
        Seat a = have(wanted("a"));
        clock.advance(INTERVAL);
        have(wanted("b"));
        have(wanted("c"));
        assertThat(refusal(ping(a))).isEqualTo(taken(0));
        assertThat(holders()).containsExactlyInAnyOrder("b", "c");
    }

    @Test
    void overdraft_isGivenBeyondTheLimit_andBecomesARegularSeatWhenOneIsFree() {
        Seat a = have(wanted("a"));
        have(wanted("b"));
        Seat c = have(overdraft("c", 1));
        assertThat(a.overdraft()).isFalse();
        assertThat(c.overdraft()).isTrue();
        assertThat(refusal(ask(overdraft("d", 1)))).isEqualTo(taken(0));
        assertThat(have(overdraft("c", 1)).overdraft()).isTrue();
        assertThat(held(ping(c)).overdraft()).isTrue();
        seats.release(caller, a.id()).await();
        assertThat(held(ping(c)).overdraft()).isFalse();
        assertThat(have(overdraft("d", 1)).overdraft()).isTrue();
        assertThat(holders()).containsExactlyInAnyOrder("b", "c", "d");
    }

    @Test
    void sameUser_takesItsSeatToAnotherMachine_alsoWhenAllAreHeld() {
        Seat old = have(of("ada", "laptop"));
        have(wanted("b"));
        Seat taken = have(of("ada", "desktop"));
        assertThat(holders()).containsExactlyInAnyOrder("b", "desktop");
        assertThat(taken.id()).isNotEqualTo(old.id());
        assertThat(refusal(ping(old))).isEqualTo(new Refusal.NotFound(Refusal.Kind.SEAT));
        assertThat(refusal(ask(of("grace", "phone")))).isEqualTo(taken(0));
    }

    @Test
    void whoWaits_isServedInTurn_beforeWhoJustCame() {
        Seat a = have(wanted("a"));
        Seat b = have(wanted("b"));
        assertThat(refusal(ask(waiting("c")))).isEqualTo(taken(1));
        assertThat(refusal(ask(waiting("d")))).isEqualTo(taken(2));
        assertThat(refusal(ask(waiting("c")))).isEqualTo(taken(1));
        seats.release(caller, a.id()).await();
        assertThat(refusal(ask(wanted("e")))).isEqualTo(taken(0));
        assertThat(refusal(ask(waiting("d")))).isEqualTo(taken(2));
        have(waiting("c"));
        assertThat(refusal(ask(waiting("d")))).isEqualTo(taken(1));
        seats.release(caller, b.id()).await();
        have(waiting("d"));
        assertThat(holders()).containsExactlyInAnyOrder("c", "d");
    }

    @Test
    void twoFreeSeats_goToTheFirstTwoOfTheQueue_whoeverAsksFirst() {
        Seat a = have(wanted("a"));
        Seat b = have(wanted("b"));
        ask(waiting("c"));
        ask(waiting("d"));
        seats.release(caller, a.id()).await();
        seats.release(caller, b.id()).await();
        have(waiting("d"));
        have(waiting("c"));
    }

    @Test
    void placeInTheQueue_isLostByWhoDoesNotAskAgain_orStopsWaiting_andTheQueueIsBounded() {
        Seat a = have(new Wanted("a", Optional.empty(), Optional.empty(), "::1", Duration.ofHours(1), 0, false, false));
        have(new Wanted("b", Optional.empty(), Optional.empty(), "::1", Duration.ofHours(1), 0, false, false));
        for (int i = 1; i <= SETTINGS.mostWaiting(); i++) {
            assertThat(refusal(ask(waiting("w" + i)))).isEqualTo(taken(i));
        }
        assertThat(refusal(ask(waiting("one too many")))).isEqualTo(taken(0));
        assertThat(refusal(ask(wanted("w1")))).isEqualTo(taken(0)); // waits no more
        clock.advance(Duration.ofSeconds(20));
        assertThat(refusal(ask(waiting("w2")))).isEqualTo(taken(1));
        clock.advance(Duration.ofSeconds(20)); // w3 has not asked for 40 s
        assertThat(refusal(ask(waiting("new")))).isEqualTo(taken(2));
        assertThat(refusal(ask(waiting("w3")))).isEqualTo(taken(3));
        seats.release(caller, a.id()).await();
        have(waiting("w2"));
    }

    @Test
    void downtime_takesNobodysSeat_andGivesNoneToWhoHadLostIt() {
        Seat late = have(wanted("late"));
        clock.advance(Duration.ofSeconds(50));
        Seat pinging = have(wanted("pinging"));
        clock.advance(Duration.ofSeconds(15)); // late has lapsed, and somebody has its seat
        Seat next = have(wanted("next"));
        assertThat(refusal(ask(waiting("waiting")))).isEqualTo(taken(1));
        store.close();
        clock.advance(Duration.ofHours(3));
        store = open();
        seats = useCase();
        seats.resume();
        assertThat(holders()).containsExactlyInAnyOrder("pinging", "next");
        assertThat(refusal(ask(wanted("new")))).isEqualTo(taken(0));
        assertThat(refusal(ping(late))).isEqualTo(taken(0));
        assertThat(held(ping(pinging)).since()).isEqualTo(pinging.since());
        clock.advance(Duration.ofSeconds(29));
        assertThat(refusal(ask(waiting("waiting")))).isEqualTo(taken(1));
        clock.advance(Duration.ofSeconds(20));
        assertThat(refusal(ask(waiting("waiting")))).isEqualTo(taken(1));
        clock.advance(Duration.ofSeconds(11)); // nobody came back
        assertThat(holders()).isEmpty();
        have(wanted("new"));
        assertThat(refusal(ask(wanted("another"))))
                .isInstanceOf(Refusal.SeatsTaken.class); // the other one is waited for
        have(waiting("waiting"));
        assertThat(next.machine()).isEqualTo("next");
    }

    @Test
    void clockThatWasSetBack_whileTheServerWasAway_holdsNoSeatForEver() {
        have(wanted("a"));
        store.close();
        clock.set(clock.instant().minus(Duration.ofDays(365)));
        store = open();
        seats = useCase();
        seats.resume();
        assertThat(holders()).containsExactly("a");
        clock.advance(INTERVAL);
        assertThat(holders()).isEmpty();
    }

    private static Wanted borrowing(String machine, Duration time) {
        return new Wanted(machine, Optional.of("anna"), Optional.empty(), "127.0.0.1", time, 0, false, false, true);
    }

    @Test
    void borrowedSeat_isHeldToItsEnd_whateverItsMachineAsksMeanwhile() {
        limit(1);
        Instant end = clock.instant().plus(Duration.ofDays(3));
        Seat seat = have(borrowing("laptop", Duration.ofDays(3)));
        assertThat(seat.until()).isEqualTo(end);

        assertThat(have(wanted("laptop")).until()).isEqualTo(end);
        assertThat(held(ping(seat)).until()).isEqualTo(end);
        assertThat(have(borrowing("laptop", Duration.ofDays(1))).until()).isEqualTo(end);
        clock.advance(Duration.ofDays(3).minusSeconds(1));
        assertThat(refusal(ask(wanted("other")))).isInstanceOf(Refusal.SeatsTaken.class);
        clock.advance(Duration.ofSeconds(1));
        have(wanted("other"));
    }

    @Test
    void borrowedSeat_isNotHeldLongerByRestarts_norTakenOver() {
        limit(1);
        have(borrowing("laptop", Duration.ofDays(3)));
        for (int i = 0; i < 2; i++) {
            clock.advance(Duration.ofDays(1));
            store.close();
            store = open();
            seats = useCase();
            seats.resume();
        }
        assertThat(refusal(ask(of("anna", "desk")))).isInstanceOf(Refusal.SeatsTaken.class);
        clock.advance(Duration.ofDays(1));
        have(of("anna", "desk"));
    }

    @Test
    void borrowedSeat_keepsNoOtherSeatFromItsGraceAfterDowntime() {
        have(borrowing("laptop", Duration.ofDays(3)));
        have(wanted("desk"));
        clock.advance(Duration.ofDays(1));
        store.close();
        store = open();
        seats = useCase();

        seats.resume();

        assertThat(holders()).containsExactlyInAnyOrder("laptop", "desk");
        clock.advance(INTERVAL);
        assertThat(holders()).containsExactly("laptop");
    }

    @Test
    void wrongAsks_areRefused_eachForItsReason() {
        assertThat(refusal(ask(wanted("")))).isInstanceOf(Refusal.InvalidField.class);
        for (Duration interval : List.of(Duration.ZERO, Duration.ofMillis(999), Duration.ofDays(31))) {
            assertThat(refusal(
                            ask(new Wanted("a", Optional.empty(), Optional.empty(), "::1", interval, 0, false, false))))
                    .isInstanceOf(Refusal.InvalidField.class);
        }
        assertThat(refusal(seats.checkOut(caller, Optional.of(product), "no key", wanted("a"))
                        .await()))
                .isEqualTo(new Refusal.NotFound(Refusal.Kind.LICENSE_KEY));
        Seat seat = have(wanted("a"));
        terms(terms -> terms.withBlocked(true));
        assertThat(refusal(ask(wanted("a")))).isEqualTo(new Refusal.KeyBlocked());
        assertThat(refusal(ping(seat))).isEqualTo(new Refusal.KeyBlocked());
        assertThat(refusal(seats.release(caller, Optional.of(product), KEY, "a")))
                .isEqualTo(new Refusal.KeyBlocked());
        terms(terms -> terms.withBlocked(false).withMachines(new MachineRules(2, List.of("b"), 0, Optional.empty())));
        assertThat(refusal(ask(wanted("a")))).isEqualTo(new Refusal.MachineNotAllowed());
        have(wanted("b"));
    }

    @Test
    void callersWithoutPermission_ofAnotherAccount_orLockedElsewhere_seeNoSeat() {
        Seat seat = have(wanted("a"));
        AccountNumber other = new AccountNumber(AccountNumber.FIRST + 1);
        store.accounts().add(new Account(other, "Other", SIGNING_KEY, false, clock.instant()));
        Caller lockedElsewhere = new Caller(
                ACCOUNT,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Set.of(Permission.ACTIVATE),
                false,
                Optional.of(new ProductId(product.value() + 1)),
                KeyLock.ANY);
        for (Caller stranger : List.of(Caller.operator(other), lockedElsewhere)) {
            assertThat(refusal(seats.ping(stranger, seat.id(), "::1").await()))
                    .isEqualTo(new Refusal.NotFound(Refusal.Kind.SEAT));
            assertThat(refusal(seats.release(stranger, seat.id()).await()))
                    .isEqualTo(new Refusal.NotFound(Refusal.Kind.SEAT));
        }
        Caller nobody = may(Permission.GET_EVENTS);
        assertThat(refusal(seats.ping(nobody, seat.id(), "::1").await())).isInstanceOf(Refusal.NotPermitted.class);
        assertThat(refusal(seats.list(nobody, Optional.of(product), KEY))).isInstanceOf(Refusal.NotPermitted.class);
        assertThat(holders()).containsExactly("a");
    }

    @Test
    void keyForAnyNumber_andAnyOverdraft_endAtWhatTheServerHoldsOfOneKey() {
        limit(0);
        for (int i = 0; i < SETTINGS.mostHeld(); i++) {
            have(wanted("m" + i));
        }
        Refusal full = new Refusal.SeatsTaken(SETTINGS.mostHeld(), 0, HoldSeats.ASK_AGAIN);
        assertThat(refusal(ask(wanted("one too many")))).isEqualTo(full);
        assertThat(refusal(ask(overdraft("one too many", Integer.MAX_VALUE)))).isEqualTo(full);
        limit(2);
        assertThat(refusal(ask(overdraft("one too many", Integer.MAX_VALUE)))).isEqualTo(taken(0));
        have(wanted("m0"));
    }

    @Test
    void machinesThatComeOnce_areForgotten_butForTheLast() {
        Seat first = have(wanted("first"));
        Seat last = first;
        for (int i = 0; i < 300; i++) {
            clock.advance(INTERVAL);
            last = have(wanted("m" + i));
        }
        clock.advance(INTERVAL);
        assertThat(refusal(ping(first))).isEqualTo(new Refusal.NotFound(Refusal.Kind.SEAT));
        assertThat(held(ping(last)).machine()).isEqualTo("m299");
    }

    @Test
    void seatOfARevokedProduct_isNotKeptAlive() {
        Seat seat = have(wanted("a"));
        store.products().revoke(product);
        assertThat(refusal(ping(seat))).isEqualTo(new Refusal.NotFound(Refusal.Kind.SEAT));
    }

    @Test
    void whoManages_takesASeatAway_withoutBeingAProgram() {
        Seat seat = have(wanted("a"));
        assertThat(seats.release(may(Permission.MANAGE), seat.id()).await()).isEqualTo(Outcome.success(seat));
        Seat again = have(wanted("a"));
        assertThat(refusal(seats.release(may(Permission.GET_KEY), again.id()).await()))
                .isInstanceOf(Refusal.NotPermitted.class);
        assertThat(holders()).containsExactly("a");
    }

    private static Caller may(Permission permission) {
        return new Caller(
                ACCOUNT,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Set.of(permission),
                false,
                Optional.empty(),
                KeyLock.ANY);
    }

    @Test
    void manyAtOnce_neverGetMoreThanThereAre() {
        limit(10);
        for (int round = 0; round < 20; round++) {
            String prefix = "round " + round + " machine ";
            List<Outcome<Held>> outcomes = AtOnce.run(64, i -> ask(wanted(prefix + i)));
            assertThat(outcomes.stream().filter(Outcome.Success.class::isInstance))
                    .hasSize(10);
            assertThat(holders()).hasSize(10);
            store.seats()
                    .held(key, clock.instant())
                    .forEach(seat -> seats.release(caller, seat.id()).await());
        }
    }

    /// Who uses it, looked at every few seconds, against what is told afterwards.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void use_isTheMostThatWereHeldAtOnce_andHowOftenNoneWasFree(long seed) {
        Random random = new Random(seed);
        limit(3);
        clock.advance(Duration.ofSeconds(198)); // to the full hour
        Instant begin = clock.instant();
        List<Long> peaks = new ArrayList<>();
        List<Long> denials = new ArrayList<>();
        for (int hour = 0; hour < 4; hour++) {
            long peak = count();
            long denied = 0;
            Instant end = begin.plus(Duration.ofHours(hour + 1));
            while (clock.instant().isBefore(end)) {
                String machine = "machine " + random.nextInt(6);
                switch (random.nextInt(5)) {
                    case 0 -> seats.release(caller, Optional.of(product), KEY, machine);
                    case 1 ->
                        seats.release(caller, have(overdraft(machine, 5)).id()).await();
                    default -> denied += ask(wanted(machine)) instanceof Outcome.Refused ? 1 : 0;
                }
                peak = Math.max(peak, count());
                if (random.nextInt(40) == 0) {
                    store.seats().forgetLapsed(key, clock.instant(), 1);
                    store.seats().forgetLapsedBefore(clock.instant().minus(INTERVAL));
                }
                Duration pause = Duration.ofSeconds(1 + random.nextInt(100));
                clock.advance(
                        clock.instant().plus(pause).isAfter(end) ? Duration.between(clock.instant(), end) : pause);
            }
            peaks.add(peak);
            denials.add(denied);
        }

        Scope scope = new Scope(
                ACCOUNT,
                Optional.of(product),
                Optional.of(KEY),
                new Span(begin, clock.instant(), ZoneOffset.UTC),
                List.of());
        AskInsights insights = new AskInsights(
                store.accounts(),
                store.products(),
                store.licenseKeys(),
                store.insights(),
                new SeatUse(store.seats(), store.licenseKeys(), clock),
                InsightLimits.DEFAULT);
        Answer answer =
                ((Outcome.Success<Answer>) insights.ask(caller, new Question.Seats(scope, Unit.HOUR), false)).value();

        assertThat(answer.table().rows().stream()
                        .map(row -> (Object) row.get(1))
                        .toList())
                .isEqualTo(peaks);
        assertThat(answer.table().rows().stream()
                        .map(row -> (Object) row.get(2))
                        .toList())
                .isEqualTo(denials);
        assertThat(answer.table().rows().stream().map(row -> row.get(3)).toList())
                .containsOnly(3L);
        assertThat(answer.table().rows().stream()
                        .map(row -> (Object) row.get(4))
                        .toList())
                .isEqualTo(peaks.stream().map(peak -> Math.max(0, 3 - peak)).toList());
    }

    @Test
    void use_ofMoreSeatsThanAnInsightMayLookAt_isRefused() {
        limit(3);
        have(wanted("one"));
        have(wanted("two"));
        clock.advance(Duration.ofSeconds(1));

        assertThat(use(2)).isInstanceOf(Outcome.Success.class);
        assertThat(use(1))
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        refused -> assertThat(refused.refusal())
                                .isInstanceOfSatisfying(
                                        Refusal.InvalidField.class,
                                        field -> assertThat(field.field()).isEqualTo("from")));
    }

    private Outcome<Answer> use(int mostSeats) {
        Span span = new Span(clock.instant().minusSeconds(60), clock.instant(), ZoneOffset.UTC);
        Scope scope = new Scope(ACCOUNT, Optional.of(product), Optional.of(KEY), span, List.of());
        return new AskInsights(
                        store.accounts(),
                        store.products(),
                        store.licenseKeys(),
                        store.insights(),
                        new SeatUse(store.seats(), store.licenseKeys(), clock),
                        new InsightLimits(10_000, 20, 10, mostSeats))
                .ask(caller, new Question.Seats(scope, Unit.HOUR), false);
    }

    private long count() {
        return store.seats().count(key, clock.instant());
    }

    /// Random work on a few machines against a plain reimplementation of the rules.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void randomWork_endsAsTheRulesSay(long seed) {
        Random random = new Random(seed);
        Model model = new Model();
        for (int step = 0; step < 2_000; step++) {
            String machine = "m" + random.nextInt(8);
            Instant now = clock.instant();
            switch (random.nextInt(10)) {
                case 0, 1, 2 -> {
                    boolean waits = random.nextBoolean();
                    int overdraft = random.nextInt(4) == 0 ? 1 : 0;
                    Outcome<Held> outcome = ask(new Wanted(
                            machine, Optional.empty(), Optional.empty(), "::1", INTERVAL, overdraft, false, waits));
                    assertThat(said(outcome)).as("step " + step).isEqualTo(model.ask(machine, overdraft, waits, now));
                    if (outcome instanceof Outcome.Success<Held>(Held held)) {
                        model.ids.put(machine, held.seat().id());
                    }
                }
                case 3, 4, 5 -> {
                    if (model.ids.containsKey(machine)) {
                        Outcome<Held> outcome = seats.ping(caller, model.ids.get(machine), "::1")
                                .await();
                        assertThat(said(outcome)).as("step " + step).isEqualTo(model.ask(machine, 0, false, now));
                    }
                }
                case 6, 7 -> {
                    seats.release(caller, Optional.of(product), KEY, machine);
                    model.release(machine);
                }
                default -> clock.advance(Duration.ofSeconds(random.nextInt(25)));
            }
            assertThat(holders())
                    .as("step " + step)
                    .containsExactlyInAnyOrderElementsOf(model.holders(clock.instant()));
        }
    }

    private static String said(Outcome<Held> outcome) {
        return switch (outcome) {
            case Outcome.Success<Held>(Held held) -> held.seat().overdraft() ? "overdraft" : "seat";
            case Outcome.Refused<Held>(Refusal.SeatsTaken no) -> "taken " + no.position();
            case Outcome.Refused<Held>(Refusal no) -> no.toString();
        };
    }

    /// The rules, once more: two seats, and a queue of three.
    private static final class Model {
        private record Place(boolean overdraft, Instant until) {}

        private final Map<String, Place> places = new HashMap<>();
        private final List<String> queue = new ArrayList<>();
        private final Map<String, Instant> kept = new HashMap<>();
        private final Map<String, SeatId> ids = new HashMap<>();

        List<String> holders(Instant now) {
            return places.entrySet().stream()
                    .filter(entry -> entry.getValue().until().isAfter(now))
                    .map(Map.Entry::getKey)
                    .toList();
        }

        private long others(String machine, boolean overdraft, Instant now) {
            return holders(now).stream()
                    .filter(other -> !other.equals(machine) && places.get(other).overdraft() == overdraft)
                    .count();
        }

        String ask(String machine, int maxOverdraft, boolean waits, Instant now) {
            queue.removeIf(waiter -> !kept.get(waiter).isAfter(now));
            boolean holds = holders(now).contains(machine);
            List<String> before =
                    queue.contains(machine) ? queue.subList(0, queue.indexOf(machine)) : List.copyOf(queue);
            long waitingOthers =
                    queue.stream().filter(other -> !other.equals(machine)).count();
            boolean keepsSeat = holds && !places.get(machine).overdraft();
            if (keepsSeat || others(machine, false, now) + before.size() < 2) {
                return take(machine, false, now);
            }
            if (holds || others(machine, true, now) < maxOverdraft) {
                return take(machine, true, now);
            }
            if (waits && waitingOthers < 3) {
                int position = before.size() + 1;
                if (!queue.contains(machine)) {
                    queue.add(machine);
                }
                kept.put(machine, now.plus(HoldSeats.PLACE_KEPT));
                return "taken " + position;
            }
            queue.remove(machine);
            return "taken 0";
        }

        private String take(String machine, boolean overdraft, Instant now) {
            queue.remove(machine);
            places.put(machine, new Place(overdraft, now.plus(INTERVAL)));
            return overdraft ? "overdraft" : "seat";
        }

        void release(String machine) {
            places.remove(machine);
            queue.remove(machine);
            ids.remove(machine);
        }
    }

    /// What many threads were told at the same time fits one order of their calls.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void history_ofManyAtOnce_isLinearizable(int limit) {
        limit(limit);
        SeatHistory history = new SeatHistory(limit);
        AtOnce.run(8, i -> {
            Random random = new Random(i);
            Optional<SeatId> mine = Optional.empty();
            for (int step = 0; step < 150; step++) {
                if (mine.isEmpty() || random.nextInt(3) == 0) {
                    int call = history.call(i, SeatHistory.Kind.CHECK_OUT);
                    Outcome<Held> outcome = ask(wanted("m" + i));
                    history.answered(call, outcome instanceof Outcome.Success);
                    mine = outcome instanceof Outcome.Success<Held>(Held held)
                            ? Optional.of(held.seat().id())
                            : Optional.empty();
                } else if (random.nextBoolean()) {
                    int call = history.call(i, SeatHistory.Kind.PING);
                    history.answered(call, ping(mine.get()) instanceof Outcome.Success);
                } else {
                    int call = history.call(i, SeatHistory.Kind.RELEASE);
                    history.answered(call, seats.release(caller, mine.get()).await() instanceof Outcome.Success);
                    mine = Optional.empty();
                }
            }
            return i;
        });
        assertThat(history.violation()).isEmpty();
        assertThat(IntStream.range(0, 8).mapToObj(i -> "m" + i)).containsAll(holders());
    }

    private Outcome<Held> ping(SeatId seat) {
        return seats.ping(caller, seat, "127.0.0.1").await();
    }
}
