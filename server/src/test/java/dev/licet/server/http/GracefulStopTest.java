package dev.licet.server.http;

import static dev.licet.server.http.Requests.FORM;
import static dev.licet.server.http.Requests.REGISTER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.server.TestServer;
import dev.licet.server.config.Setting;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Stopping while clients are at it.
class GracefulStopTest {
    @TempDir
    Path directory;

    private TestServer start(String stopTimeout) {
        return TestServer.start(directory.resolve("data"), Map.of(Setting.STOP_TIMEOUT, stopTimeout));
    }

    private static Socket half(TestServer server, boolean tls, String event) throws IOException {
        String body = server.token() + "&EventName=" + event;
        Socket socket = server.connect(tls);
        Requests.write(
                socket,
                "POST " + REGISTER + " HTTP/1.1\r\nHost: licet\r\n" + FORM + "Content-Length: " + (body.length() + 3)
                        + "\r\n\r\n" + body);
        return socket;
    }

    private static boolean isRefused(int port) throws InterruptedException {
        for (int i = 0; i < 30; i++) {
            try (Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
                Thread.sleep(100);
            } catch (ConnectException refused) {
                return true;
            } catch (IOException other) {
                Thread.sleep(100);
            }
        }
        return false;
    }

    @Test
    void stop_letsRequestsInFlightFinish_andTakesNoMore() throws Exception {
        TestServer server = start("10s");
        int port = server.port();
        int tlsPort = server.tlsPort();
        try (Socket plain = half(server, false, "plain");
                Socket tls = half(server, true, "tls");
                Socket idle = server.connect(false)) {
            Requests.write(idle, "GET /health/live HTTP/1.1\r\nHost: licet\r\n\r\n");
            assertThat(TestServer.read(idle.getInputStream()).status()).isEqualTo(200);
            Thread.sleep(200);
            Thread stopping = Thread.ofVirtual().start(server::restart);
            assertThat(isRefused(port)).isTrue();
            assertThat(isRefused(tlsPort)).isTrue();
            assertThat(Requests.isClosed(idle, Duration.ofSeconds(5))).isTrue();
            assertThat(stopping.isAlive()).isTrue();
            for (Socket socket : List.of(plain, tls)) {
                Requests.write(socket, "end");
                assertThat(TestServer.read(socket.getInputStream()).body()).contains("\"result\":0");
            }
            assertThat(stopping.join(Duration.ofSeconds(8))).isTrue();
        }
        assertThat(server.eventNames()).containsExactlyInAnyOrder("plainend", "tlsend");
        server.close();
    }

    @Test
    void stop_cutsOffWhatDoesNotFinishInTime_andStoresNothingOfIt() throws Exception {
        TestServer server = start("1s");
        try (Socket plain = half(server, false, "plain");
                Socket tls = half(server, true, "tls")) {
            Thread.sleep(200);
            long began = System.nanoTime();
            server.restart();
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(6));
            for (Socket socket : List.of(plain, tls)) {
                assertThat(Requests.isClosed(socket, Duration.ofSeconds(5))).isTrue();
            }
        } catch (SocketException alreadyGone) {
            // closing TLS says goodbye to a server that has left
        }
        assertThat(server.eventNames()).isEmpty();
        assertThat(server.exchange(false, Requests.register(server, "after")).body())
                .contains("\"result\":0");
        server.close();
    }

    @Test
    void restartUnderLoad_losesNothingThatWasAcknowledged() throws Exception {
        TestServer server = start("10s");
        int port = server.port();
        byte[] request = Requests.register(server, "load");
        List<Thread> clients = new ArrayList<>();
        AtomicInteger acknowledged = new AtomicInteger();
        for (int i = 0; i < 4; i++) {
            clients.add(Thread.ofVirtual().start(() -> {
                try (Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
                    socket.setSoTimeout(10_000);
                    for (int j = 0; j < 10; j++) {
                        Requests.write(socket, request);
                        if (TestServer.read(socket.getInputStream()).body().contains("\"result\":0")) {
                            acknowledged.incrementAndGet();
                        }
                    }
                } catch (IOException stopped) {
                    // what was not answered may or may not be there
                }
            }));
        }
        Thread.sleep(30);
        server.restart();
        for (Thread client : clients) {
            client.join();
        }
        assertThat(server.eventNames()).hasSizeBetween(acknowledged.get(), acknowledged.get() + 4);
        server.close();
    }
}
