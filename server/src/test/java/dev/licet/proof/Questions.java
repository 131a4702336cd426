package dev.licet.proof;

import dev.licet.server.TestServer;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Asks a running server, as any client may, what it has.
final class Questions {
    private static final int PAGE = 100;
    private static final int PATIENCE = 100;
    private static final String NO_SUCH_SESSION = "<error_number>2</error_number>";

    private final Target target;

    Questions(Target target) {
        this.target = target;
    }

    /// Sends requests with a key again: each has to be acknowledged now, and as it was if it was before.
    int sendAgain(Ledger ledger, List<Ledger.Entry> entries) throws IOException {
        try (Target.Line line = target.connect(true)) {
            for (Ledger.Entry entry : entries) {
                boolean acknowledged = entry.answer() == Ledger.Answer.YES;
                long id = entry.id();
                if (!acknowledged) {
                    entry.sentAgain();
                }
                Asking.of(target, entry).send(line, entry, ledger);
                if (entry.answer() != Ledger.Answer.YES || acknowledged && entry.id() != id) {
                    ledger.found(
                            Finding.Fault.STRANGE_ANSWER,
                            entry.kind(),
                            entry.name() + " sent again: " + entry.answer() + ", id " + entry.id() + " after " + id);
                }
            }
        }
        return entries.size();
    }

    /// Its events with ids above this one.
    List<Stored.Event> eventsAbove(long id) throws IOException, InterruptedException {
        List<Stored.Event> events = new ArrayList<>();
        try (Target.Line line = target.connect(false)) {
            long below = 0;
            while (true) {
                JsonNode page = page(line, below);
                for (JsonNode event : page) {
                    if (event.get("id").longValue() <= id) {
                        return events;
                    }
                    events.add(event(event));
                }
                if (page.size() < PAGE) {
                    return events;
                }
                below = events.getLast().id();
            }
        }
    }

    private JsonNode page(Target.Line line, long below) throws IOException, InterruptedException {
        for (int i = 0; i < PATIENCE; i++) {
            TestServer.Reply reply = line.form(
                    "/api/ai/GetEvents",
                    "token=" + target.form("access_token") + "&Limit=" + PAGE + "&StartingAfter=" + below);
            if (reply.status() == 200 && !reply.headers().get("licet-as-of").contains("incomplete")) {
                return reply.json().get("events");
            }
            Thread.sleep(100);
        }
        throw new IOException("the server does not tell all of its events");
    }

    private static Stored.Event event(JsonNode event) {
        return new Stored.Event(
                event.get("id").longValue(),
                new Content(
                        text(event, "eventName"),
                        text(event, "featureName"),
                        event.get("value").longValue(),
                        text(event, "currency"),
                        text(event, "metadata")));
    }

    private static String text(JsonNode event, String name) {
        return event.get(name).isNull() ? null : event.get(name).asString();
    }

    /// Its products but the first, which was not made by a request.
    List<Stored.Thing> products() throws IOException {
        List<Stored.Thing> products = new ArrayList<>();
        try (Target.Line line = target.connect(true)) {
            String cursor = "";
            while (true) {
                JsonNode page = line.get("/v1/products?limit=1000" + cursor).json();
                for (JsonNode product : page.get("data")) {
                    if (product.get("name").asString().startsWith(Ledger.NAME)) {
                        products.add(new Stored.Thing(
                                product.get("productId").longValue(),
                                product.get("name").asString()));
                    }
                }
                if (page.get("next").isNull()) {
                    return products;
                }
                cursor = "&cursor=" + page.get("next").asString();
            }
        }
    }

    /// Pings these sessions, which go on living by that, and says what is wrong with them.
    List<Finding> ping(List<Ledger.Held> sessions) throws IOException {
        List<Finding> findings = new ArrayList<>();
        try (Target.Line line = target.connect(true)) {
            for (Ledger.Held session : sessions) {
                Instant sent = Clock.systemUTC().instant();
                String answer = line.form("/session/ping", "session_key=" + session.key())
                        .body();
                boolean alive = answer.contains("<status>SUCCESS</status>");
                if (alive) {
                    session.pinged(sent, Clock.systemUTC().instant());
                }
                switch (session.state()) {
                    case ALIVE -> {
                        if (!alive) {
                            findings.add(new Finding(Finding.Fault.LOST, Ledger.Kind.PING, "a session: " + answer));
                        }
                    }
                    case LOGGED_OUT -> {
                        if (!answer.contains(NO_SUCH_SESSION)) {
                            findings.add(
                                    new Finding(Finding.Fault.LIVES_ON, Ledger.Kind.LOGOUT, "a session: " + answer));
                        }
                    }
                    case UNSURE -> session.is(alive ? Ledger.Held.State.ALIVE : Ledger.Held.State.LOGGED_OUT);
                }
            }
        }
        return findings;
    }
}
