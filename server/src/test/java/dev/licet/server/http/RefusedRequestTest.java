package dev.licet.server.http;

import static dev.licet.server.http.Requests.FORM;
import static dev.licet.server.http.Requests.JSON;
import static dev.licet.server.http.Requests.REGISTER;
import static dev.licet.server.http.Requests.bytes;
import static dev.licet.server.http.Requests.get;
import static dev.licet.server.http.Requests.post;
import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.server.TestServer;
import dev.licet.server.config.Setting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests that have to be refused, with small limits: what is answered, that the answer can be read, and that
/// nothing of them is stored. Each goes over a plain and over a TLS connection.
class RefusedRequestTest {
    private static final int MAX_BODY = 64 * 1024;
    private static final int MAX_LINE = 2048;
    private static final int MAX_HEADERS = 4096;
    private static final int MAX_PARAMETERS = 20;
    private static final String INCORRECT = "{\"result\":1,\"message\":\"The input parameters were incorrect.\"}";

    @TempDir
    static Path directory;

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start(
                directory.resolve("data"),
                Map.of(
                        Setting.MAX_BODY, "64KiB",
                        Setting.MAX_REQUEST_LINE, "2KiB",
                        Setting.MAX_HEADERS, "4KiB",
                        Setting.MAX_METADATA, "1KiB",
                        Setting.MAX_EVENTS, "5",
                        Setting.MAX_PARAMETERS, Integer.toString(MAX_PARAMETERS)));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void nothingIsStored() {
        assertThat(server.eventNames()).isEmpty();
    }

    /// Refused the same way over both kinds of connection.
    private static TestServer.Reply refused(byte[] request) {
        TestServer.Reply plain = exchange(false, request);
        TestServer.Reply tls = exchange(true, request);
        assertThat(tls.status()).isEqualTo(plain.status());
        assertThat(tls.body()).isEqualTo(plain.body());
        assertThat(plain.body()).doesNotContain("Exception", "java.", "dev.licet", "io.vertx", "netty");
        return plain;
    }

    /// Sends all before it reads, as a client does that is not prepared to be interrupted.
    private static TestServer.Reply exchange(boolean tls, byte[] request) {
        try (Socket socket = server.connect(tls)) {
            Requests.write(socket, request);
            return TestServer.read(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void isIncorrectInput(byte[] request) {
        TestServer.Reply reply = refused(request);
        assertThat(reply.body()).isEqualTo(INCORRECT);
        assertThat(reply.headers())
                .containsEntry("content-type", "application/json; charset=utf-8")
                .containsKey("licet-request-id");
    }

    private static String event() {
        return server.token() + "&EventName=wrong";
    }

    private static String chunked(String... chunks) {
        StringBuilder body = new StringBuilder();
        for (String chunk : chunks) {
            body.append(Integer.toHexString(chunk.length()))
                    .append("\r\n")
                    .append(chunk)
                    .append("\r\n");
        }
        return body.append("0\r\n\r\n").toString();
    }

    private static byte[] postChunked(String... chunks) {
        return bytes("POST " + REGISTER + " HTTP/1.1\r\nHost: licet\r\n" + FORM + "Transfer-Encoding: chunked\r\n\r\n"
                + chunked(chunks));
    }

    // Limits

    @Test
    void body_overLimitByContentLength_isRefused() {
        isIncorrectInput(post(REGISTER, FORM, event() + "&Metadata=" + "x".repeat(MAX_BODY)));
    }

    @Test
    void body_farOverLimit_answerCanBeRead() {
        isIncorrectInput(post(REGISTER, FORM, event() + "&Metadata=" + "x".repeat(8 << 20)));
    }

    @Test
    void body_farOverLimitOnConnectionToBeClosed_answerCanBeRead() {
        isIncorrectInput(post(REGISTER, FORM + "Connection: close\r\n", event() + "&Metadata=" + "x".repeat(8 << 20)));
    }

    @Test
    void body_farOverLimitByHttp10_answerCanBeRead() {
        String body = event() + "&Metadata=" + "x".repeat(8 << 20);
        isIncorrectInput(bytes(
                "POST " + REGISTER + " HTTP/1.0\r\n" + FORM + "Content-Length: " + body.length() + "\r\n\r\n" + body));
    }

    @Test
    void body_overLimitInChunks_isRefused() {
        String piece = "x".repeat(16 * 1024);
        isIncorrectInput(postChunked(event() + "&Metadata=", piece, piece, piece, piece, piece, piece));
    }

    @Test
    void body_farOverLimitInChunks_answerCanBeRead() {
        isIncorrectInput(postChunked(event() + "&Metadata=", "x".repeat(8 << 20)));
    }

    @Test
    void body_overLimitBehindExpect_isRefusedWithoutContinue() throws IOException {
        for (boolean tls : new boolean[] {false, true}) {
            try (Socket socket = server.connect(tls)) {
                Requests.write(
                        socket,
                        "POST " + REGISTER + " HTTP/1.1\r\nHost: licet\r\n" + FORM
                                + "Expect: 100-continue\r\nContent-Length: " + (MAX_BODY + 1) + "\r\n\r\n");
                byte[] first = socket.getInputStream().readNBytes(12);
                assertThat(new String(first, StandardCharsets.ISO_8859_1)).isEqualTo("HTTP/1.1 200");
            }
        }
    }

    @Test
    void requestLine_overLimit_isRefused() {
        isIncorrectInput(get(REGISTER + "?" + event() + "&Metadata=" + "x".repeat(MAX_LINE)));
    }

    @Test
    void requestLine_farOverLimit_isRefusedAs413() {
        assertThat(refused(get(REGISTER + "?" + event() + "&Metadata=" + "x".repeat(100 * MAX_LINE)))
                        .status())
                .isEqualTo(413);
    }

    @Test
    void headers_overLimit_areRefused() {
        isIncorrectInput(post(REGISTER, FORM + "X-Long: " + "x".repeat(MAX_HEADERS) + "\r\n", event()));
    }

    @Test
    void headers_manyOverLimitTogether_areRefused() {
        isIncorrectInput(post(REGISTER, FORM + "X-More: 0123456789\r\n".repeat(MAX_HEADERS / 20), event()));
    }

    @Test
    void headers_farOverLimit_areRefused() {
        isIncorrectInput(post(REGISTER, FORM + "X-Long: " + "x".repeat(100 * MAX_HEADERS) + "\r\n", event()));
    }

    @Test
    void parameters_tooManyInForm_areRefused() {
        isIncorrectInput(post(REGISTER, FORM, event() + "&a=b".repeat(MAX_PARAMETERS)));
    }

    @Test
    void parameters_tooManyInQueryAndFormTogether_areRefused() {
        isIncorrectInput(post(
                REGISTER + "?x=y" + "&a=b".repeat(MAX_PARAMETERS / 2),
                FORM,
                event() + "&a=b".repeat(MAX_PARAMETERS / 2)));
    }

    @Test
    void parameters_tooManyInJson_areRefused() {
        isIncorrectInput(post(
                REGISTER,
                JSON,
                "{\"token\":\"" + server.first().accessToken() + "\",\"EventName\":\"wrong\""
                        + ",\"a\":1".repeat(MAX_PARAMETERS) + "}"));
    }

    @Test
    void limitsOfTexts_areRefused() {
        isIncorrectInput(post(REGISTER, FORM, event() + "&Key=" + "k".repeat(257)));
        isIncorrectInput(post(REGISTER, FORM, event() + "&MachineCode=" + "k".repeat(257)));
        isIncorrectInput(post(REGISTER, FORM, event() + "&Currency=" + "k".repeat(17)));
        isIncorrectInput(post(REGISTER, FORM, event() + "x".repeat(101)));
        isIncorrectInput(post(REGISTER, FORM, event() + "&FeatureName=" + "x".repeat(101)));
    }

    @Test
    void limitOfMetadata_countsBytes() {
        isIncorrectInput(post(REGISTER, FORM, event() + "&Metadata=" + "x".repeat(1025)));
        isIncorrectInput(post(REGISTER, FORM, event() + "&Metadata=" + "%c3%a4".repeat(513)));
        isIncorrectInput(post(REGISTER, JSON, json("\"Metadata\":{\"a\":\"" + "x".repeat(1020) + "\"}")));
    }

    @Test
    void limitOfEvents_countsThemAll() {
        isIncorrectInput(post(
                "/api/ai/RegisterEvents",
                FORM,
                server.token() + "&Events=[" + "{%22EventName%22:%22wrong%22},".repeat(5)
                        + "{%22EventName%22:%22wrong%22}]"));
    }

    // Texts that can't be read

    @ParameterizedTest
    @ValueSource(strings = {"%", "%4", "%zz", "%4g", "a%", "a%f", "%%41", "%+1", "%u0041"})
    void percentEscape_broken_isRefused(String text) {
        isIncorrectInput(post(REGISTER, FORM, event() + "&Metadata=" + text));
        isIncorrectInput(post(REGISTER, FORM, event() + "&" + text + "=x"));
        isIncorrectInput(get(REGISTER + "?" + event() + "&Metadata=" + text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"%ff", "%c3", "%c3%28", "%c0%80", "%ed%a0%80", "%f4%90%80%80", "%e2%82", "%00", "a%00b"})
    void text_notUtf8OrWithNul_isRefused(String text) {
        isIncorrectInput(post(REGISTER, FORM, event() + "&Metadata=" + text));
        isIncorrectInput(get(REGISTER + "?" + event() + "&Metadata=" + text));
        isIncorrectInput(post(REGISTER + "?Metadata=" + text, FORM, event()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u00ff", "\u00c3", "\u0000", "\u00ed\u00a0\u0080"})
    void rawByte_notUtf8OrNul_isRefusedInBodies(String raw) {
        isIncorrectInput(post(REGISTER, FORM, event() + "&Metadata=" + raw));
        isIncorrectInput(post(REGISTER, JSON, json("\"Metadata\":\"" + raw + "\"")));
        isIncorrectInput(post(REGISTER, "Content-Type: multipart/form-data; boundary=b\r\n", part("Metadata", raw)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u00ff", "\u00c3", "\u00ed\u00a0\u0080"})
    void rawByte_notUtf8_isRefusedInQuery(String raw) {
        isIncorrectInput(get(REGISTER + "?" + event() + "&Metadata=" + raw));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\u0000", "\\ud800", "\\udc00x", "\\uZZZZ", "\\x", "\n"})
    void jsonText_withEscapeThatIsNoText_isRefused(String text) {
        isIncorrectInput(post(REGISTER, JSON, json("\"Metadata\":\"" + text + "\"")));
        isIncorrectInput(post(REGISTER, JSON, json("\"" + text + "\":\"x\"")));
    }

    private static String json(String member) {
        return "{\"token\":\"" + server.first().accessToken() + "\",\"EventName\":\"wrong\"," + member + "}";
    }

    private static String part(String name, String value) {
        return "--b\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n"
                + server.first().accessToken() + "\r\n--b\r\nContent-Disposition: form-data; name=\"" + name
                + "\"\r\n\r\n" + value + "\r\n--b--\r\n";
    }

    @Test
    void json_cutAnywhere_isRefused() {
        String whole = json("\"Metadata\":{\"a\":[1,true,null,\"x\"]}");
        for (int length = 1; length < whole.length(); length += 3) {
            isIncorrectInput(post(REGISTER, JSON, whole.substring(0, length)));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"[]", "1", "\"x\"", "null", "{} {}", "{},", "{\"a\":NaN}", "{'a':1}", "{a:1}", "{\"a\":01}"})
    void json_thatIsNoObjectOrNoJson_isRefused(String body) {
        isIncorrectInput(post(REGISTER, JSON, body));
    }

    @Test
    void json_nestedTooDeep_isRefused() {
        isIncorrectInput(post(REGISTER, JSON, json("\"Metadata\":" + "[".repeat(20_000) + "]".repeat(20_000))));
    }

    @Test
    void json_numberOfManyDigits_isRefused() {
        isIncorrectInput(post(REGISTER, JSON, json("\"Value\":" + "9".repeat(30_000))));
        isIncorrectInput(post(REGISTER, JSON, json("\"Value\":1e999999999")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/xml", "application/octet-stream", "nonsense", "text/json"})
    void contentType_thatIsNotTaken_isRefused(String type) {
        isIncorrectInput(post(REGISTER, "Content-Type: " + type + "\r\n", event()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "; boundary", "; boundary=", "; boundary=other", "; boundary=\"\""})
    void multipart_withoutItsBoundary_isRefused(String boundary) {
        isIncorrectInput(
                post(REGISTER, "Content-Type: multipart/form-data" + boundary + "\r\n", part("EventName", "wrong")));
    }

    @Test
    void multipart_cutAnywhere_isRefused() {
        String whole = part("EventName", "wrong");
        for (int length = 1; length < whole.length() - 4; length += 5) {
            isIncorrectInput(
                    post(REGISTER, "Content-Type: multipart/form-data; boundary=b\r\n", whole.substring(0, length)));
        }
    }

    // Verbs and paths

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "get", "NONSENSE"})
    void verb_thatIsNotTaken_isAnswered405WithAllow(String verb) {
        TestServer.Reply reply =
                refused(bytes(verb + " " + REGISTER + "?" + event() + " HTTP/1.1\r\nHost: licet\r\n\r\n"));
        assertThat(reply.status()).isEqualTo(405);
        assertThat(reply.headers()).containsEntry("allow", "GET, POST");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/nothing", "//", "/%", "/.", "/../api/ai/RegisterEvent", "/health", "/API", "*", "/\u00ff"})
    void path_ofNobody_isAnswered404(String path) {
        assertThat(refused(get(path)).status()).isEqualTo(404);
    }

    @Test
    void method_thatIsUnknown_isAnswered404InDialect() {
        TestServer.Reply reply = refused(post("/api/ai/Nothing", FORM, event()));
        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.json().get("result").asInt()).isEqualTo(1);
    }

    // Heads that can't be read

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                "Content-Length: 5\r\nContent-Length: 6\r\n",
                "Content-Length: -1\r\n",
                "Content-Length: +5\r\n",
                "Content-Length: 5x\r\n",
                "Content-Length: 99999999999999999999\r\n",
                "Content-Length: \r\n",
                "Transfer-Encoding: gzip\r\n",
                "Transfer-Encoding: xchunked\r\n",
                "No colon\r\n",
                "X\u0000Y: z\r\n",
                "X: a\u0000b\r\n",
                "X : a\r\n",
                ": a\r\n",
                "Host: second\r\n",
            })
    void headers_thatContradictOrCantBeRead_areRefusedAs400OrInDialect(String headers) {
        TestServer.Reply reply =
                refused(bytes("POST " + REGISTER + " HTTP/1.1\r\nHost: licet\r\n" + FORM + headers + "\r\n" + event()));
        if (reply.status() == 200) {
            assertThat(reply.body()).isEqualTo(INCORRECT);
        } else {
            assertThat(reply.status()).isEqualTo(400);
        }
    }

    @Test
    void host_missing_isRefused() {
        isIncorrectInput(bytes("GET " + REGISTER + "?" + event() + " HTTP/1.1\r\n\r\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET\r\n\r\n",
                "nonsense\r\n\r\n",
                "GET /a b c HTTP/1.1\r\nHost: licet\r\n\r\n",
                "G\u0000T / HTTP/1.1\r\nHost: licet\r\n\r\n",
                "GET / HTTP/1.1\nHost: licet\n\n",
            })
    void requestLine_thatIsNone_isRefusedAs400(String request) {
        assertThat(refused(bytes(request)).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"zz\r\n", "-5\r\nabcde\r\n", "5\r\nabcdefgh\r\n0\r\n\r\n", "\r\n", "ffffffffffffffff\r\n"})
    void chunk_thatIsNone_isRefused(String chunk) {
        TestServer.Reply reply = refused(bytes("POST " + REGISTER + " HTTP/1.1\r\nHost: licet\r\n" + FORM
                + "Transfer-Encoding: chunked\r\n\r\n" + chunk));
        if (reply.status() == 200) {
            assertThat(reply.body()).isEqualTo(INCORRECT);
        } else {
            assertThat(reply.status()).isEqualTo(400);
        }
    }
}
