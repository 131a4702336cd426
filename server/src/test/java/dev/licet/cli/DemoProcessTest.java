package dev.licet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The demo as a process: it serves what it made, and leaves nothing behind.
class DemoProcessTest {
    @TempDir
    Path directory;

    private Path temporary;

    @BeforeEach
    void makeTemporary() throws IOException {
        temporary = Files.createDirectory(directory.resolve("tmp"));
    }

    private Processes.Running demo(String... more) throws IOException {
        List<String> launch = new ArrayList<>(Processes.java());
        launch.add(1, "-Djava.io.tmpdir=" + temporary);
        List<String> arguments = new ArrayList<>(List.of("demo", "--tls-port", "0"));
        arguments.addAll(List.of(more));
        if (!arguments.contains("--port")) {
            arguments.addAll(List.of("--port", "0"));
        }
        return Processes.start(launch, directory, Map.of(), arguments.toArray(String[]::new));
    }

    private static JsonNode get(Processes.Running demo, String path) throws IOException, InterruptedException {
        String token = demo.outText().split("access_token='", 2)[1].split("'", 2)[0];
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + demo.port("http") + path))
                    .header("Authorization", "Bearer " + token)
                    .timeout(Duration.ofSeconds(10))
                    .build();
            return new JsonMapper()
                    .readTree(client.send(request, HttpResponse.BodyHandlers.ofString())
                            .body());
        }
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.filter(file -> file.getFileName().toString().startsWith("licet-demo"))
                    .toList();
        }
    }

    @Test
    void demo_servesItsEvents_andItsDirectoryGoesWithIt() throws Exception {
        try (Processes.Running demo = demo("--events", "2000", "--seed", "5").awaitErr("serving http")) {
            for (int i = 0; i < 200 && !demo.outText().contains("/v1/events"); i++) {
                Thread.sleep(20);
            }
            assertThat(left()).hasSize(1);
            JsonNode page = get(demo, "/v1/events?limit=3");
            assertThat(page.get("data")).hasSize(3);
            assertThat(page.get("asOf").toString()).contains("2000");
            assertThat(demo.errText()).contains("2,000 events can be queried after");
            String again = "./licet demo --events 2000 --seed 5 --until " + LocalDate.now(ZoneOffset.UTC);
            assertThat(demo.outText()).contains("# 2,000 events from ", again, "/api/ai/RegisterEvent");
            assertThat(demo.terminate().exitCode()).isZero();
        }
        assertThat(left()).isEmpty();
    }

    @Test
    void demoThatIsStoppedWhileItIsMade_endsSoon_andLeavesNothing() throws Exception {
        try (Processes.Running demo = demo("--events", "100000000").awaitErr(" events, ")) {
            assertThat(demo.terminate().exitCode()).isZero();
        }
        assertThat(left()).isEmpty();
    }

    @Test
    void demoThatCantBeServed_saysWhy_andLeavesNothing() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Processes.Ended ended = demo("--events", "1000", "--port", Integer.toString(taken.getLocalPort()))
                    .ended();
            assertThat(ended.exitCode()).isEqualTo(1);
            assertThat(ended.err()).contains("licet: ", "in use");
            assertThat(ended.out()).isEmpty();
        }
        assertThat(left()).isEmpty();
    }

    @Test
    void demoInADirectoryOfItsOwn_isKept_andCanBeServed() throws Exception {
        String data = directory.resolve("kept").toString();
        try (Processes.Running demo = demo("--events", "1000", "--data", data).awaitErr("serving http")) {
            assertThat(demo.terminate().exitCode()).isZero();
        }
        Processes.Ended again = Processes.run(directory, "product", "list", "--data", data);
        assertThat(again.out()).contains("Quorvale Sketch", "Quorvale Lessons");
        assertThat(left()).isEmpty();
    }
}
