package dev.licet.server.http;

import static dev.licet.server.http.Requests.FORM;
import static dev.licet.server.http.Requests.JSON;
import static dev.licet.server.http.Requests.REGISTER;
import static dev.licet.server.http.Requests.bytes;
import static dev.licet.server.http.Requests.get;
import static dev.licet.server.http.Requests.post;
import static dev.licet.server.http.Requests.register;
import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.server.TestServer;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The shapes that a right request may have, plain and over TLS.
class RequestShapeTest {
    private static final String FINE = "{\"result\":0,\"message\":\"\"}";

    @TempDir
    static Path directory;

    private static TestServer server;
    private static int count;

    private String event;

    @BeforeAll
    static void start() {
        server = TestServer.start(directory.resolve("data"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void nameEvent() {
        event = "event" + ++count;
    }

    private void isStored(boolean tls, byte[] request) {
        assertThat(server.exchange(tls, request).body()).isEqualTo(FINE);
        assertThat(server.eventNames()).contains(event);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void query_isTakenFromGet(boolean tls) {
        isStored(tls, get(REGISTER + "?" + server.token() + "&EventName=" + event));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void form_isTaken(boolean tls) {
        isStored(tls, register(server, event));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void json_isTaken(boolean tls) {
        isStored(
                tls,
                post(
                        REGISTER,
                        JSON,
                        "{\"token\":\"" + server.first().accessToken() + "\",\"EventName\":\"" + event + "\"}"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void multipart_isTaken(boolean tls) {
        isStored(
                tls,
                post(
                        REGISTER,
                        "Content-Type: multipart/form-data; boundary=\"b b\"\r\n",
                        "--b b\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n"
                                + server.first().accessToken()
                                + "\r\n--b b\r\nContent-Disposition: form-data; name=\"EventName\"\r\n\r\n" + event
                                + "\r\n--b b--\r\n"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void multipart_withoutQuotes_isTaken(boolean tls) {
        isStored(
                tls,
                post(
                        REGISTER,
                        "Content-Type: multipart/form-data; boundary=b\r\n",
                        "--b\r\nContent-Disposition: form-data; name=token\r\n\r\n"
                                + server.first().accessToken()
                                + "\r\n--b\r\nContent-Disposition: form-data; name=EventName\r\n\r\n" + event
                                + "\r\n--b--\r\n"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void chunkedBody_ofSingleBytes_isTaken(boolean tls) {
        StringBuilder chunks = new StringBuilder();
        for (char c : (server.token() + "&EventName=" + event).toCharArray()) {
            chunks.append("1;extension=x\r\n").append(c).append("\r\n");
        }
        isStored(
                tls,
                bytes("POST " + REGISTER + " HTTP/1.1\r\nHost: licet\r\n" + FORM + "Transfer-Encoding: chunked\r\n\r\n"
                        + chunks + "0\r\nTrailer: x\r\n\r\n"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void http10_withoutHost_isTaken_andClosedAfterwards(boolean tls) throws IOException {
        String body = server.token() + "&EventName=" + event;
        try (Socket socket = server.connect(tls)) {
            Requests.write(
                    socket,
                    "POST " + REGISTER + " HTTP/1.0\r\n" + FORM + "Content-Length: " + body.length() + "\r\n\r\n"
                            + body);
            assertThat(TestServer.read(socket.getInputStream()).body()).isEqualTo(FINE);
            assertThat(Requests.isClosed(socket, Duration.ofSeconds(5))).isTrue();
        }
        assertThat(server.eventNames()).contains(event);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void absoluteFormTarget_isTaken(boolean tls) {
        isStored(tls, get("http://licet" + REGISTER + "?" + server.token() + "&EventName=" + event));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void foldedHeader_isReadAsOneLine(boolean tls) {
        isStored(tls, post(REGISTER, FORM + "X-Folded: a\r\n b\r\n\tc\r\n", server.token() + "&EventName=" + event));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/ai/registerevent", "/API/AI/REGISTEREVENT", "//api//ai/RegisterEvent/"})
    void path_inAnyCaseWithDoubledSlashes_isTaken(String path) {
        isStored(false, get(path + "?" + server.token() + "&EventName=" + event));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void expect_isContinued(boolean tls) throws IOException {
        String body = server.token() + "&EventName=" + event;
        try (Socket socket = server.connect(tls)) {
            Requests.write(
                    socket,
                    "POST " + REGISTER + " HTTP/1.1\r\nHost: licet\r\n" + FORM
                            + "Expect: 100-Continue\r\nContent-Length: " + body.length() + "\r\n\r\n");
            byte[] interim = socket.getInputStream().readNBytes("HTTP/1.1 100 Continue\r\n\r\n".length());
            assertThat(new String(interim, StandardCharsets.ISO_8859_1)).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            Requests.write(socket, body);
            assertThat(TestServer.read(socket.getInputStream()).body()).isEqualTo(FINE);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void requests_pipelined_areAnsweredInOrder(boolean tls) throws IOException {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            all.append("GET /no/such/path/").append(i).append(" HTTP/1.1\r\nHost: licet\r\n\r\n");
            all.append(new String(register(server, event + "-" + i), StandardCharsets.ISO_8859_1));
        }
        try (Socket socket = server.connect(tls)) {
            Requests.write(socket, all.toString());
            for (int i = 0; i < 20; i++) {
                assertThat(TestServer.read(socket.getInputStream()).status()).isEqualTo(404);
                assertThat(TestServer.read(socket.getInputStream()).body()).isEqualTo(FINE);
            }
        }
        assertThat(server.eventNames().subList(0, 20).reversed()).first().isEqualTo(event + "-0");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void connection_isKeptAlive_overRefusalsOfDialect(boolean tls) throws IOException {
        try (Socket socket = server.connect(tls)) {
            for (int i = 0; i < 3; i++) {
                Requests.write(socket, post(REGISTER, FORM, "token=wrong"));
                assertThat(TestServer.read(socket.getInputStream()).body()).contains("Access denied.");
                Requests.write(socket, register(server, event));
                assertThat(TestServer.read(socket.getInputStream()).body()).isEqualTo(FINE);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void connectionClose_isHonoured(boolean tls) throws IOException {
        try (Socket socket = server.connect(tls)) {
            Requests.write(
                    socket, post(REGISTER, FORM + "Connection: close\r\n", server.token() + "&EventName=" + event));
            assertThat(TestServer.read(socket.getInputStream()).body()).isEqualTo(FINE);
            assertThat(Requests.isClosed(socket, Duration.ofSeconds(5))).isTrue();
        }
    }

    @Test
    void text_ofManyScripts_comesBackWhole() {
        server.post(false, REGISTER, server.token() + "&EventName=%e7%95%8c%F0%9F%92%A1+%2B%26");
        assertThat(server.eventNames()).contains("\u754c\ud83d\udca1 +&");
    }

    @Test
    void http2_isSpokenOverTls() throws IOException, InterruptedException {
        try (HttpClient client = client()) {
            HttpResponse<String> response = send(client, server.token() + "&EventName=" + event);
            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(response.body()).isEqualTo(FINE);
            assertThat(server.eventNames()).contains(event);
        }
    }

    @Test
    void http2_bodyOverLimit_isRefusedAndConnectionGoesOn() throws IOException, InterruptedException {
        try (HttpClient client = client()) {
            HttpResponse<String> refused =
                    send(client, server.token() + "&EventName=" + event + "&Metadata=" + "x".repeat(12 << 20));
            assertThat(refused.body()).contains("The input parameters were incorrect.");
            assertThat(server.eventNames()).doesNotContain(event);
            assertThat(send(client, server.token() + "&EventName=" + event).body())
                    .isEqualTo(FINE);
        }
    }

    @Test
    void http2_headersNearLimit_areTaken() throws IOException, InterruptedException {
        try (HttpClient client = client()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + server.tlsPort() + REGISTER
                            + "?" + server.token() + "&EventName=" + event))
                    .timeout(Duration.ofSeconds(20))
                    .header("X-Long", "x".repeat(30 * 1024))
                    .build();
            assertThat(client.send(request, HttpResponse.BodyHandlers.ofString())
                            .body())
                    .isEqualTo(FINE);
        }
    }

    @Test
    void http2_manyStreamsAtOnce_areAllAnswered() {
        try (HttpClient client = client()) {
            var answers = IntStream.range(0, 90)
                    .mapToObj(i -> client.sendAsync(
                            request(server.token() + "&EventName=" + event), HttpResponse.BodyHandlers.ofString()))
                    .toList();
            assertThat(answers)
                    .allSatisfy(answer -> assertThat(answer.join().body()).isEqualTo(FINE));
        }
    }

    private static HttpClient client() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_2)
                .sslContext(server.trusting())
                .build();
    }

    private static HttpResponse<String> send(HttpClient client, String form) throws IOException, InterruptedException {
        return client.send(request(form), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest request(String form) {
        return HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + server.tlsPort() + REGISTER))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build();
    }
}
