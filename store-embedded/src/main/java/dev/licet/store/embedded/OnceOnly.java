package dev.licet.store.embedded;

import dev.licet.core.Outcome;
import dev.licet.core.Pending;
import dev.licet.core.Refusal;
import dev.licet.core.Unavailable;
import dev.licet.core.event.Placed;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.once.Fingerprint;
import dev.licet.core.once.RequestKey;
import dev.licet.store.embedded.IdIndex.Claim;
import dev.licet.store.embedded.IdIndex.Known;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/// Appends to the journal what is not there yet. What carries no id goes straight through.
///
/// The ids of a submission are claimed first, then the new events are written, then the claims are settled; only
/// then is another request with the same ids waited for, so that two can't wait for each other.
final class OnceOnly {
    private final Journal journal;
    private final IdIndex ids;

    OnceOnly(Journal journal, IdIndex ids) {
        this.journal = journal;
        this.ids = ids;
    }

    static Known event(long id) {
        return new Known(id, Optional.empty());
    }

    /// @param first the id of its first event
    static Known request(long first, RequestKey key) {
        return new Known(first, Optional.of(key.content()));
    }

    Outcome<List<Placed>> append(Submission submission) {
        if (!submission.isOnce()) {
            return Outcome.success(submit(submission).await());
        }
        ids.awaitPast();
        return submission.requestKey().isPresent()
                ? appendRequest(submission, submission.requestKey().get())
                : Outcome.success(appendEvents(submission).placed());
    }

    /// What carries no id is on its way when this returns.
    Pending<List<Placed>> submit(Submission submission) {
        if (submission.isOnce()) {
            throw new IllegalArgumentException("the ids of a submission have to be looked up");
        }
        int count = submission.events().size();
        return journal.submit(submission).map(first -> placed(first, count));
    }

    private static List<Placed> placed(long first, int count) {
        List<Placed> placed = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            placed.add(new Placed(first + i, true));
        }
        return placed;
    }

    private Outcome<List<Placed>> appendRequest(Submission submission, RequestKey key) {
        while (true) {
            switch (ids.claim(key.name())) {
                case Claim.Taken(Known known) -> {
                    return again(submission, key, known);
                }
                case Claim.InFlight(CompletableFuture<Optional<Known>> outcome) -> {
                    Optional<Known> known = await(outcome);
                    if (known.isPresent()) {
                        return again(submission, key, known.get());
                    }
                }
                case Claim.Mine mine -> {
                    boolean settled = false;
                    try {
                        Appended appended = appendEvents(submission);
                        if (appended.first() > 0) {
                            ids.settle(key.name(), request(appended.first(), key));
                            settled = true;
                        }
                        return Outcome.success(appended.placed());
                    } finally {
                        if (!settled) {
                            ids.giveUp(key.name());
                        }
                    }
                }
            }
        }
    }

    /// Where a request's events were placed the first time: what had an id of its own says so itself, the others
    /// follow each other from the request's first on.
    private Outcome<List<Placed>> again(Submission submission, RequestKey key, Known known) {
        if (!known.content().equals(Optional.of(key.content()))) {
            return Outcome.refused(new Refusal.RequestKeyReused());
        }
        List<Placed> placed = new ArrayList<>();
        long next = known.event();
        for (UsageEvent event : submission.events()) {
            Optional<Long> own = event.fingerprint().flatMap(this::find);
            long id = own.orElse(next);
            if (id == next) {
                next++;
            }
            placed.add(new Placed(id, false));
        }
        return Outcome.success(placed);
    }

    private Optional<Long> find(Fingerprint id) {
        return switch (ids.claim(id)) {
            case Claim.Taken(Known known) -> Optional.of(known.event());
            case Claim.InFlight(CompletableFuture<Optional<Known>> outcome) ->
                await(outcome).map(Known::event);
            case Claim.Mine mine -> {
                ids.giveUp(id);
                yield Optional.empty();
            }
        };
    }

    /// @param first the id of the first new event; 0 for none
    private record Appended(List<Placed> placed, long first) {}

    private Appended appendEvents(Submission submission) {
        List<UsageEvent> events = submission.events();
        @Nullable Placed[] placed = new Placed[events.size()];
        Map<Fingerprint, Integer> mine = new HashMap<>();
        Map<Integer, Integer> sameAs = new HashMap<>();
        Map<Integer, CompletableFuture<Optional<Known>>> others = new HashMap<>();
        List<Integer> fresh = new ArrayList<>();
        long first = 0;
        int settled = 0;
        try {
            for (int i = 0; i < placed.length; i++) {
                UsageEvent event = events.get(i);
                if (event.clientId().isEmpty()) {
                    fresh.add(i);
                    continue;
                }
                Fingerprint id =
                        UsageEvent.fingerprint(event.account(), event.clientId().get());
                Integer twin = mine.get(id);
                if (twin != null) {
                    sameAs.put(i, twin);
                    continue;
                }
                switch (ids.claim(id)) {
                    case Claim.Taken(Known known) -> placed[i] = new Placed(known.event(), false);
                    case Claim.InFlight(CompletableFuture<Optional<Known>> outcome) -> others.put(i, outcome);
                    case Claim.Mine claim -> {
                        mine.put(id, i);
                        fresh.add(i);
                    }
                }
            }
            if (!fresh.isEmpty()) {
                first = journal.append(new Submission(
                        fresh.stream().map(events::get).toList(), submission.receivedAt(), submission.requestKey()));
                for (int n = 0; n < fresh.size(); n++) {
                    placed[fresh.get(n)] = new Placed(first + n, true);
                }
                for (Map.Entry<Fingerprint, Integer> claim : mine.entrySet()) {
                    ids.settle(
                            claim.getKey(),
                            event(placedAt(placed, claim.getValue()).id()));
                    settled++;
                }
            }
        } finally {
            if (settled < mine.size()) {
                mine.keySet().forEach(ids::giveUp);
            }
        }
        sameAs.forEach(
                (i, twin) -> placed[i] = new Placed(placedAt(placed, twin).id(), false));
        others.forEach((i, outcome) -> placed[i] = await(outcome)
                .map(known -> new Placed(known.event(), false))
                .orElseGet(() -> appendAlone(events.get(i), submission)));
        return new Appended(List.of(placed), first);
    }

    /// The other request with this id gave up.
    private Placed appendAlone(UsageEvent event, Submission submission) {
        return appendEvents(new Submission(List.of(event), submission.receivedAt()))
                .placed()
                .getFirst();
    }

    private static Placed placedAt(@Nullable Placed[] placed, int index) {
        Placed there = placed[index];
        if (there == null) {
            throw new IllegalStateException("not placed");
        }
        return there;
    }

    private static Optional<Known> await(CompletableFuture<Optional<Known>> outcome) {
        try {
            return outcome.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("interrupted", Duration.ofSeconds(1), e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a claim ended with a failure", e);
        }
    }
}
