package dev.licet.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.cli.EventEngines;
import dev.licet.cli.Processes;
import dev.licet.core.AtOnce;
import dev.licet.proof.Traffic.Vendor;
import dev.licet.server.TestServer.Reply;
import dev.licet.store.cluster.ClickHouseServer;
import dev.licet.store.cluster.KafkaServers;
import dev.licet.store.postgres.PostgresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// Two servers and two sinks, on three brokers of Kafka, a PostgreSQL with its standby and ClickHouse's engine, each a
/// process of its own. Under traffic one of them is killed: what was acknowledged is in ClickHouse, once, and no seat
/// is
/// given twice. What was killed comes back before the next one is. `bench/nodes cluster` does it over and over.
@EnabledIf("isToBeTried")
@ParameterizedClass(name = "round {0}")
@MethodSource("dev.licet.proof.FailureReport#rounds")
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClusterFailureTest {
    private static final FailureReport REPORT = new FailureReport("cluster");
    private static final String DATABASE = "licet";
    private static final String TOPIC = "licet-events";
    private static final int SEATS = 3;
    private static final int SENDERS = 6;
    private static final int MACHINES = 8;
    private static final int BROKERS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /// How long nobody may be told of a success. A busy machine takes its share of it.
    private static final Duration MOST = Duration.ofSeconds(20);

    @TempDir
    static Path directory;

    private static KafkaServers kafka;
    private static PostgresServer primary;
    private static PostgresServer standby;
    private static ClickHouseServer clickHouse;
    private static List<String> engines;
    private static List<Integer> ports;
    private static Vendor vendor;
    private static final List<Processes.Running> SERVERS = new ArrayList<>();
    private static final List<Processes.Running> SINKS = new ArrayList<>();

    @Parameter
    int round;

    private @Nullable Traffic traffic;

    static boolean isToBeTried() {
        return PostgresServer.isToBeTried() && ClickHouseServer.isToBeTried();
    }

    @BeforeAll
    static void start() throws Exception {
        kafka = KafkaServers.start(BROKERS);
        clickHouse = ClickHouseServer.shared();
        primary = PostgresServer.alone("fsync=on");
        standby = primary.standby();
        primary.execute("CREATE DATABASE " + DATABASE);
        primary.waitForStandby();
        engines = Stream.concat(
                        Stream.of("--postgres", Nodes.postgres(DATABASE, primary.port(), standby.port())),
                        EventEngines.arguments(kafka, directory).stream())
                .toList();
        for (String name : List.of("one", "two")) {
            SERVERS.add(Nodes.serve(directory, name, 0, engines));
            SINKS.add(Nodes.sink(directory, "sink-" + name, engines));
        }
        for (Processes.Running server : SERVERS) {
            server.awaitErr("serving http");
        }
        ports = SERVERS.stream().map(server -> server.port("http")).toList();
        vendor = Nodes.vendor(SERVERS);
        awaitSinks();
    }

    @AfterAll
    static void stop() throws Exception {
        for (Processes.Running process :
                Stream.concat(SERVERS.stream(), SINKS.stream()).toList()) {
            kill(process);
        }
        kafka.close();
        primary.close();
        standby.close();
        REPORT.write();
    }

    /// Until both have partitions.
    private static void awaitSinks() throws Exception {
        for (Processes.Running sink : SINKS) {
            sink.awaitErr("bringing events");
        }
        kafka.awaitSharing(TOPIC + "-sink", SINKS.size());
    }

    private Traffic startTraffic() throws IOException {
        traffic = new Traffic(ports, vendor, vendor.key(ports.getFirst(), SEATS), 10).start(SENDERS, MACHINES);
        return traffic;
    }

    @AfterEach
    void stopTraffic() throws InterruptedException {
        if (traffic != null) {
            traffic.close();
        }
    }

    private static void kill(Processes.Running process) throws InterruptedException {
        process.process().destroyForcibly().waitFor();
    }

    /// Which of two is killed in this round.
    private int turn() {
        return round % 2;
    }

    @Test
    void eventOfADialect_isListedAndCountedByBothServers_andSeatsAreNoMoreForBoth() throws Exception {
        String name = "seen in round " + round;
        String event =
                "token=" + vendor.accessToken() + "&EventName=" + URLEncoder.encode(name, StandardCharsets.UTF_8);
        assertThat(vendor.ask(ports.getFirst(), "GET", "/api/ai/RegisterEvent?" + event, "")
                        .body())
                .isEqualTo("{\"result\":0,\"message\":\"\"}");
        String listed = "/v1/events?name=" + URLEncoder.encode(name, StandardCharsets.UTF_8);
        String counted = "{\"by\":\"name\",\"filters\":[{\"field\":\"name\",\"is\":\"" + name + "\"}]}";
        for (int port : ports) {
            assertThat(complete(port, "GET", listed, "").path("data")).hasSize(1);
            assertThat(complete(port, "POST", "/v1/insights/breakdown", counted)
                            .path("events")
                            .asLong())
                    .isEqualTo(1);
        }

        String key = vendor.key(ports.getFirst(), SEATS);
        List<Integer> statuses = AtOnce.run(4 * SEATS, i -> {
            try {
                return vendor.ask(
                                ports.get(i % ports.size()),
                                "POST",
                                "/v1/seats",
                                vendor.checkOut(key, "PT1H", "machine " + i))
                        .status();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThat(statuses).filteredOn(status -> status == 201).hasSize(SEATS);
        assertThat(statuses).filteredOn(status -> status == 409).hasSize(3 * SEATS);
    }

    /// Asks until the answer says that it has all.
    private static JsonNode complete(int port, String verb, String path, String body) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Reply reply = vendor.ask(port, verb, path, body);
            assertThat(reply.status()).as(reply.toString()).isEqualTo(200);
            if (reply.json().path("asOf").path("complete").asBoolean()) {
                return reply.json();
            }
            assertThat(System.nanoTime()).as("never complete").isLessThan(end);
        }
    }

    @Test
    void brokerThatIsKilled_andComesBack() throws Exception {
        int broker = round % BROKERS;
        Traffic traffic = startTraffic();
        FailureReport.pause();
        kafka.kill(broker);
        traffic.awaitMore(50);
        FailureReport.pause();
        kafka.startAgain(broker);
        FailureReport.pause();
        keptAll("a broker is killed, and started again", traffic.stop(), Optional.empty());
        kafka.awaitInSync(TOPIC);
    }

    @Test
    void primaryThatIsKilled_isReplacedByItsStandby() throws Exception {
        Traffic traffic = startTraffic();
        FailureReport.pause();
        primary.kill();
        standby.execute("SELECT pg_promote()");
        int at = primary.port();
        primary.close();
        primary = standby;
        traffic.awaitMore(50);
        FailureReport.pause();
        keptAll("the primary is killed, and its standby promoted", traffic.stop(), Optional.empty());
        standby = primary.standby(at);
        primary.waitForStandby();
    }

    @Test
    void sinkThatIsKilled_leavesItsPartitionsToTheOther() throws Exception {
        Traffic traffic = startTraffic();
        FailureReport.pause();
        kill(SINKS.get(turn()));
        long killed = System.nanoTime();
        traffic.awaitMore(50);
        FailureReport.pause();
        keptAll("a sink is killed", traffic.stop(), Optional.of(killed));
        SINKS.set(turn(), Nodes.sink(directory, "sink-" + List.of("one", "two").get(turn()), engines));
        awaitSinks();
    }

    @Test
    void serverThatIsKilled_leavesItsCallersToTheOther() throws Exception {
        Traffic traffic = startTraffic();
        FailureReport.pause();
        kill(SERVERS.get(turn()));
        traffic.awaitMore(50);
        FailureReport.pause();
        SERVERS.set(turn(), Nodes.serve(directory, List.of("one", "two").get(turn()), ports.get(turn()), engines));
        SERVERS.get(turn()).awaitErr("serving http");
        FailureReport.pause();
        keptAll("a server is killed, and started again", traffic.stop(), Optional.empty());
    }

    /// Waits until all is in the table, and asks that itself. @param killed when a sink was, by the system's own clock
    private static void keptAll(String failure, Traffic traffic, Optional<Long> killed) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (inserted() < kafka.records(TOPIC)) {
            assertThat(System.nanoTime()).as("never inserted").isLessThan(end);
            Thread.sleep(20);
        }
        REPORT.add(failure, traffic, killed.map(from -> Duration.ofNanos(System.nanoTime() - from)));
        List<String> names = new ArrayList<>();
        Map<String, Long> ids = new HashMap<>();
        for (String row : clickHouse.rows(
                clickHouse.database(directory),
                "SELECT name, toString(id) FROM event WHERE startsWith(assumeNotNull(name), '" + traffic.run()
                        + "')")) {
            String[] values = row.split("\t", -1);
            names.add(values[0]);
            ids.put(values[0], Long.parseLong(values[1]));
        }
        traffic.requireKept(names);
        assertThat(ids.values()).doesNotHaveDuplicates();
        traffic.requireSeatsExact(SEATS);
        assertThat(traffic.longestPauseOfEvents()).isLessThan(MOST);
        assertThat(traffic.longestPauseOfSeats()).isLessThan(MOST);
        assertThat(traffic.longestPauseOfPings()).isLessThan(MOST);
    }

    /// How many records the sinks have noted as brought.
    private static long inserted() throws Exception {
        return Long.parseLong(primary.ask(DATABASE, "SELECT coalesce(sum(inserted), 0) FROM sink_plan"));
    }
}
