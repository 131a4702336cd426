package dev.licet.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.Unavailable;
import dev.licet.store.sql.entity.ChangeLog;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskSpaceTest {
    private static final long FLOOR = 1000L << 20;

    @TempDir
    Path directory;

    private final MemoryDisk disk = new MemoryDisk(new Random(1));
    private final DiskSpace space = new DiskSpace(disk, Path.of(""), FLOOR);

    private void free(long mebibytes) {
        disk.usable = mebibytes << 20;
        space.look(64L << 20); // so much was written: it is time to
    }

    private void assertTakes(boolean events, boolean entities) {
        assertThat(space.isLow()).isEqualTo(!events);
        assertThat(takes(space::require)).isEqualTo(events);
        assertThat(takes(space::requireForEntities)).isEqualTo(entities);
    }

    private static boolean takes(Runnable requirement) {
        try {
            requirement.run();
            return true;
        } catch (Unavailable no) {
            return false;
        }
    }

    @Test
    void eventsStopAtTheFloor_entitiesAtAQuarterOfIt_andEachGoOnAQuarterAboveThat() {
        free(1000);
        assertTakes(true, true);
        free(999);
        assertTakes(false, true);
        assertThat(space.check()).hasValueSatisfying(what -> assertThat(what).contains("no events are taken"));
        free(250);
        assertTakes(false, true);
        free(249);
        assertTakes(false, false);
        assertThat(space.check()).hasValueSatisfying(what -> assertThat(what).contains("nothing is taken"));
        free(312);
        assertTakes(false, false);
        free(313);
        assertTakes(false, true);
        free(1249);
        assertTakes(false, true);
        free(1250);
        assertTakes(true, true);
        assertThat(space.check()).isEmpty();
    }

    @Test
    void database_belowTheFloorOfEvents_isWritten_andBelowItsOwnRefuses() {
        try (SqliteDatabase database =
                SqliteDatabase.open(directory.resolve("entities.db"), space, ChangeLog.keepingAll())) {
            free(999);
            int pinged = database.writeUnremembered(sql -> sql.update("UPDATE session SET expires_at = 0"));
            free(249);
            assertThatThrownBy(() -> database.writeUnremembered(sql -> sql.update("DELETE FROM session")))
                    .isInstanceOf(Unavailable.class);
            Optional<Long> read =
                    database.read(sql -> sql.first("SELECT count(*) FROM session", row -> row.getLong(1)));
            free(313);
            int revoked = database.write(sql -> sql.update("DELETE FROM session"));
            assertThat(pinged).isZero();
            assertThat(read).hasValue(0L);
            assertThat(revoked).isZero();
        }
    }
}
