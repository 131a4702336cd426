package dev.licet.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One event from a socket to the disk and back, over a restart.
class EventWayTest {
    @TempDir
    Path directory;

    @Test
    void registeredEvent_isFoundAtOnce_andAfterRestart() {
        try (TestServer server = TestServer.start(directory.resolve("data"))) {
            String token = "token=" + URLEncoder.encode(server.first().accessToken(), StandardCharsets.UTF_8);
            assertThat(server.post(false, "/api/ai/RegisterEvent", token + "&EventName=start&Value=2530")
                            .body())
                    .isEqualTo("{\"result\":0,\"message\":\"\"}");
            assertThat(server.post(true, "/api/ai/GetEvents", token).body())
                    .contains("\"eventName\":\"start\"", "2530");
            server.restart();
            assertThat(server.post(true, "/api/ai/GetEvents", token).json().get("events"))
                    .hasSize(1);
        }
    }
}
