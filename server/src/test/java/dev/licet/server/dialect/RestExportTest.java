package dev.licet.server.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.server.TestServer;
import dev.licet.server.TestServer.Reply;
import dev.licet.server.config.Setting;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `GET /v1/events/export` and `POST /v1/events/import`.
@Timeout(60)
class RestExportTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String LINES = "application/x-ndjson";

    @TempDir
    Path directory;

    private TestServer server;

    private void start(Map<Setting, String> settings) {
        server = TestServer.start(directory.resolve("data"), settings);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Reply send(String token, String verb, String target, String type, String body) {
        Map<String, String> headers = new TreeMap<>();
        headers.put("Authorization", "Bearer " + token);
        headers.put("Content-Type", type);
        return server.send(false, verb, target, headers, body);
    }

    private Reply record(String lines) {
        Reply reply = send(server.first().accessToken(), "POST", "/v1/events", LINES, lines);
        assertThat(reply.body()).contains("\"rejected\":0");
        return reply;
    }

    private Reply export(String query) {
        return send(server.first().accessToken(), "GET", "/v1/events/export" + query, LINES, "");
    }

    private Reply importing(String lines) {
        return send(server.first().accessToken(), "POST", "/v1/events/import", LINES, lines);
    }

    private static List<String> results(Reply reply) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return reply.body()
                .lines()
                .<JsonNode>map(JSON::readTree)
                .filter(line -> line.has("status"))
                .map(line -> line.get("status").stringValue())
                .toList();
    }

    @Test
    void ndjson_isTheDocumentsOfTheList_theFirstOneFirst() {
        start(Map.of());
        record("""
                {"name":"play","id":"a","value":-5,"currency":"USD","properties":{"x":[1.50,null]}}
                {"name":"=1+1","feature":"שלום\\u200f","user":"'quoted'"}
                """);

        Reply reply = export("");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.headers())
                .containsEntry("content-type", LINES)
                .containsEntry("licet-as-of", "2")
                .containsEntry("licet-complete", "true")
                .containsEntry("licet-events", "2");
        JsonNode listed = send(server.first().accessToken(), "GET", "/v1/events", LINES, "")
                .json();
        assertThat(reply.body().lines().<JsonNode>map(JSON::readTree).toList().reversed())
                .containsExactlyElementsOf(listed.get("data"));
        assertThat(reply.body()).endsWith("\n").contains("[1.50,null]");
    }

    @Test
    void csv_isSafeForSpreadsheets_andKeepsNumbers() {
        start(Map.of());
        record("""
                {"name":"=1+1","feature":"+1","machine":"-1","user":"@x","session":"'=1","key":null,"value":-5}
                {"name":"'quoted'","feature":"a,b","machine":"a\\"b","user":"a\\nb","session":"\\tx","value":7}
                {"name":"\\r=1","feature":"＝1","machine":"''-1","user":"plain"}
                """);

        String csv = export("?format=csv").body();

        assertThat(csv)
                .startsWith(
                        "position,id,name,feature,product,key,machine,user,session,value,currency,time,properties,source,receivedAt\r\n")
                .contains("\r\n1,,'=1+1,'+1,,,'-1,'@x,''=1,-5,,")
                .contains("\r\n2,,'quoted',\"a,b\",,,\"a\"\"b\",\"a\nb\",'\tx,7,,")
                .contains("\r\n3,,\"'\r=1\",'＝1,,,'''-1,plain,,,,")
                .endsWith("Z\r\n");
    }

    @Test
    void noEvents_areAnEmptyExport() {
        start(Map.of());
        assertThat(export("").body()).isEmpty();
        assertThat(export("?format=csv").body().lines()).hasSize(1);
        assertThat(export("?format=parquet").headers())
                .containsEntry("licet-events", "0")
                .containsEntry("content-type", "application/vnd.apache.parquet");
    }

    @Test
    void filters_andTimes_choose() {
        start(Map.of());
        record("""
                {"name":"a","time":"2026-01-01T00:00:00Z"}
                {"name":"b","time":"2026-01-02T00:00:00+01:00"}
                {"name":"b","time":"2026-01-03T00:00:00Z"}
                """);

        assertThat(export("?name=b").headers()).containsEntry("licet-events", "2");
        assertThat(export("?name=b&from=2026-01-02T00:00:00Z").body().lines()).hasSize(1);
        assertThat(export("?until=2026-01-03T00:00:00Z").body().lines()).hasSize(2);
    }

    @Test
    void wrongParameters_areToldOf() {
        start(Map.of());
        for (String wrong : List.of("format=xml", "from=yesterday", "product=7", "until=1")) {
            Reply reply = export("?" + wrong);
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.body()).contains("\"pointer\":\"#/" + wrong.split("=")[0] + "\"");
        }
    }

    @Test
    void anothersEvents_areNeverInIt_whateverTheFormat() {
        start(Map.of());
        record("{\"name\":\"ours\"}\n");
        String account = server.manage("POST", "/v1/accounts", "{\"name\":\"stranger\"}")
                .get("accountNumber")
                .stringValue();
        String stranger = server.manage(
                        "POST",
                        "/v1/tokens",
                        "{\"name\":\"t\",\"account\":\"" + account + "\",\"permissions\":[\"GetEvents\"]}")
                .get("accessToken")
                .stringValue();

        for (String format : List.of("ndjson", "csv")) {
            Reply reply = send(stranger, "GET", "/v1/events/export?format=" + format, LINES, "");
            assertThat(reply.headers()).containsEntry("licet-events", "0");
            assertThat(reply.body()).doesNotContain("ours");
        }
    }

    @Test
    void imported_eachCountsOnce_alsoWithoutAnIdOfItsClients() {
        start(Map.of());
        String documents = """
                {"id":"evt_1","position":1,"name":"play","time":"2026-01-01T00:00:00Z","receivedAt":"2026-01-01T00:00:01Z"}
                {"id":"evt_2","position":2,"name":"play","time":"2026-01-01T00:00:00Z","receivedAt":"2026-01-01T00:00:01Z"}
                {"id":"mine","position":3,"name":"play","time":"2026-01-01T00:00:00Z","receivedAt":"2026-01-01T00:00:01Z"}
                """;

        assertThat(results(importing(documents))).containsExactly("accepted", "accepted", "accepted");
        assertThat(results(importing(documents))).containsExactly("duplicate", "duplicate", "duplicate");
        assertThat(results(importing("{\"position\":2,\"name\":\"play\",\"time\":\"2026-01-01T01:00:00+01:00\","
                        + "\"receivedAt\":\"2026-01-01T00:00:01.000Z\",\"metadata\":\"as another format has it\"}")))
                .containsExactly("duplicate");
        String back = export("").body();
        assertThat(back.lines()).hasSize(3);
        assertThat(back).contains("\"id\":\"mine\"", "\"id\":\"import:", "\"source\":\"import\"");
    }

    @Test
    void imported_takesWhatOtherApisRecorded() {
        start(Map.of());
        String document = """
                {"id":"x","feature":"f","key":"AAAAA-GONE","currency":"of another kind","time":"2026-01-01T00:00:00Z",\
                "properties":null,"metadata":"no JSON","source":"cryptolens"}""";

        assertThat(results(importing(document))).containsExactly("accepted");
        assertThat(export("").body())
                .contains("\"key\":\"AAAAA-GONE\"", "\"currency\":\"of another kind\"", "\"metadata\":\"no JSON\"");
    }

    @Test
    void imported_ofARevokedProduct_isTaken_ofAnUnknownOneNot() {
        start(Map.of());
        String id = server.manage("POST", "/v1/products", "{\"name\":\"old\"}")
                .get("id")
                .stringValue();
        server.manage("DELETE", "/v1/products/" + id, "");
        String document = "{\"id\":\"%s\",\"product\":\"%s\",\"time\":\"2026-01-01T00:00:00Z\"}\n";

        Reply reply = importing(document.formatted("a", id) + document.formatted("b", "prd_999"));

        assertThat(results(reply)).containsExactly("accepted", "rejected");
        assertThat(reply.body()).contains("\"pointer\":\"#/product\"");
    }

    @Test
    void imported_whatIsNoEvent_isRejected_andTheNextTaken() {
        start(Map.of());
        List<String> wrong = List.of(
                "{\"id\":\"a\",\"name\":\"no time\"}",
                "{\"name\":\"no id\",\"time\":\"2026-01-01T00:00:00Z\"}",
                "{\"name\":\"no receipt\",\"position\":1,\"time\":\"2026-01-01T00:00:00Z\"}",
                "{\"id\":\"a\",\"position\":\"1\",\"time\":\"2026-01-01T00:00:00Z\"}",
                "{\"id\":\"a\",\"unknown\":1,\"time\":\"2026-01-01T00:00:00Z\"}",
                "{\"id\":\"a\",\"metadata\":{},\"time\":\"2026-01-01T00:00:00Z\"}",
                "{\"id\":\"a\",\"receivedAt\":\"now\",\"time\":\"2026-01-01T00:00:00Z\"}",
                "{\"id\":\"a\",\"time\":\"+12026-01-01T00:00:00Z\"}",
                "[]",
                "{",
                "\"text\"");

        List<String> results =
                results(importing(String.join("\n", wrong) + "\n{\"id\":\"next\",\"time\":\"2026-01-01T00:00:00Z\"}"));

        assertThat(results).hasSize(wrong.size() + 1).endsWith("accepted");
        assertThat(results.subList(0, wrong.size())).containsOnly("rejected");
    }

    @Test
    void imported_asAnotherKind_isToldWhichAreKnown() {
        start(Map.of());
        Reply reply = send(server.first().accessToken(), "POST", "/v1/events/import", "text/csv", "position\r\n1\r\n");
        assertThat(reply.status()).isEqualTo(415);
        assertThat(reply.headers().get("accept")).contains(LINES);
    }

    /// More than what sockets hold on the way.
    private void fill() {
        Random random = new Random(1);
        byte[] bytes = new byte[30_000];
        for (int i = 0; i < 3; i++) {
            record(IntStream.range(0, 100)
                    .mapToObj(j -> {
                        random.nextBytes(bytes);
                        return "{\"name\":\"e\",\"properties\":{\"x\":\""
                                + HexFormat.of().formatHex(bytes) + "\"}}\n";
                    })
                    .collect(Collectors.joining()));
        }
    }

    private Socket begin(String format) throws IOException {
        Socket socket = server.connect(false);
        socket.getOutputStream()
                .write(TestServer.request(
                        "GET",
                        "/v1/events/export?format=" + format,
                        Map.of("Authorization", "Bearer " + server.first().accessToken()),
                        new byte[0]));
        assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                .isEqualTo("HTTP/1.1 200");
        return socket;
    }

    private void awaitAPlace() throws InterruptedException {
        Reply reply = export("?name=none");
        for (int i = 0; i < 100 && reply.status() == 503; i++) {
            Thread.sleep(50);
            reply = export("?name=none");
        }
        assertThat(reply.status()).isEqualTo(200);
    }

    private void assertNothingIsLeft() throws IOException {
        if (Files.exists(server.data().resolve("exports"))) {
            try (Stream<Path> files = Files.list(server.data().resolve("exports"))) {
                assertThat(files).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ndjson", "csv", "parquet"})
    void clientThatDoesNotRead_isCutOff_andItsPlaceIsFree(String format) throws Exception {
        start(Map.of(Setting.MAX_EXPORTS, "1", Setting.REQUEST_TIMEOUT, "1s"));
        fill();
        try (Socket socket = begin(format)) {
            Reply busy = export("");
            assertThat(busy.status()).isEqualTo(503);
            assertThat(busy.headers()).containsEntry("retry-after", "10");
            assertThat(record("{\"name\":\"intake goes on\"}").status()).isEqualTo(200);
            assertThat(send(server.first().accessToken(), "GET", "/v1/events?limit=1", LINES, "")
                            .body())
                    .contains("intake goes on");
            awaitAPlace();
            assertThat(socket.isClosed()).isFalse();
        }
        assertNothingIsLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ndjson", "parquet"})
    void clientThatLeaves_leavesItsPlaceAtOnce(String format) throws Exception {
        start(Map.of(Setting.MAX_EXPORTS, "1"));
        fill();
        begin(format).close();
        awaitAPlace();
        assertNothingIsLeft();
    }
}
