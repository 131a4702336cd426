package dev.licet.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.ChildProcess;
import dev.licet.core.TestClock;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.UsageEvent;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A process that is killed at a random instant loses nothing that it acknowledged.
class KillTest {
    private static final int ROUNDS = 3;

    @TempDir
    Path directory;

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void kill_atAnyInstant_everyAcknowledgedEventIsThereOnce() throws Exception {
        Map<Long, String> acknowledged = new HashMap<>();
        long reserved = 0;
        Random random = new Random();
        for (int round = 0; round < ROUNDS; round++) {
            Process process = ChildProcess.start(Appender.class, directory.toString());
            try {
                reserved = Math.max(reserved, readUntilKilled(process, random.nextInt(50, 500), acknowledged));
            } finally {
                process.destroyForcibly();
            }

            try (EmbeddedStore store = EmbeddedStore.open(directory)) {
                assertEachThereOnce(acknowledged, TestEvents.all(store.events()));
                acknowledged.forEach((id, name) -> assertThat(
                                TestEvents.append(store.events(), TestClock.START, TestEvents.withId(name)))
                        .as("sent again")
                        .isEqualTo(id));
                assertEachThereOnce(acknowledged, TestEvents.all(store.events()));
                assertThat(store.transactionNumbers().reserve(1)).isGreaterThan(reserved);
            }
        }
        assertThat(acknowledged).hasSizeGreaterThan(ROUNDS * 10);
    }

    /// @return the highest number that the process said it had reserved
    private static long readUntilKilled(Process process, int millis, Map<Long, String> acknowledged)
            throws IOException, InterruptedException {
        long reserved = 0;
        Thread killer = null;
        try (BufferedReader lines = process.inputReader()) {
            for (String line; (line = lines.readLine()) != null; ) {
                if (killer == null) {
                    killer = Thread.startVirtualThread(() -> {
                        try {
                            Thread.sleep(millis);
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                        process.toHandle().destroyForcibly(); // the process's own method would close its output
                    });
                }
                String[] words = line.split(" ");
                if (!words[words.length - 1].equals(".")) {
                    continue; // the kill came in the middle of the line
                }
                if (words[0].equals("number")) {
                    reserved = Long.parseLong(words[1]);
                    continue;
                }
                long first = Long.parseLong(words[0]);
                for (int i = 1; i <= 3; i++) {
                    assertThat(acknowledged.put(first + i - 1, words[1] + "/" + i))
                            .isNull();
                }
            }
        }
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as("killed, not ended").isEqualTo(128 + 9);
        return reserved;
    }

    private static void assertEachThereOnce(Map<Long, String> acknowledged, List<RecordedEvent> all) {
        Map<Long, String> there = new HashMap<>();
        for (RecordedEvent found : all) {
            assertThat(there.put(found.id(), found.event().name().orElseThrow()))
                    .as("event %s again", found.id())
                    .isNull();
        }
        assertThat(there).containsAllEntriesOf(acknowledged);
        assertThat(there.values()).doesNotHaveDuplicates();
        assertThat(there.size() % 3).as("every request is there whole").isZero();
    }

    /// Appends requests of three events on many threads, and says the id of each after it is acknowledged.
    static final class Appender {
        private Appender() {}

        public static void main(String[] arguments) {
            EmbeddedStore store = EmbeddedStore.open(Path.of(arguments[0]));
            String process = Long.toString(ProcessHandle.current().pid());
            AtomicLong request = new AtomicLong();
            for (int thread = 0; thread < 8; thread++) {
                Thread.ofPlatform().start(() -> {
                    while (true) {
                        String name = process + "-" + request.incrementAndGet();
                        UsageEvent[] events = IntStream.rangeClosed(1, 3)
                                .mapToObj(i -> TestEvents.withId(name + "/" + i))
                                .toArray(UsageEvent[]::new);
                        say(TestEvents.append(store.events(), TestClock.START, events) + " " + name);
                    }
                });
            }
            while (true) {
                say("number " + store.transactionNumbers().reserve(1));
            }
        }

        private static synchronized void say(String line) {
            System.out.println(line + " .");
            System.out.flush();
        }
    }
}
