package dev.licet.store.embedded;

import dev.licet.core.TestClock;
import dev.licet.core.event.EventLog;
import dev.licet.core.event.EventPage;
import dev.licet.core.event.EventQuery;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Events of one account that are told apart by their names.
final class TestEvents {
    static final AccountNumber ACCOUNT = new AccountNumber(AccountNumber.FIRST);

    static final EventQuery EVERYTHING = new EventQuery(
            ACCOUNT,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            10_000_000);

    private TestEvents() {}

    static UsageEvent event(String name) {
        return new UsageEvent(
                ACCOUNT,
                "rest",
                TestClock.START,
                Optional.of(name),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of("a machine"),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.of("{\"metadata\":\"of " + name + "\"}"));
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
