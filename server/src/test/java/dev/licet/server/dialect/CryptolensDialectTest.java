package dev.licet.server.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.server.TestServer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class CryptolensDialectTest extends DialectContract {

    @Override
    protected Write write(TestServer server) {
        return new Write(false, "/api/ai/RegisterEvent", "token=" + token(server) + "&EventName=start");
    }

    @Override
    protected Write writeOfNobody(TestServer server) {
        return new Write(false, "/api/ai/RegisterEvent", "token=nonsense&EventName=start");
    }

    @Override
    protected boolean isSuccess(TestServer.Reply reply) {
        return reply.status() == 200 && reply.body().equals("{\"result\":0,\"message\":\"\"}");
    }

    @Override
    protected boolean saysMalformed(TestServer.Reply reply) {
        return says(reply, 200, "The input parameters were incorrect.");
    }

    @Override
    protected boolean saysNobody(TestServer.Reply reply) {
        return says(reply, 200, "Access denied.");
    }

    @Override
    protected boolean saysUnavailable(TestServer.Reply reply) {
        return says(reply, 503, "The service is temporarily unavailable.");
    }

    private static boolean says(TestServer.Reply reply, int status, String message) {
        return reply.status() == status && reply.body().equals("{\"result\":1,\"message\":\"" + message + "\"}");
    }

    @Override
    protected boolean saysKeyReused(TestServer.Reply reply) {
        return says(reply, 200, "The Idempotency-Key was used for another request.");
    }

    @Override
    protected long stored(TestServer server) {
        return events(server);
    }

    private static JsonNode getEvents(TestServer server, String more) {
        return server.post(true, "/api/ai/GetEvents", "token=" + token(server) + more)
                .json();
    }

    private static List<Long> ids(JsonNode answer) {
        return StreamSupport.stream(answer.get("events").spliterator(), false)
                .map(event -> event.get("id").longValue())
                .toList();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private void register(TestServer server, String more) {
        assertThat(server.post(false, "/api/ai/RegisterEvent", "token=" + token(server) + more))
                .matches(this::isSuccess);
    }

    @Test
    void getEvents_pagesDownFromTheNewest_andUpFromAnId() {
        TestServer server = server();
        server.post(
                false,
                "/api/ai/RegisterEvents",
                "token=" + token(server) + "&Events=" + encoded("[" + "{},".repeat(24) + "{}]"));
        assertThat(ids(getEvents(server, ""))).hasSize(10).startsWith(25L).endsWith(16L);
        assertThat(ids(getEvents(server, "&StartingAfter=16&Limit=3"))).containsExactly(15L, 14L, 13L);
        assertThat(ids(getEvents(server, "&EndingBefore=20&Limit=3"))).containsExactly(23L, 22L, 21L);
        assertThat(ids(getEvents(server, "&StartingAfter=0&EndingBefore=0&Limit=0")))
                .containsExactly(25L);
        assertThat(ids(getEvents(server, "&Limit=1000"))).hasSize(25);
        assertThat(ids(getEvents(server, "&Limit=-5"))).hasSize(1);
    }

    @Test
    void getEvents_showsNoMoreThanAHundred() {
        TestServer server = server();
        server.post(
                false,
                "/api/ai/RegisterEvents",
                "token=" + token(server) + "&Events=" + encoded("[" + "{},".repeat(119) + "{}]"));
        assertThat(ids(getEvents(server, "&Limit=1000")))
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(21, 120).boxed().toList().reversed());
    }

    @Test
    void getEvents_filters() {
        TestServer server = server();
        long now = server.clock().instant().getEpochSecond();
        String product = "&ProductId=" + server.first().productId();
        register(server, product + "&Key=" + server.first().licenseKey() + "&Metadata=" + encoded("{\"os\":\"a\"}"));
        server.clock().advance(Duration.ofSeconds(10));
        register(server, product);
        server.clock().advance(Duration.ofSeconds(10));
        register(server, "&Metadata=plain");
        assertThat(ids(getEvents(server, product))).containsExactly(2L, 1L);
        assertThat(ids(getEvents(server, product + "&Key=" + server.first().licenseKey())))
                .containsExactly(1L);
        assertThat(ids(getEvents(server, "&Metadata=os"))).containsExactly(1L);
        assertThat(ids(getEvents(server, "&Metadata=pla"))).containsExactly(3L);
        assertThat(ids(getEvents(server, "&Metadata=" + encoded("%")))).isEmpty();
        assertThat(ids(getEvents(server, "&Time=" + (now + 10)))).containsExactly(2L);
        assertThat(ids(getEvents(server, "&Time=" + encoded("{\"gt\":" + now + "}"))))
                .containsExactly(3L, 2L);
        assertThat(ids(getEvents(server, "&Time=" + encoded("{\"gte\":" + now + ",\"lt\":" + (now + 20) + "}"))))
                .containsExactly(2L, 1L);
        assertThat(ids(getEvents(server, "&Time=" + encoded("{\"lte\":\"" + (now + 10) + "\"}"))))
                .containsExactly(2L, 1L);
    }

    @Test
    void aTimeFarInThePastOrFuture_isKeptAsSent() {
        TestServer server = server();
        String times = "[{\"Time\":-62135596800},{\"Time\":1},{\"Time\":253402300799},{\"Time\":1700000000000}]";
        server.post(false, "/api/ai/RegisterEvents", "token=" + token(server) + "&Events=" + encoded(times));
        assertThat(StreamSupport.stream(getEvents(server, "").get("events").spliterator(), false)
                        .map(event -> event.get("time").longValue()))
                .containsExactly(1_700_000_000_000L, 253_402_300_799L, 1L, -62_135_596_800L);
    }

    @Test
    void aBatch_isStoredWholeOrNotAtAll() {
        TestServer server = server();
        String bad = "[{\"EventName\":\"a\"},{\"EventName\":\"b\",\"Value\":1.5}]";
        assertThat(server.post(false, "/api/ai/RegisterEvents", "token=" + token(server) + "&Events=" + encoded(bad)))
                .matches(this::saysMalformed);
        assertThat(events(server)).isZero();
    }

    @Test
    void texts_comeBackAsTheyWereSent() {
        TestServer server = server();
        String strange = "β \"<&'\\ 🎬 \u202e\t\n";
        register(
                server,
                "&MachineCode=" + encoded(strange) + "&EventName=" + encoded(strange) + "&Metadata="
                        + encoded(strange));
        JsonNode event = getEvents(server, "").get("events").get(0);
        assertThat(event.get("machineCode").stringValue()).isEqualTo(strange);
        assertThat(event.get("eventName").stringValue()).isEqualTo(strange);
        assertThat(event.get("metadata").stringValue()).isEqualTo(strange);
    }

    @Test
    void valuesOf64Bits_comeBackExactly() {
        TestServer server = server();
        register(server, "&Value=9223372036854775807");
        register(server, "&Value=-9223372036854775808");
        assertThat(getEvents(server, "").get("events").get(0).get("value").longValue())
                .isEqualTo(Long.MIN_VALUE);
        assertThat(getEvents(server, "").get("events").get(1).get("value").longValue())
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void anotherAccount_seesNothing() {
        TestServer server = server();
        register(server, "");
        String account = server.manage("POST", "/v1/accounts", "{\"name\":\"other\"}")
                .get("accountNumber")
                .stringValue();
        String other = encoded(server.manage("POST", "/v1/tokens", "{\"name\":\"t\",\"account\":\"" + account + "\"}")
                .get("accessToken")
                .stringValue());
        assertThat(ids(server.post(true, "/api/ai/GetEvents", "token=" + other).json()))
                .isEmpty();
        assertThat(server.post(
                                true,
                                "/api/ai/GetEvents",
                                "token=" + other + "&ProductId="
                                        + server.first().productId())
                        .body())
                .contains("Could not find the product.");
    }

    @Test
    void eventsOfAllDialects_areShown() {
        TestServer server = server();
        server.get("/rest/v1/?method=veoh.people.logEvent&apiKey="
                + server.first().apiKey() + "&keys=a&values=b&eventName=play");
        assertThat(getEvents(server, "").get("events").get(0).get("eventName").stringValue())
                .isEqualTo("play");
    }

    @Test
    void body_winsOverQuery_andTheLastOfARepeatedOneCounts() {
        TestServer server = server();
        server.send(
                false,
                "POST",
                "/api/ai/RegisterEvent?EventName=query&eventname=query2&MachineCode=m",
                Map.of("Content-Type", "application/x-www-form-urlencoded"),
                "token=" + token(server) + "&eventName=one&EVENTNAME=two");
        JsonNode event = getEvents(server, "").get("events").get(0);
        assertThat(event.get("eventName").stringValue()).isEqualTo("two");
        assertThat(event.get("machineCode").stringValue()).isEqualTo("m");
    }

    @Test
    void revokedToken_isRefused() {
        TestServer server = server();
        JsonNode token = server.manage("POST", "/v1/tokens", "{\"name\":\"t\"}");
        String call = "token=" + encoded(token.get("accessToken").stringValue());
        assertThat(server.post(false, "/api/ai/RegisterEvent", call)).matches(this::isSuccess);
        server.manage("DELETE", "/v1/tokens/" + token.get("id").stringValue(), "");
        assertThat(server.post(false, "/api/ai/RegisterEvent", call)).matches(this::saysNobody);
    }

    @Test
    void jsonWhereATextShouldBe_isIncorrect_andWhereJsonIsMeantItIsKept() {
        TestServer server = server();
        String target = "/api/ai/RegisterEvent?token=" + token(server);
        Map<String, String> json = Map.of("Content-Type", "application/json");
        assertThat(server.send(false, "POST", target, json, "{\"EventName\":{\"a\":1}}"))
                .matches(this::saysMalformed);
        assertThat(server.send(false, "POST", target, json, "{\"Metadata\":{\"a\":[1,\"x\"]}}"))
                .matches(this::isSuccess);
        assertThat(getEvents(server, "").get("events").get(0).get("metadata").stringValue())
                .isEqualTo("{\"a\":[1,\"x\"]}");
    }

    @Test
    void aNumberOfThousandsOfDigits_isIncorrect() {
        TestServer server = server();
        assertThat(server.post(
                        false,
                        "/api/ai/RegisterEvents",
                        "token=" + token(server) + "&Events=" + encoded("[{\"Value\":" + "9".repeat(5000) + "}]")))
                .matches(this::saysMalformed);
    }
}
