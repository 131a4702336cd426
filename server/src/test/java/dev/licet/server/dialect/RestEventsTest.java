package dev.licet.server.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import dev.licet.server.TestServer;
import dev.licet.server.config.Setting;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `POST /v1/events` and `GET /v1/events`.
@Timeout(120)
class RestEventsTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String OURS = "application/json";
    private static final String LINES = "application/x-ndjson";
    private static final String CLOUD = "application/cloudevents+json";
    private static final String CLOUDS = "application/cloudevents-batch+json";
    private static final String CLOUD_START = "{\"specversion\":\"1.0\",\"source\":\"/app\",\"type\":\"play\",\"id\":";

    @TempDir
    Path directory;

    private TestServer server;

    private void start(Map<Setting, String> settings) {
        server = TestServer.start(directory.resolve("data"), settings);
    }

    private void start() {
        start(Map.of());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Map<String, String> headers(String type, String... more) {
        Map<String, String> headers = new TreeMap<>();
        headers.put("Authorization", "Bearer " + server.first().accessToken());
        headers.put("Content-Type", type);
        for (int i = 0; i < more.length; i += 2) {
            headers.put(more[i], more[i + 1]);
        }
        return headers;
    }

    private TestServer.Reply post(String type, String body, String... more) {
        return server.send(false, "POST", "/v1/events", headers(type, more), body);
    }

    private TestServer.Reply atomic(String type, String body) {
        return server.send(false, "POST", "/v1/events?atomic=true", headers(type), body);
    }

    private TestServer.Reply get(String query) {
        return server.send(false, "GET", "/v1/events" + query, headers(OURS), "");
    }

    private List<JsonNode> list(String query) {
        TestServer.Reply reply = get(query);
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return StreamSupport.stream(reply.json().get("data").spliterator(), false)
                .toList();
    }

    private List<String> names() {
        return names(list("?limit=1000"));
    }

    private static List<String> names(List<JsonNode> events) {
        return events.stream().map(event -> event.get("name").asString()).toList();
    }

    private static List<JsonNode> lines(TestServer.Reply reply) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        assertThat(reply.headers()).containsEntry("content-type", LINES);
        assertThat(reply.body()).endsWith("\n");
        return reply.body().lines().<JsonNode>map(JSON::readTree).toList();
    }

    private String product() {
        return "prd_" + server.first().productId();
    }

    private static String statuses(Iterable<JsonNode> results) {
        return StreamSupport.stream(results.spliterator(), false)
                .filter(result -> result.has("status"))
                .map(result -> result.get("status").asString())
                .collect(Collectors.joining(" "));
    }

    /// `pointer: detail` of each error.
    private static List<String> errors(JsonNode of) {
        return StreamSupport.stream(of.get("errors").spliterator(), false)
                .map(error -> error.get("pointer").asString() + ": "
                        + error.get("detail").asString())
                .toList();
    }

    // Recording

    @Test
    void event_withAllItsMembers_isShownAsItWasSent() {
        start();
        String members = "\"id\":\"e-1\",\"name\":\"play\",\"feature\":\"hd\",\"product\":\"" + product()
                + "\",\"key\":\"" + server.first().licenseKey()
                + "\",\"machine\":\"m\",\"user\":\"ann\",\"session\":\"s\",\"value\":2530,\"currency\":\"USD\","
                + "\"time\":\"2026-11-22T10:00:00.123456+01:00\","
                + "\"properties\":{\"a\":[1,2.50,1e400,null,true,{\"b\":\"\\u00e9\"}]}";
        TestServer.Reply reply = post(OURS, "{" + members + "}");
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        assertThat(reply.body())
                .isEqualTo("{\"data\":[{\"status\":\"accepted\",\"position\":1,\"id\":\"e-1\"}],\"receipt\":"
                        + "{\"accepted\":1,\"duplicates\":0,\"rejected\":0,\"position\":1,\"receivedAt\":\""
                        + server.clock().instant() + "\"}}");
        assertThat(get("").body())
                .isEqualTo(
                        "{\"data\":[{\"id\":\"e-1\",\"position\":1,\"name\":\"play\",\"feature\":\"hd\",\"product\":\""
                                + product() + "\",\"key\":\"" + server.first().licenseKey()
                                + "\",\"machine\":\"m\",\"user\":\"ann\",\"session\":\"s\",\"value\":2530,\"currency\":\"USD\","
                                + "\"time\":\"2026-11-22T09:00:00.123456Z\","
                                + "\"properties\":{\"a\":[1,2.50,1e400,null,true,{\"b\":\"é\"}]},\"source\":\"rest\","
                                + "\"receivedAt\":\"" + server.clock().instant()
                                + "\"}],\"next\":null,\"asOf\":{\"position\":1,"
                                + "\"time\":\"" + server.clock().instant() + "\",\"complete\":true}}");
    }

    @Test
    void event_withItsNameAlone_isNow_andHasAnIdOfItsPosition() {
        start();
        post(OURS, "{\"name\":\"play\",\"feature\":null,\"key\":\"\",\"properties\":null,\"value\":null}");
        JsonNode event = list("").getFirst();
        assertThat(event.get("id").asString()).isEqualTo("evt_1");
        assertThat(event.get("time").asString())
                .isEqualTo(server.clock().instant().toString());
        for (String absent :
                List.of("feature", "product", "key", "machine", "user", "session", "value", "currency", "properties")) {
            assertThat(event.get(absent).isNull()).as(absent).isTrue();
        }
    }

    @Test
    void list_isTakenEachByEach_inItsOrder() {
        start();
        TestServer.Reply reply = post(
                OURS,
                "[{\"name\":\"a\",\"id\":\"1\"},{\"name\":\"\"},{\"name\":\"b\",\"id\":\"1\"},{\"name\":\"c\",\"product\":\"prd_99\"},"
                        + "{\"name\":\"d\",\"nmae\":1,\"a/b~c d\":2},7,{\"name\":\"e\",\"key\":\"x\",\"product\":\""
                        + product() + "\"},{\"name\":\"f\"}]");
        assertThat(reply.status()).isEqualTo(200);
        JsonNode data = reply.json().get("data");
        assertThat(statuses(data))
                .isEqualTo("accepted rejected duplicate rejected rejected rejected rejected accepted");
        assertThat(data.get(0).get("position").asLong()).isEqualTo(1);
        assertThat(data.get(2).get("position").asLong()).isEqualTo(1);
        assertThat(data.get(7).get("position").asLong()).isEqualTo(2);
        assertThat(errors(data.get(1))).containsExactly("#/1/name: is required");
        assertThat(errors(data.get(3))).containsExactly("#/3/product: is not there");
        assertThat(errors(data.get(4)))
                .containsExactly("#/4/nmae: is no member of an event", "#/4/a~1b~0c%20d: is no member of an event");
        assertThat(errors(data.get(5))).containsExactly("#/5: must be an object");
        assertThat(errors(data.get(6))).containsExactly("#/6/key: is not there");
        JsonNode receipt = reply.json().get("receipt");
        assertThat(receipt.get("accepted").asInt()).isEqualTo(2);
        assertThat(receipt.get("duplicates").asInt()).isEqualTo(1);
        assertThat(receipt.get("rejected").asInt()).isEqualTo(5);
        assertThat(receipt.get("position").asInt()).isEqualTo(2);
        assertThat(names()).containsExactly("f", "a");
    }

    @Test
    void emptyList_isNothing() {
        start();
        assertThat(post(OURS, "[]").body())
                .isEqualTo("{\"data\":[],\"receipt\":{\"accepted\":0,\"duplicates\":0,\"rejected\":0,"
                        + "\"position\":null,\"receivedAt\":\"" + server.clock().instant() + "\"}}");
    }

    @ParameterizedTest
    @ValueSource(strings = {OURS, LINES})
    void atomicRequest_withOneThatIsWrong_isRefusedWithAllThatIs_andNothingIsRecorded(String type) {
        start();
        List<String> events = List.of(
                "{\"name\":\"a\"}", "{\"nmae\":\"b\"}", "{\"name\":\"c\",\"product\":\"prd_99\"}", "{\"name\":\"d\"}");
        TestServer.Reply reply =
                atomic(type, type.equals(OURS) ? "[" + String.join(",", events) + "]" : String.join("\n", events));
        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.headers()).containsEntry("content-type", "application/problem+json");
        assertThat(errors(reply.json()))
                .containsExactly(
                        "#/1/nmae: is no member of an event", "#/1/name: is required", "#/2/product: is not there");
        assertThat(list("")).isEmpty();
    }

    @Test
    void atomicRequest_thatIsRight_isRecorded() {
        start();
        assertThat(statuses(atomic(OURS, "[{\"name\":\"a\"},{\"name\":\"b\"}]")
                        .json()
                        .get("data")))
                .isEqualTo("accepted accepted");
        assertThat(statuses(lines(atomic(LINES, "{\"name\":\"c\"}\n{\"name\":\"d\"}\n"))))
                .isEqualTo("accepted accepted");
        assertThat(names()).containsExactly("d", "c", "b", "a");
    }

    @Test
    void singleEvent_thatIsWrong_isRefused() {
        start();
        for (String wrong : List.of("{\"name\":7}", "{\"name\":\"a\",\"product\":\"prd_99\"}")) {
            TestServer.Reply reply = post(OURS, wrong);
            assertThat(reply.status()).as(wrong).isEqualTo(422);
            assertThat(errors(reply.json())).hasSize(1);
        }
        assertThat(list("")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`\"name\":\"a\",\"name\":\"b\"` | #/name: is given twice",
                "`\"name\":\"a\",\"value\":1.5` | #/value: must be a whole number of 64 bits, in the minor units of the currency",
                "`\"name\":\"a\",\"value\":1e2` | #/value: must be a whole number of 64 bits, in the minor units of the currency",
                "`\"name\":\"a\",\"value\":1e400` | #/value: must be a whole number of 64 bits, in the minor units of the currency",
                "`\"name\":\"a\",\"value\":\"1\"` | #/value: must be a whole number of 64 bits, in the minor units of the currency",
                "`\"name\":\"a\",\"value\":9223372036854775808` | #/value: must be a whole number of 64 bits, in the minor units of the currency",
                "`\"name\":\"a\",\"currency\":\"usd\"` | #/currency: must be an ISO 4217 code, such as USD",
                "`\"name\":\"a\",\"currency\":\"DOLLARS\"` | #/currency: must be an ISO 4217 code, such as USD",
                "`\"name\":\"a\",\"product\":7` | #/product: must be a text",
                "`\"name\":\"a\",\"product\":\"7\"` | `#/product: must be the id of a product, such as prd_1`",
                "`\"name\":\"a\",\"product\":\"prd_99999999999999999999\"` | `#/product: must be the id of a product, such as prd_1`",
                "`\"name\":\"a\",\"key\":\"K\"` | #/product: is not there",
                "`\"name\":[\"a\"]` | #/name: must be a text",
                "`\"name\":\" \"` | #/name: is required",
                "`\"name\":null` | #/name: is required",
                "`\"name\":\"a\",\"user\":\"\\ud800\"` | #/user: has a NUL or half a surrogate pair",
                "`\"name\":\"a\",\"user\":\"x\\u0000\"` | #/user: has a NUL or half a surrogate pair",
                "`\"name\":\"a\",\"properties\":[]` | #/properties: must be an object",
                "`\"name\":\"a\",\"properties\":{\"a\":1,\"a\":2}` | #/properties: has a member twice",
                "`\"name\":\"a\",\"properties\":{\"a\":\"\\u0000\"}` | #/properties: has a NUL or half a surrogate pair",
                "`\"name\":\"a\",\"time\":1763805600` | #/time: must be a text",
                "`\"name\":\"a\",\"time\":\"now\"` | `#/time: must be an RFC 3339 time, such as 2026-11-22T10:00:00Z`",
                "`\"name\":\"a\",\"time\":\"2026-02-30T00:00:00Z\"` | `#/time: must be an RFC 3339 time, such as 2026-11-22T10:00:00Z`",
                "`\"name\":\"a\",\"time\":\"2026-01-01T00:00Z\"` | `#/time: must be an RFC 3339 time, such as 2026-11-22T10:00:00Z`",
                "`\"name\":\"a\",\"time\":\"2026-01-01T00:00:00\"` | `#/time: must be an RFC 3339 time, such as 2026-11-22T10:00:00Z`",
                "`\"name\":\"a\",\"time\":\"+999999999-01-01T00:00:00Z\"` | `#/time: must be an RFC 3339 time, such as 2026-11-22T10:00:00Z`",
                "`\"name\":\"a\",\"time\":\"2026-01-01T00:00:00+25:00\"` | `#/time: must be an RFC 3339 time, such as 2026-11-22T10:00:00Z`",
            })
    void member_thatBreaksItsRule_isTold(String members, String error) {
        start();
        TestServer.Reply reply = post(OURS, "{" + members + "}");
        assertThat(reply.status()).as(reply.body()).isEqualTo(422);
        assertThat(errors(reply.json())).containsExactly(error);
        JsonNode inLine = lines(post(LINES, "{" + members + "}")).getFirst();
        assertThat(errors(inLine)).containsExactly(error);
        assertThat(list("")).isEmpty();
    }

    @Test
    void textOverItsLimit_isTold() {
        start(Map.of(Setting.MAX_NAME, "10", Setting.MAX_METADATA, "20"));
        String ten = "\uD83C\uDFB5".repeat(10);
        assertThat(post(OURS, "{\"name\":\"" + ten + "\",\"properties\":{\"a\":\"xxxxxxxxxxxx\"}}")
                        .status())
                .isEqualTo(200);
        assertThat(errors(post(OURS, "{\"name\":\"" + ten + "x\",\"properties\":{\"a\":\"xxxxxxxxxxxxx\"}}")
                        .json()))
                .containsExactly("#/name: must have at most 10 characters", "#/properties: must have at most 20 bytes");
    }

    @Test
    void event_withVeryMuchWrong_isToldTheFirstOfIt() {
        start();
        String members =
                IntStream.range(0, 1000).mapToObj(i -> "\"x" + i + "\":1").collect(Collectors.joining(","));
        assertThat(errors(post(OURS, "{" + members + "}").json())).hasSize(10);
        assertThat(errors(atomic(OURS, "[" + "7,".repeat(999) + "7]").json())).hasSize(100);
        assertThat(errors(post(OURS, "{\"name\":\"a\",\"" + "x".repeat(40_000) + "\":1}")
                                .json())
                        .getFirst())
                .hasSizeLessThan(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[",
                "[{\"name\":\"a\"}",
                "{\"name\":\"a\"",
                "{\"name\":\"a\"}}",
                "{\"name\":\"a\"}{\"name\":\"b\"}",
                "[{\"name\":\"a\"},]",
                "{\"name\":'a'}",
                "{name:\"a\"}",
                "{\"name\":\"a\",\"value\":NaN}",
                "{\"name\":\"a\",\"value\":01}",
                "{\"name\":\"a\",\"value\":-}",
                "{\"name\":\"a\"} // comment",
                "{\"name\":\"a\n\"}",
                "{\"name\":\"a\",\"properties\":{\"\\udc00\":1}}",
                "7",
                "\"a\"",
                "null",
                "true"
            })
    void body_thatIsNoJson_isMalformed_andNothingOfItIsRecorded(String body) {
        start();
        TestServer.Reply reply = post(OURS, body);
        assertThat(reply.status()).as(reply.body()).isEqualTo(400);
        assertThat(reply.body()).contains("urn:licet:problem:malformed").doesNotContain("Exception", "jackson");
        assertThat(list("")).isEmpty();
    }

    @Test
    void hostileBodies_areTheClientsFault() {
        start();
        List<String> bodies = List.of(
                "[".repeat(100_000),
                "{\"name\":\"a\",\"properties\":" + "{\"a\":".repeat(100_000) + "1" + "}".repeat(100_001),
                "{\"name\":\"a\",\"properties\":{\"a\":" + "[".repeat(2000) + "]".repeat(2000) + "}}",
                "{\"name\":\"a\",\"x\":" + "[".repeat(2000) + "]".repeat(2000) + "}",
                "{\"name\":\"a\",\"value\":" + "9".repeat(1_000_000) + "}",
                "{\"name\":\"a\",\"value\":1e" + "9".repeat(100_000) + "}",
                "{\"" + "x".repeat(1_000_000) + "\":1}",
                "{\"name\":\"" + "x".repeat(1_000_000) + "\"}",
                "{\"name\":\"a\",\"properties\":{\"a\":" + "9".repeat(100_000) + "}}",
                "{\"name\":\"a\",\"properties\":{\"a\":\"" + "x".repeat(100_000) + "\"}}");
        for (String body : bodies) {
            for (String type : List.of(OURS, CLOUD, CLOUDS, LINES)) {
                TestServer.Reply reply = post(type, body);
                assertThat(reply.status())
                        .as(type + " " + body.substring(0, 30))
                        .isIn(type.equals(LINES) ? List.of(200) : List.of(400, 413, 422));
                if (type.equals(LINES)) {
                    assertThat(statuses(lines(reply))).isEqualTo("rejected");
                }
                assertThat(reply.body())
                        .doesNotContain("Exception", "jackson", "dev.licet")
                        .hasSizeLessThan(5000);
            }
        }
        assertThat(list("")).isEmpty();
    }

    @Test
    void bytesThatAreNotUtf8_areMalformed() {
        start();
        List<byte[]> wrong = List.of(
                new byte[] {(byte) 0xff},
                new byte[] {(byte) 0xc0, (byte) 0x80},
                new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
                new byte[] {(byte) 0xf8, (byte) 0x88, (byte) 0x80, (byte) 0x80, (byte) 0x80},
                new byte[] {(byte) 0xe2, (byte) 0x82},
                new byte[] {0});
        for (byte[] bytes : wrong) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            body.writeBytes("{\"name\":\"a".getBytes(StandardCharsets.UTF_8));
            body.writeBytes(bytes);
            body.writeBytes("\"}".getBytes(StandardCharsets.UTF_8));
            assertThat(server.exchange(
                                    false, TestServer.request("POST", "/v1/events", headers(OURS), body.toByteArray()))
                            .status())
                    .as(Arrays.toString(bytes))
                    .isEqualTo(400);
            assertThat(statuses(lines(server.exchange(
                            false, TestServer.request("POST", "/v1/events", headers(LINES), body.toByteArray())))))
                    .isEqualTo("rejected");
        }
    }

    @Test
    void mutatedBodies_areNeverOurFault() {
        start();
        Random random = new Random(20261122);
        Map<String, String> seeds = Map.of(
                OURS,
                "[{\"name\":\"a\",\"value\":5,\"time\":\"2026-11-22T10:00:00Z\",\"properties\":{\"a\":[1,{\"b\":null}]}}]",
                LINES,
                "{\"name\":\"a\",\"id\":\"1\"}\n{\"name\":\"b\",\"currency\":\"USD\"}\n",
                CLOUD,
                CLOUD_START + "\"1\",\"subject\":\"s\",\"data\":{\"value\":5,\"user\":\"u\"}}",
                CLOUDS,
                "[" + CLOUD_START + "\"2\",\"time\":\"2026-11-22T10:00:00Z\",\"data\":{\"x\":[5]}}]");
        seeds.forEach((type, seed) -> {
            for (int i = 0; i < 150; i++) {
                byte[] body = seed.getBytes(StandardCharsets.UTF_8);
                for (int n = random.nextInt(3); n >= 0; n--) {
                    int at = random.nextInt(body.length);
                    switch (random.nextInt(3)) {
                        case 0 -> body[at] = (byte) random.nextInt(256);
                        case 1 -> body = Arrays.copyOf(body, at + 1);
                        default -> {
                            byte[] longer = new byte[body.length + 1];
                            System.arraycopy(body, 0, longer, 0, at);
                            longer[at] = (byte) "{}[],:\"\\0e-".charAt(random.nextInt(11));
                            System.arraycopy(body, at, longer, at + 1, body.length - at);
                            body = longer;
                        }
                    }
                }
                TestServer.Reply reply =
                        server.exchange(false, TestServer.request("POST", "/v1/events", headers(type), body));
                assertThat(reply.status())
                        .as(type + ": " + new String(body, StandardCharsets.ISO_8859_1))
                        .isIn(200, 400, 422);
                assertThat(reply.body()).doesNotContain("Exception", "jackson", "dev.licet");
            }
        });
        assertThat(get("?limit=1000").status()).isEqualTo(200);
    }

    @Test
    void moreThanMaxEvents_areTooMany() {
        start(Map.of(Setting.MAX_EVENTS, "3"));
        assertThat(post(OURS, "[" + "{\"name\":\"a\"},".repeat(3) + "{\"name\":\"a\"}]")
                        .status())
                .isEqualTo(413);
        assertThat(post(OURS, "[" + "{\"name\":\"a\"},".repeat(2) + "{\"name\":\"a\"}]")
                        .status())
                .isEqualTo(200);
        assertThat(atomic(LINES, "{\"name\":\"b\"}\n".repeat(4)).status()).isEqualTo(413);
        assertThat(post(LINES, "{\"name\":\"c\"}\n".repeat(4)).status()).isEqualTo(200);
        assertThat(names()).containsExactly("c", "c", "c", "c", "a", "a", "a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "application/xml", "x"})
    void bodyOfAnotherKind_isRefused_withTheKindsThatAreTaken(String type) {
        start();
        TestServer.Reply reply = post(type, "{\"name\":\"a\"}");
        assertThat(reply.status()).isEqualTo(415);
        assertThat(reply.headers().get("accept")).contains(OURS, LINES, CLOUD, CLOUDS);
        assertThat(server.exchange(
                                false,
                                TestServer.request(
                                        "POST",
                                        "/v1/events",
                                        Map.of(
                                                "Authorization",
                                                "Bearer " + server.first().accessToken()),
                                        new byte[0]))
                        .status())
                .isEqualTo(415);
    }

    @Test
    void kindOfABody_mayHaveParameters() {
        start();
        assertThat(post("Application/JSON; charset=utf-8", "{\"name\":\"a\"}").status())
                .isEqualTo(200);
        assertThat(post("application/x-ndjson;charset=UTF-8", "{\"name\":\"a\"}")
                        .status())
                .isEqualTo(200);
    }

    // Line by line

    @Test
    void lines_areAnsweredLineByLine() {
        start(Map.of(Setting.MAX_LINE, "100"));
        List<JsonNode> answer = lines(post(
                LINES,
                "{\"name\":\"a\",\"id\":\"1\"}\n\n{\"name\":\"b\"}\r\n  \n{\"nmae\":1}\n{\"name\":\n[{\"name\":\"c\"}]\n"
                        + "{\"name\":\"d\"} {\"name\":\"e\"}\n{\"name\":\"" + "x".repeat(90) + "\"}\n"
                        + "{\"name\":\"f\",\"id\":\"1\"}\n\t{\"name\":\"g\"} "));
        assertThat(statuses(answer))
                .isEqualTo("accepted accepted rejected rejected rejected rejected rejected duplicate accepted");
        assertThat(answer.get(0).get("position").asLong()).isEqualTo(1);
        assertThat(errors(answer.get(2))).containsExactly("#/nmae: is no member of an event", "#/name: is required");
        assertThat(errors(answer.get(3))).singleElement().asString().startsWith("#: is not JSON");
        assertThat(errors(answer.get(4))).containsExactly("#: is not one JSON object in UTF-8");
        assertThat(errors(answer.get(6))).containsExactly("#: is longer than 100 bytes");
        assertThat(answer.get(7).get("position").asLong()).isEqualTo(1);
        JsonNode receipt = answer.getLast().get("receipt");
        assertThat(receipt.get("accepted").asInt()).isEqualTo(3);
        assertThat(receipt.get("duplicates").asInt()).isEqualTo(1);
        assertThat(receipt.get("rejected").asInt()).isEqualTo(5);
        assertThat(receipt.get("position").asInt()).isEqualTo(3);
        assertThat(names()).containsExactly("g", "b", "a");
    }

    @Test
    void line_isTakenUpToItsLimit_whereverItIsCutOnItsWay() throws IOException {
        start(Map.of(Setting.MAX_LINE, "40KiB"));
        String start = "{\"name\":\"a\",\"properties\":{\"a\":\"";
        String longest = start + "x".repeat(40 * 1024 - start.length() - 3) + "\"}}";
        List<JsonNode> answer = lines(post(LINES, longest + "\n" + longest + " \n" + longest + "\n{\"name\":\"b\"}"));
        assertThat(statuses(answer)).isEqualTo("accepted rejected accepted accepted");
    }

    @Test
    void noLines_areNothing() {
        start();
        for (String body : List.of("", "\n\n", " \r\n")) {
            assertThat(lines(post(LINES, body))
                            .getFirst()
                            .get("receipt")
                            .get("position")
                            .isNull())
                    .isTrue();
        }
    }

    private static String numbered(int from, int count) {
        StringBuilder lines = new StringBuilder();
        for (int i = from; i < from + count; i++) {
            lines.append("{\"name\":\"n")
                    .append(i)
                    .append("\",\"value\":")
                    .append(i)
                    .append("}\n");
        }
        return lines.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "gzip", "zstd"})
    void manyLines_areRecordedInTheirOrder(String packing) throws IOException {
        start();
        byte[] body = numbered(0, 20_500).getBytes(StandardCharsets.UTF_8);
        List<JsonNode> answer = lines(server.exchange(
                true,
                TestServer.request(
                        "POST", "/v1/events", headers(LINES, "Content-Encoding", packing), packed(packing, body))));
        assertThat(answer).hasSize(20_501);
        for (int i = 0; i < 20_500; i++) {
            assertThat(answer.get(i).get("position").asInt()).isEqualTo(i + 1);
        }
        assertThat(answer.getLast().get("receipt").get("accepted").asInt()).isEqualTo(20_500);
        assertThat(names(list("?limit=3"))).containsExactly("n20499", "n20498", "n20497");
    }

    private static byte[] packed(String packing, byte[] body) throws IOException {
        if (packing.equals("zstd")) {
            return Zstd.compress(body);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = packing.equals("gzip") ? new GZIPOutputStream(bytes) : bytes) {
            out.write(body);
        }
        return bytes.toByteArray();
    }

    @Test
    void moreLinesThanMaxStreamEvents_areTooMany_andThoseBeforeAreTold() {
        start(Map.of(Setting.MAX_STREAM_EVENTS, "1500"));
        assertThat(lines(post(LINES, numbered(0, 1500)))).hasSize(1501);
        TestServer.Reply reply = post(LINES, numbered(0, 1501));
        assertThat(reply.status()).isEqualTo(413);
        assertThat(reply.json().get("receipt").get("accepted").asInt()).isEqualTo(1500);
        assertThat(reply.json().get("receipt").get("position").asInt()).isEqualTo(3000);
    }

    @Test
    void linesThatStopComing_areRefused_andThoseBeforeAreTold() throws IOException {
        start(Map.of(Setting.REQUEST_TIMEOUT, "400ms"));
        try (Socket socket = server.connect(false)) {
            String head = "POST /v1/events HTTP/1.1\r\nHost: licet\r\nContent-Length: 1000000\r\n";
            for (Map.Entry<String, String> header : headers(LINES).entrySet()) {
                head += header.getKey() + ": " + header.getValue() + "\r\n";
            }
            socket.getOutputStream().write((head + "\r\n" + numbered(0, 1001)).getBytes(StandardCharsets.UTF_8));
            TestServer.Reply reply = TestServer.read(socket.getInputStream());
            assertThat(reply.status()).isEqualTo(408);
            assertThat(reply.json().get("receipt").get("accepted").asInt()).isEqualTo(1000);
        }
        assertThat(names(list("?limit=1"))).containsExactly("n999");
    }

    @Test
    void linesThatAreCutInTheirPacking_areRefused_andThoseBeforeAreTold() throws IOException {
        start();
        byte[] whole = packed("gzip", numbered(0, 5000).getBytes(StandardCharsets.UTF_8));
        TestServer.Reply reply = server.exchange(
                false,
                TestServer.request(
                        "POST",
                        "/v1/events",
                        headers(LINES, "Content-Encoding", "gzip"),
                        Arrays.copyOf(whole, whole.length - 5)));
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().get("receipt").get("accepted").asInt() % 1000).isZero();
    }

    @Test
    void linesWithAKey_sentAgain_countOnce_alsoAfterTheFirstTryBrokeOff() throws IOException {
        start();
        String lines = numbered(0, 2500);
        String chunked = "POST /v1/events HTTP/1.1\r\nHost: licet\r\nTransfer-Encoding: chunked\r\n";
        for (Map.Entry<String, String> header :
                headers(LINES, "Idempotency-Key", "k").entrySet()) {
            chunked += header.getKey() + ": " + header.getValue() + "\r\n";
        }
        String half = numbered(0, 1200);
        TestServer.Reply broken = server.exchange(
                false,
                (chunked + "\r\n" + Integer.toHexString(half.length()) + "\r\n" + half + "\r\nno chunk\r\n")
                        .getBytes(StandardCharsets.UTF_8));
        assertThat(broken.status()).isEqualTo(400);

        List<JsonNode> again = lines(post(LINES, lines, "Idempotency-Key", "k"));
        JsonNode receipt = again.getLast().get("receipt");
        assertThat(receipt.get("duplicates").asInt() + receipt.get("accepted").asInt())
                .isEqualTo(2500);
        for (int i = 0; i < 2500; i++) {
            assertThat(again.get(i).get("position").asInt()).isEqualTo(i + 1);
        }
        TestServer.Reply other = post(LINES, numbered(0, 1000) + numbered(7, 10), "Idempotency-Key", "k");
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.body()).contains("idempotency-key-reused");
        assertThat(other.json().get("receipt").get("duplicates").asInt()).isEqualTo(1000);
        assertThat(get("").json().get("asOf").get("position").asInt()).isEqualTo(2500);
    }

    @Test
    void lines_thatWillNotBeRead_areRefusedByTheirHead() throws IOException {
        start();
        try (Socket socket = server.connect(false)) {
            socket.getOutputStream()
                    .write(("POST /v1/events HTTP/1.1\r\nHost: licet\r\nContent-Type: " + LINES
                                    + "\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n")
                            .getBytes(StandardCharsets.UTF_8));
            byte[] first = socket.getInputStream().readNBytes("HTTP/1.1 401".length());
            assertThat(new String(first, StandardCharsets.UTF_8)).isEqualTo("HTTP/1.1 401");
        }
    }

    // Requests that are sent again

    @Test
    void listWithAKey_sentAgain_countsOnce() {
        start();
        String list = "[{\"name\":\"a\"},{\"name\":\"\"},{\"name\":\"b\"}]";
        assertThat(statuses(post(OURS, list, "Idempotency-Key", "k").json().get("data")))
                .isEqualTo("accepted rejected accepted");
        JsonNode again = post(OURS, list, "Idempotency-Key", "k").json();
        assertThat(statuses(again.get("data"))).isEqualTo("duplicate rejected duplicate");
        assertThat(again.get("data").get(2).get("position").asInt()).isEqualTo(2);
        assertThat(post(OURS, "[{\"name\":\"c\"}]", "Idempotency-Key", "k").status())
                .isEqualTo(422);
        assertThat(post(OURS, list, "Idempotency-Key", " ").status()).isEqualTo(400);
        assertThat(names()).containsExactly("b", "a");
    }

    @Test
    void listWithAKey_whoseRejectedEventCouldBeTakenNow_isNotTakenForADuplicate() {
        start();
        String list = "[{\"name\":\"a\"},{\"name\":\"b\",\"product\":\"prd_"
                + (server.first().productId() + 1) + "\"}]";
        assertThat(statuses(post(OURS, list, "Idempotency-Key", "k").json().get("data")))
                .isEqualTo("accepted rejected");
        server.manage("POST", "/v1/products", "{\"name\":\"new\"}");
        assertThat(post(OURS, list, "Idempotency-Key", "k").status()).isEqualTo(422);
        assertThat(names()).containsExactly("a");
    }

    // CloudEvents

    @Test
    void cloudEvent_isReadAsAnEvent() {
        start();
        TestServer.Reply reply = post(
                CLOUD,
                CLOUD_START + "\"1\",\"subject\":\"ann\",\"time\":\"2026-11-22T10:00:00Z\",\"traceparent\":\"x\","
                        + "\"datacontenttype\":\"application/json\",\"data\":{\"value\":5,\"currency\":\"EUR\",\"product\":\""
                        + product() + "\",\"properties\":{\"a\":1}}}");
        assertThat(reply.body()).as(reply.body()).contains("\"status\":\"accepted\"", "\"id\":\"/app 1\"");
        JsonNode event = list("").getFirst();
        assertThat(event.get("name").asString()).isEqualTo("play");
        assertThat(event.get("user").asString()).isEqualTo("ann");
        assertThat(event.get("time").asString()).isEqualTo("2026-11-22T10:00:00Z");
        assertThat(event.get("value").asInt()).isEqualTo(5);
        assertThat(event.get("currency").asString()).isEqualTo("EUR");
        assertThat(event.get("product").asString()).isEqualTo(product());
        assertThat(event.get("properties").toString()).isEqualTo("{\"a\":1}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`{\"value\":5,\"volume\":7}` | `{\"value\":5,\"volume\":7}`",
                "`{}` | `{}`",
                "`[1,2.5]` | `{\"data\":[1,2.5]}`",
                "`\"<a/>\"` | `{\"data\":\"<a/>\"}`",
                "`7` | `{\"data\":7}`",
                "`null` | `null`"
            })
    void dataOfACloudEvent_thatIsNotLikeOurEvents_isItsProperties(String data, String properties) {
        start();
        post(CLOUD, CLOUD_START + "\"1\",\"data\":" + data + "}");
        assertThat(list("").getFirst().get("properties").toString()).isEqualTo(properties);
    }

    @Test
    void userInTheDataOfACloudEvent_countsOverItsSubject() {
        start();
        post(CLOUD, "{\"subject\":\"ann\",\"data\":{\"user\":\"bob\"}," + CLOUD_START.substring(1) + "\"1\"}");
        assertThat(list("").getFirst().get("user").asString()).isEqualTo("bob");
    }

    @Test
    void cloudEvents_areTheSame_bySourceAndIdTogether() {
        start();
        String sameIdOtherSource = CLOUD_START.replace("/app", "/other") + "\"1\"}";
        TestServer.Reply reply = post(
                CLOUDS,
                "[" + CLOUD_START + "\"1\"}," + CLOUD_START + "\"2\"}," + CLOUD_START + "\"1\"}," + sameIdOtherSource
                        + "]");
        assertThat(statuses(reply.json().get("data"))).isEqualTo("accepted accepted duplicate accepted");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`{\"id\":\"1\",\"source\":\"/\",\"type\":\"t\"}` | #/specversion: is required",
                "`{\"specversion\":\"0.3\",\"id\":\"1\",\"source\":\"/\",\"type\":\"t\"}` | #/specversion: must be 1.0",
                "`{\"specversion\":\"1.0\",\"source\":\"/\",\"type\":\"t\"}` | #/id: is required",
                "`{\"specversion\":\"1.0\",\"id\":\"\",\"source\":\"/\",\"type\":\"t\"}` | #/id: is required",
                "`{\"specversion\":\"1.0\",\"id\":\"1\",\"type\":\"t\"}` | #/source: is required",
                "`{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"a b\",\"type\":\"t\"}` | #/source: must be a URI reference",
                "`{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\"}` | #/type: is required",
                "`{\"specversion\":\"1.0\",\"id\":1,\"source\":\"/\",\"type\":\"t\"}` | #/id: must be a text",
                "`{\"specversion\":\"1.0\",\"id\":\"1\",\"id\":\"2\",\"source\":\"/\",\"type\":\"t\"}` | #/id: is given twice",
                "`{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\",\"type\":\"t\",\"time\":\"x\"}` | `#/time: must be an RFC 3339 time, such as 2026-11-22T10:00:00Z`",
                "`{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\",\"type\":\"t\",\"Name\":\"x\"}` | #/Name: is no name of a CloudEvents attribute",
                "`{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\",\"type\":\"t\",\"ext\":{}}` | #/ext: must be a text",
                "`{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\",\"type\":\"t\",\"data\":{\"value\":\"x\"}}` | #/data/value: must be a whole number of 64 bits, in the minor units of the currency",
                "`{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\",\"type\":\"t\",\"data\":{\"a\":1,\"a\":2}}` | #/data: has a member twice",
                "`{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\",\"type\":\"t\",\"data_base64\":\"AA==\"}` | #/data_base64: is not taken: send the data as JSON",
            })
    void cloudEvent_thatIsWrong_isTold(String event, String error) {
        start();
        TestServer.Reply reply = post(CLOUD, event);
        assertThat(reply.status()).as(reply.body()).isEqualTo(422);
        assertThat(errors(reply.json())).containsExactly(error);
        assertThat(errors(post(CLOUDS, "[" + event + "]").json().get("data").get(0)))
                .containsExactly(error.replaceFirst("#", "#/0"));
        assertThat(list("")).isEmpty();
    }

    @Test
    void cloudEvents_haveTheShapeThatTheirKindSays() {
        start();
        assertThat(post(CLOUD, "[" + CLOUD_START + "\"1\"}]").status()).isEqualTo(400);
        assertThat(post(CLOUDS, CLOUD_START + "\"1\"}").status()).isEqualTo(400);
    }

    // Who may

    private TestServer.Reply as(String token, String verb, String query, String body) {
        return server.send(
                false,
                verb,
                "/v1/events" + query,
                Map.of("Authorization", "Bearer " + token, "Content-Type", OURS),
                body);
    }

    private String token(String json) {
        return server.manage("POST", "/v1/tokens", json).get("accessToken").asString();
    }

    @Test
    void tokens_mayDoWhatTheyArePermitted() {
        start();
        String reads = token("{\"name\":\"r\",\"permissions\":[\"GetEvents\"]}");
        String writes = token("{\"name\":\"w\",\"permissions\":[\"RegisterEvent\"]}");
        String event = "{\"name\":\"a\"}";
        assertThat(as(reads, "POST", "", event).status()).isEqualTo(403);
        assertThat(as(writes, "POST", "", event).status()).isEqualTo(200);
        assertThat(as(writes, "GET", "", "").status()).isEqualTo(403);
        assertThat(as(reads, "GET", "", "").status()).isEqualTo(200);
        assertThat(as("nonsense", "GET", "", "").status()).isEqualTo(401);
        assertThat(as("nonsense", "POST", "", event).status()).isEqualTo(401);
    }

    @Test
    void tokenOfAProduct_seesAndRecordsItsOwnAlone() {
        start();
        String other = server.manage("POST", "/v1/products", "{\"name\":\"other\"}")
                .get("id")
                .asString();
        String locked = token("{\"name\":\"p\",\"productId\":" + server.first().productId() + "}");
        JsonNode data = as(
                        locked,
                        "POST",
                        "",
                        "[{\"name\":\"a\",\"product\":\"" + product() + "\"},{\"name\":\"b\",\"product\":\"" + other
                                + "\"},{\"name\":\"c\"}]")
                .json()
                .get("data");
        assertThat(statuses(data)).isEqualTo("accepted rejected rejected");
        assertThat(errors(data.get(1))).containsExactly("#/1/product: is not what the access token may record for");
        assertThat(as(locked, "GET", "", "").status()).isEqualTo(403);
        assertThat(as(locked, "GET", "?product=" + other, "").status()).isEqualTo(403);
        assertThat(as(locked, "GET", "?product=" + product(), "").status()).isEqualTo(200);
    }

    @Test
    void otherAccounts_seeNothing() {
        start();
        String account = server.manage("POST", "/v1/accounts", "{\"name\":\"other\"}")
                .get("accountNumber")
                .asString();
        String other = token("{\"name\":\"o\",\"account\":\"" + account + "\"}");
        post(OURS, "{\"name\":\"a\",\"id\":\"1\"}");
        assertThat(as(other, "GET", "", "").json().get("data")).isEmpty();
        assertThat(as(other, "GET", "?product=" + product(), "").status()).isEqualTo(404);
        assertThat(statuses(as(
                                other,
                                "POST",
                                "",
                                "[{\"name\":\"b\",\"id\":\"1\"},{\"name\":\"c\",\"product\":\"" + product() + "\"}]")
                        .json()
                        .get("data")))
                .isEqualTo("accepted rejected");
        assertThat(names()).containsExactly("a");
    }

    // Showing

    @Test
    void events_areFoundByEachOfTheirFields() {
        start();
        String key = server.first().licenseKey();
        post(
                OURS,
                "[{\"name\":\"a\",\"feature\":\"f\",\"product\":\"" + product() + "\",\"key\":\"" + key
                        + "\",\"machine\":\"m\",\"user\":\"u\",\"time\":\"2026-01-01T00:00:00Z\"},"
                        + "{\"name\":\"b\",\"feature\":\"g\",\"product\":\"" + product()
                        + "\",\"machine\":\"n\",\"user\":\"v\",\"time\":\"2026-01-02T00:00:00Z\"},"
                        + "{\"name\":\"c\",\"time\":\"2026-01-03T00:00:00Z\"}]");
        Map<String, List<String>> found = Map.of(
                "?name=a",
                List.of("a"),
                "?feature=g",
                List.of("b"),
                "?product=" + product(),
                List.of("b", "a"),
                "?product=" + product() + "&key=" + key,
                List.of("a"),
                "?machine=m",
                List.of("a"),
                "?user=v",
                List.of("b"),
                "?user=V",
                List.of(),
                "?from=2026-01-02T00:00:00Z",
                List.of("c", "b"),
                "?until=2026-01-02T00:00:00Z",
                List.of("a"),
                "?from=2026-01-02T01:00:00+01:00&until="
                        + URLEncoder.encode("2026-01-03T00:30:00+00:30", StandardCharsets.UTF_8),
                List.of("b"));
        found.forEach((query, names) -> assertThat(names(list(query))).as(query).isEqualTo(names));
    }

    @Test
    void events_areShownPageByPage_theNewestFirst_eachOnce() {
        start();
        post(LINES, numbered(0, 2500));
        List<String> seen = new ArrayList<>();
        String next = "";
        int pages = 0;
        while (next != null) {
            TestServer.Reply reply = get("?limit=1000" + (next.isEmpty() ? "" : "&cursor=" + next));
            JsonNode page = reply.json();
            page.get("data").forEach(event -> seen.add(event.get("name").asString()));
            next = page.get("next").isNull() ? null : page.get("next").asString();
            pages++;
            post(OURS, "{\"name\":\"later\"}");
        }
        assertThat(pages).isEqualTo(3);
        assertThat(seen)
                .isEqualTo(
                        IntStream.range(0, 2500).mapToObj(i -> "n" + (2499 - i)).toList());
        assertThat(list("")).hasSize(100);
        assertThat(get("?limit=2503").status()).isEqualTo(400);
        JsonNode exactly = get("?limit=3&name=later").json();
        assertThat(exactly.get("data")).hasSize(3);
        assertThat(exactly.get("next").isNull()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "?limit=0, limit",
        "?limit=1001, limit",
        "?limit=x, limit",
        "?cursor=x, cursor",
        "?cursor=-1, cursor",
        "?product=7, product",
        "?product=prd_x, product",
        "?from=yesterday, from",
        "?until=2026-13-01T00:00:00Z, until"
    })
    void parameter_thatBreaksItsRule_isTold(String query, String name) {
        start();
        TestServer.Reply reply = get(query);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(errors(reply.json()).getFirst()).startsWith("#/" + name + ": must be ");
    }

    @Test
    void atomic_thatIsNeitherTrueNorFalse_isTold() {
        start();
        assertThat(server.send(false, "POST", "/v1/events?atomic=1", headers(OURS), "{\"name\":\"a\"}")
                        .status())
                .isEqualTo(400);
        assertThat(server.send(false, "POST", "/v1/events?atomic=false", headers(OURS), "{\"name\":\"a\"}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void eventsOfOtherDialects_areShownToo() {
        start();
        server.post(true, "/api/ai/RegisterEvent", server.token() + "&EventName=a&Metadata=plain");
        server.post(true, "/api/ai/RegisterEvent", server.token() + "&EventName=b&Metadata=%7B%22x%22%3A1%7D");
        server.post(true, "/api/ai/RegisterEvent", server.token() + "&EventName=c&Metadata=%7B%22x%22");
        server.clock().advance(Duration.ofSeconds(1));
        List<JsonNode> events = list("");
        assertThat(names(events)).containsExactly("c", "b", "a");
        assertThat(events.get(1).get("source").asString()).isEqualTo("cryptolens");
        assertThat(events.get(1).get("properties").toString()).isEqualTo("{\"x\":1}");
        assertThat(events.get(1).has("metadata")).isFalse();
        assertThat(events.get(0).get("properties").isNull()).isTrue();
        assertThat(events.get(0).get("metadata").asString()).isEqualTo("{\"x\"");
        assertThat(events.get(2).get("metadata").asString()).isEqualTo("plain");
    }

    @Test
    void otherVerbs_areNotTaken() {
        start();
        for (String verb : List.of("PUT", "DELETE", "PATCH")) {
            TestServer.Reply reply = server.send(false, verb, "/v1/events", headers(OURS), "");
            assertThat(reply.status()).isEqualTo(405);
            assertThat(reply.headers().get("allow")).isEqualTo("POST, GET");
        }
    }
}
