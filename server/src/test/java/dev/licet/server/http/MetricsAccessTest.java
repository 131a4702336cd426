package dev.licet.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.server.TestServer;
import dev.licet.server.config.Setting;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Metrics are for this machine or a token, also behind a proxy that says from where a call comes.
class MetricsAccessTest {
    private static final Map<String, String> FROM_AFAR = Map.of("X-Forwarded-For", "198.51.100.7");

    @TempDir
    Path directory;

    @Test
    void metrics_areForThisMachineOrAToken() {
        try (TestServer server =
                TestServer.start(directory.resolve("data"), Map.of(Setting.TRUSTED_PROXIES, "127.0.0.1"))) {
            assertThat(server.get("/metrics").body()).contains("licet_events_acknowledged");
            assertThat(server.send(false, "GET", "/metrics", FROM_AFAR, "").status())
                    .isEqualTo(403);
            assertThat(server.send(false, "GET", "/metrics", Map.of("X-Forwarded-For", "not-an-address"), "")
                            .status())
                    .isEqualTo(403);
            assertThat(server.send(
                                    false,
                                    "GET",
                                    "/metrics",
                                    Map.of(
                                            "X-Forwarded-For",
                                            "198.51.100.7",
                                            "Authorization",
                                            "Bearer " + server.first().accessToken()),
                                    "")
                            .status())
                    .isEqualTo(200);
            assertThat(server.send(true, "GET", "/metrics", Map.of("Authorization", "Bearer wrong"), "")
                            .status())
                    .isEqualTo(403);
        }
    }

    @Test
    void forwardedHeaders_ofAnUntrustedPeer_areIgnored() {
        try (TestServer server = TestServer.start(directory.resolve("data"))) {
            assertThat(server.send(false, "GET", "/metrics", FROM_AFAR, "").status())
                    .isEqualTo(200);
        }
    }
}
