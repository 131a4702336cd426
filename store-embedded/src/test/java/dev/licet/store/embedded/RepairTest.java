package dev.licet.store.embedded;

import static dev.licet.store.embedded.TestEvents.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.TestClock;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.Submission;
import dev.licet.core.store.RepairReport;
import dev.licet.core.store.RepairReport.Damage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RepairTest {
    private static final int EVENTS = 30;
    private static final long SEGMENT = 2 * Segment.HEADER;

    @TempDir
    Path directory;

    private Journal open(long loaded) {
        return Journal.open(directory, SEGMENT, loaded);
    }

    /// Thirty events, received a minute apart, in several segments.
    private void fill() throws IOException {
        try (Journal journal = open(0)) {
            for (int i = 0; i < EVENTS; i++) {
                journal.append(new Submission(
                        List.of(event("event " + (i + 1) + "x".repeat(200))),
                        TestClock.START.plus(Duration.ofMinutes(i + 1))));
            }
        }
        assertThat(Journal.segments(directory)).hasSizeBetween(3, 10);
    }

    private RepairReport repair(long loaded) throws IOException {
        return new Repair(Disk.REAL, directory, new Random(1), loaded, false, what -> {}).run();
    }

    private RepairReport look(long loaded) throws IOException {
        return new Repair(Disk.REAL, directory, new Random(1), loaded, true, what -> {}).run();
    }

    /// The ids that can be read, each with the event that had it.
    private TreeSet<Long> ids(long lastId) throws IOException {
        TreeSet<Long> ids = new TreeSet<>();
        long next = Journal.segments(directory).firstKey();
        try (JournalReader reader = new JournalReader(directory)) {
            for (Optional<JournalRecord> record = reader.next(next, lastId);
                    record.isPresent();
                    record = reader.next(next, lastId)) {
                long id = record.get().firstId();
                assertThat(Decoded.of(record.get().payload(), 1)
                                .events()
                                .getFirst()
                                .name()
                                .orElseThrow())
                        .startsWith("event " + id);
                assertThat(ids.add(id)).isTrue();
                next = record.get().nextId();
            }
        }
        return ids;
    }

    private static TreeSet<Long> without(RepairReport report) {
        TreeSet<Long> left = new TreeSet<>();
        for (long id = 1; id <= EVENTS; id++) {
            left.add(id);
        }
        for (Damage damage : report.damages()) {
            for (long id = damage.firstId(); id <= damage.lastId(); id++) {
                assertThat(left.remove(id)).as("gone once").isTrue();
            }
        }
        return left;
    }

    private void spoil(Path file, int from, int length) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        for (int i = from; i < Math.min(bytes.length, from + length); i++) {
            bytes[i] ^= (byte) 0x55;
        }
        Files.write(file, bytes);
    }

    private Path segmentOf(long id) throws IOException {
        return Journal.segments(directory).floorEntry(id).getValue();
    }

    @Test
    void nothingWrong_changesNothing() throws IOException {
        fill();
        RepairReport report = repair(EVENTS);
        assertThat(report.damages()).isEmpty();
        assertThat(report.repaired()).isFalse();
        assertThat(report.events()).isEqualTo(EVENTS);
        assertThat(directory.resolve("damaged")).doesNotExist();
    }

    @Test
    void recordInTheMiddle_isGone_andItsBytesAndTimesAreTold() throws IOException {
        fill();
        Path file = segmentOf(2);
        spoil(file, Segment.HEADER + 700, 1);

        RepairReport looked = look(EVENTS);
        assertThat(looked.repaired()).isFalse();
        assertThat(Journal.segments(directory)).doesNotContainKey(2L);
        RepairReport report = repair(EVENTS);

        assertThat(report.damages()).hasSize(1);
        Damage damage = report.damages().getFirst();
        assertThat(damage.firstId()).isEqualTo(2);
        assertThat(damage.lastId()).isEqualTo(2);
        assertThat(damage.after()).hasValue(TestClock.START.plus(Duration.ofMinutes(1)));
        assertThat(damage.before()).hasValue(TestClock.START.plus(Duration.ofMinutes(3)));
        assertThat(damage.queryable()).isEqualTo(1);
        byte[] whole = Files.readAllBytes(file);
        assertThat(directory.resolve(damage.setAside().orElseThrow()))
                .hasBinaryContent(Arrays.copyOfRange(whole, (int) damage.fromByte(), (int) damage.toByte()));
        assertThat(ids(EVENTS)).isEqualTo(without(report)).hasSize(EVENTS - 1);
        assertThat(repair(EVENTS).damages()).as("a second time").isEmpty();
    }

    @Test
    void lastSegmentDamagedAtItsEnd_idsGoOnAboveTheHighestThatWasLoaded() throws IOException {
        fill();
        Path last = Journal.segments(directory).lastEntry().getValue();
        long from = Journal.segments(directory).lastKey();
        spoil(last, Segment.HEADER, (int) SEGMENT);
        assertThatThrownBy(() -> open(EVENTS)).hasStackTraceContaining("./licet repair");

        RepairReport report = repair(EVENTS);

        assertThat(report.lost()).isEqualTo(EVENTS - from + 1);
        try (Journal journal = open(EVENTS)) {
            assertThat(journal.append(new Submission(List.of(event("event 31")), TestClock.START)))
                    .isEqualTo(EVENTS + 1);
        }
        assertThat(ids(EVENTS + 1)).contains(EVENTS + 1L).hasSize((int) from);
    }

    @Test
    void segmentThatIsMissing_leavesAGapThatIsMeant() throws IOException {
        fill();
        long second = Journal.segments(directory).higherKey(1L);
        long third = Journal.segments(directory).higherKey(second);
        Files.delete(segmentOf(second));

        RepairReport report = repair(EVENTS);

        assertThat(report.lost()).isEqualTo(third - second);
        assertThat(ids(EVENTS)).isEqualTo(without(report));
        assertThat(repair(EVENTS).damages()).isEmpty();
    }

    /// Damage of all lengths in all places, header and ends too: what is told to be gone is, and nothing else.
    @Test
    void anyDamage_exactlyWhatIsToldIsGone_andTheJournalGoesOn() throws IOException {
        Path whole = directory;
        fill();
        List<Path> files = new ArrayList<>(Journal.segments(whole).values());
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            directory = whole.resolve("round" + round);
            Files.createDirectory(directory);
            for (Path file : files) {
                Files.copy(file, directory.resolve(file.getFileName()));
            }
            for (int i = random.nextInt(1, 4); i > 0; i--) {
                Path file = directory.resolve(
                        files.get(random.nextInt(files.size())).getFileName());
                int size = (int) Files.size(file);
                int start = random.nextInt(4) == 0 ? random.nextInt(100) : random.nextInt(Segment.HEADER, size);
                spoil(file, start, 1 << random.nextInt(12));
            }
            RepairReport looked = look(EVENTS);
            RepairReport report = repair(EVENTS);
            assertThat(report.lost()).as("round " + round).isEqualTo(looked.lost());
            assertThat(ids(EVENTS)).as("round " + round).isEqualTo(without(report));
            assertThat(report.lost()).isLessThan(EVENTS);
            assertThat(repair(EVENTS).damages()).as("a second time").isEmpty();
            try (Journal journal = open(EVENTS)) {
                assertThat(journal.append(new Submission(List.of(event("event 31")), TestClock.START)))
                        .isEqualTo(EVENTS + 1);
            }
        }
    }

    @Test
    void store_thatWasRepaired_answersQuestionsOnWhatIsLeft_alsoAfterItsTableIsMadeAgain() throws Exception {
        Path data = directory.resolve("data");
        try (EmbeddedStore store = EmbeddedStore.open(data)) {
            for (int i = 1; i <= 5; i++) {
                TestEvents.append(store.events(), Clock.systemUTC().instant(), event("event " + i));
            }
            assertThat(TestEvents.all(store.events())).hasSize(5);
        }
        spoil(data.resolve("journal").resolve("0000000000000000001.seg"), Segment.HEADER + 150, 40);
        Files.delete(data.resolve("events.duckdb"));
        Files.deleteIfExists(data.resolve("ids.db"));
        assertThatThrownBy(() -> EmbeddedStore.open(data)).hasStackTraceContaining("./licet repair");

        RepairReport report = EmbeddedStore.repair(data, false, what -> {});

        assertThat(report.lost()).isBetween(1L, 2L);
        for (int start = 0; start < 2; start++) {
            try (EmbeddedStore store = EmbeddedStore.open(data)) {
                assertThat(TestEvents.all(store.events()))
                        .extracting(RecordedEvent::id)
                        .hasSize(5 - (int) report.lost())
                        .contains(5L);
            }
        }
        try (EmbeddedStore store = EmbeddedStore.open(data)) {
            assertThatThrownBy(() -> EmbeddedStore.repair(data, true, what -> {}))
                    .isInstanceOf(DirectoryInUse.class);
            assertThat(TestEvents.append(store.events(), TestClock.START, event("next")))
                    .isEqualTo(6);
        }
    }
}
