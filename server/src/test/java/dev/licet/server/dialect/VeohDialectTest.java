package dev.licet.server.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.server.TestServer;
import dev.licet.server.config.Setting;
import dev.licet.server.config.WrongSetting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Gatherers;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class VeohDialectTest extends DialectContract {
    private static final String LOG_EVENT = "/rest/v1/?method=veoh.people.logEvent&apiKey=";
    private static final String EVENT = "keys=video,quality&values=42,hd&eventName=play";

    @Override
    protected Write write(TestServer server) {
        return new Write(false, LOG_EVENT + server.first().apiKey(), EVENT);
    }

    @Override
    protected Write writeOfNobody(TestServer server) {
        return new Write(false, LOG_EVENT + "00000000-0000-0000-0000-000000000000", EVENT);
    }

    @Override
    protected boolean isSuccess(TestServer.Reply reply) {
        return reply.status() == 200 && reply.body().contains("<rsp stat=\"ok\"");
    }

    @Override
    protected boolean saysMalformed(TestServer.Reply reply) {
        return reply.status() == 200 && saysError(reply, 903);
    }

    @Override
    protected boolean saysNobody(TestServer.Reply reply) {
        return reply.status() == 200 && saysError(reply, 118);
    }

    @Override
    protected boolean saysUnavailable(TestServer.Reply reply) {
        return reply.status() == 503 && saysError(reply, 100);
    }

    @Override
    protected boolean saysKeyReused(TestServer.Reply reply) {
        return reply.status() == 200 && saysError(reply, 904);
    }

    @Override
    protected long stored(TestServer server) {
        return events(server);
    }

    private static boolean saysError(TestServer.Reply reply, int code) {
        return reply.body().contains("<error errorCode=\"" + code + "\"")
                && reply.body().split("<error ", -1).length == 2;
    }

    private static JsonNode newest(TestServer server) {
        return server.post(true, "/api/ai/GetEvents", "token=" + token(server) + "&Limit=1")
                .json()
                .get("events")
                .get(0);
    }

    private static String apiKey(TestServer server, String json) {
        return server.manage("POST", "/v1/applications", json).get("apiKey").stringValue();
    }

    @Test
    void loggedEvent_keepsItsPairsInOrder_andEveryValueOfARepeatedKey() {
        TestServer server = server();
        server.get(LOG_EVENT + server.first().apiKey() + "&keys=z,a,z&values=1,%22%CE%B2,3&eventName=play");
        JsonNode event = newest(server);
        assertThat(event.get("eventName").stringValue()).isEqualTo("play");
        assertThat(event.get("metadata").stringValue()).isEqualTo("{\"z\":[\"1\",\"3\"],\"a\":\"\\\"β\"}");
    }

    @Test
    void keysAndValues_eachDecideForThemselvesHowTheyAreSplit() {
        TestServer server = server();
        server.get(LOG_EVENT + server.first().apiKey() + "&keys=a&keys=b&values=1,2&eventName=play");
        assertThat(newest(server).get("metadata").stringValue()).isEqualTo("{\"a\":\"1\",\"b\":\"2\"}");
        server.get(LOG_EVENT + server.first().apiKey() + "&keys[]=a,b&values[]=1,2&eventName=play");
        assertThat(newest(server).get("metadata").stringValue()).isEqualTo("{\"a,b\":\"1,2\"}");
    }

    @Test
    void multipart_isReadLikeAForm() {
        TestServer server = server();
        String body = Stream.of("keys", "a", "values", "b,c", "values", "d", "eventName", "play")
                .gather(Gatherers.windowFixed(2))
                .map(pair -> "--x\r\nContent-Disposition: form-data; name=\"" + pair.get(0) + "\"\r\n\r\n" + pair.get(1)
                        + "\r\n")
                .reduce("", String::concat);
        TestServer.Reply reply = server.send(
                false,
                "POST",
                LOG_EVENT + server.first().apiKey() + "&keys=a&keys=b",
                Map.of("Content-Type", "multipart/form-data; boundary=x"),
                body + "--x--\r\n");
        assertThat(reply).matches(this::isSuccess);
        assertThat(newest(server).get("metadata").stringValue()).isEqualTo("{\"a\":\"b,c\",\"b\":\"d\"}");
    }

    @Test
    void quota_isCountedOverRestarts_startsAtItsFirstCall_andIsWholeAgainAfterItsWindow() {
        TestServer server = server();
        String key = apiKey(server, "{\"name\":\"q\",\"partner\":true,\"quota\":{\"calls\":3,\"window\":\"PT1H\"}}");
        server.clock().advance(Duration.ofMinutes(50));
        for (int i = 0; i < 3; i++) {
            assertThat(server.post(false, LOG_EVENT + key, EVENT)).matches(this::isSuccess);
        }
        server.restart();
        assertThat(server.post(false, LOG_EVENT + key, EVENT)).matches(reply -> saysError(reply, 131));
        server.clock().advance(Duration.ofMinutes(59));
        assertThat(server.post(false, LOG_EVENT + key, EVENT)).matches(reply -> saysError(reply, 131));
        server.clock().advance(Duration.ofMinutes(1));
        assertThat(server.post(false, LOG_EVENT + key, EVENT)).matches(this::isSuccess);
    }

    @Test
    void gap_isCountedFromTheLastCallThatWasTaken() {
        TestServer server = server();
        String key = apiKey(server, "{\"name\":\"g\",\"partner\":true,\"gap\":\"PT10S\"}");
        assertThat(server.post(false, LOG_EVENT + key, EVENT)).matches(this::isSuccess);
        server.clock().advance(Duration.ofMillis(9_999));
        assertThat(server.post(false, LOG_EVENT + key, EVENT)).matches(reply -> saysError(reply, 132));
        server.restart();
        server.clock().advance(Duration.ofMillis(1));
        assertThat(server.post(false, LOG_EVENT + key, EVENT)).matches(this::isSuccess);
    }

    @Test
    void quota_isExact_whenManyCallAtOnce() throws Exception {
        TestServer server = server();
        String key = apiKey(server, "{\"name\":\"q\",\"partner\":true,\"quota\":{\"calls\":7,\"window\":\"PT1H\"}}");
        List<Callable<TestServer.Reply>> calls =
                Collections.nCopies(40, () -> server.post(false, LOG_EVENT + key, EVENT));
        long taken = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<TestServer.Reply> call : threads.invokeAll(calls)) {
                taken += isSuccess(call.get()) ? 1 : 0;
            }
        }
        assertThat(taken).isEqualTo(7);
        assertThat(events(server)).isEqualTo(7);
    }

    @Test
    void aCallThatItsMethodRefuses_countsTowardTheQuota() {
        TestServer server = server();
        String key = apiKey(server, "{\"name\":\"q\",\"partner\":true,\"quota\":{\"calls\":1,\"window\":\"PT1H\"}}");
        assertThat(server.get("/rest/v1/?apiKey=" + key)).matches(reply -> saysError(reply, 901));
        assertThat(server.get("/rest/v1/?apiKey=" + key)).matches(reply -> saysError(reply, 131));
    }

    @Test
    void userToken_endsWithItsUsersPassword() {
        TestServer server = server();
        String pair = "j_username=" + server.first().username() + "&j_password="
                + server.first().password();
        String body = server.post(
                        true,
                        "/rest/v1/?method=veoh.people.authenticate&apiKey="
                                + server.first().apiKey(),
                        pair)
                .body();
        String userToken = body.replaceAll("(?s).*userToken=\"([^\"]+)\".*", "$1");
        String call = LOG_EVENT + server.first().apiKey() + "&" + EVENT + "&userToken=" + userToken;
        assertThat(server.get(call)).matches(this::isSuccess);
        server.restart();
        assertThat(server.get(call)).matches(this::isSuccess);
        String user = server.manage("GET", "/v1/users", "")
                .get("data")
                .get(0)
                .get("id")
                .stringValue();
        server.manage("POST", "/v1/users/" + user + "/reset", "");
        assertThat(server.get(call)).matches(reply -> saysError(reply, 247));
    }

    @Test
    void aText_mayBeGivenOtherwise() throws Exception {
        Path texts =
                Files.writeString(directory.resolve("texts.properties"), "veoh.442=The name is missing & needed.\n");
        TestServer server = server(Map.of(Setting.TEXTS, texts.toString()));
        assertThat(server.post(
                                false,
                                "/rest/v1/?method=veoh.license.create&apiKey="
                                        + server.first().apiKey(),
                                "licenseType=videoOwn&price=1")
                        .body())
                .contains("errorCode=\"442\" errorMessage=\"The name is missing &amp; needed.\"");
    }

    @Test
    void aTextThatIsNotThere_stopsTheStart() throws Exception {
        Path texts = Files.writeString(directory.resolve("texts.properties"), "veoh.1=x\n");
        assertThatThrownBy(() -> server(Map.of(Setting.TEXTS, texts.toString())))
                .isInstanceOf(WrongSetting.class)
                .hasMessageContaining("veoh.1");
    }

    @Test
    void moreElementsThanTheLimit_areRefused_andOneLessIsNot() {
        TestServer server = server();
        String call = LOG_EVENT + server.first().apiKey() + "&eventName=e";
        String most = "a,".repeat(999) + "a";
        assertThat(server.post(false, call, "keys=" + most + "&values=" + most)).matches(this::isSuccess);
        assertThat(server.post(false, call, "keys=" + most + ",a&values=" + most + ",a"))
                .matches(this::saysMalformed);
    }
}
