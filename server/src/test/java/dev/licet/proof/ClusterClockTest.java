package dev.licet.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.cli.EventEngines;
import dev.licet.server.config.Setting;
import dev.licet.store.cluster.ClickHouseServer;
import dev.licet.store.cluster.Sink;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@EnabledIf("dev.licet.proof.ClusterFailureTest#isToBeTried")
class ClusterClockTest extends ClockContract {
    @TempDir
    Path ids;

    private Sink sink;

    @Override
    Map<Setting, String> profile() throws Exception {
        Map<Setting, String> profile = EventEngines.small(ClickHouseServer.shared(), directory);
        profile.put(Setting.RETENTION, KEPT_LONG);
        return profile;
    }

    @BeforeEach
    void startSink() {
        sink = server.sink(ids);
    }

    @AfterEach
    void stopSink() {
        sink.close();
    }

    /// That it was there is found out by the sink, so the answer to a second one calls it new.
    @Override
    void requireSame(JsonNode first, JsonNode again) {
        assertThat(again.get("status").asString()).isEqualTo("accepted");
    }
}
