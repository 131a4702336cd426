package dev.licet.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.TestClock;
import dev.licet.store.embedded.Journal.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Whatever the disk does, short of changing what it has: what was acknowledged is there, once, under its id; what
/// could be read after a start is there after the next; no id is given twice.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class JournalOnABadDiskTest {
    private static final int POWER_LOSSES = 2000;

    /// A journal on such a disk, and what is known of it.
    private static final class World {
        private static final Path DIRECTORY = Path.of("/journal");
        private static final long SEGMENT = 3 * Segment.HEADER;

        private final Random random;
        private final MemoryDisk disk;
        private long now;
        private SegmentedLog log;
        /// What has to be there, by the first id of the record.
        private final NavigableMap<Long, String> known = new TreeMap<>();
        private long lastKnown;
        /// What is before may be there again after a power loss.
        private long released;
        private int written;

        World(long seed) throws IOException {
            random = new Random(seed);
            disk = new MemoryDisk(random);
            log = open();
        }

        private SegmentedLog open() throws IOException {
            Spares spares = new Spares(disk, DIRECTORY, DiskSpace.unwatched(), new SameThread());
            return new SegmentedLog(
                    new SegmentedLog.Ground(disk, () -> now, random), DIRECTORY, SEGMENT, lastKnown, spares);
        }

        void append() {
            List<Request> group = new ArrayList<>();
            for (int i = random.nextInt(1, 5); i > 0; i--) {
                String name = "request " + written++ + "x".repeat(random.nextInt(1500));
                group.add(new Request(
                        1,
                        random.nextInt(1, 4),
                        TestClock.START,
                        name.getBytes(StandardCharsets.UTF_8),
                        new CompletableFuture<>()));
            }
            try {
                long id = log.append(group);
                assertThat(id).as("an id that was not given before").isGreaterThan(lastKnown);
                for (Request request : group) {
                    known.put(id, new String(request.payload(), StandardCharsets.UTF_8));
                    id += request.count();
                }
                lastKnown = id - 1;
            } catch (IOException notAcknowledged) {
                now += Duration.ofMillis(random.nextInt(1500)).toNanos();
            }
        }

        void release() throws IOException {
            NavigableMap<Long, Path> segments = Segment.list(disk, DIRECTORY);
            if (segments.size() > 3) {
                try {
                    log.release(segments.firstKey(), true);
                } catch (IOException notNow) {
                    return;
                } finally {
                    released = segments.higherKey(segments.firstKey());
                    known.headMap(released).clear();
                }
            }
        }

        /// The process ends in some way, and another begins.
        void restart(boolean powerLoss) throws IOException {
            if (powerLoss) {
                disk.losePower();
            }
            reopen();
            readBack();
        }

        private void reopen() throws IOException {
            try {
                log = open();
            } catch (IOException e) {
                disk.heal();
                log = open();
            }
        }

        /// Everything that is known is there; what else is there is known from now on.
        private void readBack() throws IOException {
            Map<Long, String> there = read();
            assertThat(there).containsAllEntriesOf(known);
            there.keySet().stream()
                    .filter(id -> id >= released && !known.containsKey(id))
                    .forEach(id -> assertThat(id)
                            .as("only what came last may be there unacknowledged")
                            .isGreaterThan(lastKnown));
            known.clear();
            known.putAll(there);
            lastKnown = log.end().lastId();
        }

        private Map<Long, String> read() throws IOException {
            Map<Long, String> there = new TreeMap<>();
            long next = Segment.list(disk, DIRECTORY).firstKey();
            try (JournalReader reader = new JournalReader(disk, DIRECTORY)) {
                for (Optional<JournalRecord> record =
                                reader.next(next, log.end().lastId());
                        record.isPresent();
                        record = reader.next(next, log.end().lastId())) {
                    assertThat(record.get().firstId()).isEqualTo(next);
                    there.put(next, new String(record.get().payload(), StandardCharsets.UTF_8));
                    next = record.get().nextId();
                }
            }
            assertThat(next).isEqualTo(log.end().lastId() + 1);
            return there;
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "TRUNCATE") // only done after a failure: in the test below
    void anyCallThatFails_losesNothing(MemoryDisk.Fault fault) throws IOException {
        for (int times : new int[] {1, 1000}) {
            int call = 0;
            World world;
            boolean reached;
            do {
                call++;
                world = new World(call);
                world.disk.fail(fault, call, times);
                work(world);
                reached = world.disk.failed();
                world.disk.heal();
                world.now += Duration.ofSeconds(2).toNanos();
                int before = world.known.size();
                for (int i = 0; i < 3; i++) {
                    world.append();
                }
                assertThat(world.known.size()).as("goes on by itself").isGreaterThanOrEqualTo(before + 3);
                assertThat(world.log.trouble()).isEmpty();
                world.restart(call % 2 == 0);
            } while (reached);
            assertThat(call).as("calls that were made to fail").isGreaterThan(1);
        }
    }

    private static void work(World world) throws IOException {
        for (int i = 0; i < 25; i++) {
            world.append();
            if (i % 5 == 4) {
                world.release();
            }
        }
        world.restart(false);
        for (int i = 0; i < 5; i++) {
            world.append();
        }
    }

    @Test
    void powerLossAtAnyInstant_onADiskThatFailsNowAndThen_losesNothing() throws IOException {
        for (int seed = 0; seed < POWER_LOSSES; seed++) {
            try {
                World world = new World(seed);
                for (int life = 0; life < 4; life++) {
                    world.disk.failOneOf(world.random.nextBoolean() ? 0 : world.random.nextInt(5, 60));
                    for (int i = world.random.nextInt(12); i > 0; i--) {
                        world.append();
                        if (world.random.nextInt(4) == 0) {
                            world.release();
                        }
                    }
                    world.disk.heal();
                    world.restart(world.random.nextInt(3) > 0);
                }
            } catch (IOException | RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }
}
