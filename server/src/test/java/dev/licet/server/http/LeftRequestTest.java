package dev.licet.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.dialect.Answer;
import dev.licet.dialect.Dialect;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Request;
import dev.licet.dialect.Route;
import dev.licet.server.TestServer;
import dev.licet.server.config.Setting;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A request whose client has left counts until the work on it is done: whoever sends and leaves, again and
/// again, gets no more work out of the server than whoever waits.
class LeftRequestTest {
    private static final int BODY = 100_000;

    @TempDir
    Path directory;

    /// Works for as long as it is not let go.
    private static final class Slow implements Dialect {
        final CountDownLatch letGo = new CountDownLatch(1);
        final CountDownLatch atWork = new CountDownLatch(1);

        @Override
        public String name() {
            return "slow";
        }

        @Override
        public boolean claims(String path) {
            return true;
        }

        @Override
        public List<Route> routes() {
            return List.of();
        }

        @Override
        public Answer answer(Request request) {
            if (request.path().equals("/slow")) {
                atWork.countDown();
                try {
                    assertThat(letGo.await(20, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            return Answer.text(200, "fine");
        }

        @Override
        public Answer refuse(Request request, Fault fault) {
            return Answer.text(fault == Fault.UNAVAILABLE ? 503 : 500, fault.name());
        }
    }

    private static Socket send(TestWire wire, String path) throws IOException {
        Socket socket = wire.connect(false);
        socket.getOutputStream()
                .write(TestServer.request(
                        "POST", path, Map.of(), "x".repeat(BODY).getBytes(StandardCharsets.US_ASCII)));
        return socket;
    }

    private static int status(TestWire wire) throws IOException {
        try (Socket socket = send(wire, "/fast")) {
            return TestServer.read(socket.getInputStream()).status();
        }
    }

    private void countsUntilItIsDone(Map<Setting, String> bounds) throws Exception {
        Slow slow = new Slow();
        try (TestWire wire = TestWire.open(directory, slow, bounds)) {
            assertThat(status(wire)).isEqualTo(200);
            try (Socket left = send(wire, "/slow")) {
                assertThat(slow.atWork.await(10, TimeUnit.SECONDS)).isTrue();
                left.setSoLinger(true, 0);
            }
            Thread.sleep(300);
            assertThat(status(wire)).isEqualTo(503);
            slow.letGo.countDown();
            int status = 503;
            for (int i = 0; i < 50 && status == 503; i++) {
                Thread.sleep(100);
                status = status(wire);
            }
            assertThat(status).isEqualTo(200);
        } finally {
            slow.letGo.countDown();
        }
    }

    @Test
    void countsAmongTheRequestsAtOnce() throws Exception {
        countsUntilItIsDone(Map.of(Setting.MAX_REQUESTS, "1"));
    }

    @Test
    void countsAmongTheMemoryOfBodies() throws Exception {
        countsUntilItIsDone(Map.of(Setting.MAX_BODIES, "150000", Setting.MAX_BODY, "150000"));
    }
}
