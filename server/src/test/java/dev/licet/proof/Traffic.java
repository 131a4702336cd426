package dev.licet.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.server.TestServer;
import dev.licet.server.TestServer.Reply;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// Clients of several nodes, over sockets: some send numbered events, some take, ping and give back the seats of one
/// key. Whoever gets no answer, or a 503, goes to the next node. Each writes down what it was told.
final class Traffic implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 3_000;
    private static final int ANSWERS_OF_A_NODE = 5;
    private static final int HELD_MILLIS = 50;
    private static final AtomicInteger RUNS = new AtomicInteger();

    private final String run = "run " + RUNS.incrementAndGet() + " ";

    private final List<Integer> ports;
    private final Vendor vendor;
    private final String key;
    private final int perEvent;
    private final AtomicBoolean isOver = new AtomicBoolean();
    private volatile boolean isGivenUp;
    private final List<Thread> clients = new ArrayList<>();
    private final Queue<Throwable> broken = new ConcurrentLinkedQueue<>();
    private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();
    private final Set<String> unclear = ConcurrentHashMap.newKeySet();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger given = new AtomicInteger();
    private final Queue<Sure> sure = new ConcurrentLinkedQueue<>();
    private final Pauses events = new Pauses();
    private final Pauses seats = new Pauses();
    private final Pauses pings = new Pauses();

    /// How an event is sent; each client has a way of its own.
    private enum Way {
        /// With an id of its own, until it is acknowledged.
        ID,
        /// In a request with an `Idempotency-Key`, until it is acknowledged.
        KEY,
        /// With neither, so never again: without an answer it may be there or not.
        ONCE;

        Map<String, String> headers(String name) {
            return this == KEY ? Map.of("Idempotency-Key", name) : Map.of();
        }

        String body(String name, String text) {
            return (this == ID ? "{\"id\":\"" + name + "\"," : "{") + "\"name\":\"" + name
                    + "\",\"properties\":{\"text\":\"" + text + "\"}}";
        }
    }

    /// Whose events and seats they are. @param product its id
    record Vendor(String accessToken, long product) {

        /// Who has the first credentials of a node.
        static Vendor of(TestServer node) {
            return new Vendor(node.first().accessToken(), node.first().productId());
        }

        /// One request to a node, on a connection of its own.
        Reply ask(int port, String verb, String path, String body) throws IOException {
            try (Socket socket = connect(port, 20_000)) {
                return ask(socket, socket.getInputStream(), verb, path, Map.of(), body);
            }
        }

        static Socket connect(int port, int patienceMillis) throws IOException {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(patienceMillis);
            socket.setTcpNoDelay(true);
            return socket;
        }

        Reply ask(Socket socket, InputStream in, String verb, String path, Map<String, String> more, String body)
                throws IOException {
            Map<String, String> headers = new HashMap<>(more);
            headers.put("Authorization", "Bearer " + accessToken);
            headers.put("Content-Type", "application/json");
            socket.getOutputStream()
                    .write(TestServer.request(verb, path, headers, body.getBytes(StandardCharsets.UTF_8)));
            return TestServer.read(in);
        }

        /// A new key. @param port of a node @param seats that it has
        String key(int port, int seats) throws IOException {
            return ask(port, "POST", "/v1/keys", "{\"product\":\"prd_" + product + "\",\"maxMachines\":" + seats + "}")
                    .json()
                    .path("key")
                    .asString();
        }

        /// What asks for a seat.
        String checkOut(String key, String interval, String machine) {
            return "{\"product\":\"prd_" + product + "\",\"key\":\"" + key + "\",\"interval\":\"" + interval
                    + "\",\"machine\":\"" + machine + "\"}";
        }
    }

    /// From when until when a client was sure of its seat.
    private record Sure(long from, long until) {}

    /// When somebody was told of a success, and the longest that nobody was.
    private static final class Pauses {
        private long last = System.nanoTime();
        private long longest;

        synchronized void success() {
            long now = System.nanoTime();
            longest = Math.max(longest, now - last);
            last = now;
        }

        synchronized Duration longest() {
            return Duration.ofNanos(longest);
        }

        synchronized void forget() {
            longest = 0;
        }
    }

    /// @param ports of the nodes, for plain HTTP @param key whose seats they share @param perEvent characters of
    /// metadata
    Traffic(List<Integer> ports, Vendor vendor, String key, int perEvent) {
        this.ports = List.copyOf(ports);
        this.vendor = vendor;
        this.key = key;
        this.perEvent = perEvent;
    }

    Traffic start(int senders, int machines) {
        for (int i = 0; i < senders; i++) {
            int number = i;
            clients.add(client(() -> sendEvents(number)));
        }
        for (int i = 0; i < machines; i++) {
            int number = i;
            clients.add(client(() -> useSeats(number)));
        }
        return this;
    }

    private Thread client(Runnable what) {
        return Thread.ofPlatform()
                .uncaughtExceptionHandler((thread, e) -> broken.add(e))
                .start(what);
    }

    /// Lets each client finish what it is at. What is not acknowledged by then never will be.
    Traffic stop() throws InterruptedException {
        isOver.set(true);
        for (Thread client : clients) {
            client.join();
        }
        if (!broken.isEmpty()) {
            throw new AssertionError(broken.size() + " clients were answered what they can't be", broken.peek());
        }
        return this;
    }

    /// Ends it wherever it is, after a test that failed.
    @Override
    public void close() throws InterruptedException {
        isGivenUp = true;
        isOver.set(true);
        for (Thread client : clients) {
            client.join();
        }
    }

    /// Waits until so many more events are acknowledged.
    void awaitMore(int events) throws InterruptedException {
        int enough = acknowledged.size() + events;
        for (int i = 0; i < 600 && acknowledged.size() < enough; i++) {
            Thread.sleep(50);
        }
        assertThat(acknowledged.size()).isGreaterThanOrEqualTo(enough);
    }

    /// What the name of each of its events begins with.
    String run() {
        return run;
    }

    /// Compares all names that are stored: each that was acknowledged, once, and beyond that only what had no answer.
    void requireKept(List<String> stored) {
        Set<String> once = new HashSet<>();
        assertThat(stored.stream().filter(name -> !once.add(name))).as("twice").isEmpty();
        assertThat(acknowledged.keySet().stream().filter(name -> !once.contains(name)))
                .as("lost")
                .isEmpty();
        assertThat(stored.stream().filter(name -> !acknowledged.containsKey(name) && !unclear.contains(name)))
                .as("never sent")
                .isEmpty();
        assertThat(acknowledged).hasSizeGreaterThan(50);
    }

    /// Looks at what clients were sure of: all seats of the key at some moment, and never more.
    void requireSeatsExact(int seats) {
        assertThat(mostSure()).isBetween(2, seats);
        assertThat(seatsGiven()).isGreaterThan(seats);
    }

    /// The names of the events that were acknowledged, with the ids of their answers.
    Map<String, Long> acknowledged() {
        return acknowledged;
    }

    /// How often somebody had no answer, or a 503.
    int failures() {
        return failures.get();
    }

    int seatsGiven() {
        return given.get();
    }

    /// For what comes next.
    void forgetPauses() {
        events.forget();
        seats.forget();
        pings.forget();
    }

    Duration longestPauseOfEvents() {
        return events.longest();
    }

    Duration longestPauseOfSeats() {
        return seats.longest();
    }

    Duration longestPauseOfPings() {
        return pings.longest();
    }

    /// How many were sure of a seat at the same time.
    private int mostSure() {
        TreeMap<Long, Integer> changes = new TreeMap<>();
        for (Sure held : sure) {
            changes.merge(held.from(), 1, Integer::sum);
            changes.merge(held.until(), -1, Integer::sum);
        }
        int now = 0;
        int most = 0;
        for (int change : changes.values()) {
            now += change;
            most = Math.max(most, now);
        }
        return most;
    }

    private void sendEvents(int client) {
        Way way = Way.values()[client % Way.values().length];
        try (Line line = new Line(client)) {
            for (int number = 0; !isOver.get(); number++) {
                String name = run + "client " + client + " event " + number;
                Ask ask = new Ask(
                        "POST", "/v1/events", way.headers(name), way.body(name, noise(client, number)), Set.of(200));
                Optional<Reply> reply = way == Way.ONCE ? line.once(ask) : Optional.of(line.until(ask));
                if (reply.isEmpty()) {
                    unclear.add(name);
                    continue;
                }
                acknowledged.put(
                        name,
                        reply.get().json().path("data").path(0).path("position").asLong());
                events.success();
            }
        }
    }

    /// Which no database packs.
    private String noise(int client, int number) {
        Random random = new Random(31L * client + number);
        StringBuilder noise = new StringBuilder();
        while (noise.length() < perEvent) {
            noise.append(Long.toString(random.nextLong() & Long.MAX_VALUE, 36));
        }
        return noise.toString();
    }

    private void useSeats(int client) {
        Ask checkOut = new Ask(
                "POST", "/v1/seats", Map.of(), vendor.checkOut(key, "PT1H", "machine " + client), Set.of(201, 409));
        try (Line line = new Line(client)) {
            while (!isOver.get()) {
                Reply reply = line.until(checkOut);
                if (reply.status() == 409) {
                    seats.success();
                    pause(HELD_MILLIS);
                    continue;
                }
                long from = System.nanoTime();
                seats.success();
                given.incrementAndGet();
                pause(HELD_MILLIS);
                String seat = "/v1/seats/" + reply.json().path("id").asString();
                line.until(new Ask("POST", seat + "/ping", Map.of(), "", Set.of(200)));
                pings.success();
                sure.add(new Sure(from, System.nanoTime()));
                // One that was given back without an answer is not there any more.
                line.until(new Ask("DELETE", seat, Map.of(), "", Set.of(200, 204, 404)));
            }
        }
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// A request. @param answers that are expected, besides a 503
    private record Ask(String verb, String path, Map<String, String> headers, String body, Set<Integer> answers) {}

    /// One client's connection, to one node after the other.
    private final class Line implements AutoCloseable {
        private int node;
        private int answered;
        private Socket socket = new Socket();
        private InputStream in = InputStream.nullInputStream();

        Line(int client) {
            this.node = client;
        }

        /// Asks one node after the other until there is an answer.
        Reply until(Ask ask) {
            while (true) {
                Optional<Reply> reply = once(ask);
                if (reply.isPresent()) {
                    return reply.get();
                }
            }
        }

        /// @return empty for no answer, or a 503
        Optional<Reply> once(Ask ask) {
            if (isGivenUp) {
                throw new IllegalStateException("nobody waits for it any more");
            }
            try {
                Reply reply = exchange(ask);
                if (ask.answers().contains(reply.status())) {
                    moveOn();
                    return Optional.of(reply);
                }
                if (reply.status() != 503) {
                    throw new AssertionError(ask + " was answered " + reply);
                }
            } catch (IOException noAnswer) {
                close();
            }
            failures.incrementAndGet();
            pause(HELD_MILLIS);
            close();
            node++;
            return Optional.empty();
        }

        /// Now and then, as whatever balances them has it.
        private void moveOn() {
            if (++answered % ANSWERS_OF_A_NODE == 0) {
                close();
                node++;
            }
        }

        private Reply exchange(Ask ask) throws IOException {
            if (!socket.isConnected() || socket.isClosed()) {
                socket = Vendor.connect(ports.get(node % ports.size()), PATIENCE_MILLIS);
                in = new BufferedInputStream(socket.getInputStream());
            }
            return vendor.ask(socket, in, ask.verb(), ask.path(), ask.headers(), ask.body());
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
