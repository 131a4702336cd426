package dev.licet.server.http;

import static dev.licet.server.http.Requests.FORM;
import static dev.licet.server.http.Requests.REGISTER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.server.TestServer;
import dev.licet.server.config.Setting;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// More than the server takes at once: 503 for what is too much, and all is well again afterwards.
class OverloadTest {
    private static final String FINE = "{\"result\":0,\"message\":\"\"}";

    @TempDir
    Path directory;

    /// A connection that has sent all of a right request but its last bytes.
    private static Socket unfinished(TestServer server, String event, int size) throws IOException {
        String body = server.token() + "&EventName=" + event + "&x=" + "x".repeat(size);
        Socket socket = server.connect(false);
        Requests.write(
                socket,
                "POST " + REGISTER + " HTTP/1.1\r\nHost: licet\r\n" + FORM + "Content-Length: " + (body.length() + 3)
                        + "\r\n\r\n" + body);
        return socket;
    }

    private static void isUnavailable(TestServer.Reply reply) {
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.headers().get("retry-after")).matches("[1-9][0-9]*");
        assertThat(reply.body()).isEqualTo("{\"result\":1,\"message\":\"The service is temporarily unavailable.\"}");
    }

    /// Asks until it is answered as wished; what others gave back may take a moment to count.
    private static void becomesFine(TestServer server, String event) throws InterruptedException {
        TestServer.Reply reply = server.exchange(false, Requests.register(server, event));
        for (int i = 0; i < 50 && reply.status() == 503; i++) {
            Thread.sleep(100);
            reply = server.exchange(false, Requests.register(server, event));
        }
        assertThat(reply.body()).isEqualTo(FINE);
    }

    @Test
    void bodies_overTheirMemory_areAnswered503_untilSomeIsFree() throws Exception {
        try (TestServer server = TestServer.start(
                directory.resolve("data"), Map.of(Setting.MAX_BODIES, "256KiB", Setting.MAX_BODY, "256KiB"))) {
            List<Socket> held = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                held.add(unfinished(server, "held", 120 * 1024));
            }
            Thread.sleep(300);
            isUnavailable(server.exchange(
                    false,
                    Requests.post(REGISTER, FORM, server.token() + "&EventName=toomuch&x=" + "x".repeat(64 * 1024))));
            assertThat(server.exchange(false, Requests.get("/health/live")).status())
                    .isEqualTo(200);
            for (Socket socket : held) {
                Requests.write(socket, "end");
                assertThat(TestServer.read(socket.getInputStream()).body()).isEqualTo(FINE);
                socket.close();
            }
            assertThat(server.exchange(
                                    false,
                                    Requests.post(
                                            REGISTER,
                                            FORM,
                                            server.token() + "&EventName=after&x=" + "x".repeat(200 * 1024)))
                            .body())
                    .isEqualTo(FINE);
            assertThat(server.eventNames()).containsExactlyInAnyOrder("held", "held", "after");
        }
    }

    @Test
    void connections_overTheirNumber_areClosed_untilOneIsGone() throws Exception {
        try (TestServer server = TestServer.start(directory.resolve("data"), Map.of(Setting.MAX_CONNECTIONS, "2"))) {
            Socket first = server.connect(false);
            Socket second = server.connect(true);
            for (Socket socket : List.of(first, second)) {
                Requests.write(socket, Requests.get("/health/live"));
                assertThat(TestServer.read(socket.getInputStream()).status()).isEqualTo(200);
            }
            try (Socket third = server.connect(false)) {
                assertThat(third.getInputStream().read()).isEqualTo(-1);
            }
            first.close();
            assertThat(isLetInSoon(server)).isTrue();
            second.close();
        }
    }

    private static boolean isLetInSoon(TestServer server) throws Exception {
        for (int i = 0; i < 50; i++) {
            try (Socket socket = server.connect(false)) {
                Requests.write(socket, Requests.get("/health/live"));
                return TestServer.read(socket.getInputStream()).status() == 200;
            } catch (IOException e) {
                Thread.sleep(100);
            }
        }
        return false;
    }

    @Test
    void requests_overTheirNumber_areAnswered503_untilOneIsDone() throws Exception {
        try (TestServer server = TestServer.start(directory.resolve("data"), Map.of(Setting.MAX_REQUESTS, "2"))) {
            Socket first = unfinished(server, "first", 1);
            Socket second = unfinished(server, "second", 1);
            Thread.sleep(300);
            for (int i = 0; i < 5; i++) {
                isUnavailable(server.exchange(false, Requests.register(server, "toomuch")));
            }
            isUnavailable(server.exchange(true, Requests.register(server, "toomuch")));
            Requests.write(first, "end");
            assertThat(TestServer.read(first.getInputStream()).body()).isEqualTo(FINE);
            becomesFine(server, "third");
            second.close();
            becomesFine(server, "fourth");
            first.close();
            assertThat(server.eventNames()).containsExactly("fourth", "third", "first");
        }
    }

    @Test
    void clientsThatLeave_inTheMiddleOfAnything_holdNothing() throws Exception {
        try (TestServer server = TestServer.start(
                directory.resolve("data"),
                Map.of(Setting.MAX_REQUESTS, "4", Setting.MAX_BODIES, "128KiB", Setting.MAX_BODY, "128KiB"))) {
            byte[] whole = Requests.register(server, "left");
            byte[] tooLarge = Requests.post(REGISTER, FORM, "x".repeat(9 << 20));
            for (int round = 0; round < 40; round++) {
                boolean tls = round % 4 == 3;
                try (Socket socket = server.connect(tls)) {
                    switch (round % 5) {
                        case 0 -> Requests.write(socket, Arrays.copyOf(whole, whole.length - 1));
                        case 1 -> Requests.write(socket, whole);
                        case 2 -> Requests.write(socket, Arrays.copyOf(whole, 30));
                        case 3 -> Requests.write(socket, Arrays.copyOf(tooLarge, 200_000));
                        default ->
                            Requests.write(
                                    socket,
                                    "POST " + REGISTER + " HTTP/1.1\r\nHost: licet\r\n" + FORM
                                            + "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\nzz\r\n");
                    }
                    if (round % 2 == 0) {
                        socket.setSoLinger(true, 0);
                    }
                }
            }
            becomesFine(server, "after");
            // All four places and all of the memory are free again.
            List<Socket> held = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                held.add(unfinished(server, "held", 30 * 1024));
            }
            Thread.sleep(300);
            becomesFine(server, "after");
            for (Socket socket : held) {
                Requests.write(socket, "end");
                assertThat(TestServer.read(socket.getInputStream()).body()).isEqualTo(FINE);
                socket.close();
            }
        }
    }

    @Test
    void clientThatLeavesBeforeItsBodyIsWhole_storesNothing() throws Exception {
        try (TestServer server = TestServer.start(directory.resolve("data"))) {
            unfinished(server, "left", 10).close();
            Socket half = unfinished(server, "left", 10);
            half.shutdownOutput();
            assertThat(Requests.isClosed(half, Duration.ofSeconds(5))).isTrue();
            half.close();
            assertThat(server.eventNames()).isEmpty();
        }
    }
}
