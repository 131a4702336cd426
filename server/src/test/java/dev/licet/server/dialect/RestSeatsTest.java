package dev.licet.server.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.server.TestServer;
import dev.licet.server.TestServer.Reply;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Seats through our own API.
class RestSeatsTest {
    @TempDir
    Path directory;

    private TestServer server;
    private String key;

    @BeforeEach
    void start() {
        server = TestServer.start(directory.resolve("data"));
        key = server.post(
                        true,
                        "/api/key/CreateKey",
                        server.token() + "&ProductId=" + server.first().productId() + "&MaxNoOfMachines=1")
                .json()
                .get("key")
                .stringValue();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Reply send(String token, String verb, String path, String body) {
        return server.send(
                true, verb, path, Map.of("Authorization", "Bearer " + token, "Content-Type", "application/json"), body);
    }

    private Reply send(String verb, String path, String body) {
        return send(server.first().accessToken(), verb, path, body);
    }

    private Reply checkOut(String machine, String more) {
        return send(
                "POST",
                "/v1/seats",
                "{\"product\":\"prd_" + server.first().productId() + "\",\"key\":\"" + key + "\",\"machine\":\""
                        + machine + "\"" + more + "}");
    }

    private String path(Reply seat) {
        return "/v1/seats/" + seat.json().get("id").stringValue();
    }

    private String list() {
        return "/v1/seats?product=prd_" + server.first().productId() + "&key=" + key;
    }

    @Test
    void seat_isCheckedOut_pinged_listed_andGivenBack() {
        Reply seat = checkOut("a", ",\"user\":\"ada\",\"friendlyName\":\"Ada's\",\"interval\":\"PT1M\"");
        assertThat(seat.status()).isEqualTo(201);
        assertThat(seat.json().get("id").stringValue()).matches("seat_[A-Za-z0-9]{20}");
        assertThat(seat.json().get("machine").stringValue()).isEqualTo("a");
        assertThat(seat.json().get("user").stringValue()).isEqualTo("ada");
        assertThat(seat.json().get("interval").stringValue()).isEqualTo("PT1M");
        assertThat(seat.json().get("until").stringValue()).isEqualTo("2026-11-22T15:57:42Z");
        assertThat(seat.json().get("keyExpired").booleanValue()).isFalse();

        server.clock().advance(Duration.ofSeconds(30));
        Reply pinged = send("POST", path(seat) + "/ping", "");
        assertThat(pinged.status()).isEqualTo(200);
        assertThat(pinged.json().get("until").stringValue()).isEqualTo("2026-11-22T15:58:12Z");
        JsonNode listed = send("GET", list(), "").json();
        assertThat(listed.get("data")).hasSize(1);
        assertThat(listed.get("held").intValue()).isEqualTo(1);
        assertThat(listed.get("limit").intValue()).isEqualTo(1);
        assertThat(send("DELETE", path(seat), "").status()).isEqualTo(200);
        assertThat(send("DELETE", path(seat), "").status()).isEqualTo(404);
        assertThat(send("POST", path(seat) + "/ping", "").status()).isEqualTo(404);
        assertThat(send("GET", list(), "").json().get("data")).isEmpty();
    }

    @Test
    void whenAllAreHeld_theAnswerSaysSo_andWhoWaitsLearnsItsPlace() {
        Reply seat = checkOut("a", "");
        Reply taken = checkOut("b", "");
        assertThat(taken.status()).isEqualTo(409);
        assertThat(taken.headers().get("content-type")).startsWith("application/problem+json");
        assertThat(taken.headers().get("retry-after")).isEqualTo("5");
        assertThat(taken.json().get("type").stringValue()).isEqualTo("urn:licet:problem:seats-taken");
        assertThat(taken.json().get("limit").intValue()).isEqualTo(1);
        assertThat(taken.json().has("position")).isFalse();
        assertThat(checkOut("b", ",\"wait\":true").json().get("position").intValue())
                .isEqualTo(1);
        assertThat(checkOut("c", ",\"wait\":true").json().get("position").intValue())
                .isEqualTo(2);
        send("DELETE", path(seat), "");
        assertThat(checkOut("c", ",\"wait\":true").status()).isEqualTo(409);
        assertThat(checkOut("b", ",\"wait\":true").status()).isEqualTo(201);
    }

    @Test
    void user_takesTheSeatAlong() {
        Reply old = checkOut("laptop", ",\"user\":\"ada\"");
        assertThat(checkOut("desktop", ",\"user\":\"ada\"").status()).isEqualTo(409);
        assertThat(checkOut("desktop", ",\"user\":\"ada\",\"takeOver\":true").status())
                .isEqualTo(201);
        assertThat(send("POST", path(old) + "/ping", "").status()).isEqualTo(404);
    }

    @Test
    void list_goesOnFromItsCursor() {
        server.post(
                true,
                "/api/key/MachineLockLimit",
                server.token() + "&ProductId=" + server.first().productId() + "&Key=" + key + "&NumberOfMachines=5");
        for (int i = 0; i < 5; i++) {
            checkOut("m" + i, "");
        }
        List<String> machines = new ArrayList<>();
        String cursor = "";
        while (machines.size() < 10) {
            JsonNode page = send("GET", list() + "&limit=2" + cursor, "").json();
            page.get("data").forEach(seat -> machines.add(seat.get("machine").stringValue()));
            if (page.get("next").isNull()) {
                break;
            }
            cursor = "&cursor=" + URLEncoder.encode(page.get("next").stringValue(), StandardCharsets.UTF_8);
        }
        assertThat(machines).containsExactlyInAnyOrder("m0", "m1", "m2", "m3", "m4");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"product\":\"prd_1\",\"key\":\"KEY\"}",
                "{\"product\":\"x\",\"key\":\"KEY\",\"machine\":\"a\"}",
                "{\"product\":\"prd_1\",\"key\":\"KEY\",\"machine\":7}",
                "{\"product\":\"prd_1\",\"key\":\"KEY\",\"machine\":\"a\",\"interval\":\"PT0.1S\"}",
                "{\"product\":\"prd_1\",\"key\":\"KEY\",\"machine\":\"a\",\"interval\":\"P40D\"}",
                "{\"product\":\"prd_1\",\"key\":\"KEY\",\"machine\":\"a\",\"interval\":\"60\"}",
                "{\"product\":\"prd_1\",\"key\":\"KEY\",\"machine\":\"a\",\"wait\":\"yes\"}",
            })
    void wrongBodies_areRefused_withTheField(String body) {
        Reply reply = send("POST", "/v1/seats", body.replace("KEY", key));
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().get("errors")).isNotEmpty();
        assertThat(send("GET", list(), "").json().get("data")).isEmpty();
    }

    @Test
    void strangers_seeNothing_andTokensAreHeldToTheirPermissions() {
        Reply seat = checkOut("a", "");
        assertThat(send("nobody's", "POST", path(seat) + "/ping", "").status()).isEqualTo(401);
        String other = server.manage("POST", "/v1/accounts", "{\"name\":\"Other\"}")
                .get("accountNumber")
                .stringValue();
        String stranger = token(",\"account\":\"" + other + "\"", "Activate\",\"Manage");
        assertThat(send(stranger, "POST", path(seat) + "/ping", "").status()).isEqualTo(404);
        assertThat(send(stranger, "DELETE", path(seat), "").status()).isEqualTo(404);
        assertThat(send(stranger, "GET", list(), "").status()).isEqualTo(404);
        String program = token("", "Activate");
        assertThat(send(program, "POST", path(seat) + "/ping", "").status()).isEqualTo(200);
        assertThat(send(program, "GET", list(), "").status()).isEqualTo(403);
        String reader = token("", "GetEvents");
        assertThat(send(reader, "POST", path(seat) + "/ping", "").status()).isEqualTo(403);
        for (String id : List.of("seat_", "seat_x", "x", "seat_" + "a".repeat(5000), "seat_%00")) {
            assertThat(send("POST", "/v1/seats/" + id + "/ping", "").status())
                    .as(id)
                    .isEqualTo(404);
        }
    }

    private String token(String more, String permissions) {
        return server.manage(
                        "POST", "/v1/tokens", "{\"name\":\"t\",\"permissions\":[\"" + permissions + "\"]" + more + "}")
                .get("accessToken")
                .stringValue();
    }

    @Test
    void pingWithAnIdempotencyKey_isAnsweredTheSameTwice() {
        Reply seat = checkOut("a", "");
        Map<String, String> headers =
                Map.of("Authorization", "Bearer " + server.first().accessToken(), "Idempotency-Key", "one");
        Reply once = server.send(true, "POST", path(seat) + "/ping", headers, "");
        server.clock().advance(Duration.ofSeconds(10));
        assertThat(server.send(true, "POST", path(seat) + "/ping", headers, "").body())
                .isEqualTo(once.body());
    }

    @Test
    void restart_takesNobodysSeat() {
        Reply seat = checkOut("a", ",\"interval\":\"PT1M\"");
        server.clock().advance(Duration.ofMinutes(10));
        server.restart();
        // Nothing was heard since, so it may have been held when the server went away.
        assertThat(checkOut("b", "").status()).isEqualTo(409);
        assertThat(send("POST", path(seat) + "/ping", "").status()).isEqualTo(200);
    }
}
