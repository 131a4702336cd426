package dev.licet.server.http;

import static dev.licet.server.http.Requests.FORM;
import static dev.licet.server.http.Requests.JSON;
import static dev.licet.server.http.Requests.REGISTER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.server.TestServer;
import dev.licet.server.config.Setting;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Right requests with some bytes changed, left out, doubled or put in. Whatever comes of it: no failure of ours,
/// no silence over the deadline, nothing of our insides in an answer.
class MutatedRequestTest {
    private static final long SEED = 20261122;
    private static final int REQUESTS = 2200;
    /// The library says 501 to a version of HTTP that it does not speak.
    private static final Pattern FAILURE = Pattern.compile("HTTP/1\\.[01] 5(?!01)");
    private static final String[] PIECES = {
        "\r\n",
        "\n",
        "\r\n\r\n",
        "\u0000",
        "%",
        "%00",
        "%ff",
        "&",
        "=",
        ":",
        " ",
        "\t",
        "/",
        "//",
        "..",
        "?",
        "#",
        "\"",
        "{",
        "[",
        "}",
        "\\u0000",
        "\\ud800",
        "Content-Length: 7\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Host: x\r\n",
        "HTTP/1.0",
        "99999999999999999999",
        "-1",
        "\u00ff\u00fe",
        "\u0016\u0003\u0001",
        "Expect: 100-continue\r\n",
        "Connection: close\r\n",
        "Upgrade: h2c\r\n",
        "Upgrade: websocket\r\n",
        "Content-Encoding: gzip\r\n",
        "1e400",
    };

    @TempDir
    Path directory;

    @Test
    void mutatedRequests_areAnsweredOrCutOff_withoutFailure() throws Exception {
        try (TestServer server = TestServer.start(
                        directory.resolve("data"),
                        Map.of(
                                Setting.REQUEST_TIMEOUT, "300ms",
                                Setting.MAX_BODY, "16KiB",
                                Setting.MAX_HEADERS, "2KiB",
                                Setting.MAX_REQUEST_LINE, "1KiB"));
                ExecutorService clients =
                        Executors.newFixedThreadPool(128, Thread.ofVirtual().factory())) {
            List<byte[]> seeds = seeds(server);
            Random random = new Random(SEED);
            List<Future<String>> outcomes = new ArrayList<>();
            for (int i = 0; i < REQUESTS; i++) {
                byte[] request = mutated(seeds.get(random.nextInt(seeds.size())), random);
                boolean tls = i % 10 == 0;
                Callable<String> call = () -> outcome(server, tls, request);
                outcomes.add(clients.submit(call));
            }
            for (Future<String> outcome : outcomes) {
                assertThat(outcome.get()).isEqualTo("fine");
            }
            assertThat(server.exchange(false, Requests.register(server, "after"))
                            .body())
                    .isEqualTo("{\"result\":0,\"message\":\"\"}");
        }
    }

    private static List<byte[]> seeds(TestServer server) {
        String token = server.first().accessToken();
        return List.of(
                Requests.register(server, "start"),
                Requests.get(REGISTER + "?" + server.token() + "&EventName=start&Value=5"),
                Requests.post(
                        REGISTER,
                        JSON,
                        "{\"token\":\"" + token + "\",\"EventName\":\"start\",\"Metadata\":{\"a\":[1]}}"),
                Requests.post(
                        "/api/ai/RegisterEvents",
                        FORM,
                        server.token() + "&Events=%5B%7B%22EventName%22%3A%22start%22%2C%22Time%22%3A1500000000%7D%5D"),
                Requests.post("/api/ai/GetEvents", FORM, server.token() + "&Limit=5&Time=%7B%22gte%22%3A5%7D"),
                Requests.post(
                        REGISTER,
                        "Content-Type: multipart/form-data; boundary=b\r\n",
                        "--b\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n" + token
                                + "\r\n--b\r\nContent-Disposition: form-data; name=\"Value\"\r\n\r\n7\r\n--b--\r\n"),
                Requests.bytes("POST " + REGISTER + " HTTP/1.1\r\nHost: licet\r\n" + FORM
                        + "Transfer-Encoding: chunked\r\n\r\n6\r\ntoken=\r\n0\r\n\r\n"),
                Requests.post(
                        "/v1/products", JSON + "Authorization: Bearer " + token + "\r\n", "{\"name\":\"A product\"}"),
                Requests.post(
                        "/v1/applications",
                        JSON + "Authorization: Bearer " + token + "\r\n",
                        "{\"name\":\"App\",\"quota\":{\"calls\":5,\"window\":\"PT1H\"},\"gap\":\"PT0.5S\"}"),
                Requests.bytes("GET /v1/users?limit=5&cursor=3 HTTP/1.1\r\nHost: licet\r\nAuthorization: Bearer "
                        + token + "\r\n\r\n"),
                Requests.get("/health/ready"),
                Requests.get("/metrics"));
    }

    private static byte[] mutated(byte[] seed, Random random) {
        byte[] bytes = seed;
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            int at = random.nextInt(bytes.length);
            int length = random.nextInt(Math.min(12, bytes.length - at)) + 1;
            ByteArrayOutputStream changed = new ByteArrayOutputStream();
            changed.write(bytes, 0, at);
            switch (random.nextInt(6)) {
                case 0 -> changed.write(random.nextInt(256));
                case 1 -> changed.writeBytes(Requests.bytes(PIECES[random.nextInt(PIECES.length)]));
                case 2 -> changed.writeBytes(Arrays.copyOfRange(bytes, at, at + length));
                case 3 -> changed.writeBytes(Requests.bytes("x".repeat(1 << random.nextInt(16))));
                default -> {
                    // what stood here is only left out or cut off
                }
            }
            int next = random.nextBoolean() ? at : at + length;
            changed.write(bytes, next, bytes.length - next);
            bytes = random.nextInt(20) == 0 ? Arrays.copyOf(bytes, at + 1) : changed.toByteArray();
        }
        return bytes;
    }

    /// `fine`, or what is wrong with what came back.
    private static String outcome(TestServer server, boolean tls, byte[] request) throws IOException {
        String answer;
        try (Socket socket = server.connect(tls)) {
            Requests.write(socket, request);
            answer = Requests.untilClosed(socket, Duration.ofSeconds(30));
        } catch (SocketException cutOff) {
            return "fine";
        }
        for (String wrong : List.of("Exception", "at dev.licet", "java.", "io.netty", "io.vertx", "\"result\":null")) {
            if (answer.contains(wrong)) {
                return shown(request) + " -> " + answer;
            }
        }
        return FAILURE.matcher(answer).find() ? shown(request) + " -> " + answer : "fine";
    }

    private static String shown(byte[] request) {
        return new String(request, StandardCharsets.ISO_8859_1);
    }
}
