package dev.licet.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Passwords are slow to check, and anybody may send some: that must not hold up who sends none.
class PasswordFloodTest {
    private static final int CLIENTS = 30;

    @TempDir
    Path directory;

    @Test
    @Timeout(120)
    void manyLogins_ofAccountsThatAreNotThere_leaveRoomForEvents() throws Exception {
        try (TestServer server = TestServer.start(directory.resolve("data"))) {
            AtomicBoolean over = new AtomicBoolean();
            AtomicLong account = new AtomicLong(200_000_000_000_000L);
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(Thread.ofPlatform().daemon().start(() -> guess(server, account, over)));
            }
            try {
                Thread.sleep(2000);
                for (int i = 0; i < 5; i++) {
                    long began = System.nanoTime();
                    assertThat(server.post(false, "/api/ai/RegisterEvent", server.token() + "&EventName=x")
                                    .body())
                            .contains("\"result\":0");
                    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
                }
            } finally {
                over.set(true);
                for (Thread client : clients) {
                    client.join();
                }
            }
        }
    }

    private static void guess(TestServer server, AtomicLong account, AtomicBoolean over) {
        while (!over.get()) {
            try {
                server.post(
                        true,
                        "/session/login",
                        "username=somebody&password=wrong&account_number=" + account.getAndIncrement());
            } catch (UncheckedIOException e) {
                // its connection was given up; the next one
            }
        }
    }
}
