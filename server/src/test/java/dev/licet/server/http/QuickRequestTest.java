package dev.licet.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.Pending;
import dev.licet.core.RequestId;
import dev.licet.core.Unavailable;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Fault;
import dev.licet.dialect.MalformedRequest;
import dev.licet.dialect.Request;
import dev.licet.server.TestServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Requests that the event loop works on itself: its thread, its answers in their order, and whatever goes wrong.
class QuickRequestTest {
    private static final String FROM_THE_LOOP = "vert.x-eventloop-thread";

    @TempDir
    Path directory;

    /// Does what the last part of the path says, `wait` until the test has it written; all are quick but `/slow…`.
    private static final class Quick extends TestWire.Plain {
        final CompletableFuture<String> written = new CompletableFuture<>();
        final AtomicBoolean begun = new AtomicBoolean();

        @Override
        public boolean streams(Request head) {
            return false;
        }

        @Override
        public boolean isQuick(Request head) {
            return !head.path().startsWith("/slow");
        }

        @Override
        public Pending<Answer> begin(Request request) {
            begun.set(true);
            return switch (request.path()) {
                case "/wait" -> Pending.of(written).map(text -> Answer.text(200, text + " " + RequestId.current()));
                case "/full" ->
                    Pending.of(CompletableFuture.failedFuture(new Unavailable("full", Duration.ofSeconds(7))));
                case "/busy" -> throw new Unavailable("busy", Duration.ofSeconds(3));
                case "/malformed" -> throw new MalformedRequest(Fault.MALFORMED, "made for this test");
                case "/error" -> throw new StackOverflowError("made for this test");
                case "/late-error" ->
                    Pending.done("").map(text -> {
                        throw new StackOverflowError("made for this test");
                    });
                default -> super.begin(request);
            };
        }

        @Override
        Answer say(Request request) {
            Thread thread = Thread.currentThread();
            return Answer.text(200, thread.isVirtual() ? "a thread of its own" : thread.getName());
        }

        @Override
        public Answer refuse(Request request, Fault fault) {
            return Answer.text(
                    PlainFaults.answer(fault).status(),
                    fault + " " + Thread.currentThread().isVirtual());
        }
    }

    private final Quick quick = new Quick();

    private TestWire open() {
        return TestWire.open(directory, quick, Map.of());
    }

    private static TestServer.Reply post(TestWire wire, String path, int bytes) throws IOException {
        return wire.exchange(false, Requests.post(path, "", "x".repeat(bytes)));
    }

    @Test
    void smallAndPlain_isWorkedOnByTheLoop_andAllElseByAThreadOfItsOwn() throws Exception {
        try (TestWire wire = open()) {
            assertThat(post(wire, "/quick", 0).body()).startsWith(FROM_THE_LOOP);
            assertThat(post(wire, "/quick", 16 << 10).body()).startsWith(FROM_THE_LOOP);
            assertThat(post(wire, "/quick", (16 << 10) + 1).body()).isEqualTo("a thread of its own\n");
            assertThat(post(wire, "/slow", 1).body()).isEqualTo("a thread of its own\n");
            assertThat(wire.exchange(true, Requests.post("/quick", "Content-Encoding: gzip\r\n", gzipOfNothing()))
                            .body())
                    .isEqualTo("a thread of its own\n");
        }
    }

    private static String gzipOfNothing() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new GZIPOutputStream(bytes).close();
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    @Test
    void whatWaitsForTheDisk_holdsUpNobodyElse_andIsAnsweredAsItself() throws Exception {
        try (TestWire wire = open();
                Socket waiting = wire.connect(true)) {
            Requests.write(waiting, Requests.post("/wait", "", ""));
            while (!quick.begun.get()) {
                Thread.sleep(1);
            }
            for (int i = 0; i < 20; i++) {
                assertThat(post(wire, "/quick", 1).status()).isEqualTo(200);
            }
            assertThat(waiting.getInputStream().available()).isZero();
            quick.written.complete("on disk");
            TestServer.Reply reply = TestServer.read(waiting.getInputStream());
            assertThat(reply.body()).isEqualTo("on disk " + reply.headers().get("licet-request-id") + "\n");
        }
    }

    @Test
    void requestsThatDontWaitForAnswers_areAnsweredInTheirOrder() throws Exception {
        try (TestWire wire = open();
                Socket socket = wire.connect(false)) {
            for (String path : List.of("/wait", "/quick", "/slow")) {
                Requests.write(socket, Requests.post(path, "", ""));
            }
            Thread.sleep(100);
            quick.written.complete("on disk");
            assertThat(TestServer.read(socket.getInputStream()).body()).startsWith("on disk");
            assertThat(TestServer.read(socket.getInputStream()).body()).startsWith(FROM_THE_LOOP);
            assertThat(TestServer.read(socket.getInputStream()).body()).isEqualTo("a thread of its own\n");
        }
    }

    @Test
    void whatGoesWrong_atOnceOrLater_isSaidByAThreadThatMayWait() throws Exception {
        try (TestWire wire = open()) {
            TestServer.Reply full = post(wire, "/full", 1);
            assertThat(full.status()).isEqualTo(503);
            assertThat(full.headers()).containsEntry("retry-after", "7");
            assertThat(full.body()).isEqualTo("UNAVAILABLE true\n");
            assertThat(post(wire, "/busy", 1).headers()).containsEntry("retry-after", "3");
            assertThat(post(wire, "/malformed", 1).body()).isEqualTo("MALFORMED true\n");
            assertThat(post(wire, "/error", 1).body()).isEqualTo("FAILED true\n");
            assertThat(post(wire, "/late-error", 1).body()).isEqualTo("FAILED true\n");
        }
    }

    @Test
    void clientThatLeavesBeforeItIsWritten_holdsNothingOnceItIs() throws Exception {
        try (TestWire wire = open()) {
            try (Socket left = wire.connect(false)) {
                Requests.write(left, Requests.post("/wait", "", "x".repeat(100)));
                while (!quick.begun.get()) {
                    Thread.sleep(1);
                }
                left.setSoLinger(true, 0);
            }
            Thread.sleep(100);
            assertThat(wire.bodyBytes()).isPositive();
            quick.written.complete("on disk");
            assertThat(wire.isFreeSoon()).isTrue();
            assertThat(post(wire, "/quick", 1).status()).isEqualTo(200);
        }
    }
}
