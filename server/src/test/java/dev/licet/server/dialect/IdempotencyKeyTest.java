package dev.licet.server.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.server.TestServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a request with an `Idempotency-Key` gets when it is sent again; what all dialects have in common is in
/// [DialectContract].
class IdempotencyKeyTest {
    private static final String FORM = "application/x-www-form-urlencoded";

    @TempDir
    Path directory;

    private TestServer server;

    @BeforeEach
    void start() {
        server = TestServer.start(directory.resolve("data"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private TestServer.Reply post(String target, String form, String key) {
        return server.send(true, "POST", target, Map.of("Content-Type", FORM, "Idempotency-Key", key), form);
    }

    private TestServer.Reply manage(String verb, String path, String json, String key) {
        return server.send(
                true,
                verb,
                path,
                Map.of(
                        "Content-Type",
                        "application/json",
                        "Idempotency-Key",
                        key,
                        "Authorization",
                        "Bearer " + server.first().accessToken()),
                json);
    }

    @Test
    void secretsThatAreToldOnce_areToldAgainToWhoAskedForThem() {
        TestServer.Reply first = manage("POST", "/v1/users", "{\"username\":\"second\"}", "k");
        TestServer.Reply again = manage("POST", "/v1/users", "{\"username\":\"second\"}", "k");

        assertThat(first.status()).isEqualTo(201);
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.body()).isEqualTo(first.body()).contains("password");
        assertThat(first.headers()).doesNotContainKey("idempotency-replayed");
        assertThat(again.headers()).containsEntry("idempotency-replayed", "true");
    }

    @Test
    void keptSecrets_cantBeReadFromTheFile() throws Exception {
        String password = manage("POST", "/v1/users", "{\"username\":\"second\"}", "k")
                .json()
                .get("password")
                .stringValue();
        server.close();
        Path file = directory.resolve("data").resolve("entities.db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT answer FROM kept_answer")) {
            assertThat(rows.next()).isTrue();
            assertThat(new String(rows.getBytes(1), StandardCharsets.ISO_8859_1))
                    .doesNotContain(password, "second");
        }
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                .doesNotContain(password);
        server = TestServer.start(directory.resolve("other"));
    }

    @Test
    void changeThatIsRefused_isTriedAgainUnderItsKey() {
        assertThat(manage("PATCH", "/v1/products/prod_999", "{\"name\":\"x\"}", "k")
                        .status())
                .isEqualTo(404);
        TestServer.Reply added = manage("POST", "/v1/products", "{\"name\":\"x\"}", "k");
        assertThat(added.status()).isEqualTo(201);
        assertThat(manage("POST", "/v1/products", "{\"name\":\"y\"}", "k").status())
                .isEqualTo(422);
    }

    @Test
    void anothersKey_isAnotherKey() {
        String token = server.manage("POST", "/v1/tokens", "{\"name\":\"t\",\"permissions\":[\"Manage\"]}")
                .get("accessToken")
                .stringValue();
        TestServer.Reply mine = manage("POST", "/v1/products", "{\"name\":\"x\"}", "k");
        TestServer.Reply theirs = server.send(
                true,
                "POST",
                "/v1/products",
                Map.of("Content-Type", "application/json", "Idempotency-Key", "k", "Authorization", "Bearer " + token),
                "{\"name\":\"x\"}");

        assertThat(theirs.status()).isEqualTo(201);
        assertThat(theirs.json().get("id")).isNotEqualTo(mine.json().get("id"));
    }

    @Test
    void license_isCreatedOnce() {
        String form = "method=veoh.license.create&apiKey=" + server.first().apiKey()
                + "&name=x&licenseType=videoOwn&price=1.00";
        TestServer.Reply first = post("/rest/v1/", form, "k");
        TestServer.Reply again = post("/rest/v1/", form, "k");

        assertThat(first.body()).contains("<license");
        assertThat(again.body()).isEqualTo(first.body());
    }

    @Test
    void loginSentAgain_isTheSameSession_andRotatedKeysStayTheSame() {
        String login = "username=" + server.first().username() + "&password="
                + server.first().password() + "&account_number="
                + server.first().accountNumber();
        TestServer.Reply first = post("/session/login", login, "k");
        TestServer.Reply again = post("/session/login", login, "k");

        assertThat(first.body()).contains("SUCCESS");
        assertThat(again.body()).isEqualTo(first.body());
    }

    @Test
    void formOfParts_sentAgainWithAnotherBoundary_isTheSameRequest() {
        String event = "token=" + server.first().accessToken();
        for (String boundary : new String[] {"one", "two"}) {
            String body = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n"
                    + server.first().accessToken() + "\r\n--" + boundary
                    + "\r\nContent-Disposition: form-data; name=\"EventName\"\r\n\r\nplay\r\n--" + boundary
                    + "--\r\n";
            TestServer.Reply reply = server.send(
                    true,
                    "POST",
                    "/api/ai/RegisterEvent",
                    Map.of("Content-Type", "multipart/form-data; boundary=" + boundary, "Idempotency-Key", "k"),
                    body);
            assertThat(reply.body()).isEqualTo("{\"result\":0,\"message\":\"\"}");
        }
        assertThat(server.post(true, "/api/ai/GetEvents", event).json().get("events"))
                .hasSize(1);
    }

    @Test
    void keyOfAnEntity_isForgottenAfterThirtyDays() {
        manage("POST", "/v1/products", "{\"name\":\"x\"}", "k");
        server.clock().advance(Duration.ofDays(29));
        assertThat(manage("POST", "/v1/products", "{\"name\":\"x\"}", "k").headers())
                .containsKey("idempotency-replayed");
        server.clock().advance(Duration.ofDays(2));
        assertThat(manage("POST", "/v1/products", "{\"name\":\"x\"}", "k").headers())
                .doesNotContainKey("idempotency-replayed");
    }
}
