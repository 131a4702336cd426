package dev.licet.proof;

import dev.licet.core.event.EventFilter;
import dev.licet.core.event.EventPage;
import dev.licet.core.event.EventQuery;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.identity.Secret;
import dev.licet.core.identity.SecretHash;
import dev.licet.core.session.Sessions;
import dev.licet.core.session.Sessions.KeyState;
import dev.licet.core.store.Store;
import dev.licet.store.embedded.EmbeddedStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/// Holds the whole store of a stopped server against the ledger, and does so again after the event table was deleted
/// and made from the journal.
final class StoreCheck {
    private static final int PAGE = 20_000;
    private static final int PATIENCE = 60;
    private static final Duration CLOSE = Duration.ofMillis(1);

    private final Ledger ledger;
    private final AccountNumber account;
    private final Duration sessionTimeout;

    StoreCheck(Ledger ledger, AccountNumber account, Duration sessionTimeout) {
        this.ledger = ledger;
        this.account = account;
        this.sessionTimeout = sessionTimeout;
    }

    /// @param events how many are stored @param licenses how many are @param products how many are
    record Result(long events, long licenses, long products, List<Finding> findings) {}

    Result check(Path data) throws IOException {
        List<Finding> findings = new ArrayList<>();
        List<Stored.Event> events;
        List<Stored.Thing> licenses;
        List<Stored.Thing> products;
        try (EmbeddedStore store = EmbeddedStore.open(data)) {
            events = events(store);
            licenses = store.licenses().list(account).stream()
                    .map(license -> new Stored.Thing(license.id().value(), license.name()))
                    .toList();
            products = store.products().list(account).stream()
                    .filter(product -> product.name().startsWith(Ledger.NAME))
                    .map(product -> new Stored.Thing(product.id().value(), product.name()))
                    .toList();
            findings.addAll(Comparison.ofEvents(ledger, 1, events));
            findings.addAll(Comparison.ofThings(ledger, Ledger.Kind.LICENSE, licenses));
            findings.addAll(Comparison.ofThings(ledger, Ledger.Kind.PRODUCT, products));
            ledger.sessions().forEach(session -> session(store.sessions(), session, findings));
        }
        deleteEventTable(data);
        try (EmbeddedStore store = EmbeddedStore.open(data)) {
            if (!events(store).equals(events)) {
                findings.add(new Finding(
                        Finding.Fault.ALTERED,
                        Ledger.Kind.EVENT,
                        "the events are others once the event table is made again"));
            }
        }
        return new Result(events.size(), licenses.size(), products.size(), findings);
    }

    /// Highest id first.
    private List<Stored.Event> events(Store store) {
        List<Stored.Event> events = new ArrayList<>();
        OptionalLong below = OptionalLong.empty();
        while (true) {
            List<RecordedEvent> page = page(store, below);
            page.forEach(found -> events.add(new Stored.Event(found.id(), content(found.event()))));
            if (page.size() < PAGE) {
                return events;
            }
            below = OptionalLong.of(page.getLast().id());
        }
    }

    private List<RecordedEvent> page(Store store, OptionalLong below) {
        for (int i = 0; i < PATIENCE; i++) {
            EventPage page = store.events()
                    .find(EventQuery.of(account, EventFilter.ALL, PAGE).below(below));
            if (page.complete()) {
                return page.events();
            }
        }
        throw new IllegalStateException("the events are not loaded in time");
    }

    private static Content content(UsageEvent event) {
        return new Content(
                event.name().orElse(null),
                event.feature().orElse(null),
                event.value().orElse(0),
                event.currency().orElse(null),
                event.metadata().orElse(null));
    }

    private void session(Sessions sessions, Ledger.Held held, List<Finding> findings) {
        SecretHash key = SecretHash.of(new Secret(held.key()));
        Instant least = held.aliveFrom().plus(sessionTimeout).minus(CLOSE);
        Instant most = held.aliveUpTo().plus(sessionTimeout).plus(CLOSE);
        boolean livesOn = sessions.keepAlive(key, most, most).await() == KeyState.LIVE;
        boolean lives = livesOn || sessions.keepAlive(key, least, most).await() == KeyState.LIVE;
        switch (held.state()) {
            case ALIVE -> {
                if (livesOn) {
                    findings.add(new Finding(
                            Finding.Fault.LIVES_ON,
                            Ledger.Kind.PING,
                            "a session of life " + held.life() + " at " + most));
                }
                if (!lives) {
                    findings.add(new Finding(
                            Finding.Fault.LOST, Ledger.Kind.PING, "a session of life " + held.life() + " at " + least));
                }
            }
            case LOGGED_OUT -> {
                if (lives) {
                    findings.add(new Finding(
                            Finding.Fault.LIVES_ON, Ledger.Kind.LOGOUT, "a session of life " + held.life()));
                }
            }
            case UNSURE -> {
                // whether the logout came through, nobody was told
            }
        }
    }

    private static void deleteEventTable(Path data) throws IOException {
        try (Stream<Path> files = Files.list(data)) {
            for (Path file : files.toList()) {
                if (file.getFileName().toString().startsWith("events.duckdb")) {
                    Files.delete(file);
                }
            }
        }
    }
}
