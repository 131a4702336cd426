package dev.licet.store.embedded;

import static dev.licet.store.embedded.TestEvents.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.SmallDisk;
import dev.licet.core.TestClock;
import dev.licet.core.Unavailable;
import dev.licet.core.event.RecordedEvent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A disk that is really full: a small file system in memory, which takes the right to mount one.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DiskFullTest {
    @TempDir
    Path directory;

    private static void appendUntilRefused(EmbeddedStore store, List<Long> acknowledged, int refusals) {
        int refused = 0;
        for (int i = 0; i < 20_000 && refused < refusals; i++) {
            try {
                acknowledged.add(TestEvents.append(store.events(), TestClock.START, event("x".repeat(20_000))));
            } catch (Unavailable full) {
                refused++;
            }
        }
        assertThat(refused).isEqualTo(refusals);
    }

    private static List<Long> found(EmbeddedStore store) throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            try {
                var page = store.events().find(TestEvents.EVERYTHING);
                if (page.complete()) {
                    return page.events().stream().map(RecordedEvent::id).toList();
                }
            } catch (Unavailable notYet) {
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
        return List.of();
    }

    @Test
    void fullDisk_refusesAndLosesNothing_andAllGoesOnByItselfOnceThereIsRoom() throws Exception {
        List<Long> acknowledged = new ArrayList<>();
        try (SmallDisk disk = SmallDisk.mount(directory, 24)) {
            fill(disk, acknowledged);
            try (EmbeddedStore store = EmbeddedStore.open(directory.resolve("data"))) {
                assertThat(found(store)).containsExactlyInAnyOrderElementsOf(acknowledged);
            }
        }
    }

    private void fill(SmallDisk disk, List<Long> acknowledged) throws Exception {
        try (EmbeddedStore store = EmbeddedStore.open(directory.resolve("data"))) {
            appendUntilRefused(store, acknowledged, 50);
            TimeUnit.SECONDS.sleep(2); // the loader meets the full disk as well
            appendUntilRefused(store, acknowledged, 50);
            assertThat(store.check()).isPresent();
            disk.resize(300);
            TimeUnit.MILLISECONDS.sleep(2500); // it is tried again each second
            for (int i = 0; i < 50; i++) {
                acknowledged.add(TestEvents.append(store.events(), TestClock.START, event("after")));
            }
            assertThat(found(store)).containsExactlyInAnyOrderElementsOf(acknowledged);
            for (int i = 0; i < 50 && store.check().isPresent(); i++) {
                TimeUnit.MILLISECONDS.sleep(100);
            }
            assertThat(store.check()).isEmpty();
        }
    }
}
