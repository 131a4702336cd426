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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The server as a process: what it prints where, how it starts and ends.
class ServeProcessTest {
    private static final List<String> NAMES = List.of(
            "account_number",
            "username",
            "password",
            "api_key",
            "read_only_api_key",
            "access_token",
            "product_id",
            "license_key",
            "public_key_xml");

    @TempDir
    Path directory;

    private Processes.Running serve(String... more) throws IOException {
        return serve(Map.of(), more);
    }

    private Processes.Running serve(Map<String, String> environment, String... more) throws IOException {
        ArrayList<String> arguments = new ArrayList<>(
                List.of("serve", "--data", directory.resolve("data").toString(), "--tls-port", "0"));
        if (!List.of(more).contains("--port")) {
            arguments.addAll(List.of("--port", "0"));
        }
        arguments.addAll(List.of(more));
        return Processes.start(directory, environment, arguments.toArray(String[]::new));
    }

    private static void isOneClearLine(String err, String... parts) {
        assertThat(err.strip().lines()).hasSize(1);
        assertThat(err).startsWith("licet: ").contains(parts).doesNotContain("Exception", "\tat ");
    }

    @Test
    void init_printsOneJsonObject_andOnlyOnce() throws Exception {
        String data = directory.resolve("data").toString();
        Processes.Ended first = Processes.run(directory, "init", "--data", data, "--json");
        assertThat(first.exitCode()).isZero();
        JsonNode printed = new JsonMapper().readTree(first.out());
        assertThat(printed.propertyNames()).containsExactlyElementsOf(NAMES);
        assertThat(first.out().strip().lines()).hasSize(1);
        assertThat(first.err()).isEmpty();
        Processes.Ended second = Processes.run(directory, "init", "--data", data, "--json");
        assertThat(second.exitCode()).isEqualTo(2);
        assertThat(second.out()).isEmpty();
        isOneClearLine(second.err(), "initialised already");
    }

    @Test
    void serve_printsCredentialsOnce_holdsItsDirectory_andEndsWell() throws Exception {
        try (Processes.Running server = serve().awaitErr("serving http")) {
            Processes.Ended other = serve().ended();
            assertThat(other.exitCode()).isEqualTo(1);
            assertThat(other.out()).isEmpty();
            isOneClearLine(other.err(), "another process uses the data directory");
            Processes.Ended stopped = Processes.run(
                    directory,
                    "user",
                    "list",
                    "--data",
                    directory.resolve("data").toString());
            assertThat(stopped.exitCode()).isEqualTo(1);
            isOneClearLine(stopped.err(), "another process uses the data directory", "--url");
            assertThat(answer(server, "/health/ready")).isEqualTo("ready\n");
            Processes.Ended ended = server.terminate();
            assertThat(ended.exitCode()).isZero();
            assertThat(ended.out()).contains(NAMES).contains("--cacert", "/api/ai/RegisterEvent");
            for (String name : NAMES) {
                assertThat(ended.out().split("(?m)^export " + name + "='", -1)).hasSize(2);
            }
            assertThat(ended.err()).contains("INFO", "serving http://127.0.0.1:", "stopping", "stopped");
            String token = ended.out().split("access_token='", 2)[1].split("'", 2)[0];
            assertThat(ended.err()).doesNotContain(token);
        }
        try (Processes.Running again = serve().awaitErr("serving http")) {
            assertThat(answer(again, "/health/live")).isEqualTo("alive\n");
            Processes.Ended ended = again.terminate();
            assertThat(ended.exitCode()).isZero();
            assertThat(ended.out()).isEmpty();
        }
    }

    private static String answer(Processes.Running server, String path) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port("http") + path))
                                    .timeout(Duration.ofSeconds(10))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    @Test
    void serve_onATakenPort_failsClearly_andTheCredentialsAreNotLost() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Processes.Ended ended =
                    serve("--port", Integer.toString(taken.getLocalPort())).ended();
            assertThat(ended.exitCode()).isEqualTo(1);
            isOneClearLine(ended.err(), "127.0.0.1:" + taken.getLocalPort(), "in use");
            assertThat(ended.out()).contains(NAMES);
        }
    }

    @Test
    void serve_takesEveryKindOfSetting_andRefusesWrongOnes() throws Exception {
        Path config = Files.writeString(directory.resolve("licet.properties"), "log-level=error\nmax-body=1KiB\n");
        try (Processes.Running server = serve(
                        Map.of("LICET_LOG_LEVEL", "debug"), "--config", config.toString(), "--max-events", "7")
                .awaitErr("serving http")) {
            assertThat(server.terminate().exitCode()).isZero();
        }
        Processes.Ended unknown = serve("--prot", "5").ended();
        assertThat(unknown.exitCode()).isEqualTo(2);
        isOneClearLine(unknown.err(), "--prot");
        Processes.Ended wrong = serve("--max-body", "huge").ended();
        assertThat(wrong.exitCode()).isEqualTo(2);
        isOneClearLine(wrong.err(), "max-body", "huge");
        Files.writeString(config, "max-bodi=1KiB\n");
        Processes.Ended wrongKey = serve("--config", config.toString()).ended();
        assertThat(wrongKey.exitCode()).isEqualTo(2);
        isOneClearLine(wrongKey.err(), "did you mean 'max-body'");
    }

    @Test
    void serve_withACertificateThatCantBeRead_failsClearly() throws Exception {
        Processes.Ended missing =
                serve("--tls-cert", "none.pem", "--tls-key", "none.key").ended();
        assertThat(missing.exitCode()).isEqualTo(1);
        isOneClearLine(missing.err(), "none.");
    }
}
