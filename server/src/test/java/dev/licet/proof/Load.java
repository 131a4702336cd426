package dev.licet.proof;

import dev.licet.proof.Finding.Fault;
import dev.licet.proof.Ledger.Entry;
import dev.licet.proof.Ledger.Held;
import dev.licet.proof.Ledger.Kind;
import dev.licet.server.TestServer;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Clients of every kind, each on a connection of its own and as fast as the server answers, until the server is gone
/// or they are told to stop. All they do is in the ledger.
final class Load {
    private static final Pattern EVENT_ID = Pattern.compile("eventId=\"([0-9]+)\"");
    private static final Pattern LICENSE_ID = Pattern.compile("licenseId=\"([0-9]+)\"");
    private static final Pattern PRODUCT_ID = Pattern.compile("\"productId\":([0-9]+)");
    private static final Pattern TRANSACTION = Pattern.compile("<api_tx_number>([0-9]+)</api_tx_number>");
    private static final Pattern SESSION_KEY = Pattern.compile("<session_key>([^<]+)</session_key>");
    private static final int MOST_OF_A_BATCH = 40;
    private static final int PINGS_OF_A_SESSION = 12;

    private static final Clock CLOCK = Clock.systemUTC();

    private final Target target;
    private final Ledger ledger;
    private final int life;
    private final List<Thread> clients = new ArrayList<>();
    private final AtomicInteger answered = new AtomicInteger();
    private volatile boolean stopping;

    private Load(Target target, Ledger ledger, int life) {
        this.target = target;
        this.ledger = ledger;
        this.life = life;
    }

    /// One client's way of using the server, over and over.
    @FunctionalInterface
    private interface Client {
        void call(Target.Line line, int connection, int number) throws IOException;
    }

    /// @param life which one of the server's this is, counted from 1 @param share of each kind of client
    static Load start(Target target, Ledger ledger, int life, int share, long seed) {
        Load load = new Load(target, ledger, life);
        Random random = new Random(seed);
        for (int i = 0; i < share; i++) {
            load.client(false, load::event);
            load.client(false, load::event);
            load.client(false, load.batches(new Random(random.nextLong())));
            load.client(false, load::logEvent);
            load.client(true, load.session(new Random(random.nextLong())));
            load.client(true, load.session(new Random(random.nextLong())));
            load.client(false, load::license);
        }
        load.client(true, load::product);
        load.client(false, load::question);
        load.clients.forEach(Thread::start);
        return load;
    }

    private void client(boolean tls, Client client) {
        int connection = clients.size();
        clients.add(Thread.ofVirtual().unstarted(() -> {
            try (Target.Line line = target.connect(tls)) {
                for (int number = 1; !stopping; number++) {
                    client.call(line, connection, number);
                    answered.incrementAndGet();
                }
            } catch (IOException gone) {
                // the ledger has what was not answered
            } catch (RuntimeException e) {
                ledger.found(Fault.STRANGE_ANSWER, Kind.EVENT, "client " + connection + " failed: " + e);
            }
        }));
    }

    /// How many requests were answered so far.
    int answered() {
        return answered.get();
    }

    /// Waits until so many requests were answered, or for so long.
    void awaitAnswers(int answers, Duration patience) throws InterruptedException {
        for (long i = 0; i < patience.toMillis() && answered.get() < answers; i += 5) {
            Thread.sleep(5);
        }
    }

    /// Each client ends with the answer to its last request.
    void stop() throws InterruptedException {
        stopping = true;
        awaitEnd();
    }

    /// The clients of a server that is gone.
    void awaitEnd() throws InterruptedException {
        for (Thread client : clients) {
            client.join();
        }
    }

    private void event(Target.Line line, int connection, int number) throws IOException {
        Entry entry = ledger.sending(Kind.EVENT, life, connection, number, 1);
        Content content = Content.of(Kind.EVENT, entry.event(0));
        settle(
                entry,
                line.form(
                        "/api/ai/RegisterEvent",
                        "token=" + target.form("access_token") + "&EventName=" + encoded(content.name())
                                + "&FeatureName=" + encoded(content.feature()) + "&Value=" + content.value()
                                + "&Currency=" + content.currency() + "&Metadata=" + encoded(content.metadata())),
                "\"result\":0",
                null);
    }

    private Client batches(Random random) {
        return (line, connection, number) -> {
            int events = random.nextInt(2, MOST_OF_A_BATCH);
            Entry entry = ledger.sending(Kind.BATCH, life, connection, number, events);
            String list = IntStream.range(0, events)
                    .mapToObj(i -> Content.of(Kind.BATCH, entry.event(i)))
                    .map(content -> "{\"EventName\":\"" + content.name() + "\",\"FeatureName\":\"" + content.feature()
                            + "\",\"Value\":" + content.value() + ",\"Currency\":\"" + content.currency()
                            + "\",\"Metadata\":\"" + content.metadata().replace("\"", "\\\"") + "\"}")
                    .collect(Collectors.joining(",", "[", "]"));
            settle(
                    entry,
                    line.json(
                            "/api/ai/RegisterEvents",
                            "{\"token\":\""
                                    + target.credentials().get("access_token").asString() + "\",\"Events\":" + list
                                    + "}"),
                    "\"result\":0",
                    null);
        };
    }

    private void logEvent(Target.Line line, int connection, int number) throws IOException {
        Entry entry = ledger.sending(Kind.LOG_EVENT, life, connection, number, 1);
        Content content = Content.of(Kind.LOG_EVENT, entry.event(0));
        settle(
                entry,
                line.form(
                        "/rest/v1/",
                        "method=veoh.people.logEvent&apiKey=" + target.form("api_key") + "&eventName="
                                + encoded(content.name()) + "&keys=of,padding&values=" + encoded(content.name()) + ","
                                + encoded(content.padding())),
                "stat=\"ok\"",
                EVENT_ID);
    }

    private void license(Target.Line line, int connection, int number) throws IOException {
        Entry entry = ledger.sending(Kind.LICENSE, life, connection, number, 0);
        settle(
                entry,
                line.form(
                        "/rest/v1/",
                        "method=veoh.license.create&apiKey=" + target.form("api_key") + "&name=" + encoded(entry.name())
                                + "&licenseType=videoOwn&price=1.99"),
                "stat=\"ok\"",
                LICENSE_ID);
    }

    private void product(Target.Line line, int connection, int number) throws IOException {
        Entry entry = ledger.sending(Kind.PRODUCT, life, connection, number, 0);
        settle(entry, line.json("/v1/products", "{\"name\":\"" + entry.name() + "\"}"), "\"productId\":", PRODUCT_ID);
        pause(20); // nobody makes products all day
    }

    /// A question makes the server load what it has just acknowledged, so that a kill may come in the middle of that.
    private void question(Target.Line line, int connection, int number) throws IOException {
        TestServer.Reply reply = line.form("/api/ai/GetEvents", "token=" + target.form("access_token") + "&Limit=1");
        if (reply.status() != 503 && !reply.body().contains("\"result\":0")) {
            strange(Kind.EVENT, reply);
        }
        pause(10);
    }

    /// Login, some pings, and often a logout.
    private Client session(Random random) {
        long[] lastNumber = new long[1];
        Held[] held = new Held[1];
        return (line, connection, number) -> {
            Held session = held[0];
            if (session == null) {
                Entry entry = ledger.sending(Kind.LOGIN, life, connection, number, 0);
                Instant sent = CLOCK.instant();
                TestServer.Reply reply = line.form(
                        "/session/login",
                        "username=" + target.form("username") + "&password=" + target.form("password")
                                + "&account_number=" + target.form("account_number"));
                if (isSuccess(entry, reply, lastNumber)) {
                    held[0] = ledger.sessionOpened(inside(SESSION_KEY, reply), life, sent, CLOCK.instant());
                }
                return;
            }
            boolean logout = random.nextInt(PINGS_OF_A_SESSION) == 0;
            Entry entry = ledger.sending(logout ? Kind.LOGOUT : Kind.PING, life, connection, number, 0);
            if (!logout && random.nextInt(PINGS_OF_A_SESSION) == 0) {
                held[0] = null; // the last ping of a session that is left alone
            }
            Instant sent = CLOCK.instant();
            try {
                TestServer.Reply reply =
                        line.form(logout ? "/session/logout" : "/session/ping", "session_key=" + session.key());
                if (!isSuccess(entry, reply, lastNumber)) {
                    return;
                }
            } catch (IOException gone) {
                if (logout) {
                    session.is(Held.State.UNSURE);
                } else {
                    session.pingUnanswered(CLOCK.instant());
                }
                throw gone;
            }
            if (logout) {
                session.is(Held.State.LOGGED_OUT);
                held[0] = null;
            } else {
                session.pinged(sent, CLOCK.instant());
            }
        };
    }

    private boolean isSuccess(Entry entry, TestServer.Reply reply, long[] lastNumber) {
        Matcher number = TRANSACTION.matcher(reply.body());
        if (number.find()) {
            long told = Long.parseLong(number.group(1));
            ledger.transactionNumber(told, lastNumber[0], life);
            lastNumber[0] = told;
        }
        settle(entry, reply, "<status>SUCCESS</status>", null);
        return entry.answer() == Ledger.Answer.YES;
    }

    /// @param id where the answer tells an id; null when it does not
    private void settle(Entry entry, TestServer.Reply reply, String success, Pattern id) {
        if (reply.status() == 503) {
            entry.refused();
            pause(50);
        } else if (reply.body().contains(success)) {
            entry.acknowledged(id == null ? 0 : Long.parseLong(inside(id, reply)));
        } else {
            strange(entry.kind(), reply);
        }
    }

    private void strange(Kind kind, TestServer.Reply reply) {
        ledger.found(Fault.STRANGE_ANSWER, kind, reply.toString());
    }

    private static String inside(Pattern pattern, TestServer.Reply reply) {
        Matcher matcher = pattern.matcher(reply.body());
        if (!matcher.find()) {
            throw new IllegalStateException("no " + pattern + " in " + reply);
        }
        return matcher.group(1);
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
