package dev.licet.store.embedded;

import static dev.licet.store.embedded.TestEvents.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.licet.core.TestClock;
import dev.licet.core.Unavailable;
import dev.licet.core.event.RecordedEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A disk that is really full: a small file system in memory, which takes the right to mount one.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DiskFullTest {
    @TempDir
    Path directory;

    @BeforeEach
    void mount() throws Exception {
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", directory.toString()),
                "needs the right to mount a file system");
    }

    @AfterEach
    void unmount() throws Exception {
        run("umount", "-l", directory.toString());
    }

    private static boolean run(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException notThere) {
            return false;
        }
    }

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
        try (EmbeddedStore store = EmbeddedStore.open(directory.resolve("data"))) {
            appendUntilRefused(store, acknowledged, 50);
            TimeUnit.SECONDS.sleep(2); // the loader meets the full disk as well
            appendUntilRefused(store, acknowledged, 50);
            assertThat(store.check()).isPresent();
            assertThat(run("mount", "-o", "remount,size=300m", directory.toString()))
                    .isTrue();
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
        try (EmbeddedStore store = EmbeddedStore.open(directory.resolve("data"))) {
            assertThat(found(store)).containsExactlyInAnyOrderElementsOf(acknowledged);
        }
    }
}
