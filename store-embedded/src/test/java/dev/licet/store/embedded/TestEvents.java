package dev.licet.store.embedded;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.TestClock;
import dev.licet.core.event.EventFilter;
import dev.licet.core.event.EventLog;
import dev.licet.core.event.EventPage;
import dev.licet.core.event.EventQuery;
import dev.licet.core.event.Placed;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Events of one account that are told apart by their names.
final class TestEvents {
    static final AccountNumber ACCOUNT = new AccountNumber(AccountNumber.FIRST);

    static final EventQuery EVERYTHING = EventQuery.of(ACCOUNT, EventFilter.ALL, 10_000_000);

    static final long QUERY_MEMORY = 256L << 20;

    private TestEvents() {}

    static UsageEvent event(String name) {
        return event(Optional.empty(), name);
    }

    /// An event whose client's id is its name.
    static UsageEvent withId(String name) {
        return event(Optional.of(name), name);
    }

    private static UsageEvent event(Optional<String> clientId, String name) {
        return new UsageEvent(
                ACCOUNT,
                "rest",
                clientId,
                TestClock.START,
                Optional.of(name),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of("a machine"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.of("{\"metadata\":\"of " + name + "\"}"));
    }

    /// Appends the events. @return the id of the first
    static long append(EventLog log, Instant receivedAt, UsageEvent... events) {
        return switch (log.append(new Submission(List.of(events), receivedAt))) {
            case Outcome.Success<List<Placed>>(List<Placed> placed) ->
                placed.getFirst().id();
            case Outcome.Refused<List<Placed>>(Refusal refusal) -> throw new AssertionError("refused: " + refusal);
        };
    }

    /// All events of the log, the highest id first; waits for those that have to be loaded again.
    static List<RecordedEvent> all(EventLog log) {
        EventPage page = log.find(EVERYTHING);
        for (int i = 0; i < 5 && !page.complete(); i++) {
            page = log.find(EVERYTHING);
        }
        if (!page.complete()) {
            throw new AssertionError("not loaded within ten seconds");
        }
        return page.events();
    }
}
