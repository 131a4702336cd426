package dev.licet.core.checkup;

import dev.licet.core.Outcome;
import dev.licet.core.event.EventFilter;
import dev.licet.core.event.EventPage;
import dev.licet.core.event.EventQuery;
import dev.licet.core.event.Placed;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.UserId;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.PasswordHash;
import dev.licet.core.identity.SecretHash;
import dev.licet.core.identity.SecretSource;
import dev.licet.core.identity.SigningKey;
import dev.licet.core.license.KeyRule;
import dev.licet.core.license.LicenseKey;
import dev.licet.core.license.MachineRules;
import dev.licet.core.session.HoldSeats;
import dev.licet.core.session.Session;
import dev.licet.core.session.Sessions;
import dev.licet.core.store.Store;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/// The promises of a store, tried in small where it is to be used: what a success means, on a store that is made for it
/// and thrown away. `StoreContract`, in the test kit, is what an engine itself is tried by.
public final class Promises {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int EVENTS = 200;
    private static final int SEATS = 3;
    private static final int MACHINES = 24;
    private static final Duration INTERVAL = Duration.ofMinutes(10);
    /// Which the clocks of half of the world do not show.
    private static final Instant LEFT_OUT = Instant.parse("2024-03-31T01:30:00.123456Z");

    private final Store one;
    private final Store other;
    private final Clock clock;
    private final boolean tellsAgain;
    private final SecretSource secrets = new SecretSource(new SecureRandom());
    private final AccountNumber account = secrets.accountNumber();

    /// @param other another node of the same store; the same object where it has but one
    private Promises(Store one, Store other, Clock clock, boolean tellsAgain) {
        this.one = one;
        this.other = other;
        this.clock = clock;
        this.tellsAgain = tellsAgain;
    }

    /// @param kept what to say when it is @param trial says what is wrong; empty for nothing
    private record Promise(String about, String kept, Callable<Optional<String>> trial) {}

    /// Tries each. @param other another node of the same store; the same object where it has but one
    public static void keep(Store one, Store other, Clock clock, Consumer<Finding> tell) {
        keep(one, other, clock, true, tell);
    }

    /// Does the same. @param tellsAgain whether the answer to an event that was there before says so
    public static void keep(Store one, Store other, Clock clock, boolean tellsAgain, Consumer<Finding> tell) {
        Promises promises = new Promises(one, other, clock, tellsAgain);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Promise promise : promises.all()) {
                tell.accept(kept(promise, threads));
            }
        }
    }

    private List<Promise> all() {
        return List.of(
                new Promise("rollback", "what fails half way leaves nothing behind", this::rollbackLeavesNothing),
                new Promise("events", "what was acknowledged is there, in order, on all nodes", this::eventsAreThere),
                new Promise("once", "an event that is sent to two nodes at once counts once", this::eventsCountOnce),
                new Promise("times", "times come back as they were, whatever the time zone", this::timesComeBack),
                new Promise("seats", "two nodes at once give no more seats than a key has", this::seatsAreNotOversold),
                new Promise("sessions", "a ping holds, and an end ends, on all nodes", this::sessionsAreKept));
    }

    private static Finding kept(Promise promise, ExecutorService threads) {
        Future<Optional<String>> trial = threads.submit(promise.trial());
        try {
            return trial.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                    .map(wrong -> broken(promise, wrong))
                    .orElseGet(() -> Finding.ok(promise.about(), promise.kept()));
        } catch (TimeoutException e) {
            trial.cancel(true);
            return broken(promise, "no answer within " + PATIENCE.toSeconds() + " s");
        } catch (ExecutionException e) {
            return broken(promise, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return broken(promise, "interrupted");
        }
    }

    private static Finding broken(Promise promise, String wrong) {
        return Finding.broken(
                promise.about(), "it is not so that " + promise.kept() + ": " + wrong, "don't use it; report this");
    }

    private Optional<String> rollbackLeavesNothing() {
        one.accounts().add(new Account(account, "trial", SigningKey.generate(), false, now()));
        try {
            one.transactions().run(() -> {
                one.products().add(account, "taken back", now());
                throw new CancellationException();
            });
            return Optional.of("a failure was not told");
        } catch (CancellationException asItShould) {
            int left = other.products().list(account).size();
            return left == 0 ? Optional.empty() : Optional.of(left + " products of a failed transaction are there");
        }
    }

    private Optional<String> eventsAreThere() {
        List<UsageEvent> events = new ArrayList<>();
        for (int i = 0; i < EVENTS; i++) {
            events.add(event("event " + i, Optional.empty(), now()));
        }
        List<Placed> placed = placed(one.events().append(new Submission(events, now())));
        List<RecordedEvent> found = found(placed.getFirst().id() - 1);
        for (int i = 0; i < EVENTS; i++) {
            if (found.size() <= i
                    || found.get(i).id() != placed.get(i).id()
                    || !found.get(i).event().name().equals(events.get(i).name())) {
                return Optional.of("of " + EVENTS + " events the one at " + i + " is not there, or is another one");
            }
        }
        return Optional.empty();
    }

    private Optional<String> eventsCountOnce() throws Exception {
        long before = one.events().lastAcknowledged();
        int eachTwice = MACHINES / 2;
        List<Placed> all = atOnce(
                MACHINES,
                i -> placed(node(i).events()
                                .append(new Submission(
                                        List.of(event("once", Optional.of("id " + i % eachTwice), now())), now())))
                        .getFirst());
        int there = found(before).size();
        if (there != eachTwice) {
            return Optional.of(eachTwice + " events, each sent twice, are there " + there + " times");
        }
        long counted = all.stream().filter(Placed::isNew).count();
        boolean agree = true;
        for (int i = 0; i < eachTwice; i++) {
            agree &= all.get(i).id() == all.get(i + eachTwice).id();
        }
        return !tellsAgain || agree && counted == eachTwice
                ? Optional.empty()
                : Optional.of(eachTwice + " events, each sent twice, were called new " + counted + " times");
    }

    private Optional<String> timesComeBack() {
        Instant received = now();
        for (Store node : List.of(one, other)) {
            long id = placed(node.events()
                            .append(new Submission(List.of(event("time", Optional.empty(), LEFT_OUT)), received)))
                    .getFirst()
                    .id();
            for (RecordedEvent seen : found(id - 1)) {
                if (!seen.receivedAt().equals(received) || !seen.event().at().equals(LEFT_OUT)) {
                    return Optional.of(received + " came back as " + seen.receivedAt() + ", and " + LEFT_OUT + " as "
                            + seen.event().at());
                }
            }
        }
        return Optional.empty();
    }

    private Optional<String> seatsAreNotOversold() throws Exception {
        ProductId product = one.products().add(account, "seats", now()).id();
        LicenseKey key = one.licenseKeys()
                .add(account, product, secrets.licenseKey(), now())
                .orElseThrow();
        one.licenseKeys()
                .change(
                        key.id(),
                        "",
                        state -> new KeyRule.Change<>(
                                state.terms().withMachines(MachineRules.ANY.withMost(SEATS)),
                                state.activation(),
                                true));
        Caller caller = Caller.operator(account);
        List<HoldSeats> nodes = List.of(seats(one), seats(other));
        long given = atOnce(
                        MACHINES,
                        i -> nodes.get(i % 2)
                                .checkOut(caller, Optional.of(product), key.key(), wanted("machine " + i))
                                .await())
                .stream()
                .filter(outcome -> outcome instanceof Outcome.Success)
                .count();
        int held = other.seats().count(key.id(), now());
        return given == SEATS && held == SEATS
                ? Optional.empty()
                : Optional.of("of " + SEATS + " seats " + given + " were given and " + held + " are held");
    }

    private HoldSeats seats(Store node) {
        return new HoldSeats(
                node.seats(),
                node.products(),
                node.licenseKeys(),
                secrets,
                new HoldSeats.Settings(INTERVAL, INTERVAL, MACHINES, 0),
                Runnable::run,
                clock);
    }

    private static HoldSeats.Wanted wanted(String machine) {
        return new HoldSeats.Wanted(machine, Optional.empty(), Optional.empty(), "", INTERVAL, 0, false, false);
    }

    private Optional<String> sessionsAreKept() {
        Instant start = now();
        UserId user = one.users()
                .add(account, "user", new PasswordHash("none"), Set.of(), start)
                .orElseThrow()
                .id();
        SecretHash key = SecretHash.of(secrets.sessionKey(15));
        one.sessions().open(key, new Session(account, user, start, start.plusSeconds(60)));
        Instant until = start.plusSeconds(600);
        one.sessions().keepAlive(key, start, until).await();
        Optional<Session> seen = other.sessions().find(key, start.plusSeconds(120));
        if (!seen.map(Session::expiresAt).equals(Optional.of(until))) {
            return Optional.of("a session that was pinged until " + until + " is " + seen);
        }
        Sessions.KeyState closed = other.sessions().close(key, start);
        boolean isThere = one.sessions().find(key, start).isPresent();
        return closed == Sessions.KeyState.LIVE && !isThere
                ? Optional.empty()
                : Optional.of("a session that was ended is " + (isThere ? "there" : closed));
    }

    private Store node(int number) {
        return number % 2 == 0 ? one : other;
    }

    /// All above an id that the other node sees, in their order.
    private List<RecordedEvent> found(long above) {
        EventPage page = other.events()
                .find(EventQuery.of(account, EventFilter.ALL, 2 * EVENTS).above(OptionalLong.of(above)));
        return page.events().reversed();
    }

    private static List<Placed> placed(Outcome<List<Placed>> outcome) {
        return outcome.orElseThrow();
    }

    private UsageEvent event(String name, Optional<String> id, Instant at) {
        return new UsageEvent(
                account,
                "rest",
                id,
                at,
                Optional.of(name),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static <T> List<T> atOnce(int count, IntFunction<T> work) throws Exception {
        List<Callable<T>> calls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int number = i;
            calls.add(() -> work.apply(number));
        }
        List<T> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<T> result : threads.invokeAll(calls)) {
                results.add(result.get());
            }
        }
        return results;
    }

    /// As it is stored.
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
