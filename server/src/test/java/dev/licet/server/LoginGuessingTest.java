package dev.licet.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who guesses passwords is slowed down, by account and address, and harms nobody else.
class LoginGuessingTest {
    private static final String HERE = "127.0.0.1";
    private static final String ELSEWHERE = "127.0.0.2";

    private TestServer server;

    @BeforeEach
    void start(@TempDir Path directory) {
        server = TestServer.start(directory.resolve("data"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private TestServer.Reply post(String from, String target, String form) throws IOException {
        try (Socket socket = server.trusting()
                .getSocketFactory()
                .createSocket(InetAddress.getByName(HERE), server.tlsPort(), InetAddress.getByName(from), 0)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(TestServer.request(
                            "POST",
                            target,
                            Map.of("Content-Type", "application/x-www-form-urlencoded"),
                            form.getBytes(StandardCharsets.UTF_8)));
            return TestServer.read(socket.getInputStream());
        }
    }

    private TestServer.Reply login(String from, String username, String password) throws IOException {
        return post(
                from,
                "/session/login",
                "username=" + username + "&password=" + password + "&account_number="
                        + server.first().accountNumber());
    }

    private TestServer.Reply right(String from) throws IOException {
        return login(from, server.first().username(), server.first().password());
    }

    private static boolean isIn(TestServer.Reply reply) {
        return reply.status() == 200 && reply.body().contains("<status>SUCCESS</status>");
    }

    private static boolean isWrong(TestServer.Reply reply) {
        return reply.status() == 200 && reply.body().contains("<error_number>1</error_number>");
    }

    @Test
    void nineteenFailures_doNotShutThePair() throws IOException {
        for (int i = 0; i < 19; i++) {
            assertThat(login(HERE, server.first().username(), "wrong" + i)).matches(LoginGuessingTest::isWrong);
        }
        assertThat(right(HERE)).matches(LoginGuessingTest::isIn);
    }

    @Test
    void twentyFailures_shutThePairForAMinute_rightPasswordOrNot_andNoOtherAddress() throws IOException {
        for (int i = 0; i < 20; i++) {
            assertThat(login(HERE, i % 2 == 0 ? server.first().username() : "nobody" + i, "wrong"))
                    .matches(LoginGuessingTest::isWrong);
        }
        assertThat(right(HERE)).matches(LoginGuessingTest::isWrong);
        assertThat(post(
                                HERE,
                                "/rest/v1/?method=veoh.people.logEvent&keys=a&values=b&eventName=c&apiKey="
                                        + server.first().apiKey(),
                                "j_username=" + server.first().username() + "&j_password="
                                        + server.first().password())
                        .body())
                .contains("errorCode=\"224\"");
        assertThat(right(ELSEWHERE)).matches(LoginGuessingTest::isIn);
        server.clock().advance(Duration.ofSeconds(59));
        assertThat(right(HERE)).matches(LoginGuessingTest::isWrong);
        server.clock().advance(Duration.ofSeconds(1));
        assertThat(right(HERE)).matches(LoginGuessingTest::isIn);
    }

    @Test
    void unknownUserAndWrongPassword_costAndSayTheSame() throws IOException {
        login(HERE, server.first().username(), "warm");
        long known = 0;
        long unknown = 0;
        for (int i = 0; i < 8; i++) {
            server.clock().advance(Duration.ofMinutes(2));
            long start = System.nanoTime();
            String knownAnswer = login(HERE, server.first().username(), "wrong").body();
            known += System.nanoTime() - start;
            start = System.nanoTime();
            String unknownAnswer = login(HERE, "nobody", "wrong").body();
            unknown += System.nanoTime() - start;
            assertThat(unknownAnswer.replaceAll("<api_tx_number>.*?</api_tx_number>", ""))
                    .isEqualTo(knownAnswer.replaceAll("<api_tx_number>.*?</api_tx_number>", ""));
        }
        assertThat((double) unknown / known).isBetween(0.4, 2.5);
    }

    @Test
    void aThousandWrongPasswordsAtOnce_changeNeitherMemoryNorTheAnswersToOthers() throws Exception {
        right(ELSEWHERE);
        System.gc();
        long before = usedMemory();
        int in = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<TestServer.Reply>> guesses = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                String guess = "guess" + i;
                guesses.add(() -> login(HERE, server.first().username(), guess));
            }
            List<Future<TestServer.Reply>> guessing = new ArrayList<>();
            for (Callable<TestServer.Reply> guess : guesses) {
                guessing.add(threads.submit(guess));
            }
            server.clock().advance(Duration.ofSeconds(30)); // nobody's earlier success is remembered much longer
            for (int i = 0; i < 20; i++) {
                in += isIn(right(ELSEWHERE)) ? 1 : 0;
                assertThat(post(
                                        ELSEWHERE,
                                        "/rest/v1/?method=veoh.people.logEvent&keys=a&values=b&eventName=c&apiKey="
                                                + server.first().apiKey(),
                                        "")
                                .body())
                        .contains("stat=\"ok\"");
            }
            for (Future<TestServer.Reply> guess : guessing) {
                assertThat(guess.get()).matches(LoginGuessingTest::isWrong);
            }
        }
        assertThat(in).isEqualTo(20);
        System.gc();
        assertThat(usedMemory() - before).isLessThan(64L << 20);
    }

    private static long usedMemory() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
