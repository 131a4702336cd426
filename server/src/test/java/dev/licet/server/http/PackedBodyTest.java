package dev.licet.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStream;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Request;
import dev.licet.server.TestServer;
import dev.licet.server.config.Setting;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Bodies that are packed, whole and as they come: each is unpacked as it was, or refused in time and in bounds.
@Timeout(120)
class PackedBodyTest {
    private static final int MIB = 1 << 20;
    private static final byte[] TEXT =
            "one event, and another one; ".repeat(5000).getBytes(StandardCharsets.UTF_8);

    @TempDir
    static Path directory;

    private static final Counter COUNTER = new Counter();
    private static TestWire wire;

    /// Says how long a body is, and its checksum; at `/whole/hold` not before it is let go.
    private static final class Counter extends TestWire.Plain {
        final CountDownLatch letGo = new CountDownLatch(1);

        @Override
        Answer say(Request request) throws IOException {
            if (request.path().endsWith("/hold")) {
                try {
                    assertThat(letGo.await(60, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            CRC32 checksum = new CRC32();
            long length = 0;
            byte[] buffer = new byte[7000];
            InputStream in = request.stream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                length += n;
                checksum.update(buffer, 0, n);
            }
            return Answer.text(200, length + " " + checksum.getValue());
        }
    }

    @BeforeAll
    static void start() {
        wire = TestWire.open(directory, COUNTER, Map.of(Setting.MAX_STREAM, "64MiB"));
    }

    @AfterAll
    static void stop() {
        COUNTER.letGo.countDown();
        wire.close();
    }

    private static String said(byte[] body) {
        CRC32 checksum = new CRC32();
        checksum.update(body);
        return body.length + " " + checksum.getValue() + "\n";
    }

    private static byte[] packed(String coding, byte[] body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out =
                coding.equals("gzip") ? new GZIPOutputStream(bytes) : new ZstdOutputStream(bytes).setChecksum(true)) {
            out.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static TestServer.Reply post(String path, String coding, byte[] body) throws IOException {
        return wire.exchange(false, TestServer.request("POST", path, Map.of("Content-Encoding", coding), body));
    }

    /// The same body whole and as it comes, in one piece and in small ones, over HTTP/1.1 and HTTP/2.
    private static List<Integer> statuses(String coding, byte[] body) throws Exception {
        List<Integer> statuses = new ArrayList<>();
        for (String path : List.of("/whole", "/stream")) {
            statuses.add(post(path, coding, body).status());
            try (Socket socket = wire.connect(true)) {
                Requests.write(
                        socket,
                        "POST " + path + " HTTP/1.1\r\nHost: licet\r\nContent-Encoding: " + coding
                                + "\r\nTransfer-Encoding: chunked\r\n\r\n");
                for (byte b : Arrays.copyOf(body, Math.min(body.length, 300))) {
                    Requests.write(socket, new byte[] {'1', '\r', '\n', b, '\r', '\n'});
                }
                int left = body.length - 300;
                if (left > 0) {
                    Requests.write(socket, Integer.toHexString(left) + "\r\n");
                    Requests.write(socket, Arrays.copyOfRange(body, 300, body.length));
                    Requests.write(socket, "\r\n");
                }
                Requests.write(socket, "0\r\n\r\n");
                statuses.add(TestServer.read(socket.getInputStream()).status());
            }
            try (HttpClient client = wire.http2()) {
                statuses.add(client.send(
                                wire.request(path)
                                        .header("Content-Encoding", coding)
                                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .statusCode());
            }
        }
        return statuses;
    }

    @ParameterizedTest
    @CsvSource({"gzip,/whole", "gzip,/stream", "zstd,/whole", "zstd,/stream"})
    void body_isUnpacked_andTheConnectionKept(String coding, String path) throws Exception {
        byte[] empty = packed(coding, new byte[0]);
        byte[] text = packed(coding, TEXT);
        Map<byte[], byte[]> bodies = new LinkedHashMap<>();
        bodies.put(new byte[0], new byte[0]);
        bodies.put(empty, new byte[0]);
        bodies.put(text, TEXT);
        bodies.put(join(text, text), join(TEXT, TEXT));
        bodies.put(join(empty, text, empty), TEXT);
        try (Socket socket = wire.connect(false)) {
            for (Map.Entry<byte[], byte[]> body : bodies.entrySet()) {
                Requests.write(
                        socket, TestServer.request("POST", path, Map.of("Content-Encoding", coding), body.getKey()));
                assertThat(TestServer.read(socket.getInputStream()).body()).isEqualTo(said(body.getValue()));
            }
        }
        assertThat(statuses(coding, join(text, text))).containsOnly(200);
    }

    @Test
    void members_inPiecesOfTheirOwn_areAllUnpacked() throws Exception {
        for (String coding : List.of("gzip", "zstd")) {
            try (Socket socket = wire.connect(false)) {
                Requests.write(
                        socket,
                        "POST /stream HTTP/1.1\r\nHost: licet\r\nContent-Encoding: " + coding
                                + "\r\nTransfer-Encoding: chunked\r\n\r\n");
                byte[] member = packed(coding, TEXT);
                for (int i = 0; i < 3; i++) {
                    Requests.write(socket, Integer.toHexString(member.length) + "\r\n");
                    Requests.write(socket, member);
                    Requests.write(socket, "\r\n");
                    Thread.sleep(100);
                }
                Requests.write(socket, "0\r\n\r\n");
                assertThat(TestServer.read(socket.getInputStream()).body()).isEqualTo(said(join(TEXT, TEXT, TEXT)));
            }
        }
    }

    @Test
    void headerOfGzip_withAllItsParts_isPassedOver() throws Exception {
        byte[] plain = packed("gzip", TEXT);
        byte[] header = {0x1f, (byte) 0x8b, 8, 2 | 4 | 8 | 16, 1, 2, 3, 4, 0, 3, 3, 0, 'a', 'b', 'c', 'n', 0, 'c', 0};
        CRC32 checksum = new CRC32();
        checksum.update(header);
        byte[] sum = {(byte) checksum.getValue(), (byte) (checksum.getValue() >> 8)};
        byte[] rest = Arrays.copyOfRange(plain, 10, plain.length);
        assertThat(post("/stream", "gzip", join(header, sum, rest)).body()).isEqualTo(said(TEXT));
        sum[0]++;
        assertThat(statuses("gzip", join(header, sum, rest))).containsOnly(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "", "x-gzip", "GZIP", "identity, gzip"})
    void coding_underItsOtherNames_isTaken(String coding) throws Exception {
        byte[] body = coding.toLowerCase(java.util.Locale.ROOT).contains("gzip") ? packed("gzip", TEXT) : TEXT;
        assertThat(post("/whole", coding, body).body()).isEqualTo(said(TEXT));
        assertThat(post("/stream", coding, body).body()).isEqualTo(said(TEXT));
    }

    @ParameterizedTest
    @ValueSource(strings = {"br", "deflate", "compress", "gzip, gzip", "gzip,zstd", "none", "gzip;q=1"})
    void coding_thatIsNotKnown_isRefused_withThoseThatAre(String coding) throws Exception {
        assertThat(statuses(coding, TEXT)).containsOnly(415);
        TestServer.Reply reply = post("/stream", coding, TEXT);
        assertThat(reply.status()).isEqualTo(415);
        assertThat(reply.headers()).containsEntry("accept-encoding", "gzip, zstd");
    }

    @Test
    void coding_thatIsNotKnown_isRefusedInEachDialectsForm() {
        try (TestServer server = TestServer.start(directory.resolve("data"))) {
            Map<String, String> inTheirWords = Map.of(
                    "/api/ai/RegisterEvent", "{\"result\":1,\"message\":\"The input parameters were incorrect.\"}",
                    "/v1/users", "\"type\":",
                    "/rest/v1/?method=veoh.people.logEvent", "errorCode=\"903\"",
                    "/session/login", "gzip or zstd");
            inTheirWords.forEach((target, words) -> {
                TestServer.Reply reply = server.send(false, "POST", target, Map.of("Content-Encoding", "br"), "x");
                assertThat(reply.status()).as(target).isEqualTo(415);
                assertThat(reply.headers()).as(target).containsEntry("accept-encoding", "gzip, zstd");
                assertThat(reply.body()).as(target).contains(words);
            });
        }
    }

    @Test
    void form_thatIsPacked_isRead() {
        try (TestServer server = TestServer.start(directory.resolve("forms"))) {
            byte[] form = (server.token() + "&EventName=packed").getBytes(StandardCharsets.UTF_8);
            for (String coding : List.of("gzip", "zstd")) {
                Map<String, String> headers =
                        Map.of("Content-Type", "application/x-www-form-urlencoded", "Content-Encoding", coding);
                assertThat(server.exchange(
                                        true,
                                        TestServer.request(
                                                "POST", "/api/ai/RegisterEvent", headers, packed(coding, form)))
                                .body())
                        .contains("\"result\":0");
            }
            assertThat(server.eventNames()).containsExactly("packed", "packed");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "zstd"})
    void body_thatIsCut_isMalformed_whereverItIs(String coding) throws Exception {
        byte[] text = packed(coding, Arrays.copyOf(TEXT, 60));
        for (int length = 1; length < text.length; length++) {
            byte[] cut = Arrays.copyOf(text, length);
            assertThat(post("/whole", coding, cut).status())
                    .as("cut to " + length)
                    .isEqualTo(400);
            assertThat(post("/stream", coding, cut).status())
                    .as("cut to " + length)
                    .isEqualTo(400);
        }
        assertThat(statuses(coding, Arrays.copyOf(packed(coding, TEXT), 100))).containsOnly(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "zstd"})
    void body_thatIsSomethingElse_isMalformed(String coding) throws Exception {
        byte[] text = packed(coding, TEXT);
        byte[] wrongChecksum = text.clone();
        wrongChecksum[coding.equals("gzip") ? text.length - 8 : text.length - 1] ^= 1;
        assertThat(statuses(coding, wrongChecksum)).containsOnly(400);
        assertThat(statuses(coding, TEXT)).containsOnly(400);
        assertThat(statuses(coding, packed(coding.equals("gzip") ? "zstd" : "gzip", TEXT)))
                .containsOnly(400);
        assertThat(statuses(coding, join(text, new byte[] {'x', 'y', 'z', 'x', 'y', 'z'})))
                .containsOnly(400);
        byte[] broken = text.clone();
        Arrays.fill(broken, text.length / 2, text.length / 2 + 20, (byte) 0xff);
        assertThat(statuses(coding, broken)).containsOnly(400);
    }

    @Test
    void wrongLengthInGzip_isMalformed() throws Exception {
        byte[] text = packed("gzip", TEXT);
        text[text.length - 1] ^= 1;
        assertThat(statuses("gzip", text)).containsOnly(400);
    }

    /// So many zeros, in a few bytes each.
    private static byte[] bomb(String coding, long zeros) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = coding.equals("gzip")
                ? new GZIPOutputStream(bytes) {
                    {
                        def.setLevel(Deflater.BEST_SPEED);
                    }
                }
                : new ZstdOutputStream(bytes)) {
            byte[] piece = new byte[MIB];
            for (long at = 0; at < zeros; at += MIB) {
                out.write(piece);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "zstd"})
    void bombOfAGibibyte_isRefused_andTakesNoMemory(String coding) throws Exception {
        byte[] bomb = bomb(coding, 1 << 30);
        assertThat(bomb.length).isLessThan(8 * MIB);
        System.gc();
        long before = heapAfterCollection();
        for (String path : List.of("/whole", "/stream")) {
            assertThat(post(path, coding, bomb).status()).as(path).isEqualTo(413);
        }
        System.gc();
        assertThat(heapAfterCollection() - before).isLessThan(8L * MIB);
        assertThat(wire.isFreeSoon()).isTrue();
    }

    private static long heapAfterCollection() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null)
                .mapToLong(pool -> pool.getCollectionUsage().getUsed())
                .sum();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "zstd"})
    void body_isTakenUpToItsBound_asItIsUnpacked(String coding) throws Exception {
        for (Map.Entry<String, Integer> bound :
                Map.of("/whole", 8 * MIB, "/stream", 64 * MIB).entrySet()) {
            byte[] most = new byte[bound.getValue()];
            assertThat(post(bound.getKey(), coding, packed(coding, most)).body())
                    .isEqualTo(said(most));
            assertThat(post(bound.getKey(), coding, packed(coding, new byte[most.length + 1]))
                            .status())
                    .isEqualTo(413);
        }
    }

    @Test
    void zstd_withAWindowOverWhatHttpAllows_isTooLarge() throws Exception {
        for (int windowLog : new int[] {23, 24, 27}) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ZstdOutputStream out = new ZstdOutputStream(bytes)) {
                out.setLong(windowLog);
                out.write(TEXT);
                out.flush();
                out.write(TEXT);
            }
            assertThat(statuses("zstd", bytes.toByteArray())).containsOnly(windowLog == 23 ? 200 : 413);
        }
    }

    @Test
    void zstd_inOnePieceWithItsSize_isUnpacked() throws Exception {
        assertThat(post("/stream", "zstd", Zstd.compress(TEXT)).body()).isEqualTo(said(TEXT));
    }

    @Test
    void whatIsUnpacked_countsAmongTheMemoryOfBodies() throws Exception {
        byte[] packed = packed("gzip", new byte[6 * MIB]);
        List<Socket> held = new ArrayList<>();
        try {
            int refused = 0;
            for (int i = 0; i < 12; i++) {
                Socket socket = wire.connect(false);
                held.add(socket);
                Requests.write(
                        socket, TestServer.request("POST", "/whole/hold", Map.of("Content-Encoding", "gzip"), packed));
                Thread.sleep(100);
                assertThat(wire.bodyBytes()).isLessThanOrEqualTo(64L * MIB);
                if (socket.getInputStream().available() > 0) {
                    assertThat(TestServer.read(socket.getInputStream()).status())
                            .isEqualTo(503);
                    refused++;
                }
            }
            assertThat(refused).isBetween(2, 8);
            assertThat(wire.bodyBytes()).isGreaterThan(30L * MIB);
        } finally {
            COUNTER.letGo.countDown();
            for (Socket socket : held) {
                socket.close();
            }
        }
        assertThat(wire.isFreeSoon()).isTrue();
    }
}
