package dev.licet.store.cluster;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.licet.core.Unavailable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("dev.licet.store.cluster.ClickHouseServer#isToBeTried")
class ClickHouseTest {
    private final ClickHouseServer server = ClickHouseServer.shared();

    private static String text(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    @Test
    void arguments_comeAsTheyAre() {
        String odd = "tab\t line\n return\r zero\u0000 back\\slash \\N 'quoted' {a0:String} ? \uF8FC faßt 😀";
        try (ClickHouse client = server.client("default")) {
            List<String> found = client.ask(
                    "SELECT ?, toString(?), toString(arraySum(?))",
                    List.of(odd, Long.MIN_VALUE, List.of(1L, 2L)),
                    row -> row.text(1).orElseThrow()
                            + row.text(2).orElseThrow()
                            + row.text(3).orElseThrow());

            assertThat(found).containsExactly(odd + Long.MIN_VALUE + 3);
        }
    }

    @Test
    void aServerThatIsAway_isPassedOver() throws IOException {
        URI nobody;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = URI.create("http://127.0.0.1:" + free.getLocalPort());
        }
        ClickHouse.Settings one = server.settings("default", ClickHouseServer.PASSWORD);
        ClickHouse.Settings two = new ClickHouse.Settings(
                List.of(nobody, server.address()),
                one.database(),
                one.user(),
                one.password(),
                one.connecting(),
                one.timeout(),
                one.unhurried());
        try (ClickHouse client = new ClickHouse(two)) {
            assertThat(client.ask("SELECT 7", List.of(), row -> row.number(1))).containsExactly(7L);
            assertThat(client.check()).isEmpty();
        }
        ClickHouse.Settings none = new ClickHouse.Settings(
                List.of(nobody),
                one.database(),
                one.user(),
                one.password(),
                one.connecting(),
                one.timeout(),
                one.timeout());
        try (ClickHouse client = new ClickHouse(none)) {
            assertThatThrownBy(() -> client.run("SELECT 1")).isInstanceOf(Unavailable.class);
            assertThat(client.check()).contains("ClickHouse does not answer");
        }
    }

    /// The client sends what was answered so a second time by itself.
    @Test
    void anInsertThatMeetsABusyServer_isThereOnce_andWhole() throws IOException {
        AtomicInteger refused = new AtomicInteger();
        HttpServer busy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        try (HttpClient direct = HttpClient.newHttpClient();
                ClickHouse straight = server.client("default")) {
            busy.createContext("/", exchange -> pass(exchange, direct, refused));
            busy.start();
            ClickHouse.Settings through = server.settings("default", ClickHouseServer.PASSWORD)
                    .at(URI.create("http://127.0.0.1:" + busy.getAddress().getPort()), Duration.ofSeconds(30));
            straight.run("CREATE TABLE busy (n Int64) ENGINE = MergeTree ORDER BY n"
                    + " SETTINGS non_replicated_deduplication_window = 100");
            ByteBuffer rows = ByteBuffer.allocate(2 * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            rows.putLong(1).putLong(2).flip();
            try (ClickHouse client = new ClickHouse(through)) {
                client.insert("busy", List.of("n"), rows, "token", Map.of());
            }
            assertThat(refused).hasPositiveValue();
            assertThat(straight.ask("SELECT n FROM busy ORDER BY n", List.of(), row -> row.number(1)))
                    .containsExactly(1L, 2L);
        } finally {
            busy.stop(0);
        }
    }

    /// The first insert of those that come is done or not, and answered that the server is busy.
    private void pass(HttpExchange exchange, HttpClient direct, AtomicInteger refused) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String query = exchange.getRequestURI().getRawQuery();
        boolean isInsert = query.contains("INSERT") || new String(body, ISO_8859_1).contains("INSERT");
        HttpRequest.Builder request = HttpRequest.newBuilder(server.address().resolve("/?" + query))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (!List.of("host", "content-length", "connection", "transfer-encoding", "expect", "upgrade")
                    .contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> request.header(name, value));
            }
        });
        try (exchange) {
            if (isInsert && refused.getAndIncrement() == 0) {
                exchange.sendResponseHeaders(503, -1);
                return;
            }
            HttpResponse<byte[]> answer = direct.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            answer.headers().map().forEach((name, values) -> {
                if (!List.of("content-length", "transfer-encoding", "connection")
                        .contains(name.toLowerCase(Locale.ROOT))) {
                    values.forEach(value -> exchange.getResponseHeaders().add(name, value));
                }
            });
            exchange.sendResponseHeaders(answer.statusCode(), answer.body().length == 0 ? -1 : answer.body().length);
            exchange.getResponseBody().write(answer.body());
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void aWrongPassword_isUnavailable_andInNoMessage() {
        String wrong = "s3cret-that-is-wrong";
        ClickHouse.Settings settings = server.settings("default", wrong);
        try (ClickHouse client = new ClickHouse(settings)) {
            assertThatThrownBy(() -> client.run("SELECT 1"))
                    .isInstanceOf(Unavailable.class)
                    .satisfies(thrown -> assertThat(text(thrown))
                            .contains("516")
                            .doesNotContain(wrong)
                            .doesNotContain("c3NjcmV0"));
        }
        assertThat(settings.toString()).doesNotContain(wrong);
        assertThat(server.settings("default", wrong).password()).contains(wrong);
    }

    @Test
    void aQuestionThatTakesTooLong_isEnded() {
        try (ClickHouse client = server.client("default")) {
            ClickHouse.Statement endless = new ClickHouse.Statement(
                    "SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) = 1",
                    List.of(),
                    Optional.empty(),
                    Duration.ofSeconds(1));
            long begin = System.nanoTime();

            assertThatThrownBy(() -> client.ask(endless, row -> row.number(1)))
                    .isInstanceOf(Unavailable.class)
                    .hasMessage("the question took too long");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
        }
    }

    @Test
    void aQuestionThatRuns_isKilledByItsName() throws InterruptedException {
        try (ClickHouse client = server.client("default")) {
            ClickHouse.Statement endless = new ClickHouse.Statement(
                    "SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) = 1",
                    List.of(),
                    Optional.of("to-be-killed"),
                    Duration.ofSeconds(60));
            Thread asking = Thread.ofVirtual()
                    .start(() -> assertThatThrownBy(() -> client.ask(endless, row -> row.number(1)))
                            .isInstanceOf(Unavailable.class));
            long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (asking.isAlive() && System.nanoTime() < end) {
                client.kill("to-be-killed");
                asking.join(Duration.ofMillis(200));
            }
            assertThat(asking.isAlive()).isFalse();
        }
    }
}
