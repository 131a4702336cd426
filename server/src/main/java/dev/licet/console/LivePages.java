package dev.licet.console;

import static java.lang.System.Logger.Level.DEBUG;

import dev.licet.core.Outcome;
import dev.licet.core.Unavailable;
import dev.licet.core.event.EventFilter;
import dev.licet.core.event.EventPage;
import dev.licet.core.event.EventQuery;
import dev.licet.core.event.ReadEvents;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Permission;
import dev.licet.core.identity.Secret;
import dev.licet.core.session.SignIn;
import dev.licet.dialect.Answer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Events as they arrive: a page, and the stream of server-sent events that it reads.
final class LivePages implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LivePages.class.getName());
    private static final Duration PAUSE = Duration.ofMillis(250);
    /// Whether somebody is still there is seen by writing.
    private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(10);
    private static final int AT_ONCE = 100;
    private static final int MOST_BEHIND = 2_000;

    private final Rest rest;
    private final Pages pages;
    private final ReadEvents readEvents;
    private final SignIn signIn;
    private final Places places;
    private volatile boolean closed;

    LivePages(Rest rest, Pages pages, ReadEvents readEvents, SignIn signIn, int most) {
        this.rest = rest;
        this.pages = pages;
        this.readEvents = readEvents;
        this.signIn = signIn;
        this.places = new Places(most);
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
        if (!visit.request().verb().equals("GET")) {
            return Answer.text(405, "Events are watched by GET.").with("Allow", "GET");
        }
        return Pages.guarded(visit.request(), Answer.written(200, "text/event-stream; charset=utf-8", out -> {
            AccountNumber account = visit.visitor().caller().account();
            if (!places.take(account)) {
                write(out, "event: full\ndata: Too many watch already: the operator can raise max-live-views.\n\n");
                return;
            }
            try {
                watch(visit, key, out);
            } finally {
                places.giveBack(account);
            }
        }));
    }

    /// Writes what comes, until the browser is gone, or the session or its right to see it.
    private void watch(Visit visit, Secret key, OutputStream out) throws IOException {
        EventFilter filter = EventFilter.builder()
                .name(visit.parameters().last("name"))
                .feature(visit.parameters().last("feature"))
                .machine(visit.parameters().last("machine"))
                .endUser(visit.parameters().last("user"))
                .build();
        EventQuery query = EventQuery.of(visit.visitor().caller().account(), filter, AT_ONCE);
        Caller caller = visit.visitor().caller();
        long newest = readEvents.lastAcknowledged();
        long last = Math.min(seenBefore(visit).orElse(newest), newest); // what a browser says may be of another server
        write(out, "retry: 2000\n: here\n\n");
        long lifeAt = System.nanoTime();
        while (!closed) {
            long acknowledged = readEvents.lastAcknowledged();
            if (acknowledged - last > MOST_BEHIND) {
                last = acknowledged - AT_ONCE; // nobody can read so many
                write(out, "event: more\ndata: more\n\n");
            }
            boolean wereMany = false;
            Optional<EventPage> page =
                    acknowledged > last ? read(caller, query.above(OptionalLong.of(last))) : Optional.empty();
            if (page.isPresent()) {
                List<RecordedEvent> events = page.get().events();
                tell(events, out);
                wereMany = events.size() == AT_ONCE;
                last = wereMany
                        ? events.getFirst().id()
                        : Math.max(last, page.get().asOf());
            }
            if (System.nanoTime() - lifeAt > SIGN_OF_LIFE.toNanos()) {
                Optional<Caller> now = stillThere(key);
                if (now.isEmpty()) {
                    write(out, "event: over\ndata: over\n\n");
                    return;
                }
                caller = now.get();
                write(out, ": here\n\n");
                lifeAt = System.nanoTime();
            }
            if (!wereMany) {
                pause();
            }
        }
    }

    /// Nothing while the events can't be read: they are told when they can.
    private Optional<EventPage> read(Caller caller, EventQuery query) {
        try {
            return readEvents.read(caller, query) instanceof Outcome.Success<EventPage>(EventPage page)
                    ? Optional.of(page)
                    : Optional.empty();
        } catch (Unavailable e) {
            LOG.log(DEBUG, "a live view waits: {0}", e.getMessage());
            return Optional.empty();
        }
    }

    /// Who comes again after the connection was lost goes on where it was.
    private static Optional<Long> seenBefore(Visit visit) {
        return visit.request()
                .headers()
                .first("last-event-id")
                .filter(id -> id.matches("[0-9]{1,15}"))
                .map(Long::valueOf);
    }

    /// With the rights that they have now. Watching does not keep a session alive.
    private Optional<Caller> stillThere(Secret key) {
        return signIn.look(key) instanceof Outcome.Success<SignIn.Visit>(SignIn.Visit found)
                        && found.caller().lacks(Permission.GET_EVENTS).isEmpty()
                ? Optional.of(found.caller())
                : Optional.empty();
    }

    /// The oldest first.
    private static void tell(List<RecordedEvent> newestFirst, OutputStream out) throws IOException {
        for (RecordedEvent event : newestFirst.reversed()) {
            write(out, "id: " + event.id() + "\ndata: " + Rest.text(shown(event)) + "\n\n");
        }
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
