package dev.licet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.store.cluster.ClickHouseServer;
import dev.licet.store.cluster.KafkaServers;
import dev.licet.store.postgres.PostgresServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/// Moving as an operator does it: processes, commands, requests.
@EnabledIf("dev.licet.store.postgres.PostgresServer#isToBeTried")
@Timeout(240)
class MoveProcessTest {
    @TempDir
    Path directory;

    private Processes.Running serve(String... settings) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("serve", "--port", "0", "--tls-port", "0"));
        all.addAll(List.of(settings));
        return Processes.start(directory, Map.of(), all.toArray(String[]::new)).awaitErr("serving http");
    }

    private static HttpResponse<String> call(Processes.Running server, String token, String path, Optional<String> body)
            throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest.Builder request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + server.port("http") + path))
                    .timeout(Duration.ofSeconds(20))
                    .header("Authorization", "Bearer " + token)
                    .header("Content-Type", "application/json");
            body.ifPresent(json -> request.POST(HttpRequest.BodyPublishers.ofString(json)));
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private static void send(Processes.Running server, String token, String json)
            throws IOException, InterruptedException {
        assertThat(call(server, token, "/v1/events", Optional.of(json)).statusCode())
                .isEqualTo(200);
    }

    private static List<String> names(Processes.Running server, String token) throws IOException, InterruptedException {
        List<String> names = new ArrayList<>();
        new JsonMapper()
                .readTree(call(server, token, "/v1/events", Optional.empty()).body())
                .findValues("name")
                .forEach(name -> names.add(name.asString()));
        return names;
    }

    private Processes.Ended move(Object from, Object to, String... more) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("move", "--from", from.toString(), "--to", to.toString()));
        all.addAll(List.of(more));
        return Processes.run(directory, all.toArray(String[]::new));
    }

    @Test
    void directory_isMovedIntoADatabase_andBack_whileItsServerIsRead() throws Exception {
        Path data = directory.resolve("data");
        Path home = directory.resolve("home");
        String address = PostgresServer.address(directory);
        String token;
        try (Processes.Running server = serve("--data", data.toString())) {
            server.awaitOut("access_token");
            token = server.outText().split("access_token='", 2)[1].split("'", 2)[0];
            send(server, token, "[{\"name\":\"one\",\"id\":\"1\"},{\"name\":\"two\"}]");
            Processes.Ended refused = move(data, address);
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.err()).contains("takes writes", "--read-only true");
            server.terminate();
        }

        try (Processes.Running old = serve("--data", data.toString(), "--read-only", "true")) {
            Processes.Ended moved = move(data, address);
            assertThat(moved.exitCode()).as(moved.err()).isZero();
            assertThat(moved.out()).containsPattern("events +2 +2\n").contains("all of it is moved");
            assertThat(names(old, token)).containsExactlyInAnyOrder("one", "two");
            assertThat(call(old, token, "/v1/events", Optional.of("{\"name\":\"late\"}"))
                            .statusCode())
                    .isEqualTo(503);
            try (Processes.Running node =
                    serve("--data", directory.resolve("node").toString(), "--postgres", address)) {
                send(node, token, "[{\"name\":\"one again\",\"id\":\"1\"},{\"name\":\"three\"}]");
                assertThat(names(node, token)).containsExactlyInAnyOrder("one", "two", "three");
                assertThat(node.terminate().out()).as("no new credentials").isEmpty();
            }
        }

        try (Processes.Running old =
                serve("--data", directory.resolve("node").toString(), "--postgres", address, "--read-only", "true")) {
            Processes.Ended moved = move(address, home, "--json");
            assertThat(moved.exitCode()).as(moved.err()).isZero();
            assertThat(new JsonMapper().readTree(moved.out()).path("whole").asBoolean())
                    .isTrue();
            assertThat(names(old, token)).hasSize(3);
        }
        try (Processes.Running server = serve("--data", home.toString())) {
            send(server, token, "[{\"name\":\"one again\",\"id\":\"1\"},{\"name\":\"four\"}]");
            assertThat(names(server, token)).containsExactlyInAnyOrder("one", "two", "three", "four");
        }
        Processes.Ended verified = Processes.run(directory, "verify", "--data", home.toString());
        assertThat(verified.out()).contains("are as they were recorded");
        assertThat(verified.exitCode()).isZero();
        assertThat(Processes.run(directory, "repair", "--data", home.toString(), "--dry-run")
                        .exitCode())
                .isZero();
    }

    static boolean hasAllEngines() {
        return PostgresServer.isToBeTried() && ClickHouseServer.isToBeTried();
    }

    @Test
    @EnabledIf("hasAllEngines")
    void directory_isMovedIntoACluster_thatTheDoctorFindsWell_andBack() throws Exception {
        Path data = directory.resolve("data");
        Path home = directory.resolve("home");
        Path sinkData = directory.resolve("sink");
        String database = PostgresServer.address(directory);
        String token;
        try (Processes.Running server = serve("--data", data.toString())) {
            server.awaitOut("access_token");
            token = server.outText().split("access_token='", 2)[1].split("'", 2)[0];
            send(server, token, "[{\"name\":\"one\",\"id\":\"1\"},{\"name\":\"two\"}]");
            server.terminate();
        }
        try (KafkaServers kafka = KafkaServers.start(3)) {
            List<String> events = EventEngines.arguments(kafka, directory);
            List<String> engines = new ArrayList<>(List.of("--postgres", database));
            engines.addAll(events);

            Processes.Ended moved = move(data, "cluster:" + database, events.toArray(String[]::new));
            assertThat(moved.exitCode()).as(moved.err()).isZero();
            assertThat(moved.out()).containsPattern("events +2 +2\n").contains("all of it is moved");

            try (Processes.Running sink = start("sink", sinkData, engines).awaitErr("bringing events");
                    Processes.Running node = serve(with(directory.resolve("node"), engines))) {
                send(node, token, "[{\"name\":\"one again\",\"id\":\"1\"},{\"name\":\"three\"}]");
                awaitNames(node, token, "one", "two", "three");
                Processes.Ended doctor = doctor(directory.resolve("node"), engines);
                assertThat(doctor.out().lines().filter(line -> line.startsWith("broken")))
                        .as("but for what makes tests fast")
                        .singleElement(InstanceOfAssertFactories.STRING)
                        .startsWith("broken   settings: fsync is off");
                assertThat(doctor.exitCode()).isEqualTo(1);
                assertThat(doctor.out()).contains("ok       kafka topic", "ok       sink", "ok       clickhouse");
                refill(engines);
                awaitAll(node, token);
                awaitNames(node, token, "one", "two", "three");
                assertThat(move("cluster:" + database, home, events.toArray(String[]::new))
                                .exitCode())
                        .as("while they write")
                        .isEqualTo(1);
                node.terminate();
                sink.terminate();
            }

            Processes.Ended back = move("cluster:" + database, home, events.toArray(String[]::new));
            assertThat(back.exitCode()).as(back.err()).isZero();
            assertThat(back.out()).containsPattern("events +3 +3\n");
        }
        try (Processes.Running server = serve("--data", home.toString())) {
            send(server, token, "[{\"name\":\"one again\",\"id\":\"1\"},{\"name\":\"four\"}]");
            assertThat(names(server, token)).containsExactlyInAnyOrder("one", "two", "three", "four");
        }
    }

    private static String[] with(Path data, List<String> settings) {
        List<String> all = new ArrayList<>(List.of("--data", data.toString()));
        all.addAll(settings);
        return all.toArray(String[]::new);
    }

    @Test
    void refill_takesNoTimeThatKafkaHasNot() throws Exception {
        for (String time : List.of("yesterday", "1969-12-31T23:59:59.999Z", "+1000000000-12-31T23:59:59Z")) {
            Processes.Ended refill = Processes.run(
                    directory,
                    "refill",
                    "--since=" + time,
                    "--postgres=postgresql://nobody:1/x",
                    "--kafka=nobody:1",
                    "--clickhouse=http://nobody:1");
            assertThat(refill.exitCode()).as(refill.err()).isEqualTo(2);
            assertThat(refill.err()).contains("--since takes a time");
        }
    }

    /// Of what went through Kafka, as if ClickHouse had lost it.
    private void refill(List<String> engines) throws Exception {
        List<String> words = new ArrayList<>(List.of("refill", "--json"));
        words.addAll(engines);
        Processes.Ended refill = Processes.run(directory, words.toArray(String[]::new));
        assertThat(refill.exitCode()).as(refill.err()).isZero();
        assertThat(refill.out().strip()).isEqualTo("{\"events\":2}");
    }

    private static void awaitAll(Processes.Running server, String token) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!new JsonMapper()
                .readTree(call(server, token, "/v1/events", Optional.empty()).body())
                .at("/asOf/complete")
                .asBoolean()) {
            assertThat(System.nanoTime()).as("never complete").isLessThan(end);
            Thread.sleep(100);
        }
    }

    private Processes.Running start(String command, Path data, List<String> settings) throws IOException {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of(with(data, settings)));
        return Processes.start(directory, Map.of(), all.toArray(String[]::new));
    }

    private Processes.Ended doctor(Path data, List<String> settings) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("doctor"));
        all.addAll(List.of(with(data, settings)));
        return Processes.run(directory, all.toArray(String[]::new));
    }

    private static void awaitNames(Processes.Running server, String token, String... expected) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (names(server, token).size() < expected.length && System.nanoTime() < end) {
            Thread.sleep(100);
        }
        assertThat(names(server, token)).containsExactlyInAnyOrder(expected);
    }

    @Test
    void wrongPlaces_areRefusedInOneLine() throws Exception {
        Processes.Ended scheme = move(directory.resolve("data"), "mysql://host/licet");
        assertThat(scheme.exitCode()).isEqualTo(2);
        assertThat(scheme.err()).contains("--to takes a directory");
        Processes.Ended password = move(directory.resolve("data"), "postgresql://host/licet?password=secret");
        assertThat(password.exitCode()).isEqualTo(2);
        assertThat(password.err()).contains("must not have a name or password").doesNotContain("secret");
        Processes.Ended half = move(directory.resolve("data"), "cluster:postgresql://host/licet");
        assertThat(half.exitCode()).isEqualTo(2);
        assertThat(half.err()).contains("needs the settings 'kafka' and 'clickhouse'");
        Processes.Ended where = move(directory.resolve("data"), "cluster:" + directory.resolve("new"));
        assertThat(where.exitCode()).isEqualTo(2);
        assertThat(where.err()).contains("cluster:postgresql://host/database");
        Processes.Ended nothing = move(directory.resolve("none"), directory.resolve("new"));
        assertThat(nothing.exitCode()).isEqualTo(1);
        assertThat(nothing.err().strip().lines()).hasSize(1);
        assertThat(nothing.err()).contains("has no data of Licet").doesNotContain("Exception");
        assertThat(Files.exists(directory.resolve("none"))).isFalse();
    }
}
