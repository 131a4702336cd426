package dev.licet.server.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.server.TestServer;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A token with Manage gives no more than it has: neither permissions, nor what is outside its locks.
class ManagementBoundsTest {
    @TempDir
    static Path directory;

    private static TestServer server;
    private static long own;
    private static long other;
    private static String locked;

    @BeforeAll
    static void start() {
        server = TestServer.start(directory.resolve("data"));
        own = server.first().productId();
        other = server.manage("POST", "/v1/products", "{\"name\":\"other\"}")
                .get("productId")
                .longValue();
        locked = token("\"permissions\":[\"Manage\",\"GetEvents\",\"RegisterEvent\",\"CreateLicense\"],\"productId\":"
                + own + ",\"keyLock\":-1");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String token(String rights) {
        return server.manage("POST", "/v1/tokens", "{\"name\":\"t\"," + rights + "}")
                .get("accessToken")
                .stringValue();
    }

    private static int call(String token, String verb, String path, String json) {
        return server.send(
                        true,
                        verb,
                        path,
                        Map.of("Content-Type", "application/json", "Authorization", "Bearer " + token),
                        json)
                .status();
    }

    private static int addToken(String token, String rights) {
        return call(token, "POST", "/v1/tokens", "{\"name\":\"more\",\"permissions\":[\"GetEvents\"]" + rights + "}");
    }

    @Test
    void lockedToken_givesNoTokenOutsideItsLocks() {
        assertThat(addToken(locked, "")).isEqualTo(403);
        assertThat(addToken(locked, ",\"productId\":" + own)).isEqualTo(403);
        assertThat(addToken(locked, ",\"keyLock\":-1")).isEqualTo(403);
        assertThat(addToken(locked, ",\"keyLock\":-1,\"productId\":" + other)).isEqualTo(403);
        assertThat(addToken(locked, ",\"keyLock\":-1,\"productId\":" + own)).isEqualTo(201);
        assertThat(addToken(locked, ",\"keyLock\":1,\"productId\":" + own)).isEqualTo(201);
    }

    @Test
    void lockedToken_cantTakeTheLocksOfATokenAway() {
        String id = server.manage(
                        "POST", "/v1/tokens", "{\"name\":\"narrow\",\"productId\":" + own + ",\"keyLock\":-1}")
                .get("id")
                .stringValue();
        assertThat(call(locked, "PATCH", "/v1/tokens/" + id, "{\"productId\":null}"))
                .isEqualTo(403);
        assertThat(call(locked, "PATCH", "/v1/tokens/" + id, "{\"keyLock\":0}")).isEqualTo(403);
        assertThat(call(locked, "PATCH", "/v1/tokens/" + id, "{\"permissions\":[\"GetEvents\"]}"))
                .isEqualTo(200);
    }

    @Test
    void lockedToken_worksOnItsProductAlone() {
        assertThat(call(locked, "POST", "/v1/products/prd_" + own + "/keys", ""))
                .isEqualTo(201);
        assertThat(call(locked, "POST", "/v1/products/prd_" + other + "/keys", ""))
                .isEqualTo(403);
        assertThat(call(locked, "PATCH", "/v1/products/prd_" + other, "{\"name\":\"mine\"}"))
                .isEqualTo(403);
        assertThat(call(locked, "DELETE", "/v1/products/prd_" + other, "")).isEqualTo(403);
        assertThat(call(locked, "DELETE", "/v1/products/prd_999999", "")).isEqualTo(403);
    }

    @Test
    void application_mayNotMoreThanWhoAddsIt() {
        String reader = "{\"name\":\"a\",\"permission\":\"read\"}";
        String writer = "{\"name\":\"a\",\"permission\":\"write\"}";
        String manager = token("\"permissions\":[\"Manage\",\"GetEvents\",\"RegisterEvent\"]");
        assertThat(call(token("\"permissions\":[\"Manage\"]"), "POST", "/v1/applications", reader))
                .isEqualTo(403);
        assertThat(call(locked, "POST", "/v1/applications", reader)).isEqualTo(403);
        assertThat(call(manager, "POST", "/v1/applications", writer)).isEqualTo(403);
        assertThat(call(manager, "POST", "/v1/applications", reader)).isEqualTo(201);
        String id = server.manage("POST", "/v1/applications", reader).get("id").stringValue();
        assertThat(call(manager, "PATCH", "/v1/applications/" + id, "{\"permission\":\"write\"}"))
                .isEqualTo(403);
        assertThat(call(manager, "PATCH", "/v1/applications/" + id, "{\"partner\":true}"))
                .isEqualTo(200);
    }

    @Test
    void revokedProduct_takesNoMoreKeys() {
        String id = server.manage("POST", "/v1/products", "{\"name\":\"gone\"}")
                .get("id")
                .stringValue();
        server.manage("DELETE", "/v1/products/" + id, "");
        assertThat(call(server.first().accessToken(), "POST", "/v1/products/" + id + "/keys", ""))
                .isEqualTo(404);
    }
}
