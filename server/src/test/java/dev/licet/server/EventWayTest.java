package dev.licet.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.RequestId;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One event from a socket to the disk and back.
class EventWayTest {
    private static final Logger OURS = Logger.getLogger("dev.licet");

    @TempDir
    Path directory;

    private static String token(TestServer server) {
        return "token=" + URLEncoder.encode(server.first().accessToken(), StandardCharsets.UTF_8);
    }

    @Test
    void registeredEvent_isFoundAtOnce_andAfterRestart() {
        try (TestServer server = TestServer.start(directory.resolve("data"))) {
            assertThat(server.post(false, "/api/ai/RegisterEvent", token(server) + "&EventName=start&Value=2530")
                            .body())
                    .isEqualTo("{\"result\":0,\"message\":\"\"}");
            assertThat(server.post(true, "/api/ai/GetEvents", token(server)).body())
                    .contains("\"eventName\":\"start\"", "2530");
            server.restart();
            assertThat(server.post(true, "/api/ai/GetEvents", token(server))
                            .json()
                            .get("events"))
                    .hasSize(1);
        }
    }

    /// A line of the log, and the request that its thread works for.
    private record Line(String request, String message) {}

    @Test
    void logLines_tellTheWayAsTheArchitecturePageDoes() throws IOException {
        List<String> told = Pattern.compile("(?m)^\\| [0-9]+ \\|.*\\| `([^`]+)` \\|$")
                .matcher(Files.readString(Path.of("../ARCHITECTURE.md")))
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(told).hasSize(6);
        List<Line> lines = new CopyOnWriteArrayList<>();
        Handler recorder = recorder(lines);
        try (TestServer server = TestServer.start(directory.resolve("data"))) {
            OURS.addHandler(recorder);
            OURS.setLevel(Level.FINE);
            TestServer.Reply reply = server.post(false, "/api/ai/RegisterEvent", token(server) + "&EventName=start");
            server.post(false, "/api/ai/GetEvents", token(server));
            String id = reply.headers().get("licet-request-id");
            assertThat(lines.stream()
                            .filter(line ->
                                    line.request().equals(id) || line.request().equals("-")))
                    .extracting(Line::message)
                    .containsSubsequence(told.subList(0, 5));
            assertThat(lines).filteredOn(line -> line.request().equals(id)).hasSize(4);
            assertThat(lines).extracting(Line::message).contains(told.getLast());
        } finally {
            OURS.removeHandler(recorder);
            OURS.setLevel(null);
        }
    }

    private static Handler recorder(List<Line> lines) {
        return new Handler() {
            @Override
            public void publish(LogRecord record) {
                lines.add(new Line(RequestId.current(), new SimpleFormatter().formatMessage(record)));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
    }
}
