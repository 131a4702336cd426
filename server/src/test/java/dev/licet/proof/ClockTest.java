package dev.licet.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.server.config.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/// A data directory, and what a clock far ahead does to it.
class ClockTest extends ClockContract {
    private static final Duration KEPT = Duration.ofDays(30);

    @Override
    Map<Setting, String> profile() {
        return Map.of(Setting.RETENTION, KEPT.toDays() + "d");
    }

    /// Waits for the server to have looked for events that are too old, twice: the first may have begun before.
    private void awaitRetention() throws Exception {
        for (int i = 0; i < 2; i++) {
            FileTime before = retentionTime();
            server.clock().advance(Duration.ofMinutes(61));
            await(() -> !retentionTime().equals(before));
        }
    }

    private FileTime retentionTime() {
        Path note = server.data().resolve("archive").resolve("time");
        try {
            return Files.exists(note) ? Files.getLastModifiedTime(note) : FileTime.fromMillis(0);
        } catch (IOException beingReplaced) {
            return FileTime.fromMillis(0);
        }
    }

    private static void await(BooleanSupplier fact) throws InterruptedException {
        for (int i = 0; i < 400 && !fact.getAsBoolean(); i++) {
            Thread.sleep(50);
        }
        assertThat(fact.getAsBoolean()).isTrue();
    }

    @Test
    void clockFarAhead_makesNoEventOld_andWhenItIsRightAgainEventsGoInTheirTime() throws Exception {
        event();
        server.clock().advance(Duration.ofDays(1));
        event();
        awaitRetention();
        setWrongBy(Duration.ofDays(1000));
        event();
        assertThat(stored()).hasSize(3);
        awaitRetention();
        server.restart();
        awaitRetention();
        assertThat(stored()).isEqualTo(acknowledged);

        setWrongBy(Duration.ZERO);
        event();
        server.clock().advance(KEPT.minusHours(12));
        event();
        awaitRetention();
        String oldest = server.clock().instant().minus(KEPT).toString();
        Map<Long, List<String>> kept = new TreeMap<>(acknowledged);
        kept.values().removeIf(event -> event.get(1).compareTo(oldest) < 0);
        assertThat(kept).hasSize(4);
        await(() -> stored().equals(kept));
    }
}
