package dev.licet.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.disk.DiskUse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskWatchTest {
    private static final long A_DAY = 100_000_000;

    /// A million events of 100 bytes a day, kept for ever.
    private static DiskUse use(long free) {
        DiskUse.Intake lately = new DiskUse.Intake(Duration.ofDays(7), 7_000_000);
        return new DiskUse(
                0, 0, 0, 0, 0, OptionalLong.of(free), 0, 10_000_000, lately, 1_000_000_000, Optional.empty());
    }

    @Test
    void diskThatLastsTooShort_isWarnedOfOnceADay_andOneThatLastsIsNot() {
        AtomicLong free = new AtomicLong(14 * A_DAY);
        try (DiskWatch watch = new DiskWatch(() -> use(free.get()), Duration.ofDays(14))) {
            assertThat(watch.daysLeft()).isNaN();
            assertThat(watch.look()).isFalse();
            assertThat(watch.daysLeft()).isEqualTo(14);
            free.set(14 * A_DAY - 1_000_000);
            assertThat(watch.look()).isTrue();
            for (int hour = 1; hour < 24; hour++) {
                assertThat(watch.look()).isFalse();
            }
            assertThat(watch.look()).isTrue();
            assertThat(watch.free()).isEqualTo(free.get());
        }
    }

    @Test
    void server_tellsWhatItsDataTakes(@TempDir Path directory) {
        try (TestServer server = TestServer.start(directory.resolve("data"))) {
            server.manage("POST", "/v1/events", "{\"name\":\"one\"}");
            server.manage("GET", "/v1/events", "");
            var disk = server.manage("GET", "/v1/system/disk", "");
            assertThat(disk.get("events").longValue()).isEqualTo(1);
            for (String part : java.util.List.of("journal", "table", "ids", "entities", "free", "floor")) {
                assertThat(disk.get(part).longValue()).as(part).isPositive();
            }
            assertThat(disk.get("forecast").isNull())
                    .as("one event is nothing to go by")
                    .isTrue();
            assertThat(server.get("/metrics").body()).contains("licet_disk_free", "licet_disk_days_left");
        }
    }
}
