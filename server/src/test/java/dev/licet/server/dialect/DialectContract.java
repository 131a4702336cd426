package dev.licet.server.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.server.TestServer;
import dev.licet.server.config.Setting;
import java.io.IOException;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What every dialect does, in its own words, over real sockets: a dialect has one test class that inherits this.
public abstract class DialectContract {
    @TempDir
    protected Path directory;

    private TestServer server;

    /// A request that changes something, as sent by a client of this dialect.
    ///
    /// @param form a form body @param target path and query
    public record Write(boolean tls, String target, String form) {}

    /// A right one.
    protected abstract Write write(TestServer server);

    /// The same, but from nobody: the credential that it needs is wrong.
    protected abstract Write writeOfNobody(TestServer server);

    protected abstract boolean isSuccess(TestServer.Reply reply);

    /// Whether the answer says, in the dialect's words, that the request can't be read or is over a limit.
    protected abstract boolean saysMalformed(TestServer.Reply reply);

    /// Whether the answer says, in the dialect's words, that the credential is wrong.
    protected abstract boolean saysNobody(TestServer.Reply reply);

    /// Whether the answer says, in the dialect's words, that the server can't do it now.
    protected abstract boolean saysUnavailable(TestServer.Reply reply);

    /// Whether the answer says, in the dialect's words, that the key stands for another request.
    protected abstract boolean saysKeyReused(TestServer.Reply reply);

    /// How much the server has stored of such writes.
    protected abstract long stored(TestServer server);

    protected final TestServer server(Map<Setting, String> settings) {
        server = TestServer.start(directory.resolve("data"), settings);
        return server;
    }

    protected final TestServer server() {
        return server(Map.of());
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    protected static String token(TestServer server) {
        return URLEncoder.encode(server.first().accessToken(), StandardCharsets.UTF_8);
    }

    /// The events that the first account has, as GetEvents counts them (up to 100).
    protected static long events(TestServer server) {
        return server.post(true, "/api/ai/GetEvents", "token=" + token(server) + "&Limit=100")
                .json()
                .get("events")
                .size();
    }

    private TestServer.Reply send(TestServer to, Write write) {
        return to.post(write.tls(), write.target(), write.form());
    }

    @Test
    void write_isStoredOnce_andIsThereAfterRestart() {
        TestServer server = server();
        long before = stored(server);
        assertThat(send(server, write(server))).matches(this::isSuccess);
        assertThat(stored(server)).isEqualTo(before + 1);
        server.restart();
        assertThat(stored(server)).isEqualTo(before + 1);
    }

    private static TestServer.Reply send(TestServer to, Write write, String idempotencyKey) {
        return to.send(
                write.tls(),
                "POST",
                write.target(),
                Map.of("Content-Type", "application/x-www-form-urlencoded", "Idempotency-Key", idempotencyKey),
                write.form());
    }

    @Test
    void writeWithAKey_sentAgain_countsOnce_afterRestartToo() {
        TestServer server = server();
        long before = stored(server);
        Write write = write(server);
        assertThat(send(server, write, "a key")).matches(this::isSuccess);
        assertThat(send(server, write, "a key")).matches(this::isSuccess);
        server.restart();
        assertThat(send(server, write, "a key")).matches(this::isSuccess);
        assertThat(stored(server)).isEqualTo(before + 1);

        assertThat(send(server, write, "another key")).matches(this::isSuccess);
        assertThat(stored(server)).isEqualTo(before + 2);
    }

    @Test
    void keyOfAnotherRequest_isRefused_andNothingIsStored() {
        TestServer server = server();
        Write write = write(server);
        assertThat(send(server, write, "a key")).matches(this::isSuccess);
        long before = stored(server);

        assertThat(send(server, new Write(write.tls(), write.target(), write.form() + "&x=1"), "a key"))
                .matches(this::saysKeyReused);
        assertThat(stored(server)).isEqualTo(before);
    }

    @Test
    void writeThatFailed_doesNotUseItsKeyUp() {
        TestServer server = server();
        long before = stored(server);
        assertThat(send(server, writeOfNobody(server), "a key")).matches(this::saysNobody);
        assertThat(send(server, write(server), "a key")).matches(this::isSuccess);
        assertThat(stored(server)).isEqualTo(before + 1);
    }

    @Test
    void keyThatIsNone_isRefused() {
        TestServer server = server();
        for (String bad : List.of(" ", "x".repeat(256))) {
            assertThat(send(server, write(server), bad)).matches(this::saysMalformed);
        }
        assertThat(send(server, write(server), "x".repeat(255))).matches(this::isSuccess);
    }

    @Test
    void writesWithTheSameKey_atOnce_countOnce() throws Exception {
        TestServer server = server();
        long before = stored(server);
        Write write = write(server);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<TestServer.Reply>> calls = Collections.nCopies(20, () -> send(server, write, "a key"));
            for (Future<TestServer.Reply> call : threads.invokeAll(calls)) {
                assertThat(call.get()).matches(this::isSuccess);
            }
        }
        assertThat(stored(server)).isEqualTo(before + 1);
    }

    @Test
    void writeOfNobody_isRefused_andNothingIsStored() {
        TestServer server = server();
        long before = stored(server);
        assertThat(send(server, writeOfNobody(server))).matches(this::saysNobody);
        assertThat(stored(server)).isEqualTo(before);
    }

    @Test
    void whatCannotBeRead_isRefused_andNothingIsStored() {
        TestServer server = server();
        long before = stored(server);
        Write right = write(server);
        List<String> broken =
                List.of("&x=%", "&x=%4", "&x=%zz", "&x=%FF", "&x=%C0%80", "&x=%ED%A0%80", "&x=a%00b", "&%00=a");
        for (String bad : broken) {
            TestServer.Reply reply = server.post(right.tls(), right.target(), right.form() + bad);
            assertThat(reply).as(bad).matches(this::saysMalformed);
            assertThat(reply.body()).doesNotContain("Exception", "dev.licet", "java.");
        }
        assertThat(stored(server)).isEqualTo(before);
    }

    @Test
    void tooManyParameters_areRefused_andOneLessIsNot() {
        TestServer server = server(Map.of(Setting.MAX_PARAMETERS, "40"));
        Write right = write(server);
        int own = right.form().split("&").length
                + (right.target().contains("?") ? right.target().split("&").length : 0);
        String most = "&p=1".repeat(40 - own);
        assertThat(server.post(right.tls(), right.target(), right.form() + most))
                .matches(this::isSuccess);
        assertThat(server.post(right.tls(), right.target(), right.form() + most + "&p=1"))
                .matches(this::saysMalformed);
    }

    @Test
    void bodyOverItsLimit_isRefused_andNothingIsStored() {
        TestServer server = server(Map.of(Setting.MAX_BODY, "2KiB"));
        long before = stored(server);
        Write right = write(server);
        assertThat(server.post(right.tls(), right.target(), right.form() + "&p=" + "x".repeat(2048)))
                .matches(this::saysMalformed);
        assertThat(stored(server)).isEqualTo(before);
        assertThat(send(server, right)).matches(this::isSuccess);
    }

    @Test
    void requestLineOverItsLimit_isRefused() {
        TestServer server = server();
        Write right = write(server);
        String longer = (right.target().contains("?") ? "&" : "?") + "p=" + "x".repeat(16 * 1024);
        assertThat(server.post(right.tls(), right.target() + longer, right.form()))
                .matches(this::saysMalformed);
    }

    @Test
    void headersOverTheirLimit_areRefused() {
        TestServer server = server();
        Write right = write(server);
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "application/x-www-form-urlencoded");
        headers.put("X-Long", "x".repeat(33 * 1024));
        assertThat(server.send(right.tls(), "POST", right.target(), headers, right.form()))
                .matches(this::saysMalformed);
    }

    @Test
    void overload_isTold_withWhenToTryAgain_andNothingIsStored() throws IOException {
        TestServer server = server(Map.of(Setting.MAX_REQUESTS, "1"));
        Write right = write(server);
        long before = stored(server);
        try (Socket other = server.holdTheOnlyRequest()) {
            TestServer.Reply reply = send(server, right);
            assertThat(reply).matches(this::saysUnavailable);
            assertThat(reply.status()).isEqualTo(503);
            assertThat(reply.headers()).containsKey("retry-after");
        }
        for (int i = 0; i < 1000 && server.get("/health/live").status() == 503; i++) {
            Thread.onSpinWait();
        }
        assertThat(stored(server)).isEqualTo(before);
        assertThat(send(server, right)).matches(this::isSuccess);
    }

    @Test
    void wrongVerb_is405_withTheVerbsThatAreRight() {
        TestServer server = server();
        Write right = write(server);
        TestServer.Reply reply = server.send(right.tls(), "DELETE", right.target(), Map.of(), "");
        assertThat(reply.status()).isEqualTo(405);
        assertThat(reply.headers().get("allow")).contains("POST");
    }

    @Test
    void manyAtOnce_areAllStored_eachOnce() throws Exception {
        TestServer server = server();
        long before = stored(server);
        Write right = write(server);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<TestServer.Reply>> calls = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                calls.add(() -> send(server, right));
            }
            for (Future<TestServer.Reply> call : threads.invokeAll(calls)) {
                assertThat(call.get()).matches(this::isSuccess);
            }
        }
        assertThat(stored(server)).isEqualTo(before + 50);
    }
}
