package dev.licet.store.embedded;

import static dev.licet.store.embedded.TestEvents.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.TestClock;
import dev.licet.core.event.EventLog;
import dev.licet.core.event.Submission;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Events are taken as fast as they are loaded once too many wait for it, and no slower than that; and they are loaded
/// many at a time.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PaceTest {
    private static final int MOST = 5_000;
    private static final int BATCH = 500;
    /// Of a flood of 10 s: what is held for its longest still comes through, a group of about 1,000 every 50 ms.
    private static final int LEAK = 20 * 1_500;

    @TempDir
    Path directory;

    @Test
    void flood_isSlowed_soThatLittleWaitsToBeLoaded() throws Exception {
        JournalSettings journal = new JournalSettings(1000, 16 << 20, 0, MOST);
        EmbeddedStore.EventSettings settings =
                new EmbeddedStore.EventSettings(Duration.ofDays(30), false, TestEvents.QUERY_MEMORY, journal);
        TestClock clock = new TestClock();
        try (EmbeddedStore store = EmbeddedStore.open(directory, settings, clock, clock::nanos)) {
            EventLog events = store.events();
            AtomicBoolean over = new AtomicBoolean();
            List<Thread> feeding = IntStream.range(0, 4)
                    .mapToObj(i -> Thread.ofPlatform().start(() -> {
                        while (!over.get()) {
                            events.append(new Submission(Collections.nCopies(BATCH, event("flood")), TestClock.START));
                        }
                    }))
                    .toList();
            long most = 0;
            long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
            while (System.nanoTime() < end) {
                long loaded = events.lastQueryable(); // first: it only grows
                most = Math.max(most, events.lastAcknowledged() - loaded);
                Thread.sleep(1);
            }
            over.set(true);
            for (Thread thread : feeding) {
                thread.join();
            }
            assertThat(events.lastAcknowledged()).isGreaterThan(10 * MOST);
            assertThat(most).isBetween((long) MOST, (long) MOST + LEAK);
        }
    }

    @Test
    void tableThatIsNotLoaded_holdsEachGroupForAMomentOnly_andNoneWhenItCantBeLoaded() throws Exception {
        Path segments = directory.resolve("journal");
        AtomicBoolean hasRoom = new AtomicBoolean(true);
        try (EventTable table = EventTable.open(directory.resolve("events.duckdb"), TestEvents.QUERY_MEMORY);
                Journal journal = Journal.open(segments, 1 << 20, 0);
                Loader loader = new Loader(
                        segments, journal, table, Archive.open(directory.resolve("archive")), hasRoom::get, MOST)) {
            assertThat(held(loader, MOST)).isLessThan(40);
            assertThat(held(loader, MOST + 1)).isBetween(45L, 2_000L); // its thread does not run yet

            hasRoom.set(false);
            loader.start();
            while (held(loader, MOST + 1) >= 40) {
                Thread.sleep(10); // until it has seen that there is no room
            }
            assertThat(loader.applied()).isZero();
        }
    }

    @Test
    void slowStream_isLoadedOnceASecond_notEventByEvent() throws Exception {
        Path segments = directory.resolve("journal");
        try (EventTable table = EventTable.open(directory.resolve("events.duckdb"), TestEvents.QUERY_MEMORY);
                Journal journal = Journal.open(segments, 1 << 20, 0);
                Loader loader = new Loader(
                        segments, journal, table, Archive.open(directory.resolve("archive")), () -> true, MOST)) {
            loader.start();
            Set<Long> reached = new HashSet<>();
            long end = System.nanoTime() + Duration.ofSeconds(3).toNanos();
            while (System.nanoTime() < end) {
                journal.append(new Submission(List.of(event("slow")), TestClock.START));
                reached.add(loader.applied());
            }
            assertThat(journal.end().lastId()).isGreaterThan(100);
            assertThat(reached).hasSizeBetween(2, 5);
            long last = journal.end().lastId();
            assertThat(loader.catchUp(last, Duration.ofSeconds(10))).isTrue(); // who asks does not wait for the second
        }
    }

    /// In milliseconds.
    private static long held(Loader loader, long lastId) {
        long before = System.nanoTime();
        loader.hold(lastId);
        return Duration.ofNanos(System.nanoTime() - before).toMillis();
    }
}
