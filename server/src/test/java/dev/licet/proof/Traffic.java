package dev.licet.proof;

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
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// Clients of several nodes, over sockets: some send numbered events, each until it is acknowledged, some take and give
/// back the seats of one key. Whoever gets no answer, or a 503, goes to the next node. Each writes down what it was
/// told.
final class Traffic {
    private static final int PATIENCE_MILLIS = 3_000;
    private static final int ANSWERS_OF_A_NODE = 5;
    private static final int HELD_MILLIS = 50;

    private final List<Integer> ports;
    private final Vendor vendor;
    private final String key;
    private final int perEvent;
    private final AtomicBoolean isOver = new AtomicBoolean();
    private final List<Thread> clients = new ArrayList<>();
    private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger given = new AtomicInteger();
    private final Queue<Sure> sure = new ConcurrentLinkedQueue<>();
    private final Pauses events = new Pauses();
    private final Pauses seats = new Pauses();

    /// Whose events and seats they are. @param product its id
    record Vendor(String accessToken, long product) {

        /// One request to a node, on a connection of its own.
        Reply ask(int port, String verb, String path, String body) throws IOException {
            try (Socket socket = connect(port, 20_000)) {
                return ask(socket, socket.getInputStream(), verb, path, body);
            }
        }

        static Socket connect(int port, int patienceMillis) throws IOException {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(patienceMillis);
            socket.setTcpNoDelay(true);
            return socket;
        }

        Reply ask(Socket socket, InputStream in, String verb, String path, String body) throws IOException {
            Map<String, String> headers =
                    Map.of("Authorization", "Bearer " + accessToken, "Content-Type", "application/json");
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
            clients.add(Thread.ofPlatform().start(() -> sendEvents(number)));
        }
        for (int i = 0; i < machines; i++) {
            int number = i;
            clients.add(Thread.ofPlatform().start(() -> useSeats(number)));
        }
        return this;
    }

    /// Lets each client finish what it is at. What is not acknowledged by then never will be.
    Traffic stop() throws InterruptedException {
        isOver.set(true);
        for (Thread client : clients) {
            client.join();
        }
        return this;
    }

    /// The names of the events that were acknowledged, with their ids.
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
    }

    Duration longestPauseOfEvents() {
        return events.longest();
    }

    Duration longestPauseOfSeats() {
        return seats.longest();
    }

    /// How many were sure of a seat at the same time.
    int mostSure() {
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
        try (Line line = new Line(client)) {
            for (int number = 0; !isOver.get(); number++) {
                String name = "client " + client + " event " + number;
                String body = "{\"id\":\"" + name + "\",\"name\":\"" + name + "\",\"properties\":{\"text\":\""
                        + noise(client, number) + "\"}}";
                Reply reply = line.until("POST", "/v1/events", body, 200);
                acknowledged.put(
                        name, reply.json().path("data").path(0).path("position").asLong());
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
        String body = vendor.checkOut(key, "PT1H", "machine " + client);
        try (Line line = new Line(client)) {
            while (!isOver.get()) {
                Reply reply = line.until("POST", "/v1/seats", body, 201, 409);
                if (reply.status() == 409) {
                    seats.success();
                    pause(HELD_MILLIS);
                    continue;
                }
                long from = System.nanoTime();
                seats.success();
                given.incrementAndGet();
                pause(HELD_MILLIS);
                sure.add(new Sure(from, System.nanoTime()));
                // One that was given back without an answer is not there any more.
                line.until("DELETE", "/v1/seats/" + reply.json().path("id").asString(), "", 200, 204, 404);
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

    /// One client's connection, to one node after the other.
    private final class Line implements AutoCloseable {
        private int node;
        private int answered;
        private Socket socket = new Socket();
        private InputStream in = InputStream.nullInputStream();

        Line(int client) {
            this.node = client;
        }

        /// Asks until it is answered with one of these.
        Reply until(String verb, String path, String body, int... answers) {
            while (true) {
                try {
                    Reply reply = ask(verb, path, body);
                    for (int answer : answers) {
                        if (reply.status() == answer) {
                            moveOn();
                            return reply;
                        }
                    }
                    if (reply.status() != 503) {
                        throw new AssertionError(verb + " " + path + " was answered " + reply);
                    }
                } catch (IOException noAnswer) {
                    close();
                }
                failures.incrementAndGet();
                pause(HELD_MILLIS);
                close();
                node++;
            }
        }

        /// Now and then, as whatever balances them has it.
        private void moveOn() {
            if (++answered % ANSWERS_OF_A_NODE == 0) {
                close();
                node++;
            }
        }

        private Reply ask(String verb, String path, String body) throws IOException {
            if (!socket.isConnected() || socket.isClosed()) {
                socket = Vendor.connect(ports.get(node % ports.size()), PATIENCE_MILLIS);
                in = new BufferedInputStream(socket.getInputStream());
            }
            return vendor.ask(socket, in, verb, path, body);
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
