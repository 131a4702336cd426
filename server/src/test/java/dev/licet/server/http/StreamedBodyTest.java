package dev.licet.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.dialect.Answer;
import dev.licet.dialect.BrokenBody;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Request;
import dev.licet.server.TestServer;
import dev.licet.server.config.Setting;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Bodies that are read as they come.
@Timeout(120)
class StreamedBodyTest {
    private static final int MIB = 1 << 20;
    private static final int WINDOW = 256 << 10;
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    @TempDir
    Path directory;

    private final Reader reader = new Reader();

    /// What a reader saw at the end of a body: how much there was, and what was wrong.
    private record Seen(long length, long checksum, Throwable broken) {}

    /// `/count` reads it all, `/hold` waits before that until it is let go, `/ten` reads ten bytes, `/none` none.
    private static final class Reader extends TestWire.Plain {
        final CountDownLatch atWork = new CountDownLatch(1);
        final CountDownLatch letGo = new CountDownLatch(1);
        final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();

        @Override
        Answer say(Request request) throws IOException {
            atWork.countDown();
            return switch (request.path()) {
                case "/none" -> Answer.text(401, "none");
                case "/ten" -> Answer.text(200, "" + request.stream().readNBytes(10).length);
                case "/fail" -> throw new IllegalStateException("it is broken");
                case "/hold" -> {
                    await();
                    yield count(request);
                }
                default -> count(request);
            };
        }

        private void await() {
            try {
                assertThat(letGo.await(60, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private Answer count(Request request) throws IOException {
            long length = 0;
            CRC32 checksum = new CRC32();
            byte[] buffer = new byte[5000];
            try {
                InputStream in = request.stream();
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    length += n;
                    checksum.update(buffer, 0, n);
                }
                seen.add(new Seen(length, checksum.getValue(), null));
                return Answer.text(200, length + " " + checksum.getValue());
            } catch (IOException e) {
                seen.add(new Seen(length, checksum.getValue(), e));
                throw e;
            }
        }

        Seen last() throws InterruptedException {
            Seen last = seen.poll(20, TimeUnit.SECONDS);
            assertThat(last).as("what the reader saw").isNotNull();
            return last;
        }
    }

    @AfterEach
    void letGo() {
        reader.letGo.countDown();
    }

    private TestWire open(Map<Setting, String> settings) {
        return TestWire.open(directory, reader, settings);
    }

    private static byte[] noise(int length) {
        byte[] noise = new byte[length];
        new Random(length).nextBytes(noise);
        return noise;
    }

    private static String said(byte[] body) {
        CRC32 checksum = new CRC32();
        checksum.update(body);
        return body.length + " " + checksum.getValue() + "\n";
    }

    private static String head(String path, long length) {
        return "POST " + path + " HTTP/1.1\r\nHost: licet\r\nContent-Length: " + length + "\r\n\r\n";
    }

    private static String chunkedHead(String path) {
        return "POST " + path + " HTTP/1.1\r\nHost: licet\r\nTransfer-Encoding: chunked\r\n\r\n";
    }

    private static void writeChunks(OutputStream out, byte[] body, int size) throws IOException {
        for (int at = 0; at < body.length; at += size) {
            int length = Math.min(size, body.length - at);
            out.write(Requests.bytes(Integer.toHexString(length) + "\r\n"));
            out.write(body, at, length);
            out.write(Requests.bytes("\r\n"));
        }
        out.write(Requests.bytes("0\r\n\r\n"));
        out.flush();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void body_withLength_isReadWhole_andTheConnectionKept(boolean tls) throws Exception {
        byte[] body = noise(3 * MIB + 17);
        try (TestWire wire = open(Map.of());
                Socket socket = wire.connect(tls)) {
            for (int i = 0; i < 2; i++) {
                Requests.write(socket, head("/count", body.length));
                Requests.write(socket, body);
                assertThat(TestServer.read(socket.getInputStream()).body()).isEqualTo(said(body));
            }
            Requests.write(socket, Requests.get("/count"));
            assertThat(TestServer.read(socket.getInputStream()).body()).isEqualTo(said(new byte[0]));
            assertThat(wire.isFreeSoon()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 70_000})
    void body_inChunks_isReadWhole_andTheConnectionKept(int size) throws Exception {
        byte[] body = noise(size == 1 ? 50_000 : 2 * MIB);
        try (TestWire wire = open(Map.of());
                Socket socket = wire.connect(false)) {
            for (int i = 0; i < 2; i++) {
                Requests.write(socket, chunkedHead("/count"));
                writeChunks(new java.io.BufferedOutputStream(socket.getOutputStream()), body, size);
                assertThat(TestServer.read(socket.getInputStream()).body()).isEqualTo(said(body));
            }
            assertThat(wire.isFreeSoon()).isTrue();
        }
    }

    @Test
    void pipelinedBodies_areReadInTheirOrder() throws Exception {
        try (TestWire wire = open(Map.of());
                Socket socket = wire.connect(false)) {
            Requests.write(
                    socket, head("/count", 3) + "abc" + head("/whole", 2) + "de" + chunkedHead("/count") + "0\r\n\r\n");
            for (String body : new String[] {"abc", "de", ""}) {
                assertThat(TestServer.read(socket.getInputStream()).body()).isEqualTo(said(Requests.bytes(body)));
            }
        }
    }

    @Test
    void body_overHttp2_isReadWhole() throws Exception {
        byte[] body = noise(3 * MIB + 17);
        try (TestWire wire = open(Map.of());
                HttpClient client = wire.http2()) {
            HttpResponse<String> response = client.send(
                    wire.request("/count")
                            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(response.body()).isEqualTo(said(body));
        }
    }

    /// Counts how much of 200 MB could be sent while nobody read, and the most memory that it took until all was read.
    private void takesAWindowOfMemory(TestWire wire, CompletableFuture<?> sending, AtomicLong sent) throws Exception {
        assertThat(reader.atWork.await(20, TimeUnit.SECONDS)).isTrue();
        long before = -1;
        while (sent.get() != before) {
            before = sent.get();
            Thread.sleep(500);
        }
        assertThat(sent.get()).isLessThan(30L * MIB);
        assertThat(wire.bodyBytes()).isBetween(1L, (long) WINDOW);
        reader.letGo.countDown();
        long most = 0;
        while (!sending.isDone()) {
            most = Math.max(most, wire.bodyBytes());
            Thread.sleep(1);
        }
        sending.join();
        assertThat(most).isLessThanOrEqualTo(WINDOW);
        assertThat(reader.last().length()).isEqualTo(200L * MIB);
        assertThat(wire.isFreeSoon()).isTrue();
    }

    @Test
    void largeBody_thatWaitsForItsReader_takesAWindowOfMemory() throws Exception {
        try (TestWire wire = open(Map.of());
                Socket socket = wire.connect(false)) {
            AtomicLong sent = new AtomicLong();
            CompletableFuture<?> sending = CompletableFuture.runAsync(() -> {
                try {
                    Requests.write(socket, head("/hold", 200L * MIB));
                    byte[] piece = noise(MIB / 4);
                    for (int i = 0; i < 800; i++) {
                        socket.getOutputStream().write(piece);
                        sent.addAndGet(piece.length);
                    }
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            takesAWindowOfMemory(wire, sending, sent);
            assertThat(TestServer.read(socket.getInputStream()).status()).isEqualTo(200);
        }
    }

    @Test
    void largeBody_overHttp2_thatWaitsForItsReader_takesAWindowOfMemory() throws Exception {
        try (TestWire wire = open(Map.of());
                HttpClient client = wire.http2()) {
            AtomicLong sent = new AtomicLong();
            InputStream zeros = new InputStream() {
                @Override
                public int read() {
                    return sent.getAndIncrement() < 200L * MIB ? 0 : -1;
                }

                @Override
                public int read(byte[] into, int offset, int length) {
                    int count = (int) Math.min(length, 200L * MIB - sent.get());
                    sent.addAndGet(count);
                    return count == 0 ? -1 : count;
                }
            };
            CompletableFuture<?> sending = client.sendAsync(
                    wire.request("/hold")
                            .POST(HttpRequest.BodyPublishers.ofInputStream(() -> zeros))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            takesAWindowOfMemory(wire, sending, sent);
        }
    }

    @Test
    void tinyChunks_thatWaitForTheirReader_takeAWindowOfMemory() throws Exception {
        try (TestWire wire = open(Map.of(Setting.STREAM_WINDOW, "32KiB"));
                Socket socket = wire.connect(false)) {
            byte[] body = noise(200_000);
            CompletableFuture<?> sending = CompletableFuture.runAsync(() -> {
                try {
                    Requests.write(socket, chunkedHead("/hold"));
                    writeChunks(new java.io.BufferedOutputStream(socket.getOutputStream()), body, 1);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            Thread.sleep(1000);
            assertThat(wire.bodyBytes()).isEqualTo(32 << 10);
            reader.letGo.countDown();
            sending.join();
            assertThat(TestServer.read(socket.getInputStream()).body()).isEqualTo(said(body));
        }
    }

    private void isRefusedAsTooSlow(Socket socket) throws Exception {
        assertThat(Requests.untilClosed(socket, PATIENCE)).startsWith("HTTP/1.1 408 ");
        assertThat(((BrokenBody) reader.last().broken()).fault()).isEqualTo(Fault.TOO_SLOW);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void stalledBody_isRefused(boolean tls) throws Exception {
        try (TestWire wire = open(Map.of(Setting.REQUEST_TIMEOUT, "400ms"));
                Socket socket = wire.connect(tls)) {
            Requests.write(socket, head("/count", 1000) + "abc");
            isRefusedAsTooSlow(socket);
            assertThat(wire.isFreeSoon()).isTrue();
        }
    }

    @Test
    void dribbledBody_isRefused() throws Exception {
        try (TestWire wire = open(Map.of(Setting.REQUEST_TIMEOUT, "400ms"));
                Socket socket = wire.connect(false)) {
            Requests.write(socket, chunkedHead("/count"));
            Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        Requests.write(socket, "1\r\nx\r\n");
                        Thread.sleep(50);
                    }
                } catch (IOException | InterruptedException refused) {
                    // what is wanted
                }
            });
            isRefusedAsTooSlow(socket);
        }
    }

    @Test
    void dribbledBody_overHttp2_isRefused() throws Exception {
        try (TestWire wire = open(Map.of(Setting.REQUEST_TIMEOUT, "400ms"));
                SubmissionPublisher<ByteBuffer> body = new SubmissionPublisher<>();
                HttpClient client = wire.http2()) {
            CompletableFuture<HttpResponse<String>> sending = client.sendAsync(
                    wire.request("/count")
                            .POST(HttpRequest.BodyPublishers.fromPublisher(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            for (int i = 0; i < 100 && !sending.isDone(); i++) {
                body.offer(ByteBuffer.wrap(new byte[1]), null);
                Thread.sleep(50);
            }
            assertThat(((BrokenBody) reader.last().broken()).fault()).isEqualTo(Fault.TOO_SLOW);
            assertThat(sending.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(408);
        }
    }

    @Test
    void slowSteadyBody_isTaken_howeverLongItLasts() throws Exception {
        try (TestWire wire = open(Map.of(Setting.REQUEST_TIMEOUT, "1s", Setting.MIN_STREAM_RATE, "1KiB"));
                Socket socket = wire.connect(false)) {
            byte[] body = noise(20_000);
            Requests.write(socket, head("/count", body.length));
            for (int at = 0; at < body.length; at += 500) {
                socket.getOutputStream().write(body, at, 500);
                Thread.sleep(100);
            }
            assertThat(TestServer.read(socket.getInputStream()).body()).isEqualTo(said(body));
        }
    }

    @Test
    void slowReader_isNoFaultOfTheClient() throws Exception {
        try (TestWire wire = open(Map.of(Setting.REQUEST_TIMEOUT, "400ms"));
                Socket socket = wire.connect(false)) {
            byte[] body = noise(2 * MIB);
            Requests.write(socket, head("/hold", body.length));
            CompletableFuture<?> sending = CompletableFuture.runAsync(() -> {
                try {
                    Requests.write(socket, body);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            Thread.sleep(2000);
            reader.letGo.countDown();
            assertThat(TestServer.read(socket.getInputStream()).body()).isEqualTo(said(body));
            sending.join();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void clientThatLeaves_isAnExceptionForTheReader(boolean reset) throws Exception {
        try (TestWire wire = open(Map.of())) {
            try (Socket socket = wire.connect(false)) {
                Requests.write(socket, head("/count", 100_000) + "x".repeat(50_000));
                assertThat(reader.atWork.await(10, TimeUnit.SECONDS)).isTrue();
                if (reset) {
                    socket.setSoLinger(true, 0);
                }
            }
            assertThat(reader.last().broken()).isInstanceOf(BrokenBody.class);
            assertThat(wire.isFreeSoon()).isTrue();
        }
    }

    @Test
    void clientThatLeaves_overHttp2_isAnExceptionForTheReader() throws Exception {
        try (TestWire wire = open(Map.of());
                SubmissionPublisher<ByteBuffer> body = new SubmissionPublisher<>();
                HttpClient client = wire.http2()) {
            CompletableFuture<HttpResponse<String>> sending = client.sendAsync(
                    wire.request("/count")
                            .POST(HttpRequest.BodyPublishers.fromPublisher(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            body.submit(ByteBuffer.wrap(new byte[50_000]));
            assertThat(reader.atWork.await(10, TimeUnit.SECONDS)).isTrue();
            body.closeExceptionally(new IOException("the client has enough"));
            assertThat(reader.last().broken()).isInstanceOf(BrokenBody.class);
            assertThatThrownBy(sending::join).hasRootCauseInstanceOf(IOException.class);
            assertThat(wire.isFreeSoon()).isTrue();
        }
    }

    @Test
    void brokenChunk_isRefused() throws Exception {
        try (TestWire wire = open(Map.of());
                Socket socket = wire.connect(false)) {
            Requests.write(socket, chunkedHead("/count") + "3\r\nabc\r\nxyz\r\n");
            assertThat(Requests.untilClosed(socket, PATIENCE)).startsWith("HTTP/1.1 400 ");
            assertThat(reader.last().broken()).isInstanceOf(BrokenBody.class);
        }
    }

    @Test
    void body_overMaxStream_isRefused_beforeItComesOrAsItComes() throws Exception {
        try (TestWire wire = open(Map.of(Setting.MAX_STREAM, "1MiB"))) {
            try (Socket socket = wire.connect(false)) {
                Requests.write(socket, head("/count", MIB + 1));
                assertThat(TestServer.read(socket.getInputStream()).status()).isEqualTo(413);
                assertThat(reader.seen).isEmpty();
            }
            try (Socket socket = wire.connect(false)) {
                Requests.write(socket, chunkedHead("/count"));
                writeChunks(socket.getOutputStream(), noise(MIB + 1), 10_000);
                assertThat(TestServer.read(socket.getInputStream()).status()).isEqualTo(413);
                assertThat(((BrokenBody) reader.last().broken()).fault()).isEqualTo(Fault.TOO_LARGE);
            }
            byte[] most = noise(MIB);
            try (Socket socket = wire.connect(false)) {
                Requests.write(socket, head("/count", MIB));
                Requests.write(socket, most);
                assertThat(TestServer.read(socket.getInputStream()).body()).isEqualTo(said(most));
            }
        }
    }

    @Test
    void maxBody_boundsNoStream_andMaxStreamNoWholeBody() throws Exception {
        byte[] body = noise(100_000);
        try (TestWire wire = open(Map.of(Setting.MAX_BODY, "64KiB", Setting.MAX_STREAM, "128KiB"))) {
            for (String path : new String[] {"/count", "/whole"}) {
                try (Socket socket = wire.connect(false)) {
                    Requests.write(socket, head(path, body.length));
                    Requests.write(socket, body);
                    assertThat(TestServer.read(socket.getInputStream()).status())
                            .isEqualTo(path.equals("/count") ? 200 : 413);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void answer_beforeTheBodyIsRead_arrives_andTheConnectionIsClosed(boolean tls) throws Exception {
        try (TestWire wire = open(Map.of())) {
            for (String path : new String[] {"/ten", "/none", "/fail"}) {
                try (Socket socket = wire.connect(tls)) {
                    Requests.write(socket, head(path, 10 * MIB));
                    Thread.ofVirtual().start(() -> {
                        try {
                            Requests.write(socket, noise(MIB));
                        } catch (IOException closed) {
                            // it may be
                        }
                    });
                    String answer = Requests.untilClosed(socket, PATIENCE);
                    assertThat(answer)
                            .startsWith("HTTP/1.1 "
                                    + Map.of("/ten", 200, "/none", 401, "/fail", 500)
                                            .get(path))
                            .containsIgnoringCase("connection: close");
                }
            }
            assertThat(wire.isFreeSoon()).isTrue();
        }
    }

    @Test
    void answer_beforeTheBodyIsRead_overHttp2_arrives_andTheConnectionIsKept() throws Exception {
        try (TestWire wire = open(Map.of());
                HttpClient client = wire.http2()) {
            for (int i = 0; i < 3; i++) {
                CompletableFuture<HttpResponse<String>> early = client.sendAsync(
                        wire.request("/none")
                                .POST(HttpRequest.BodyPublishers.ofByteArray(noise(10 * MIB)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(early.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(401);
                byte[] body = noise(1000);
                assertThat(client.send(
                                        wire.request("/count")
                                                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                                                .build(),
                                        HttpResponse.BodyHandlers.ofString())
                                .body())
                        .isEqualTo(said(body));
            }
        }
    }

    @Test
    void clientThatAsksBeforeItSends_isToldWhenTheReaderBegins() throws Exception {
        String expecting = head("/hold", 3).replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n");
        try (TestWire wire = open(Map.of(Setting.REQUEST_TIMEOUT, "400ms"));
                Socket socket = wire.connect(false)) {
            Requests.write(socket, expecting);
            Thread.sleep(1500);
            assertThat(socket.getInputStream().available()).isZero();
            reader.letGo.countDown();
            byte[] go = socket.getInputStream().readNBytes("HTTP/1.1 100 Continue\r\n\r\n".length());
            assertThat(new String(go, java.nio.charset.StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 100 ");
            Requests.write(socket, "abc");
            assertThat(TestServer.read(socket.getInputStream()).body()).isEqualTo(said(Requests.bytes("abc")));
        }
    }

    @Test
    void clientThatAsksBeforeItSends_isNotToldTo_whenTheHeadIsEnough() throws Exception {
        String expecting = head("/none", 3).replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n");
        try (TestWire wire = open(Map.of());
                Socket socket = wire.connect(false)) {
            Requests.write(socket, expecting);
            assertThat(Requests.untilClosed(socket, PATIENCE)).startsWith("HTTP/1.1 401 ");
        }
    }

    @Test
    void memoryOfBodies_thatIsUsedUp_isAnswered503() throws Exception {
        try (TestWire wire = open(Map.of(Setting.MAX_BODIES, "64KiB", Setting.MAX_BODY, "64KiB"))) {
            try (Socket held = wire.connect(false)) {
                Requests.write(held, head("/whole", 60_000) + "x".repeat(59_999));
                Thread.sleep(300);
                try (Socket socket = wire.connect(false)) {
                    Requests.write(socket, head("/count", 3) + "abc");
                    TestServer.Reply reply = TestServer.read(socket.getInputStream());
                    assertThat(reply.status()).isEqualTo(503);
                    assertThat(reply.headers()).containsKey("retry-after");
                }
                Requests.write(held, "x");
                assertThat(TestServer.read(held.getInputStream()).status()).isEqualTo(200);
            }
            byte[] body = noise(2 * MIB);
            try (Socket socket = wire.connect(false)) {
                Requests.write(socket, head("/count", body.length));
                Requests.write(socket, body);
                assertThat(TestServer.read(socket.getInputStream()).body())
                        .as("a stream makes do with what memory there is")
                        .isEqualTo(said(body));
            }
        }
    }

    @Test
    void streams_countAmongTheRequestsAtOnce() throws Exception {
        try (TestWire wire = open(Map.of(Setting.MAX_REQUESTS, "1"));
                Socket first = wire.connect(false)) {
            Requests.write(first, head("/count", 3) + "ab");
            assertThat(reader.atWork.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(wire.exchange(false, Requests.get("/count")).status()).isEqualTo(503);
            Requests.write(first, "c");
            assertThat(TestServer.read(first.getInputStream()).status()).isEqualTo(200);
        }
    }

    @Test
    void stop_letsAStreamInFlightFinish() throws Exception {
        TestWire wire = open(Map.of());
        try (Socket socket = wire.connect(false)) {
            Requests.write(socket, head("/count", 6) + "abc");
            assertThat(reader.atWork.await(10, TimeUnit.SECONDS)).isTrue();
            Thread stopping = Thread.ofVirtual().start(wire::close);
            Thread.sleep(500);
            Requests.write(socket, "def");
            assertThat(TestServer.read(socket.getInputStream()).body()).isEqualTo(said(Requests.bytes("abcdef")));
            assertThat(stopping.join(Duration.ofSeconds(8))).isTrue();
        }
    }

    @Test
    void stop_breaksOffAStreamThatDoesNotFinishInTime() throws Exception {
        TestWire wire = open(Map.of());
        try (Socket socket = wire.connect(false)) {
            Requests.write(socket, head("/count", 6) + "abc");
            assertThat(reader.atWork.await(10, TimeUnit.SECONDS)).isTrue();
            wire.close();
            assertThat(reader.last().broken()).isInstanceOf(BrokenBody.class);
        } catch (SocketException gone) {
            // as it should be
        }
    }
}
