package dev.licet.server.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.AtOnce;
import dev.licet.core.TestClock;
import dev.licet.server.TestServer;
import dev.licet.server.config.Setting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class VidentityDialectTest extends DialectContract {

    @Override
    protected Write write(TestServer server) {
        return new Write(true, "/session/login", login(server, server.first().password()));
    }

    @Override
    protected Write writeOfNobody(TestServer server) {
        return new Write(true, "/session/login", login(server, "wrong"));
    }

    private static String login(TestServer server, String password) {
        return "username=" + server.first().username() + "&password=" + password + "&account_number="
                + server.first().accountNumber();
    }

    @Override
    protected boolean isSuccess(TestServer.Reply reply) {
        return reply.status() == 200 && reply.body().contains("<status>SUCCESS</status>");
    }

    @Override
    protected boolean saysMalformed(TestServer.Reply reply) {
        return (reply.status() == 400 || reply.status() == 413) && !reply.body().contains("<response");
    }

    @Override
    protected boolean saysNobody(TestServer.Reply reply) {
        return reply.status() == 200 && saysError(reply, 1);
    }

    @Override
    protected boolean saysUnavailable(TestServer.Reply reply) {
        return reply.status() == 503 && saysError(reply, 11);
    }

    private static boolean saysError(TestServer.Reply reply, int number) {
        return reply.body().contains("<error_number>" + number + "</error_number>");
    }

    @Override
    protected boolean saysKeyReused(TestServer.Reply reply) {
        return reply.status() == 200 && saysError(reply, 904);
    }

    @Override
    protected long stored(TestServer server) {
        Matcher gauge = Pattern.compile("(?m)^licet_sessions (\\S+)$")
                .matcher(server.get("/metrics").body());
        assertThat(gauge.find()).isTrue();
        return (long) Double.parseDouble(gauge.group(1));
    }

    private static String sessionKey(TestServer.Reply reply) {
        return reply.body().replaceAll("(?s).*<session_key>(.*)</session_key>.*", "$1");
    }

    private static long transactionNumber(TestServer.Reply reply) {
        return Long.parseLong(reply.body().replaceAll("(?s).*<api_tx_number>(.*)</api_tx_number>.*", "$1"));
    }

    private static String open(TestServer server) {
        return sessionKey(
                server.post(true, "/session/login", login(server, server.first().password())));
    }

    private static TestServer.Reply ping(TestServer server, String key) {
        return server.post(true, "/session/ping", "session_key=" + key);
    }

    @Test
    void session_livesAsLongAsItIsPinged_andEndsToTheMillisecond() {
        TestServer server = server();
        String key = open(server);
        for (int i = 0; i < 5; i++) {
            server.clock().advance(Duration.ofMinutes(30).minusMillis(1));
            assertThat(ping(server, key)).matches(this::isSuccess);
        }
        server.clock().advance(Duration.ofMinutes(30));
        assertThat(ping(server, key)).matches(reply -> saysError(reply, 3));
    }

    @Test
    void session_isThereAfterRestart() {
        TestServer server = server();
        String key = open(server);
        server.restart();
        assertThat(ping(server, key)).matches(this::isSuccess);
    }

    @Test
    void pingThatFails_extendsNothing() {
        TestServer server = server();
        String key = open(server);
        server.clock().advance(Duration.ofMinutes(20));
        assertThat(server.post(false, "/session/ping", "session_key=" + key).status())
                .isEqualTo(403);
        assertThat(server.send(true, "GET", "/session/ping?session_key=" + key, Map.of(), "")
                        .status())
                .isEqualTo(405);
        server.clock().advance(Duration.ofMinutes(10));
        assertThat(ping(server, key)).matches(reply -> saysError(reply, 3));
    }

    @Test
    void expiredSession_isForgottenAfterADay() {
        TestServer server = server();
        String key = open(server);
        server.clock().advance(Duration.ofMinutes(31));
        assertThat(ping(server, key)).matches(reply -> saysError(reply, 3));
        server.clock().advance(Duration.ofDays(1));
        open(server);
        assertThat(ping(server, key)).matches(reply -> saysError(reply, 2));
    }

    @Test
    void severalSessionsOfOneUser_areIndependent() {
        TestServer server = server();
        String one = open(server);
        String other = open(server);
        assertThat(one).isNotEqualTo(other).matches("[A-Za-z0-9]{15}");
        server.post(true, "/session/logout", "session_key=" + one);
        assertThat(ping(server, one)).matches(reply -> saysError(reply, 2));
        assertThat(ping(server, other)).matches(this::isSuccess);
    }

    @Test
    void transactionNumbers_rise_overErrorsAndRestarts() {
        TestServer server = server();
        long last = 0;
        for (int i = 0; i < 4; i++) {
            for (String key : new String[] {"unknown", "", "x"}) {
                long next = transactionNumber(ping(server, key));
                assertThat(next).isGreaterThan(last);
                last = next;
            }
            server.restart();
        }
    }

    @Test
    void rotation_givesANewKeyAtEachPing_andLetsTheOldOneLiveForItsGrace() {
        TestServer server = server(Map.of(Setting.ROTATE_ON_PING, "true", Setting.ROTATION_GRACE, "10s"));
        String first = open(server);
        String second = sessionKey(ping(server, first));
        assertThat(second).isNotEqualTo(first);
        server.clock().advance(Duration.ofMillis(9_999));
        assertThat(ping(server, first)).matches(this::isSuccess);
        server.clock().advance(Duration.ofMillis(10_001));
        assertThat(ping(server, first)).matches(reply -> !isSuccess(reply));
        String live = open(server);
        assertThat(ping(server, live)).matches(this::isSuccess);
    }

    @Test
    void sessionTimeoutAndContentType_areSettings() {
        TestServer server = server(
                Map.of(Setting.SESSION_TIMEOUT, "5s", Setting.VIDENTITY_CONTENT_TYPE, "text/xml; charset=utf-8"));
        String key = open(server);
        assertThat(ping(server, key).headers()).containsEntry("content-type", "text/xml; charset=utf-8");
        server.clock().advance(Duration.ofSeconds(5));
        assertThat(ping(server, key)).matches(reply -> saysError(reply, 3));
    }

    @Test
    void answer_isByDefaultOfTheDocumentedType_andSaysWhenItWasMade() {
        TestServer server = server();
        server.clock().set(TestClock.START.plusSeconds(3));
        TestServer.Reply reply = ping(server, "x");
        assertThat(reply.headers()).containsEntry("content-type", "application/xhtml+xml; charset=utf-8");
        assertThat(reply.body()).contains("<timestamp>2026-11-22 15:56:45</timestamp>");
    }

    @Test
    void revokedUser_losesItsSessions() {
        TestServer server = server();
        String key = open(server);
        String user = server.manage("GET", "/v1/users", "")
                .get("data")
                .get(0)
                .get("id")
                .stringValue();
        server.manage("DELETE", "/v1/users/" + user, "");
        assertThat(ping(server, key)).matches(reply -> saysError(reply, 2));
        assertThat(server.post(
                        true, "/session/login", login(server, server.first().password())))
                .matches(reply -> saysError(reply, 1));
    }

    @Test
    void errorThree_mayHaveTheSamplesForm_andKeysMayBeLonger() throws Exception {
        Path texts = Files.writeString(
                directory.resolve("texts.properties"),
                "videntity.3.name=Session Expired\nvidentity.3.detail=session does not exist\n");
        TestServer server = server(Map.of(Setting.TEXTS, texts.toString(), Setting.SESSION_KEY_LENGTH, "40"));
        String key = open(server);
        assertThat(key).matches("[A-Za-z0-9]{40}");
        server.clock().advance(Duration.ofMinutes(30));
        assertThat(ping(server, key).body())
                .contains(
                        "<error_number>3</error_number>",
                        "<error_name>Session Expired</error_name>",
                        "<error_detail>session does not exist</error_detail>");
    }

    @Test
    void passwordReset_endsTheSessions() {
        TestServer server = server();
        String key = open(server);
        server.manage("POST", "/v1/users/usr_1/reset", "");
        assertThat(ping(server, key)).matches(reply -> saysError(reply, 2));
    }

    @Test
    void requestsWithAnIdempotencyKeyAndWithout_atOnceAfterAStart_areAllAnswered() {
        Map<String, String> keyed =
                Map.of("Content-Type", "application/x-www-form-urlencoded", "Idempotency-Key", "ping");
        TestServer server = server();
        for (int start = 0; start < 5; start++) {
            server.restart();
            List<Integer> statuses = AtOnce.run(
                    24,
                    i -> i % 2 == 0
                            ? server.send(true, "POST", "/session/ping", keyed, "session_key=" + i)
                                    .status()
                            : server.post(true, "/session/ping", "nothing=" + i).status());
            assertThat(statuses).hasSize(24).containsOnly(200);
        }
    }
}
