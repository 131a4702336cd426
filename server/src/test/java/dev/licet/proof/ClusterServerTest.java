package dev.licet.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.cli.EventEngines;
import dev.licet.cli.Processes;
import dev.licet.core.SmallDisk;
import dev.licet.proof.Traffic.Vendor;
import dev.licet.server.TestServer;
import dev.licet.server.TestServer.Reply;
import dev.licet.server.config.Setting;
import dev.licet.store.cluster.ClickHouseServer;
import dev.licet.store.cluster.KafkaServers;
import dev.licet.store.cluster.Sink;
import dev.licet.store.postgres.PostgresServer;
import dev.licet.store.postgres.PostgresStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// One server and its sink, on a PostgreSQL, a broker of Kafka and ClickHouse's engine: more callers than it has
/// connections, and a disk that is full.
@EnabledIf("dev.licet.proof.ClusterFailureTest#isToBeTried")
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClusterServerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MEGABYTES = 64;
    private static final int BATCHES = 20;
    private static final int BATCH = 50;

    @TempDir
    Path directory;

    private final List<AutoCloseable> open = new ArrayList<>();

    private <T extends AutoCloseable> T opened(T it) {
        open.add(it);
        return it;
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private TestServer server(ClickHouseServer clickHouse) throws Exception {
        return opened(TestServer.start(directory.resolve("data"), EventEngines.small(clickHouse, directory)));
    }

    @Test
    void manyCallersAtOnce_areAllAnswered() throws Exception {
        TestServer server = server(ClickHouseServer.shared());
        opened(server.sink(directory.resolve("sink")));
        String key = Vendor.of(server).key(server.port(), 3);
        for (int i = 0; i < 2; i++) {
            assertThat(Callers.ask(server, key))
                    .allMatch(status -> List.of(200, 201, 409).contains(status));
        }
        assertThat(server.get("/health/ready").status()).isEqualTo(200);
    }

    @Test
    void fullDiskOfClickHouse_hasEventsWaitInKafka_andThereOnceWhenThereIsRoom() throws Exception {
        Path home = directory.resolve("clickhouse");
        SmallDisk disk = SmallDisk.mount(home.resolve("data"), MEGABYTES);
        ClickHouseServer clickHouse;
        try {
            clickHouse = opened(ClickHouseServer.in(home));
        } finally {
            opened(disk); // it is closed before
        }
        TestServer server = server(clickHouse);
        Sink sink = opened(server.sink(directory.resolve("sink")));
        Map<Long, String> acknowledged = new TreeMap<>();
        send(server, 0, acknowledged);
        Path ballast = disk.fill();
        for (int i = 1; i < BATCHES; i++) {
            send(server, i, acknowledged);
        }
        await(() -> sink.check().isPresent());
        assertThat(server.get("/health/ready").status()).isEqualTo(200);
        JsonNode seen = server.manage("POST", "/v1/insights/breakdown", "{\"by\":\"name\"}");
        assertThat(seen.at("/asOf/complete").asBoolean()).isFalse();
        assertThat(acknowledged).hasSize(BATCHES * BATCH);

        Files.delete(ballast);
        await(() -> sink.check().isEmpty());
        await(() -> stored(server).equals(acknowledged));
    }

    @Test
    void serverThatStarts_whileClickHouseIsAway_takesEvents_andNoIdIsGivenTwice() throws Exception {
        ClickHouseServer clickHouse = opened(ClickHouseServer.alone());
        TestServer server = server(clickHouse);
        Sink sink = server.sink(directory.resolve("sink"));
        Map<Long, String> acknowledged = new TreeMap<>();
        send(server, 0, acknowledged);
        await(() -> stored(server).equals(acknowledged));

        clickHouse.kill();
        server.restart();
        assertThat(server.get("/health/ready").body()).isEqualTo("ready\n");
        send(server, 1, acknowledged);
        assertThat(ask(server, "POST", "/v1/insights/breakdown", "{\"by\":\"name\"}"))
                .isEqualTo(503);
        assertThat(ask(server, "GET", keys(server), "")).isEqualTo(200);
        clickHouse.startAgain();
        await(() -> stored(server).equals(acknowledged));
        sink.close();

        // As when PostgreSQL was restored from a backup.
        try (Connection connection = PostgresStore.source(PostgresServer.address(directory), "licet", Optional.empty())
                        .getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE event_position SET last_id = 7");
        }
        server.restart();
        opened(server.sink(directory.resolve("another sink")));
        send(server, 2, acknowledged);
        assertThat(acknowledged).hasSize(3 * BATCH);
        await(() -> stored(server).equals(acknowledged));
    }

    @Test
    void serverWithoutABroker_isReady_butNotForEvents() throws Exception {
        KafkaServers kafka = opened(KafkaServers.start(1));
        Map<Setting, String> settings = EventEngines.small(kafka, ClickHouseServer.shared(), directory);
        settings.put(Setting.KAFKA_SILENCE, "1s");
        TestServer server = opened(TestServer.start(directory.resolve("data"), settings));
        assertThat(ask(server, "POST", "/v1/events", "{\"name\":\"a\"}")).isEqualTo(200);

        kafka.kill(0);
        await(() -> ask(server, "POST", "/v1/events", "{\"name\":\"b\"}") == 503);
        Reply ready = server.get("/health/ready");
        assertThat(ready.status()).isEqualTo(200);
        assertThat(ready.body()).isEqualTo("ready, but not for events\n");
        assertThat(ask(server, "GET", keys(server), "")).isEqualTo(200);

        kafka.startAgain(0);
        await(() -> ask(server, "POST", "/v1/events", "{\"name\":\"c\"}") == 200);
        await(() -> server.get("/health/ready").body().equals("ready\n"));
    }

    @Test
    void sinkWithTooLittleMemory_endsItsProcess_andAnotherOneGoesOn() throws Exception {
        TestServer server = server(ClickHouseServer.shared());
        String event = "{\"name\":\"large\",\"properties\":{\"text\":\"" + "x".repeat(60_000) + "\"}}";
        String events = Stream.generate(() -> event).limit(100).collect(Collectors.joining(",", "[", "]"));
        for (int i = 0; i < 15; i++) {
            assertThat(ask(server, "POST", "/v1/events", events)).isEqualTo(200);
        }
        List<String> launch = Processes.java().stream()
                .map(word -> word.startsWith("-Xmx") ? "-Xmx48m" : word)
                .toList();
        List<String> arguments = new ArrayList<>(
                List.of("sink", "--data", directory.resolve("small").toString(), "--sink-interval", "1h"));
        arguments.addAll(EventEngines.arguments(EventEngines.small(ClickHouseServer.shared(), directory)));
        Processes.Ended small = Processes.start(launch, directory, Map.of(), arguments.toArray(String[]::new))
                .ended();
        assertThat(small.err()).contains("OutOfMemoryError");
        assertThat(small.exitCode()).isEqualTo(1);

        opened(server.sink(directory.resolve("sink")));
        server.clock().advance(Duration.ofMinutes(1)); // what is asked ends now
        String question = "{\"by\":\"name\"}";
        await(() -> {
            JsonNode counted = server.manage("POST", "/v1/insights/breakdown", question);
            return counted.at("/asOf/complete").asBoolean()
                    && counted.path("events").asLong() == 1_500;
        });
    }

    private static String keys(TestServer server) {
        return "/v1/keys?product=prd_" + server.first().productId();
    }

    private static int ask(TestServer server, String verb, String path, String body) {
        return reply(server, verb, path, body).status();
    }

    private static Reply reply(TestServer server, String verb, String path, String body) {
        try {
            return Vendor.of(server).ask(server.port(), verb, path, body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What is listed, once that is all; nothing before.
    private static Map<Long, String> stored(TestServer server) {
        Reply reply = reply(server, "GET", "/v1/events?limit=" + BATCHES * BATCH, "");
        if (reply.status() != 200 || !reply.json().at("/asOf/complete").asBoolean()) {
            return Map.of();
        }
        Map<Long, String> stored = new TreeMap<>();
        for (JsonNode event : reply.json().path("data")) {
            assertThat(stored.put(
                            event.path("position").asLong(), event.path("id").asString()))
                    .isNull();
        }
        return stored;
    }

    private static void send(TestServer server, int batch, Map<Long, String> acknowledged) {
        String events = IntStream.range(0, BATCH)
                .mapToObj(i -> "{\"name\":\"play\",\"id\":\"event " + batch + " " + i + "\"}")
                .collect(Collectors.joining(",", "[", "]"));
        for (JsonNode event : server.manage("POST", "/v1/events", events).path("data")) {
            assertThat(event.path("status").asString()).isEqualTo("accepted");
            acknowledged.put(event.path("position").asLong(), event.path("id").asString());
        }
    }

    private interface Fact {
        boolean isSo();
    }

    private static void await(Fact fact) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!fact.isSo()) {
            assertThat(System.nanoTime()).as("it never is").isLessThan(end);
            Thread.sleep(20);
        }
    }
}
