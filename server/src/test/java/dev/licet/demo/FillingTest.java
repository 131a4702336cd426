package dev.licet.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.event.EventFilter;
import dev.licet.core.event.EventQuery;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.license.LicenseKey;
import dev.licet.core.license.LicenseKeys;
import dev.licet.core.store.Store;
import dev.licet.server.Wiring;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the made-up vendor did is in a real store, as if programs had told it.
class FillingTest {
    private static final int EVENTS = 20_000;
    private static final Demo DEMO = new Demo(EVENTS, 11, LocalDate.of(2026, 11, 27));

    @TempDir
    Path directory;

    @Test
    void filledTwice_isTheSame_andAllOfItIsThere() {
        List<Object> first = filled("first");
        assertThat(filled("second")).isEqualTo(first);
    }

    /// All events but for what is random: the account.
    private List<Object> filled(String name) {
        Path data = directory.resolve(name);
        Wiring.initialise(data, Clock.fixed(DEMO.begin(), ZoneOffset.UTC));
        try (Wiring.Stopped stopped = Wiring.openStopped(data, Clock.systemUTC())) {
            List<String> progress = new ArrayList<>();
            Made made = Filling.fill(stopped.store(), DEMO, (what, done, of) -> progress.add(what + done));
            assertThat(made.events()).isEqualTo(EVENTS);
            assertThat(progress).contains("entries0", "events" + EVENTS);
            AccountNumber account = stopped.store().accounts().list().getFirst().number();
            List<UsageEvent> events = events(stopped.store(), account);
            isWhole(stopped.store(), account, events, made);
            return events.stream()
                    .<Object>map(event -> List.of(
                            event.at(), event.name(), event.feature(), event.key(), event.value(), event.session()))
                    .toList();
        }
    }

    private static List<UsageEvent> events(Store store, AccountNumber account) {
        List<UsageEvent> events = new ArrayList<>();
        long above = 0;
        while (true) {
            List<RecordedEvent> page = store.events()
                    .find(EventQuery.of(account, EventFilter.ALL, 5_000).above(OptionalLong.of(above)))
                    .events();
            if (page.isEmpty()) {
                return events;
            }
            above = page.getFirst().id(); // the highest comes first
            page.reversed().forEach(recorded -> events.add(recorded.event()));
        }
    }

    private static void isWhole(Store store, AccountNumber account, List<UsageEvent> events, Made made) {
        assertThat(events).hasSize(EVENTS);
        assertThat(store.purchases().untold(1)).isEmpty();
        assertThat(named(events, "purchase")).hasSize((int) made.purchases());
        assertThat(named(events, "renewal")).hasSize((int) made.renewals());
        assertThat(named(events, "refund"))
                .hasSize((int) made.refunds())
                .isNotEmpty()
                .allMatch(event -> event.value().orElseThrow() < 0);
        assertThat(named(events, "cancelled"))
                .hasSize((int) made.cancellations())
                .isNotEmpty();
        Set<Optional<String>> currencies =
                events.stream().map(UsageEvent::currency).collect(Collectors.toSet());
        assertThat(currencies)
                .containsExactlyInAnyOrder(
                        Optional.empty(),
                        Optional.of("USD"),
                        Optional.of("EUR"),
                        Optional.of("CZK"),
                        Optional.of("JPY"));
        List<LicenseKey> keys = store.licenseKeys()
                .list(account, new LicenseKeys.Query(Optional.empty(), Optional.empty(), "", 0), false, 0, EVENTS);
        assertThat(keys.stream().map(key -> Optional.of(key.key())))
                .containsAll(events.stream().map(UsageEvent::key).collect(Collectors.toSet()));
        assertThat(keys).anyMatch(key -> store.seats().count(key.id(), DEMO.end()) > 0);
        assertThat(store.customers().list(account, "", 0, EVENTS)).hasSize((int) made.customers());
    }

    private static List<UsageEvent> named(List<UsageEvent> events, String name) {
        return events.stream()
                .filter(event -> event.name().equals(Optional.of(name)))
                .toList();
    }
}
