package dev.licet.core.event;

import static java.lang.System.Logger.Level.DEBUG;

import dev.licet.core.Outcome;
import dev.licet.core.Pending;
import dev.licet.core.Refusal;
import dev.licet.core.id.ProductId;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Permission;
import dev.licet.core.license.LicenseKeys;
import dev.licet.core.license.NamedKey;
import dev.licet.core.license.Products;
import dev.licet.core.once.Fingerprint;
import dev.licet.core.once.RequestKey;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Takes events from a caller: checks what they name, stamps them, and has them written.
public final class RecordEvents {
    private static final System.Logger LOG = System.getLogger(RecordEvents.class.getName());

    private final NamedKey namedKey;
    private final EventLog log;
    private final Clock clock;

    public RecordEvents(Products products, LicenseKeys keys, EventLog log, Clock clock) {
        this.namedKey = new NamedKey(products, keys);
        this.log = log;
        this.clock = clock;
    }

    /// What one client program tells at once.
    ///
    /// @param source the dialect that it came by
    /// @param requestKey names the request, so that it counts once however often it is sent
    public record Batch(String source, Optional<RequestKey> requestKey, List<Item> items) {
        public Batch {
            items = List.copyOf(items);
        }
    }

    /// What became of one event.
    public sealed interface Result {

        /// It is on disk. @param id of the recorded event
        record Accepted(long id) implements Result {}

        /// It was there before. @param id of the recorded event
        record Duplicate(long id) implements Result {}

        record Rejected(Refusal refusal) implements Result {}
    }

    /// @param results of the events, in their order @param receivedAt when they were taken
    public record Receipt(List<Result> results, Instant receivedAt) {
        public Receipt {
            results = List.copyOf(results);
        }

        /// The id of the last event that is in the log by this request; 0 for none.
        public long lastId() {
            return results.stream()
                    .mapToLong(result -> switch (result) {
                        case Result.Accepted(long id) -> id;
                        case Result.Duplicate(long id) -> id;
                        case Result.Rejected no -> 0;
                    })
                    .max()
                    .orElse(0);
        }
    }

    /// Why the caller may not record events at all.
    public static Optional<Refusal> refusal(Caller caller) {
        return caller.lacks(Permission.REGISTER_EVENT);
    }

    /// Records all of the events or none: the first that can't be taken refuses them all. Waits for the disk only when
    /// it is [awaited][Pending#await], unless the batch carries ids, which may have to be looked up.
    public Pending<Outcome<Receipt>> record(Caller caller, Batch batch) {
        return record(caller, Permission.REGISTER_EVENT, batch);
    }

    /// @param permission that it takes
    public Pending<Outcome<Receipt>> record(Caller caller, Permission permission, Batch batch) {
        Optional<Refusal> refusal = caller.lacks(permission).or(() -> firstRefusal(caller, batch.items()));
        return refusal.isPresent()
                ? Pending.done(Outcome.refused(refusal.get()))
                : append(caller, batch, batch.items())
                        .map(outcome -> outcome.map(taken -> new Receipt(taken.results, taken.at)));
    }

    private Optional<Refusal> firstRefusal(Caller caller, List<Item> items) {
        if (items.size() == 1) {
            return namedKey.refusal(
                    caller, items.getFirst().product(), items.getFirst().key());
        }
        return refusals(caller, items).stream().flatMap(Optional::stream).findFirst();
    }

    /// Records those of the events that can be taken; they are one write, so all of them are there or none.
    public Outcome<Receipt> recordEach(Caller caller, Batch batch) {
        return refusal(caller)
                .<Outcome<Receipt>>map(Outcome::refused)
                .orElseGet(() -> recordEach(caller, batch, refusals(caller, batch.items())));
    }

    /// Does the same with events of the past, such as an export has. Their keys need not be there any more, and their
    /// products may be revoked.
    public Outcome<Receipt> recordPast(Caller caller, Batch batch) {
        return pastRefusal(caller)
                .<Outcome<Receipt>>map(Outcome::refused)
                .orElseGet(() -> recordEach(
                        caller,
                        batch,
                        batch.items().stream()
                                .map(item -> namedKey.pastRefusal(caller, item.product()))
                                .toList()));
    }

    /// Why the caller may not record events of the past at all.
    public static Optional<Refusal> pastRefusal(Caller caller) {
        return caller.lacks(Permission.MANAGE);
    }

    private Outcome<Receipt> recordEach(Caller caller, Batch batch, List<Optional<Refusal>> refusals) {
        List<Item> good = new ArrayList<>();
        for (int i = 0; i < refusals.size(); i++) {
            if (refusals.get(i).isEmpty()) {
                good.add(batch.items().get(i));
            }
        }
        return append(caller, ofTheGood(batch, refusals), good).await().map(taken -> {
            Iterator<Result> results = taken.results.iterator();
            return new Receipt(
                    refusals.stream()
                            .map(no -> no.<Result>map(Result.Rejected::new).orElseGet(results::next))
                            .toList(),
                    taken.at);
        });
    }

    /// The key of a request says that its events are there, so it has to tell which: sent again, one that could not be
    /// taken the first time would else be taken for a duplicate once it can.
    private static Batch ofTheGood(Batch batch, List<Optional<Refusal>> refusals) {
        String missing = IntStream.range(0, refusals.size())
                .filter(i -> refusals.get(i).isPresent())
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(","));
        return missing.isEmpty()
                ? batch
                : new Batch(
                        batch.source(),
                        batch.requestKey()
                                .map(key -> new RequestKey(
                                        key.name(),
                                        Fingerprint.of(missing, key.content().toBytes()))),
                        batch.items());
    }

    /// Why each of the events can't be taken; empty for one that can.
    public List<Optional<Refusal>> refusals(Caller caller, List<Item> items) {
        Map<Named, Optional<Refusal>> known = new HashMap<>(); // a batch names few products and keys
        return items.stream()
                .map(item -> known.computeIfAbsent(
                        new Named(item.product(), item.key()),
                        named -> namedKey.refusal(caller, named.product, named.key)))
                .toList();
    }

    private record Named(Optional<ProductId> product, Optional<String> key) {}

    private record Taken(List<Result> results, Instant at) {}

    private Pending<Outcome<Taken>> append(Caller caller, Batch batch, List<Item> items) {
        Instant now = clock.instant();
        if (items.isEmpty()) {
            return Pending.done(Outcome.success(new Taken(List.of(), now)));
        }
        List<UsageEvent> events = new ArrayList<>(items.size());
        for (Item item : items) {
            events.add(event(caller, batch.source(), item, now));
        }
        Submission submission = new Submission(events, now, batch.requestKey());
        return submission.isOnce()
                ? Pending.done(log.append(submission).map(placed -> taken(placed, now)))
                : log.submit(submission).map(placed -> Outcome.success(taken(placed, now)));
    }

    private static Taken taken(List<Placed> placed, Instant now) {
        LOG.log(
                DEBUG,
                () -> "acknowledged events " + placed.getFirst().id() + " to "
                        + placed.getLast().id());
        List<Result> results = new ArrayList<>(placed.size());
        for (Placed each : placed) {
            results.add(each.isNew() ? new Result.Accepted(each.id()) : new Result.Duplicate(each.id()));
        }
        return new Taken(results, now);
    }

    private static UsageEvent event(Caller caller, String source, Item item, Instant now) {
        return new UsageEvent(
                caller.account(),
                source,
                item.clientId(),
                item.at().orElse(now),
                item.name(),
                item.feature(),
                item.product(),
                item.key(),
                item.machine(),
                item.endUser(),
                item.session(),
                caller.user(),
                caller.application(),
                item.value(),
                item.currency(),
                item.metadata());
    }
}
