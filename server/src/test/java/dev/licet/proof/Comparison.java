package dev.licet.proof;

import dev.licet.proof.Finding.Fault;
import dev.licet.proof.Ledger.Answer;
import dev.licet.proof.Ledger.Entry;
import dev.licet.proof.Ledger.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Holds what is stored against the ledger.
final class Comparison {
    private final Ledger ledger;
    private final int fromLife;
    private final List<Finding> findings = new ArrayList<>();

    private Comparison(Ledger ledger, int fromLife) {
        this.ledger = ledger;
        this.fromLife = fromLife;
    }

    /// @param fromLife of the server, from which on everything that was sent is compared
    /// @param events all that were stored since then
    static List<Finding> ofEvents(Ledger ledger, int fromLife, List<Stored.Event> events) {
        Comparison comparison = new Comparison(ledger, fromLife);
        comparison.events(events);
        return comparison.findings;
    }

    /// @param kind of request that makes such things @param things all there are
    static List<Finding> ofThings(Ledger ledger, Kind kind, List<Stored.Thing> things) {
        Comparison comparison = new Comparison(ledger, 1);
        comparison.things(kind, things);
        return comparison.findings;
    }

    private void found(Fault fault, Kind kind, String what) {
        findings.add(new Finding(fault, kind, what));
    }

    private List<Entry> sent(Kind kind) {
        return ledger.entries().stream()
                .filter(entry -> entry.kind() == kind && entry.life() >= fromLife)
                .toList();
    }

    private void events(List<Stored.Event> events) {
        Map<String, List<Stored.Event>> byRequest = new HashMap<>();
        Set<Long> ids = new HashSet<>();
        Map<String, Entry> last = new HashMap<>();
        for (Stored.Event event : events.stream()
                .sorted(Comparator.comparingLong(Stored.Event::id))
                .toList()) {
            String name = event.content().name();
            Entry entry = ledger.find(name.split("/", 2)[0]);
            Kind kind = entry == null ? Kind.EVENT : entry.kind();
            if (!ids.add(event.id())) {
                found(Fault.GIVEN_TWICE, kind, "event id " + event.id());
            }
            if (entry == null) {
                found(Fault.UNASKED, kind, "event " + event.id() + " has a name that was never sent: " + name);
                continue;
            }
            if (!event.content().equals(Content.of(kind, name))) {
                found(Fault.ALTERED, kind, name + " is stored as " + event.content());
            }
            inOrder(event, entry, last);
            byRequest
                    .computeIfAbsent(entry.name(), request -> new ArrayList<>())
                    .add(event);
        }
        for (Kind kind : Kind.values()) {
            if (kind.stores() == Ledger.Stores.EVENTS) {
                sent(kind).forEach(entry -> request(entry, byRequest.getOrDefault(entry.name(), List.of())));
            }
        }
    }

    /// A connection's requests follow each other, and so do the lives of the server.
    private void inOrder(Stored.Event event, Entry entry, Map<String, Entry> last) {
        if (entry.isSentAgain()) {
            return;
        }
        Entry ofConnection = last.put("connection " + entry.life() + "-" + entry.connection(), entry);
        if (ofConnection != null && ofConnection.number() > entry.number()) {
            found(
                    Fault.OUT_OF_ORDER,
                    entry.kind(),
                    entry.name() + " (event " + event.id() + ") after " + ofConnection.name());
        }
        Entry ofAll = last.put("all", entry);
        if (ofAll != null && ofAll.life() > entry.life()) {
            found(Fault.OUT_OF_ORDER, entry.kind(), entry.name() + " (event " + event.id() + ") after " + ofAll.name());
        }
    }

    /// @param there the events that are stored of this request, by rising id
    private void request(Entry entry, List<Stored.Event> there) {
        Map<String, Integer> times = new TreeMap<>();
        there.forEach(event -> times.merge(event.content().name(), 1, Integer::sum));
        times.forEach((name, count) -> {
            if (count > 1) {
                found(Fault.DOUBLED, entry.kind(), name + " is there " + count + " times");
            }
        });
        if (entry.answer() == Answer.NO && !there.isEmpty()) {
            found(Fault.UNASKED, entry.kind(), entry.name() + " was refused");
        }
        if (entry.answer() == Answer.YES && there.isEmpty()) {
            found(Fault.LOST, entry.kind(), entry.name());
            return;
        }
        if (there.isEmpty()) {
            return;
        }
        if (times.size() != entry.events()) {
            found(Fault.TORN, entry.kind(), entry.name() + ": " + times.size() + " of " + entry.events());
            return;
        }
        for (int i = 0; i < there.size() && there.size() == entry.events(); i++) {
            Stored.Event event = there.get(i);
            if (event.id() != there.getFirst().id() + i
                    || !event.content().name().equals(entry.event(i))) {
                found(Fault.OUT_OF_ORDER, entry.kind(), entry.name() + " is not in one piece and its order");
                break;
            }
        }
        if (entry.id() > 0 && entry.id() != there.getFirst().id()) {
            found(
                    Fault.ALTERED,
                    entry.kind(),
                    entry.name() + " was told to be event " + entry.id() + ", and is "
                            + there.getFirst().id());
        }
    }

    private void things(Kind kind, List<Stored.Thing> things) {
        Map<String, List<Stored.Thing>> byName = new HashMap<>();
        Set<Long> ids = new HashSet<>();
        for (Stored.Thing thing : things) {
            if (!ids.add(thing.id())) {
                found(Fault.GIVEN_TWICE, kind, "id " + thing.id());
            }
            if (ledger.find(thing.name()) == null) {
                found(Fault.UNASKED, kind, thing + " was never sent");
            }
            byName.computeIfAbsent(thing.name(), name -> new ArrayList<>()).add(thing);
        }
        for (Entry entry : sent(kind)) {
            List<Stored.Thing> there = byName.getOrDefault(entry.name(), List.of());
            if (there.size() > 1) {
                found(Fault.DOUBLED, kind, there.toString());
            }
            if (entry.answer() == Answer.NO && !there.isEmpty()) {
                found(Fault.UNASKED, kind, entry.name() + " was refused");
            }
            if (entry.answer() == Answer.YES && there.isEmpty()) {
                found(Fault.LOST, kind, entry.name());
            }
            if (entry.id() > 0 && there.stream().noneMatch(thing -> thing.id() == entry.id()) && !there.isEmpty()) {
                found(Fault.ALTERED, kind, entry.name() + " was told to be " + entry.id() + ", and is " + there);
            }
        }
    }
}
