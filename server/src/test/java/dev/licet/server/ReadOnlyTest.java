package dev.licet.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.TestClock;
import dev.licet.server.TestServer.Reply;
import dev.licet.server.config.Setting;
import dev.licet.server.config.Settings;
import dev.licet.server.config.WrongSetting;
import dev.licet.store.postgres.PostgresServer;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// A server with `read-only` answers what is read, and says of all else why not, in each dialect's own form.
class ReadOnlyTest {
    private static final Map<String, String> FORM = Map.of("Content-Type", "application/x-www-form-urlencoded");

    @TempDir
    Path directory;

    @Test
    void dataDirectory_isRead_andNotWritten() {
        isReadAndNotWritten(new EnumMap<>(Setting.class));
    }

    @Test
    @EnabledIf("dev.licet.store.postgres.PostgresServer#isToBeTried")
    void database_isRead_andNotWritten() {
        isReadAndNotWritten(new EnumMap<>(Map.of(Setting.POSTGRES, PostgresServer.address(directory))));
    }

    private void isReadAndNotWritten(Map<Setting, String> settings) {
        try (TestServer server = TestServer.start(directory.resolve("data"), settings)) {
            server.manage("POST", "/v1/events", "{\"name\":\"before\",\"id\":\"1\"}");
            String session = textOf(login(server).body(), "session_key");
            settings.put(Setting.READ_ONLY, "true");
            server.restart();

            assertThat(server.eventNames()).containsExactly("before");
            assertThat(server.manage("GET", "/v1/products", "").toString()).contains("prd_");
            assertThat(server.get("/health/ready").body()).isEqualTo("ready, but only to read\n");
            assertThat(server.get("/console/sign-in").body()).contains("only reads while its data is moved");

            refuses(rest(server, "/v1/events", "{\"name\":\"new\"}"), "only reads while its data is moved");
            refuses(rest(server, "/v1/events", "{\"name\":\"new\",\"id\":\"2\"}"), "only reads");
            refuses(rest(server, "/v1/products", "{\"name\":\"new\"}"), "only reads");
            refuses(
                    rest(
                            server,
                            "/v1/seats",
                            "{\"product\":\"prd_" + server.first().productId() + "\",\"key\":\""
                                    + server.first().licenseKey() + "\",\"machine\":\"m\"}"),
                    "only reads");
            refuses(
                    server.post(true, "/api/ai/RegisterEvent", server.token() + "&EventName=new"),
                    "only reads while its data is moved");
            refuses(
                    server.post(
                            true,
                            "/rest/v1/?method=veoh.people.logEvent&apiKey="
                                    + server.first().apiKey(),
                            "eventName=new&keys=a&values=b"),
                    "errorCode=\"100\"");
            refuses(server.post(true, "/session/ping", "session_key=" + session), "could not process");
            refuses(login(server), "could not process");
            assertThat(server.eventNames()).containsExactly("before");

            settings.remove(Setting.READ_ONLY);
            server.restart();
            server.manage("POST", "/v1/events", "{\"name\":\"after\"}");
            assertThat(server.eventNames()).containsExactly("after", "before");
            assertThat(server.post(true, "/session/ping", "session_key=" + session)
                            .body())
                    .as("the session lived on")
                    .contains("<status>SUCCESS</status>");
        }
    }

    private static Reply rest(TestServer server, String path, String json) {
        return server.send(
                true,
                "POST",
                path,
                Map.of("Authorization", "Bearer " + server.first().accessToken(), "Content-Type", "application/json"),
                json);
    }

    private static Reply login(TestServer server) {
        FirstCredentials first = server.first();
        return server.send(
                true,
                "POST",
                "/session/login",
                FORM,
                "account_number=" + first.accountNumber() + "&username=" + first.username() + "&password="
                        + first.password());
    }

    private static void refuses(Reply reply, String words) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(503);
        assertThat(reply.headers()).containsEntry("retry-after", "30");
        assertThat(reply.body()).contains(words);
    }

    private static String textOf(String xml, String element) {
        return xml.split("<" + element + ">", 2)[1].split("<", 2)[0];
    }

    @Test
    void emptyDirectory_isNotMade() {
        Settings settings = Settings.of(
                Optional.empty(),
                Map.of(),
                Map.of(Setting.DATA, directory.resolve("none").toString(), Setting.READ_ONLY, "true"));
        assertThat(Wiring.initialiseIfNew(settings, new TestClock())).isEmpty();
        assertThatThrownBy(() -> Wiring.open(settings, new TestClock()))
                .isInstanceOf(WrongSetting.class)
                .hasMessageContaining("has no data of Licet");
        assertThat(directory.resolve("none")).doesNotExist();
    }
}
