package dev.licet.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.cli.EventEngines;
import dev.licet.proof.Traffic.Vendor;
import dev.licet.server.TestServer;
import dev.licet.store.cluster.ClickHouseServer;
import dev.licet.store.cluster.Sink;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
        String all = "/v1/events?limit=" + BATCHES * BATCH;
        await(() -> server.manage("GET", all, "").at("/asOf/complete").asBoolean());
        JsonNode listed = server.manage("GET", all, "");
        Map<Long, String> stored = new TreeMap<>();
        for (JsonNode event : listed.path("data")) {
            assertThat(stored.put(
                            event.path("position").asLong(), event.path("id").asString()))
                    .isNull();
        }
        assertThat(stored).isEqualTo(acknowledged);
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
