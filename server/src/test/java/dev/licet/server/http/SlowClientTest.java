package dev.licet.server.http;

import static dev.licet.server.http.Requests.FORM;
import static dev.licet.server.http.Requests.REGISTER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.server.TestServer;
import dev.licet.server.config.Setting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Clients that stall or dribble: each is answered or cut off in time, and nothing of it is stored.
class SlowClientTest {
    /// The setting is less than a second, what is left of a refused request is waited for two more; the rest is for a
    /// busy machine.
    private static final Duration PATIENCE = Duration.ofSeconds(6);

    @TempDir
    static Path directory;

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start(directory.resolve("data"), Map.of(Setting.REQUEST_TIMEOUT, "400ms"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void nothingIsStored_andOthersAreServed() {
        assertThat(server.eventNames()).isEmpty();
    }

    private interface Client {
        void use(Socket socket) throws IOException;
    }

    /// Does the same over a plain and a TLS connection, at the same time.
    private static void onBothPorts(Client client) {
        List<CompletableFuture<Void>> both = Stream.of(false, true)
                .map(tls -> CompletableFuture.runAsync(
                        () -> {
                            try (Socket socket = server.connect(tls)) {
                                client.use(socket);
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        },
                        task -> Thread.ofVirtual().start(task)))
                .toList();
        assertThat(both).allSatisfy(CompletableFuture::join);
    }

    private static Socket connectToTlsPortInPlain() throws IOException {
        return new Socket(InetAddress.getByName("127.0.0.1"), server.tlsPort());
    }

    private static String head(int length) {
        return "POST " + REGISTER + " HTTP/1.1\r\nHost: licet\r\n" + FORM + "Content-Length: " + length + "\r\n\r\n";
    }

    /// Writes these bytes, one each 100 ms, as long as the server lets it.
    private static Thread dribble(Socket socket, String text) {
        return Thread.ofVirtual().start(() -> {
            try {
                for (char c : text.toCharArray()) {
                    Requests.write(socket, String.valueOf(c));
                    Thread.sleep(100);
                }
            } catch (IOException cutOff) {
                // what is wanted
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Test
    void silentConnection_isClosed() {
        onBothPorts(socket -> {
            assertThat(Requests.isClosed(socket, PATIENCE)).isTrue();
        });
    }

    @Test
    void halfAHead_isClosed() {
        onBothPorts(socket -> {
            Requests.write(socket, "POST " + REGISTER + " HTTP/1.1\r\nHost: lic");
            assertThat(Requests.isClosed(socket, PATIENCE)).isTrue();
        });
    }

    @Test
    void head_dribbled_isClosed() {
        onBothPorts(socket -> {
            dribble(socket, head(5) + "x".repeat(1000));
            assertThat(Requests.isClosed(socket, PATIENCE)).isTrue();
        });
    }

    @Test
    void secondHead_dribbledOnKeptConnection_isClosed() {
        onBothPorts(socket -> {
            Requests.write(socket, "GET /health/live HTTP/1.1\r\nHost: licet\r\n\r\n");
            assertThat(TestServer.read(socket.getInputStream()).status()).isEqualTo(200);
            dribble(socket, head(5) + "x".repeat(1000));
            assertThat(Requests.isClosed(socket, PATIENCE)).isTrue();
        });
    }

    @Test
    void body_stalled_isAnswered() {
        onBothPorts(socket -> {
            Requests.write(socket, head(10_000) + server.token() + "&EventName=slow");
            assertThat(Requests.untilClosed(socket, PATIENCE)).contains("The input parameters were incorrect.");
        });
    }

    @Test
    void body_missing_isAnswered() {
        onBothPorts(socket -> {
            Requests.write(socket, head(10));
            assertThat(Requests.untilClosed(socket, PATIENCE)).contains("The input parameters were incorrect.");
        });
    }

    @Test
    void body_dribbled_isAnswered() {
        onBothPorts(socket -> {
            Requests.write(socket, head(10_000) + server.token() + "&EventName=slow&Metadata=");
            dribble(socket, "x".repeat(1000));
            assertThat(Requests.untilClosed(socket, PATIENCE)).contains("The input parameters were incorrect.");
        });
    }

    @Test
    void chunks_dribbled_areAnswered() {
        onBothPorts(socket -> {
            Requests.write(
                    socket,
                    "POST " + REGISTER + " HTTP/1.1\r\nHost: licet\r\n" + FORM + "Transfer-Encoding: chunked\r\n\r\n");
            dribble(socket, "1\r\nx\r\n".repeat(200));
            assertThat(Requests.untilClosed(socket, PATIENCE)).contains("The input parameters were incorrect.");
        });
    }

    @Test
    void idleConnection_thatWasUsed_isClosed() {
        onBothPorts(socket -> {
            Requests.write(socket, "GET /health/live HTTP/1.1\r\nHost: licet\r\n\r\n");
            assertThat(TestServer.read(socket.getInputStream()).status()).isEqualTo(200);
            assertThat(Requests.isClosed(socket, PATIENCE)).isTrue();
        });
    }

    @Test
    void tlsPort_withoutAWord_isClosed() throws IOException {
        try (Socket socket = connectToTlsPortInPlain()) {
            assertThat(Requests.isClosed(socket, PATIENCE)).isTrue();
        }
    }

    @Test
    void tlsPort_withHalfAClientHello_isClosed() throws IOException {
        try (Socket socket = connectToTlsPortInPlain()) {
            Requests.write(socket, new byte[] {22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3, 1, 2, 3});
            assertThat(Requests.isClosed(socket, PATIENCE)).isTrue();
        }
    }

    @Test
    void tlsPort_withDribbledClientHello_isClosed() throws IOException {
        try (Socket socket = connectToTlsPortInPlain()) {
            dribble(socket, "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003" + "x".repeat(500));
            assertThat(Requests.isClosed(socket, PATIENCE)).isTrue();
        }
    }

    @Test
    void tlsPort_withPlainHttp_isClosed() throws IOException {
        try (Socket socket = connectToTlsPortInPlain()) {
            Requests.write(socket, Requests.register(server, "plain"));
            assertThat(Requests.isClosed(socket, PATIENCE)).isTrue();
        }
    }

    @Test
    void plainPort_withTls_isRefusedOrClosed() throws IOException {
        try (Socket socket = server.connect(false)) {
            Requests.write(socket, new byte[] {22, 3, 1, 0, 5, 1, 0, 0, 1, 0, '\r', '\n', '\r', '\n'});
            assertThat(Requests.isClosed(socket, PATIENCE)).isTrue();
        }
    }

    @Test
    void http2_withPrefaceAlone_isClosed() throws IOException {
        try (Socket socket = http2()) {
            assertThat(Requests.isClosed(socket, PATIENCE)).isTrue();
        }
    }

    @Test
    void http2_bodyStalled_isAnswered() throws IOException {
        try (Socket socket = http2()) {
            // HEADERS of stream 1, without END_STREAM: :method POST, :scheme https, :path, :authority
            byte[] path = REGISTER.getBytes(StandardCharsets.ISO_8859_1);
            byte[] block = new byte[2 + 2 + path.length + 2 + 5];
            block[0] = (byte) 0x83;
            block[1] = (byte) 0x87;
            block[2] = 0x04;
            block[3] = (byte) path.length;
            System.arraycopy(path, 0, block, 4, path.length);
            block[4 + path.length] = 0x01;
            block[5 + path.length] = 5;
            System.arraycopy(Requests.bytes("licet"), 0, block, 6 + path.length, 5);
            Requests.write(socket, frame(1, 0x4, 1, block));
            Requests.write(socket, frame(0, 0, 1, Requests.bytes("EventName=slow")));
            String answer = Requests.untilClosed(socket, PATIENCE);
            assertThat(answer).contains("The input parameters were incorrect.");
        }
    }

    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        byte[] frame = new byte[9 + payload.length];
        frame[1] = (byte) (payload.length >> 8);
        frame[2] = (byte) payload.length;
        frame[3] = (byte) type;
        frame[4] = (byte) flags;
        frame[8] = (byte) stream;
        System.arraycopy(payload, 0, frame, 9, payload.length);
        return frame;
    }

    /// A connection on which HTTP/2 was agreed, its preface and empty settings sent.
    private static Socket http2() throws IOException {
        SSLSocket socket = (SSLSocket) server.connect(true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        socket.setSSLParameters(parameters);
        Requests.write(socket, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        Requests.write(socket, frame(4, 0, 0, new byte[0]));
        return socket;
    }
}
