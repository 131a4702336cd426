package dev.licet.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.dialect.Answer;
import dev.licet.dialect.Request;
import dev.licet.server.TestServer;
import dev.licet.server.config.Setting;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Answers that are written while the client reads them.
@Timeout(120)
class StreamedAnswerTest {
    private static final int WINDOW = 256 << 10;
    private static final long LARGE = 200L << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    @TempDir
    Path directory;

    private final Speaker speaker = new Speaker();

    /// `/N` says N bytes, `/N/slow` in pieces that take a while, `/N/fail` fails after them.
    private static final class Speaker extends TestWire.Plain {
        final AtomicLong written = new AtomicLong();
        /// What the writing ended with; an exception or the text "all".
        final BlockingQueue<Object> ended = new LinkedBlockingQueue<>();

        @Override
        Answer say(Request request) {
            String[] parts = request.path().split("/");
            long length = Long.parseLong(parts[1]);
            String how = parts.length > 2 ? parts[2] : "";
            return Answer.written(200, "application/octet-stream", out -> {
                        try {
                            write(out, length, how);
                            ended.add("all");
                        } catch (IOException e) {
                            ended.add(e);
                            throw e;
                        }
                    })
                    .with("Said", "so");
        }

        private void write(OutputStream out, long length, String how) throws IOException {
            byte[] piece = new byte[10_000];
            for (long at = 0; at < length; at += piece.length) {
                int count = (int) Math.min(piece.length, length - at);
                for (int i = 0; i < count; i++) {
                    piece[i] = (byte) ((at + i) % 251);
                }
                out.write(piece, 0, count);
                written.addAndGet(count);
                if (how.equals("slow")) {
                    out.flush();
                    pause();
                }
            }
            if (how.equals("fail")) {
                throw new IllegalStateException("it is broken");
            }
        }

        private static void pause() {
            try {
                Thread.sleep(200);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        Object end() throws InterruptedException {
            Object end = ended.poll(20, TimeUnit.SECONDS);
            assertThat(end).as("how the writing ended").isNotNull();
            return end;
        }
    }

    private TestWire open(Map<Setting, String> settings) {
        return TestWire.open(directory, speaker, settings);
    }

    /// Reads to the end; says how much there was, or -1 if it is not what was said.
    private static long length(InputStream in) throws IOException {
        byte[] buffer = new byte[64 << 10];
        long length = 0;
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            for (int i = 0; i < n; i++) {
                if (buffer[i] != (byte) ((length + i) % 251)) {
                    return -1;
                }
            }
            length += n;
        }
        return length;
    }

    private static HttpResponse<InputStream> get(HttpClient client, TestWire wire, String path) throws Exception {
        return client.send(wire.request(path).build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void answer_isReadWhole_andTheConnectionKept(boolean tls) throws Exception {
        try (TestWire wire = open(Map.of());
                Socket socket = wire.connect(tls)) {
            for (int length : new int[] {0, 1, 16 << 10, (16 << 10) + 1, 1_000_003}) {
                Requests.write(socket, Requests.get("/" + length));
                TestServer.Reply reply = TestServer.read(socket.getInputStream());
                assertThat(reply.status()).isEqualTo(200);
                assertThat(reply.headers()).containsEntry("said", "so").containsKey("licet-request-id");
                assertThat(reply.headers().containsKey("transfer-encoding")).isEqualTo(length > 16 << 10);
                assertThat(speaker.end()).isEqualTo("all");
            }
            assertThat(wire.isFreeSoon()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP_1_1", "HTTP_2"})
    void largeAnswer_takesAWindowOfMemory_howeverSlowlyItIsRead(HttpClient.Version version) throws Exception {
        try (TestWire wire = open(Map.of());
                HttpClient client = wire.http2()) {
            HttpResponse<InputStream> response = client.send(
                    wire.request("/" + LARGE).version(version).build(), HttpResponse.BodyHandlers.ofInputStream());
            assertThat(response.version()).isEqualTo(version);
            long before = -1;
            while (speaker.written.get() != before) {
                before = speaker.written.get();
                Thread.sleep(500);
            }
            assertThat(before).isLessThan(LARGE / 4);
            assertThat(wire.bodyBytes()).isEqualTo(WINDOW);
            CompletableFuture<Long> reading = CompletableFuture.supplyAsync(() -> {
                try (InputStream in = response.body()) {
                    return length(in);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            while (!reading.isDone()) {
                assertThat(wire.bodyBytes()).isLessThanOrEqualTo(WINDOW);
                Thread.sleep(10);
            }
            assertThat(reading.join()).isEqualTo(LARGE);
            assertThat(wire.isFreeSoon()).isTrue();
        }
    }

    @Test
    void answer_overHttp10_endsWithTheConnection() throws Exception {
        try (TestWire wire = open(Map.of())) {
            for (String keep : new String[] {"", "Connection: keep-alive\r\n"}) {
                try (Socket socket = wire.connect(false)) {
                    Requests.write(socket, "GET /100000 HTTP/1.0\r\n" + keep + "\r\n");
                    String answer = Requests.untilClosed(socket, PATIENCE);
                    assertThat(answer.substring(answer.indexOf("\r\n\r\n") + 4)).hasSize(100_000);
                    assertThat(answer).doesNotContainIgnoringCase("transfer-encoding");
                }
            }
        }
    }

    @Test
    void head_getsNoBody() throws Exception {
        try (TestWire wire = open(Map.of());
                Socket socket = wire.connect(false)) {
            Requests.write(socket, "HEAD /100000 HTTP/1.1\r\nHost: licet\r\nConnection: close\r\n\r\n");
            String answer = Requests.untilClosed(socket, PATIENCE);
            assertThat(answer).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\n").doesNotContainIgnoringCase("length: 0");
            assertThat(speaker.written.get()).isZero();
        }
    }

    @Test
    void slowAnswer_isNotCutForTheClientsSilence() throws Exception {
        try (TestWire wire = open(Map.of(Setting.REQUEST_TIMEOUT, "400ms"))) {
            TestServer.Reply reply = wire.exchange(false, Requests.get("/100000/slow"));
            assertThat(reply.body().getBytes(StandardCharsets.UTF_8)).isNotEmpty();
            assertThat(speaker.end()).isEqualTo("all");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void clientThatDoesNotRead_isCutOff(boolean tls) throws Exception {
        try (TestWire wire = open(Map.of(Setting.REQUEST_TIMEOUT, "400ms"));
                Socket socket = wire.connect(tls)) {
            Requests.write(socket, Requests.get("/" + LARGE));
            assertThat(speaker.end()).isInstanceOf(IOException.class);
            assertThat(wire.isFreeSoon()).isTrue();
            assertThatThrownBy(() -> TestServer.read(socket.getInputStream())).isInstanceOf(IOException.class);
        }
    }

    @Test
    void clientThatDoesNotRead_overHttp2_isCutOff() throws Exception {
        try (TestWire wire = open(Map.of(Setting.REQUEST_TIMEOUT, "400ms"));
                HttpClient client = wire.http2()) {
            HttpResponse<InputStream> response = get(client, wire, "/" + LARGE);
            assertThat(speaker.end()).isInstanceOf(IOException.class);
            assertThat(wire.isFreeSoon()).isTrue();
            assertThatThrownBy(() -> length(response.body())).isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void clientThatLeaves_isAnExceptionForTheWriter(boolean tls) throws Exception {
        try (TestWire wire = open(Map.of())) {
            try (Socket socket = wire.connect(tls)) {
                Requests.write(socket, Requests.get("/" + LARGE));
                assertThat(socket.getInputStream().readNBytes(1000)).hasSize(1000);
            }
            assertThat(speaker.end()).isInstanceOf(IOException.class);
            assertThat(wire.isFreeSoon()).isTrue();
        }
    }

    @Test
    void clientThatLeaves_overHttp2_isAnExceptionForTheWriter_andTheConnectionIsKept() throws Exception {
        try (TestWire wire = open(Map.of());
                HttpClient client = wire.http2()) {
            try (InputStream left = get(client, wire, "/" + LARGE).body()) {
                assertThat(left.readNBytes(1000)).hasSize(1000);
            }
            assertThat(speaker.end()).isInstanceOf(IOException.class);
            assertThat(length(get(client, wire, "/100000").body())).isEqualTo(100_000);
            assertThat(wire.isFreeSoon()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.0", "1.1"})
    void failureInTheMiddle_isNotTakenForTheEnd(String version) throws Exception {
        try (TestWire wire = open(Map.of());
                Socket socket = wire.connect(false)) {
            Requests.write(socket, "GET /1000000/fail HTTP/" + version + "\r\nHost: licet\r\n\r\n");
            Thread.sleep(200);
            assertThatThrownBy(() -> Requests.untilClosed(socket, PATIENCE))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("reset");
            assertThat(wire.isFreeSoon()).isTrue();
        }
    }

    @Test
    void failureInTheMiddle_overHttp2_resetsTheStreamAlone() throws Exception {
        try (TestWire wire = open(Map.of());
                HttpClient client = wire.http2()) {
            HttpResponse<InputStream> cut = get(client, wire, "/1000000/fail");
            assertThatThrownBy(() -> length(cut.body())).isInstanceOf(IOException.class);
            assertThat(length(get(client, wire, "/100000").body())).isEqualTo(100_000);
            assertThat(wire.isFreeSoon()).isTrue();
        }
    }

    @Test
    void failureBeforeAnythingWasSent_isARefusal() throws Exception {
        try (TestWire wire = open(Map.of());
                Socket socket = wire.connect(false)) {
            for (int i = 0; i < 2; i++) {
                Requests.write(socket, Requests.get("/10000/fail"));
                TestServer.Reply reply = TestServer.read(socket.getInputStream());
                assertThat(reply.status()).isEqualTo(500);
                assertThat(reply.body()).isEqualTo("The server failed. Its log says more.\n");
            }
        }
    }

    @Test
    void answer_toABodyThatIsStillComing_arrivesWhole() throws Exception {
        try (TestWire wire = open(Map.of())) {
            try (Socket socket = wire.connect(false)) {
                Requests.write(socket, "POST /1000000 HTTP/1.1\r\nHost: licet\r\nContent-Length: 10\r\n\r\nabc");
                assertThat(TestServer.read(socket.getInputStream()).status()).isEqualTo(200);
                assertThat(Requests.isClosed(socket, PATIENCE))
                        .as("the rest never comes")
                        .isTrue();
            }
            try (Socket socket = wire.connect(false)) {
                Requests.write(socket, "POST /1000000 HTTP/1.1\r\nHost: licet\r\nContent-Length: 10\r\n\r\nabc");
                assertThat(TestServer.read(socket.getInputStream()).status()).isEqualTo(200);
                Requests.write(socket, "defghij");
                Requests.write(socket, Requests.get("/5"));
                assertThat(TestServer.read(socket.getInputStream()).body()).hasSize(5);
            }
            try (HttpClient client = wire.http2()) {
                HttpResponse<InputStream> response = client.send(
                        wire.request("/1000000")
                                .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[1 << 20]))
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream());
                assertThat(length(response.body())).isEqualTo(1_000_000);
            }
        }
    }

    @Test
    void memoryOfAnswers_thatIsUsedUp_isAnswered503() throws Exception {
        try (TestWire wire = open(Map.of(Setting.MAX_BODIES, "300KiB", Setting.MAX_BODY, "300KiB"));
                Socket held = wire.connect(false)) {
            Requests.write(held, Requests.get("/" + LARGE));
            assertThat(held.getInputStream().readNBytes(1000)).hasSize(1000);
            TestServer.Reply reply = wire.exchange(false, Requests.get("/1000000"));
            assertThat(reply.status()).isEqualTo(503);
            assertThat(reply.headers()).containsKey("retry-after");
            assertThat(wire.exchange(false, Requests.get("/1000")).status()).isEqualTo(200);
        }
    }

    @Test
    void stop_letsAnAnswerInFlightFinish() throws Exception {
        TestWire wire = open(Map.of());
        try (Socket socket = wire.connect(false)) {
            Requests.write(socket, Requests.get("/50000/slow"));
            Thread.sleep(300);
            Thread stopping = Thread.ofVirtual().start(wire::close);
            assertThat(TestServer.read(socket.getInputStream()).status()).isEqualTo(200);
            assertThat(speaker.end()).isEqualTo("all");
            assertThat(stopping.join(Duration.ofSeconds(8))).isTrue();
        }
    }

    @Test
    void stop_breaksOffAnAnswerThatIsNotRead() throws Exception {
        TestWire wire = open(Map.of());
        try (Socket socket = wire.connect(false)) {
            Requests.write(socket, Requests.get("/" + LARGE));
            Thread.sleep(300);
            wire.close();
            assertThat(speaker.end()).isInstanceOf(IOException.class);
        }
    }
}
