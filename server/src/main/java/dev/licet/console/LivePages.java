package dev.licet.console;

import dev.licet.core.Outcome;
import dev.licet.core.event.EventFilter;
import dev.licet.core.event.EventPage;
import dev.licet.core.event.EventQuery;
import dev.licet.core.event.ReadEvents;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.identity.Permission;
import dev.licet.core.identity.Secret;
import dev.licet.core.session.SignIn;
import dev.licet.dialect.Answer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Events as they arrive: a page, and the stream of server-sent events that it reads.
final class LivePages implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(250);
    /// Whether somebody is still there is seen by writing.
    private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(10);
    private static final int AT_ONCE = 100;

    private final Rest rest;
    private final Pages pages;
    private final ReadEvents readEvents;
    private final SignIn signIn;
    private final Semaphore places;
    private volatile boolean closed;

    LivePages(Rest rest, Pages pages, ReadEvents readEvents, SignIn signIn, int most) {
        this.rest = rest;
        this.pages = pages;
        this.readEvents = readEvents;
        this.signIn = signIn;
        this.places = new Semaphore(most);
    }

    Answer answer(Visit visit, Secret key) {
        if (!visit.visitor().may(Permission.GET_EVENTS)) {
            return pages.notPermitted(visit, Permission.GET_EVENTS);
        }
        return switch (visit.word(1)) {
            case "" -> page(visit);
            case "events" -> events(visit, key);
            default -> pages.notFound(visit);
        };
    }

    private Answer page(Visit visit) {
        String product = rest.list(visit, "/v1/products").stream()
                .filter(known -> !known.path("revoked").asBoolean(false))
                .findFirst()
                .map(known -> known.path("id").asString())
                .orElse("PRODUCT");
        return pages.page(
                visit,
                "live",
                "Live",
                Map.of(
                        "name", visit.parameter("name"),
                        "feature", visit.parameter("feature"),
                        "machine", visit.parameter("machine"),
                        "user", visit.parameter("user"),
                        "curl",
                                pages.curl(
                                        visit,
                                        "POST",
                                        "/v1/events",
                                        "{\"name\": \"start\", \"product\": \"" + product
                                                + "\", \"machine\": \"my-laptop\"}")));
    }

    private Answer events(Visit visit, Secret key) {
        if (!places.tryAcquire()) {
            return Answer.text(
                            503, "Too many watch already: try again later, or let the operator raise max-live-views.")
                    .with("Retry-After", "10");
        }
        return Pages.guarded(visit.request(), Answer.written(200, "text/event-stream; charset=utf-8", out -> {
            try {
                watch(visit, key, out);
            } finally {
                places.release();
            }
        }));
    }

    /// Writes what comes, until the browser or the session is gone.
    private void watch(Visit visit, Secret key, OutputStream out) throws IOException {
        EventFilter filter = EventFilter.builder()
                .name(visit.parameters().last("name"))
                .feature(visit.parameters().last("feature"))
                .machine(visit.parameters().last("machine"))
                .endUser(visit.parameters().last("user"))
                .build();
        EventQuery newest = EventQuery.of(visit.visitor().caller().account(), filter, AT_ONCE);
        long last = newest(visit, newest).stream()
                .mapToLong(RecordedEvent::id)
                .max()
                .orElse(0);
        long seen = readEvents.lastAcknowledged();
        write(out, "retry: 2000\n: here\n\n");
        long lifeAt = System.nanoTime();
        while (!closed) {
            long acknowledged = readEvents.lastAcknowledged();
            if (acknowledged > seen) {
                seen = acknowledged;
                last = tell(newest(visit, newest), last, out);
            }
            if (System.nanoTime() - lifeAt > SIGN_OF_LIFE.toNanos()) {
                if (signIn.visit(key) instanceof Outcome.Refused<SignIn.Visit>) {
                    write(out, "event: over\ndata: over\n\n");
                    return;
                }
                write(out, ": here\n\n");
                lifeAt = System.nanoTime();
            }
            pause();
        }
    }

    private List<RecordedEvent> newest(Visit visit, EventQuery query) {
        return readEvents.read(visit.visitor().caller(), query) instanceof Outcome.Success<EventPage>(EventPage page)
                ? page.events()
                : List.of();
    }

    /// Those that have come since, the oldest first.
    private static long tell(List<RecordedEvent> newest, long last, OutputStream out) throws IOException {
        List<RecordedEvent> fresh = new ArrayList<>(
                newest.stream().filter(event -> event.id() > last).toList());
        Collections.reverse(fresh);
        if (fresh.size() == AT_ONCE) {
            write(out, "event: more\ndata: more\n\n");
        }
        for (RecordedEvent event : fresh) {
            write(out, "data: " + Rest.text(shown(event)) + "\n\n");
        }
        return fresh.isEmpty() ? last : fresh.getLast().id();
    }

    private static JsonNode shown(RecordedEvent recorded) {
        ObjectNode node = Rest.object();
        node.put("time", recorded.event().at().toString());
        node.put("name", recorded.event().name().orElse(""));
        node.put("feature", recorded.event().feature().orElse(""));
        node.put("machine", recorded.event().machine().orElse(""));
        node.put("user", recorded.event().endUser().orElse(""));
        node.put("properties", recorded.event().metadata().orElse(""));
        return node;
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
