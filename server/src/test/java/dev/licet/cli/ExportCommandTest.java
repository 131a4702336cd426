package dev.licet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.server.TestServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `./licet export` and `./licet import`: what one server gives out another takes, each event once.
@Timeout(120)
class ExportCommandTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int MANY = 30_000;

    @TempDir
    Path directory;

    private record Result(int exitCode, String out, String err) {}

    private static Result run(List<String> ending, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(ending);
        int exitCode = Cli.run(new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
        return new Result(exitCode, out.toString(), err.toString());
    }

    private static List<String> of(TestServer server) {
        return List.of(
                "--url",
                "https://127.0.0.1:" + server.tlsPort(),
                "--cacert",
                server.data().resolve("tls").resolve("cert.pem").toString(),
                "--token",
                server.first().accessToken());
    }

    private static JsonNode json(Result result) {
        assertThat(result.err()).doesNotContain("licet:", "event 1:");
        assertThat(result.exitCode()).isZero();
        return JSON.readTree(result.out());
    }

    private static List<String> hostile() {
        return List.of(
                "plain",
                "=cmd|' /C calc'!A0",
                "+1",
                "-1",
                "@SUM(A1)",
                "\tx",
                "\rx",
                "'=1",
                "''@x",
                "'quoted'",
                "＝1",
                "\"",
                "\"\"\",\"",
                "a\r\nb\nc,d;e",
                " spaces ",
                "שלום\u200f\u202e",
                "naïve 名前 🎬",
                "\\N",
                "NULL",
                "%s",
                "\ufeffbom");
    }

    /// Events with such texts in all places, and some that have little.
    private static void fill(TestServer server) {
        StringBuilder lines = new StringBuilder();
        int number = 0;
        for (String text : hostile()) {
            ObjectNode event = JSON.createObjectNode();
            for (String member : List.of("name", "feature", "machine", "user", "session")) {
                event.put(member, text);
            }
            event.put("time", "2026-01-01T00:00:00." + (100_001 + number) + "Z");
            event.set("properties", JSON.createObjectNode().put(text, text.repeat(10_000 / text.length())));
            if (number % 2 == 0) {
                event.put("id", text + number);
                event.put("value", Long.MIN_VALUE + number);
                event.put("currency", "EUR");
                event.put("product", "prd_" + server.first().productId());
                event.put("key", server.first().licenseKey());
            }
            lines.append(event).append('\n');
            number++;
        }
        for (int i = 0; i < 3; i++) {
            lines.append("{\"name\":\"the same\",\"time\":\"2026-01-01T00:00:00Z\"}\n");
        }
        TestServer.Reply reply = server.send(
                false,
                "POST",
                "/v1/events",
                Map.of(
                        "Authorization",
                        "Bearer " + server.first().accessToken(),
                        "Content-Type",
                        "application/x-ndjson"),
                lines.toString());
        assertThat(reply.body()).contains("\"rejected\":0");
        assertThat(server.post(
                                true,
                                "/api/ai/RegisterEvent",
                                server.token() + "&FeatureName=only&Value=3&Currency=odd+money&Metadata=no+JSON")
                        .body())
                .contains("\"result\":0");
    }

    /// The events of a server, the oldest first, without what an import does not keep.
    private static List<JsonNode> events(TestServer server) {
        List<JsonNode> events = new ArrayList<>();
        for (JsonNode event : server.manage("GET", "/v1/events?limit=1000", "").get("data")) {
            ObjectNode kept = (ObjectNode) event;
            if (kept.get("id").stringValue().matches("evt_[0-9]+|import:[0-9a-f]{32}")) {
                kept.remove("id");
            }
            kept.remove(List.of("position", "receivedAt", "source"));
            events.add(kept);
        }
        return events.reversed();
    }

    @ParameterizedTest
    @EnumSource(EventFormat.class)
    void whatOneGivesOut_anotherTakes_nothingIsLost_andNothingCountsTwice(EventFormat format) {
        Path file = directory.resolve("events." + format.text());
        try (TestServer from = TestServer.start(directory.resolve("from"));
                TestServer to = TestServer.start(directory.resolve("to"))) {
            fill(from);
            int count = hostile().size() + 4;
            to.manage("POST", "/v1/products", "{\"name\":\"another\"}");
            JsonNode exported = json(run(of(from), "export", "--out", file.toString(), "--json"));
            assertThat(exported.get("events").asInt()).isEqualTo(count);
            assertThat(exported.get("bytes").asLong()).isEqualTo(file.toFile().length());
            assertThat(exported.get("complete").asBoolean()).isTrue();

            String[] importing = {"import", file.toString(), "--json"};
            JsonNode first = json(run(of(to), importing));
            assertThat(first.get("accepted").asInt()).isEqualTo(count);
            assertThat(first.get("duplicates").asInt()).isZero();
            JsonNode second = json(run(of(to), importing));
            assertThat(second.get("accepted").asInt()).isZero();
            assertThat(second.get("duplicates").asInt()).isEqualTo(count);

            assertThat(events(to)).isEqualTo(events(from)).hasSize(count);
        }
    }

    @Test
    void theSameEventsInAnotherFormat_countOnce_onAStoppedServersDataToo() throws IOException {
        Path data = directory.resolve("from");
        List<String> there = List.of("--data", directory.resolve("to").toString(), "--json");
        List<Path> files = new ArrayList<>();
        try (TestServer from = TestServer.start(data);
                TestServer to = TestServer.start(directory.resolve("to"))) {
            fill(from);
            to.clock();
        }
        for (EventFormat format : EventFormat.values()) {
            Path file = directory.resolve("events." + format.text());
            json(run(List.of("--data", data.toString(), "--json"), "export", "--out", file.toString()));
            files.add(file);
        }
        int count = hostile().size() + 4;

        JsonNode all = json(run(
                there,
                "import",
                files.get(0).toString(),
                files.get(1).toString(),
                files.get(2).toString()));

        assertThat(all.get("accepted").asInt()).isEqualTo(count);
        assertThat(all.get("duplicates").asInt()).isEqualTo(2 * count);
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left.filter(path -> path.toString().endsWith(".part"))).isEmpty();
        }
    }

    @Test
    void killedImport_isGoneOnWith_andEachEventIsThereOnce() throws Exception {
        Path file = directory.resolve("many.ndjson");
        Files.write(file, (Iterable<String>)
                IntStream.rangeClosed(1, MANY)
                                .mapToObj(
                                        i -> "{\"position\":" + i
                                                + ",\"name\":\"e\",\"time\":\"2026-01-01T00:00:00Z\",\"receivedAt\":\"2026-01-01T00:00:00Z\"}")
                        ::iterator);
        try (TestServer to = TestServer.start(directory.resolve("to"))) {
            List<String> arguments = new ArrayList<>(List.of("import", file.toString()));
            arguments.addAll(of(to));
            try (Processes.Running importing = Processes.start(directory, Map.of(), arguments.toArray(String[]::new))) {
                while (count(to) == 0 && importing.process().isAlive()) {
                    Thread.sleep(2);
                }
                importing.process().destroyForcibly();
                importing.ended();
            }
            assertThat(count(to)).isBetween(1L, MANY - 1L);

            JsonNode rest = json(run(of(to), "import", file.toString(), "--json"));

            assertThat(rest.get("duplicates").asLong()).isPositive();
            assertThat(rest.get("duplicates").asLong() + rest.get("accepted").asLong())
                    .isEqualTo(MANY);
            assertThat(count(to)).isEqualTo(MANY);
        }
    }

    private static long count(TestServer server) {
        return Long.parseLong(server.send(
                        false,
                        "GET",
                        "/v1/events/export?name=e&format=parquet",
                        Map.of("Authorization", "Bearer " + server.first().accessToken()),
                        "")
                .headers()
                .getOrDefault("licet-events", "0"));
    }

    @Test
    void standardOutput_hasTheEventsAlone() throws Exception {
        try (TestServer server = TestServer.start(directory.resolve("data"))) {
            fill(server);
        }
        Processes.Ended ended = Processes.run(
                directory,
                "export",
                "--data",
                directory.resolve("data").toString(),
                "--out",
                "-",
                "--name",
                "the same");

        assertThat(ended.exitCode()).isZero();
        assertThat(ended.out().lines())
                .hasSize(3)
                .allMatch(line -> JSON.readTree(line).get("name").stringValue().equals("the same"));
        assertThat(ended.err()).contains("exported: 3 events", "events/s");
    }

    @Test
    void productsOfAnotherServer_areNamedAnew_orTold() throws IOException {
        Path file = directory.resolve("e.csv");
        Files.writeString(file, "id,product,time\r\na,prd_77,2026-01-01T00:00:00Z\r\n,,\r\n");
        try (TestServer server = TestServer.start(directory.resolve("data"))) {
            Result unknown = run(of(server), "import", file.toString());
            assertThat(unknown.exitCode()).isEqualTo(1);
            assertThat(unknown.err())
                    .contains("e.csv, event 1: product is not there", "e.csv, event 2: time is required")
                    .contains("2 were not taken");

            String product = "prd_77=prd_" + server.first().productId();
            Result known = run(of(server), "import", file.toString(), "--products", product);
            assertThat(known.err()).contains("1 are new, 0 were there, 1 were not taken");
        }
    }

    @Test
    void brokenCsv_isToldWithItsLine() throws IOException {
        Map<String, String> complaints = Map.of(
                "id,time\r\na", "line 2: it has 1 cells, and there are 2 columns",
                "id,time\r\n\"a", "line 2: a quotation mark is not closed",
                "id,time\r\na\"b,c", "line 2: there is a quotation mark within a cell",
                "id,time\r\n\"a\"b,c", "line 2: something follows a closing quotation mark",
                "id,time\rx", "line 1: a line ends in a carriage return alone",
                "id,time\r\n\u00e4,", "is not UTF-8");
        try (TestServer server = TestServer.start(directory.resolve("data"))) {
            for (Map.Entry<String, String> broken : complaints.entrySet()) {
                Path file = directory.resolve("e.csv");
                Files.write(file, broken.getKey().getBytes(StandardCharsets.ISO_8859_1));
                Result result = run(of(server), "import", file.toString());
                assertThat(result.exitCode()).isEqualTo(1);
                assertThat(result.err()).contains(broken.getValue()).doesNotContain("Exception");
            }
        }
    }

    @Test
    void wrongUse_isTold() throws IOException {
        Path file = Files.writeString(directory.resolve("e.txt"), "");
        try (TestServer server = TestServer.start(directory.resolve("data"))) {
            for (String[] wrong : new String[][] {
                {"import", file.toString()},
                {"import", directory.resolve("none.csv").toString()},
                {"import"},
                {"import", file.toString(), "--format", "xml"},
                {"import", file.toString(), "--format", "csv", "--products", "1=2"},
                {"export", "--out", directory.resolve("no/such/e.csv").toString()},
                {"export", "--out", directory.toString()},
                {"export", "--out", file.toString(), "--from", "yesterday"},
                {"export"}
            }) {
                Result result = run(of(server), wrong);
                assertThat(result.exitCode()).as(String.join(" ", wrong)).isEqualTo(2);
                assertThat(result.err().lines()).as(String.join(" ", wrong)).hasSize(1);
            }
            assertThat(file).isEmptyFile();
        }
    }
}
