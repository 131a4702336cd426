package dev.licet.core.session;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import dev.licet.core.Expected;
import dev.licet.core.Outcome;
import dev.licet.core.Pending;
import dev.licet.core.Refusal;
import dev.licet.core.Unavailable;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.SeatId;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Permission;
import dev.licet.core.identity.SecretSource;
import dev.licet.core.license.KeyTerms;
import dev.licet.core.license.LicenseKey;
import dev.licet.core.license.LicenseKeys;
import dev.licet.core.license.NamedKey;
import dev.licet.core.license.Products;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/// Floating licenses: machines share the seats of a key. A seat is held from its checkout until it is released, or
/// until it was not pinged for its interval; then the next one in the queue may have it.
///
/// There are never more seats held than the key has, and of those beyond, its overdraft, no more than was asked for.
/// Each decision is made in one transaction of the store with what it stores. Safe for threads.
public final class HoldSeats {
    /// How often who waits should ask.
    public static final Duration ASK_AGAIN = Duration.ofSeconds(5);
    /// How long the place of who does not ask any more is kept.
    public static final Duration PLACE_KEPT = Duration.ofSeconds(30);

    private static final System.Logger LOG = System.getLogger(HoldSeats.class.getName());

    /// A lapsed seat can be pinged back for so long, if one is free, and as one of the last of its key.
    private static final Duration LAPSED_KEPT = Duration.ofDays(1);
    /// How long a ping holds a seat for that was borrowed before it was pinged.
    private static final Duration AFTER_BORROWING = Duration.ofMinutes(10);

    private static final Duration FORGET_EVERY = Duration.ofMinutes(10);
    private static final int FORGET_AFTER_CHECKOUTS = 100;

    private final Seats seats;
    private final LicenseKeys keys;
    private final NamedKey namedKey;
    private final SecretSource secrets;
    private final Settings settings;
    private final Clock clock;
    private final AtomicReference<Instant> forgotAt;
    private final AtomicInteger checkOuts = new AtomicInteger();
    private final Executor background;

    /// @param shortest the shortest interval of a seat @param longest the longest
    /// @param mostHeld how many seats of one key may be held, and as many lapsed ones be remembered
    /// @param mostWaiting how many machines may wait for seats of one key
    public record Settings(Duration shortest, Duration longest, int mostHeld, int mostWaiting) {}

    /// @param background does what is nobody's request, and not as a part of one
    public HoldSeats(
            Seats seats,
            Products products,
            LicenseKeys keys,
            SecretSource secrets,
            Settings settings,
            Executor background,
            Clock clock) {
        this.seats = seats;
        this.keys = keys;
        this.namedKey = new NamedKey(products, keys);
        this.secrets = secrets;
        this.settings = settings;
        this.background = background;
        this.clock = clock;
        this.forgotAt = new AtomicReference<>(clock.instant());
    }

    /// What a machine asks for.
    ///
    /// @param interval how long a seat is held after each ping
    /// @param maxOverdraft how many seats more than the key has may be held, if more than the key itself says
    /// @param takeOver whether the seat that the same user holds on another machine moves to this one
    /// @param queues whether to take a place in the queue when no seat is free
    /// @param borrows whether it is held for the interval and not a ping less, whatever else the machine asks for
    public record Wanted(
            String machine,
            Optional<String> user,
            Optional<String> friendlyName,
            String address,
            Duration interval,
            int maxOverdraft,
            boolean takeOver,
            boolean queues,
            boolean borrows) {

        /// Without borrowing.
        public Wanted(
                String machine,
                Optional<String> user,
                Optional<String> friendlyName,
                String address,
                Duration interval,
                int maxOverdraft,
                boolean takeOver,
                boolean queues) {
            this(machine, user, friendlyName, address, interval, maxOverdraft, takeOver, queues, false);
        }
    }

    /// A seat that is held, with the terms of its key at that instant.
    public record Held(LicenseKey key, KeyTerms terms, Seat seat, Instant at) {}

    /// A key's seats. @param limit how many it has
    public record Taken(LicenseKey key, int limit, List<Seat> seats) {}

    /// Gives the machine a seat, or pings the one that it has. An expired key has seats, and the answer says that it
    /// is.
    public Pending<Outcome<Held>> checkOut(Caller caller, Optional<ProductId> product, String key, Wanted wanted) {
        return switch (named(caller, Permission.ACTIVATE, product, key)) {
            case Outcome.Refused<LicenseKey>(Refusal refusal) -> Pending.done(Outcome.refused(refusal));
            case Outcome.Success<LicenseKey>(LicenseKey found) -> checkOut(found, wanted);
        };
    }

    private Pending<Outcome<Held>> checkOut(LicenseKey key, Wanted wanted) {
        Optional<Refusal> wrong = wrong(wanted);
        if (wrong.isPresent()) {
            return Pending.done(Outcome.refused(wrong.get()));
        }
        Instant now = now();
        forgetSometimes(key.id(), now);
        SeatId id = newId();
        return seats.change(key.id(), wanted.machine(), wanted.user(), now, state -> decide(state, wanted, id, now));
    }

    private Optional<Refusal> wrong(Wanted wanted) {
        if (wanted.machine().isEmpty()) {
            return Optional.of(new Refusal.InvalidField("machine", "a seat is held by a named machine"));
        }
        return wanted.interval().compareTo(settings.shortest()) < 0
                        || wanted.interval().compareTo(settings.longest()) > 0
                ? Optional.of(new Refusal.InvalidField(
                        "interval", "must be " + settings.shortest() + " to " + settings.longest()))
                : Optional.empty();
    }

    private SeatRule.Change<Outcome<Held>> decide(SeatRule.State state, Wanted wanted, SeatId id, Instant now) {
        KeyTerms terms = state.terms();
        if (terms.blocked()) {
            return refused(state, new Refusal.KeyBlocked());
        }
        if (!terms.machines().allows(wanted.machine())) {
            return refused(state, new Refusal.MachineNotAllowed());
        }
        Optional<Seat> held = state.own().filter(seat -> seat.isHeld(now));
        if (held.filter(seat -> !seat.overdraft()).isPresent()) {
            return held(state, seat(state, wanted, id, false, now), Optional.empty(), now);
        }
        SeatRule.Others others = state.others().get();
        // What was borrowed stays with its machine, which may be without a network.
        Optional<Seat> moving = wanted.takeOver() && held.isEmpty()
                ? others.ofUser().filter(seat -> !seat.isBorrowed(now))
                : Optional.empty();
        if (moving.isPresent()) {
            return held(state, seat(state, wanted, id, moving.get().overdraft(), now), moving, now);
        }
        int limit = limit(terms);
        if (others.regular() + others.ahead() < limit) {
            return held(state, seat(state, wanted, id, false, now), Optional.empty(), now);
        }
        boolean hasRoom = others.regular() + others.overdraft() < settings.mostHeld();
        if (held.isPresent()
                || hasRoom
                        && others.overdraft()
                                < Math.max(
                                        wanted.maxOverdraft(), terms.machines().overdraft())) {
            return held(state, seat(state, wanted, id, true, now), Optional.empty(), now);
        }
        if (!wanted.queues() || others.waiting() >= settings.mostWaiting()) {
            return new SeatRule.Change<>(
                    state.own(),
                    Optional.empty(),
                    Optional.empty(),
                    true,
                    Outcome.refused(new Refusal.SeatsTaken(limit, 0, ASK_AGAIN)));
        }
        return new SeatRule.Change<>(
                state.own(),
                Optional.empty(),
                Optional.of(now.plus(PLACE_KEPT)),
                true,
                Outcome.refused(new Refusal.SeatsTaken(limit, others.ahead() + 1, ASK_AGAIN)));
    }

    /// How many seats a key has: for any number of machines as many as this server holds of one key.
    private int limit(KeyTerms terms) {
        int most = terms.machines().most();
        return most == 0 ? settings.mostHeld() : Math.min(most, settings.mostHeld());
    }

    /// The machine's seat as it is from now on.
    private Seat seat(SeatRule.State state, Wanted wanted, SeatId id, boolean overdraft, Instant now) {
        Optional<Seat> before = state.own();
        Duration interval = wanted.borrows()
                ? before.map(Seat::interval)
                        .orElse(
                                settings.longest().compareTo(AFTER_BORROWING) < 0
                                        ? settings.longest()
                                        : AFTER_BORROWING)
                : wanted.interval();
        Optional<Instant> borrowed = Stream.concat(
                        before.flatMap(Seat::borrowedUntil).filter(now::isBefore).stream(),
                        wanted.borrows() ? Stream.of(now.plus(wanted.interval())) : Stream.empty())
                .max(Instant::compareTo);
        Instant pinged = now.plus(interval);
        return new Seat(
                before.map(Seat::id).orElse(id),
                state.key().id(),
                wanted.machine(),
                wanted.user().or(() -> before.flatMap(Seat::user)),
                wanted.friendlyName().or(() -> before.flatMap(Seat::friendlyName)),
                wanted.address(),
                overdraft,
                interval,
                before.filter(seat -> seat.isHeld(now)).map(Seat::since).orElse(now),
                wanted.borrows()
                        ? borrowed.orElseThrow()
                        : borrowed.filter(pinged::isBefore).orElse(pinged),
                borrowed);
    }

    /// Time that waits begins with a first seat.
    private SeatRule.Change<Outcome<Held>> held(SeatRule.State state, Seat seat, Optional<Seat> ended, Instant now) {
        KeyTerms terms = state.terms().course().waits() ? keys.begin(state.key().id(), now) : state.terms();
        Held answer = new Held(state.key(), terms, seat, now);
        return new SeatRule.Change<>(Optional.of(seat), ended, Optional.empty(), false, Outcome.success(answer));
    }

    private static <T> SeatRule.Change<Outcome<T>> refused(SeatRule.State state, Refusal refusal) {
        return SeatRule.Change.none(state, Outcome.refused(refusal));
    }

    /// Holds a seat for another interval. One that has lapsed is held again if one is free.
    ///
    /// @param address that the ping came from
    public Pending<Outcome<Held>> ping(Caller caller, SeatId seat, String address) {
        Optional<Refusal> lacking = caller.lacks(Permission.ACTIVATE);
        if (lacking.isPresent()) {
            return Pending.done(Outcome.refused(lacking.get()));
        }
        Optional<LicenseKey> key = seats.key(seat).flatMap(keys::find);
        if (key.isEmpty() || isOutside(caller, key.get()) || isRevoked(key.get())) {
            return Pending.done(Outcome.refused(unknown()));
        }
        Instant now = now();
        return seats.ping(seat, now, state -> pinged(state, address, now)).map(HoldSeats::orUnknown);
    }

    private SeatRule.Change<Outcome<Held>> pinged(SeatRule.State state, String address, Instant now) {
        Seat seat = state.own().orElseThrow();
        Wanted again =
                new Wanted(seat.machine(), seat.user(), seat.friendlyName(), address, seat.interval(), 0, false, false);
        return decide(state, again, seat.id(), now);
    }

    /// Gives a seat back. Who manages may take any away.
    public Pending<Outcome<Seat>> release(Caller caller, SeatId seat) {
        return release(caller, seat, Expected.anything());
    }

    /// Gives a seat back if it is what the caller saw.
    public Pending<Outcome<Seat>> release(Caller caller, SeatId seat, Expected<Seat> expected) {
        Optional<Refusal> lacking = lacksActivateOrManage(caller);
        if (lacking.isPresent()) {
            return Pending.done(Outcome.refused(lacking.get()));
        }
        return seats.change(seat, now(), state -> released(caller, state, expected))
                .map(HoldSeats::orUnknown);
    }

    private static Optional<Refusal> lacksActivateOrManage(Caller caller) {
        return caller.lacks(Permission.ACTIVATE)
                .filter(no -> caller.lacks(Permission.MANAGE).isPresent());
    }

    private static SeatRule.Change<Outcome<Seat>> released(
            Caller caller, SeatRule.State state, Expected<Seat> expected) {
        if (isOutside(caller, state.key())) {
            return SeatRule.Change.none(state, Outcome.refused(unknown()));
        }
        Seat seat = state.own().orElseThrow();
        Optional<Refusal> changed = expected.refusal(seat);
        return changed.isPresent() ? refused(state, changed.get()) : SeatRule.Change.dropped(Outcome.success(seat));
    }

    /// A seat that is held, to who may use or manage it.
    public Outcome<Seat> find(Caller caller, SeatId seat) {
        Optional<Refusal> lacking = lacksActivateOrManage(caller);
        return lacking.isPresent()
                ? Outcome.refused(lacking.get())
                : seats.find(seat)
                        .filter(found -> found.isHeld(now()))
                        .filter(found -> keys.find(found.key())
                                .filter(key -> !isOutside(caller, key))
                                .isPresent())
                        .map(Outcome::success)
                        .orElseGet(() -> Outcome.refused(unknown()));
    }

    /// Gives back the seat that a machine holds, if it holds one. @return whether it did
    public Outcome<Boolean> release(Caller caller, Optional<ProductId> product, String key, String machine) {
        return named(caller, Permission.DEACTIVATE, product, key)
                .then(found -> seats.change(found.id(), machine, Optional.empty(), now(), state -> released(state))
                        .await());
    }

    private static SeatRule.Change<Outcome<Boolean>> released(SeatRule.State state) {
        return state.terms().blocked()
                ? refused(state, new Refusal.KeyBlocked())
                : SeatRule.Change.dropped(Outcome.success(state.own().isPresent()));
    }

    /// The seats of a key that are held. Who manages may see them all.
    public Outcome<Taken> list(Caller caller, Optional<ProductId> product, String key) {
        return named(caller, Permission.MANAGE, product, key)
                .map(found -> new Taken(found, limit(keys.use(found.id()).terms()), seats.held(found.id(), now())));
    }

    /// How many seats of a key are held.
    public int count(LicenseKey key) {
        return seats.count(key.id(), now());
    }

    /// To be called when a server starts: nobody loses a seat because it was away. On a full disk that can't be kept:
    /// then seats lapse, but nobody else can be given one meanwhile, and who pings when there is room has it again.
    public void resume() {
        try {
            seats.resume(now(), PLACE_KEPT);
        } catch (Unavailable e) {
            LOG.log(WARNING, "seats may lapse that were held before the start: " + e.getMessage());
        }
    }

    /// Whether this caller may not even know that the seat is there.
    private static boolean isOutside(Caller caller, LicenseKey key) {
        return !caller.account().equals(key.account())
                || caller.isLockedOutOf(Optional.of(key.product()), Optional.of(key.id()))
                        .isPresent();
    }

    /// Whether its product was; a seat of it is not kept alive.
    private boolean isRevoked(LicenseKey key) {
        return namedKey.products().find(key.account(), key.product()).isEmpty();
    }

    private static <T> Outcome<T> orUnknown(Optional<Outcome<T>> found) {
        return found.orElseGet(() -> Outcome.refused(unknown()));
    }

    private static Refusal unknown() {
        return new Refusal.NotFound(Refusal.Kind.SEAT);
    }

    private Outcome<LicenseKey> named(Caller caller, Permission permission, Optional<ProductId> product, String key) {
        Optional<Refusal> lacking = caller.lacks(permission);
        return lacking.isPresent() ? Outcome.refused(lacking.get()) : namedKey.key(caller, product, key);
    }

    /// As it is stored.
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private SeatId newId() {
        return new SeatId(secrets.sessionKey(SeatId.LENGTH).value());
    }

    private void forgetSometimes(KeyId key, Instant now) {
        if (checkOuts.incrementAndGet() % FORGET_AFTER_CHECKOUTS == 0) {
            forget(() -> seats.forgetLapsed(key, now, settings.mostHeld()));
        }
        Instant before = forgotAt.get();
        if (before.plus(FORGET_EVERY).isBefore(now) && forgotAt.compareAndSet(before, now)) {
            forget(() -> seats.forgetLapsedBefore(now.minus(LAPSED_KEPT)));
        }
    }

    private void forget(Runnable work) {
        background.execute(() -> {
            try {
                work.run();
            } catch (Unavailable e) {
                LOG.log(DEBUG, "lapsed seats are forgotten later: {0}", e.getMessage());
            }
        });
    }
}
