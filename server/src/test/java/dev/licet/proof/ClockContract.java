package dev.licet.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.server.TestServer;
import dev.licet.server.config.Setting;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A server whose clock is set hours and days back and forth, while time passes as ever and its clients keep calling:
/// in each profile.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class ClockContract {
    /// Longer than any clock here is wrong: in a database a clock that is ahead for an hour may cost a day's events.
    static final String KEPT_LONG = "10000d";

    /// The clients call so often; a session ends without a ping for half an hour.
    private static final Duration TURN = Duration.ofMinutes(20);
    /// Of the application that has one.
    private static final int QUOTA = 2;

    private static final List<Duration> WRONG_BY = List.of(
            Duration.ZERO,
            Duration.ofHours(-5),
            Duration.ofHours(-5),
            Duration.ofHours(-4),
            Duration.ZERO,
            Duration.ofHours(7),
            Duration.ofDays(-10),
            Duration.ofDays(3),
            Duration.ofDays(2),
            Duration.ofDays(400),
            Duration.ofDays(-400),
            Duration.ofDays(365 * 20),
            Duration.ZERO,
            Duration.ZERO);

    @TempDir
    Path directory;

    TestServer server;
    private Duration wrongBy = Duration.ZERO;
    private int calls;
    private long transaction;

    /// By position, with the client's id and the time of receipt that were told.
    final Map<Long, List<String>> acknowledged = new TreeMap<>();

    /// By the key of the request that made it.
    private final Map<String, String> licenses = new LinkedHashMap<>();

    /// Where the server has its data, and how long it keeps events.
    abstract Map<Setting, String> profile() throws Exception;

    @BeforeEach
    void start() throws Exception {
        Map<Setting, String> settings = new HashMap<>(profile());
        settings.put(Setting.SESSION_TIMEOUT, "30m");
        server = TestServer.start(directory, settings);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    void setWrongBy(Duration by) {
        server.clock().set(right().plus(by));
        wrongBy = by;
    }

    private Instant right() {
        return server.clock().instant().minus(wrongBy);
    }

    private static String form(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String in(TestServer.Reply reply, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(reply.body());
        assertThat(matcher.find()).as("%s", reply).isTrue();
        return matcher.group(1);
    }

    private TestServer.Reply rest(String verb, String target, String json) {
        TestServer.Reply reply = server.send(
                true,
                verb,
                target,
                Map.of(
                        "Content-Type",
                        "application/json",
                        "Authorization",
                        "Bearer " + server.first().accessToken()),
                json);
        assertThat(reply.status()).as("%s", reply).isEqualTo(200);
        return reply;
    }

    /// Records an event, twice.
    void event() {
        String id = "event " + ++calls;
        String json = "{\"name\":\"play\",\"id\":\"" + id + "\"}";
        JsonNode first = rest("POST", "/v1/events", json).json();
        JsonNode again = rest("POST", "/v1/events", json).json();
        long position = first.get("data").get(0).get("position").asLong();
        String receivedAt = first.get("receipt").get("receivedAt").asString();

        assertThat(first.get("data").get(0).get("status").asString()).isEqualTo("accepted");
        requireSame(first.get("data").get(0), again.get("data").get(0));
        assertThat(receivedAt).isEqualTo(server.clock().instant().toString());
        assertThat(position)
                .isGreaterThan(acknowledged.keySet().stream()
                        .mapToLong(Long::longValue)
                        .max()
                        .orElse(0));
        acknowledged.put(position, List.of(id, receivedAt));
    }

    /// @param again what the same event was answered that was sent again
    void requireSame(JsonNode first, JsonNode again) {
        assertThat(again.get("status").asString()).isEqualTo("duplicate");
        assertThat(again.get("position").asLong())
                .isEqualTo(first.get("position").asLong());
    }

    private String license(String key) {
        TestServer.Reply reply = server.send(
                true,
                "POST",
                "/rest/v1/",
                Map.of("Content-Type", "application/x-www-form-urlencoded", "Idempotency-Key", key),
                "method=veoh.license.create&apiKey=" + form(server.first().apiKey())
                        + "&name=film&licenseType=videoOwn&price=1.99");
        return in(reply, "licenseId=\"([0-9]+)\"");
    }

    /// Makes a license, and asks again for all that were made before.
    private void license() {
        licenses.forEach((key, id) -> assertThat(license(key)).as(key).isEqualTo(id));
        String id = license("license " + ++calls);
        assertThat(licenses.values()).doesNotContain(id);
        licenses.put("license " + calls, id);
    }

    private String login() {
        return in(
                session(
                        "login",
                        "username=" + form(server.first().username()) + "&password="
                                + form(server.first().password()) + "&account_number="
                                + server.first().accountNumber()),
                "<session_key>([^<]+)<");
    }

    private void ping(String session) {
        session("ping", "session_key=" + session);
    }

    private TestServer.Reply session(String method, String form) {
        TestServer.Reply reply = server.post(true, "/session/" + method, form);
        assertThat(reply.body()).as("%s by %s", method, wrongBy).contains("<status>SUCCESS</status>");
        long number = Long.parseLong(in(reply, "<api_tx_number>([0-9]+)<"));
        assertThat(number).isGreaterThan(transaction);
        transaction = number;
        return reply;
    }

    private String userToken() {
        return in(
                server.post(
                        true,
                        "/rest/v1/?method=veoh.people.authenticate&apiKey="
                                + server.first().apiKey(),
                        "j_username=" + form(server.first().username()) + "&j_password="
                                + form(server.first().password())),
                "userToken=\"([^\"]+)\"");
    }

    private TestServer.Reply logEvent(String apiKey, String more) {
        TestServer.Reply reply = server.post(
                true, "/rest/v1/?method=veoh.people.logEvent&apiKey=" + apiKey, "keys=a&values=b&eventName=log" + more);
        assertThat(reply.status()).isEqualTo(200);
        return reply;
    }

    private String applicationWithQuota() {
        return server.manage(
                        "POST",
                        "/v1/applications",
                        "{\"name\":\"q\",\"partner\":true,\"quota\":{\"calls\":" + QUOTA + ",\"window\":\"PT15M\"}}")
                .get("apiKey")
                .asString();
    }

    private void logEventsOfQuota(String apiKey) {
        for (int i = 0; i < QUOTA; i++) {
            assertThat(logEvent(apiKey, "").body()).as("by %s", wrongBy).contains("stat=\"ok\"");
        }
        assertThat(logEvent(apiKey, "").body()).contains("errorCode=\"131\"");
    }

    private JsonNode listed() {
        while (true) { // until the test's time is over
            JsonNode page = rest("GET", "/v1/events?limit=1000&name=play", "").json();
            if (page.get("asOf").get("complete").asBoolean()) {
                return page;
            }
        }
    }

    /// What is stored of the events that carry a client's id, as in [#acknowledged].
    Map<Long, List<String>> stored() {
        Map<Long, List<String>> stored = new TreeMap<>();
        JsonNode page = listed();
        assertThat(page.get("next").isNull()).isTrue();
        for (JsonNode event : page.get("data")) {
            assertThat(stored.put(
                            event.get("position").asLong(),
                            List.of(
                                    event.get("id").asString(),
                                    event.get("receivedAt").asString())))
                    .isNull();
        }
        return stored;
    }

    @Test
    void clockSetBackAndForth_whatIsAcknowledgedIsThereOnce_andWhoCallsOftenEnoughStays() {
        String session = login();
        String userToken = userToken();
        String apiKey = applicationWithQuota();
        for (Duration by : WRONG_BY) {
            setWrongBy(by);
            event();
            license();
            login();
            ping(session);
            logEventsOfQuota(apiKey);
            assertThat(logEvent(server.first().apiKey(), "&userToken=" + userToken)
                            .body())
                    .as("by %s", by)
                    .contains("stat=\"ok\"");
            assertThat(userToken()).isNotEqualTo(userToken);
            event();
            server.clock().advance(TURN);
        }
        ping(session);
        assertThat(stored()).isEqualTo(acknowledged);
        assertThat(server.get("/health/ready").status()).isEqualTo(200);

        server.restart();
        assertThat(stored()).isEqualTo(acknowledged);
        ping(session);
        license();
        server.clock().advance(Duration.ofMinutes(31));
        assertThat(server.post(true, "/session/ping", "session_key=" + session).body())
                .as("nobody pinged it")
                .contains("<error_number>3</error_number>");
    }

    @Test
    void startWhileTheClockIsSetBack_endsNoSession_andLocksNoApplicationOutForLong() {
        String session = login();
        String apiKey = applicationWithQuota();
        logEventsOfQuota(apiKey);
        setWrongBy(Duration.ofDays(-2));
        server.restart();
        ping(session);
        event();
        assertThat(logEvent(apiKey, "").body()).contains("errorCode=\"131\"");
        server.clock().advance(TURN);
        logEventsOfQuota(apiKey);
        ping(session);
        license();
        setWrongBy(Duration.ZERO);
        ping(session);
        event();
        license();
        assertThat(stored()).isEqualTo(acknowledged);
    }
}
