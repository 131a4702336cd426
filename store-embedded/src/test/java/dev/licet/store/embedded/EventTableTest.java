package dev.licet.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.licet.core.TestClock;
import dev.licet.core.Unavailable;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.Submission;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The event table can be lost in any way: what the journal has is loaded again, exactly once.
class EventTableTest {
    private static final int EVENTS = 300;

    /// The files as a killed process leaves them: the table's write-ahead log is not yet in the table.
    @TempDir
    static Path crashed;

    @TempDir
    Path parent;

    private Path directory;
    private Path table;
    private Path wal;

    @BeforeAll
    static void fillAndCrash(@TempDir Path running) throws IOException {
        try (EmbeddedStore store = EmbeddedStore.open(running)) {
            for (int i = 0; i < EVENTS; i += 3) {
                TestEvents.append(
                        store.events(),
                        TestClock.START,
                        TestEvents.event("event " + i),
                        TestEvents.event("event " + (i + 1)),
                        TestEvents.event("event " + (i + 2)));
                if (i % 30 == 0) {
                    assertThat(TestEvents.all(store.events())).hasSize(i + 3);
                }
            }
            assertThat(TestEvents.all(store.events())).hasSize(EVENTS);
            copy(running, crashed);
        }
    }

    @BeforeEach
    void copyTheCrashed() throws IOException {
        directory = parent.resolve("store");
        table = directory.resolve("events.duckdb");
        wal = directory.resolve("events.duckdb.wal");
        copy(crashed, directory);
    }

    @Test
    void crashed_isOpenedAsItIs() {
        assertThat(wal).exists();
        assertAllThereOnce();
        assertThat(directory.resolve("events.duckdb.broken")).doesNotExist();
    }

    @Test
    void deleted_isLoadedAgain() throws IOException {
        Files.delete(table);
        Files.delete(wal);

        assertAllThereOnce();
    }

    @Test
    void deletedButItsWal_isLoadedAgain() throws IOException {
        Files.delete(table);

        assertAllThereOnce();
    }

    @Test
    void walDeleted_whatItHadIsLoadedAgain() throws IOException {
        Files.delete(wal);

        assertAllThereOnce();
    }

    @Test
    void overwrittenWithGarbage_isPutAsideAndLoadedAgain() throws IOException {
        byte[] garbage = new byte[20_000];
        new Random(1).nextBytes(garbage);
        Files.write(table, garbage);

        assertAllThereOnce();
        assertThat(directory.resolve("events.duckdb.broken")).hasBinaryContent(garbage);
    }

    @Test
    void overwrittenWithGarbageTwice_isLoadedAgainEachTime() throws IOException {
        Files.writeString(table, "not a database");
        assertAllThereOnce();
        Files.writeString(table, "not a database either");
        assertAllThereOnce();
    }

    @Test
    void empty_isLoadedAgain() throws IOException {
        Files.write(table, new byte[0]);

        assertAllThereOnce();
    }

    @Test
    void cutInTheMiddle_isLoadedAgain() throws IOException {
        Files.write(table, Arrays.copyOf(Files.readAllBytes(table), (int) Files.size(table) / 2));

        assertAllThereOnce();
    }

    @Test
    void walOverwrittenWithGarbage_isLoadedAgain() throws IOException {
        byte[] garbage = new byte[(int) Files.size(wal)];
        new Random(2).nextBytes(garbage);
        Files.write(wal, garbage);

        assertAllThereOnce();
    }

    @Test
    void walCutOrDamagedAnywhere_isLoadedAgain() throws IOException {
        byte[] whole = Files.readAllBytes(wal);
        Random random = new Random(3);
        for (int i = 0; i < 8; i++) {
            directory = parent.resolve("copy" + i);
            copy(crashed, directory);
            byte[] damaged = i % 2 == 0
                    ? Arrays.copyOf(whole, random.nextInt(whole.length))
                    : flipped(whole, random.nextInt(whole.length));
            Files.write(directory.resolve(wal.getFileName()), damaged);

            assertAllThereOnce();
        }
    }

    @Test
    void journalDeleted_idsGoOnAfterTheTable() throws IOException {
        Files.delete(directory.resolve("journal").resolve("0000000000000000001.seg"));

        try (EmbeddedStore store = EmbeddedStore.open(directory)) {
            assertThat(TestEvents.append(store.events(), TestClock.START, TestEvents.event("next")))
                    .isEqualTo(EVENTS + 1);
            assertThat(TestEvents.all(store.events())).hasSize(EVENTS + 1);
        }
    }

    @Test
    void journalOlderThanTheTable_isRefusedEachTimeAndChangesNothing() throws IOException {
        Path segment = directory.resolve("journal").resolve("0000000000000000001.seg");
        byte[] whole = Files.readAllBytes(segment);
        int one = RecordFormat.withMark(0).size(ByteBuffer.wrap(whole).getInt(Segment.HEADER));
        Files.write(segment, Arrays.copyOf(whole, Segment.HEADER + one));

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> EmbeddedStore.open(directory))
                    .hasMessageContaining("events 4 to 300 are missing")
                    .hasMessageContaining("not of the same backup");
        }

        Files.write(segment, whole);
        assertAllThereOnce();
    }

    @Test
    void damagedJournal_isRefusedAndLeavesNothingOpen() throws IOException {
        Path segment = directory.resolve("journal").resolve("0000000000000000001.seg");
        byte[] whole = Files.readAllBytes(segment);
        Files.write(segment, flipped(whole, Segment.HEADER + 100));

        assertThatThrownBy(() -> EmbeddedStore.open(directory)).hasStackTraceContaining("the journal is damaged");

        Files.write(segment, whole);
        assertThat(openFiles()).noneMatch(path -> path.startsWith(directory));
        assertAllThereOnce();
    }

    /// What this process has open, where the system tells.
    private static List<Path> openFiles() throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        assumeThat(descriptors).exists();
        List<Path> open = new ArrayList<>();
        try (Stream<Path> links = Files.list(descriptors)) {
            for (Path link : links.toList()) {
                try {
                    open.add(Files.readSymbolicLink(link));
                } catch (NoSuchFileException closedMeanwhile) {
                    // the listing itself
                }
            }
        }
        return open;
    }

    @Test
    void journalOfANewerVersion_isToldAndTakesNothingAway() throws Exception {
        Path fresh = parent.resolve("fresh");
        Path segment = Files.createDirectories(fresh.resolve("journal")).resolve("0000000000000000001.log");
        byte[] payload = EventCodec.encode(List.of(TestEvents.event("one")), Optional.empty());
        payload[0]++;
        JournalRecord record = new JournalRecord(1, 1, TestClock.START, payload);
        ByteBuffer buffer = ByteBuffer.allocate(RecordFormat.withoutMark().size(payload.length));
        RecordFormat.withoutMark().write(record, buffer);
        Files.write(segment, buffer.array());

        try (EmbeddedStore store = EmbeddedStore.open(fresh)) {
            for (int i = 0; i < 100 && store.check().isEmpty(); i++) {
                Thread.sleep(20);
            }
            assertThat(store.check().orElse("nothing")).contains("newer version of Licet");
            assertThat(store.events().lastQueryable()).isZero();
        }
        assertThat(segment).hasBinaryContent(buffer.array());
    }

    @Test
    void load_overManySegments_hasEachEventOnce() throws Exception {
        Path segments = parent.resolve("segments");
        for (int start = 0; start < 3; start++) {
            try (EventTable events = EventTable.open(parent.resolve("small.duckdb"), TestEvents.QUERY_MEMORY);
                    Journal journal = Journal.open(segments, 1000, 0);
                    Loader loader = new Loader(
                            segments,
                            journal,
                            events,
                            Archive.open(segments.resolveSibling("archive")),
                            () -> true,
                            1_000_000)) {
                loader.start();
                for (int i = 1; i <= 100; i++) {
                    long id = journal.append(new Submission(List.of(TestEvents.event("event")), TestClock.START));
                    assertThat(id).isEqualTo(start * 100 + i);
                    if (i % 25 == 0) {
                        assertThat(loader.catchUp(id, Duration.ofSeconds(10))).isTrue();
                    }
                }
                // By a connection of its own: the other one is the loader's.
                long applied = events.work(EventTable::applied);
                assertThat(applied).isEqualTo((start + 1) * 100);
                assertThat(events.find(TestEvents.EVERYTHING)).hasSize((start + 1) * 100);
                assertThat(loader.check()).isEmpty();
            }
        }
        assertThat(Journal.segments(segments)).hasSizeGreaterThan(20);
        try (EventTable events = EventTable.open(parent.resolve("rebuilt.duckdb"), TestEvents.QUERY_MEMORY);
                Journal journal = Journal.open(segments, 1000, 0);
                Loader loader = new Loader(
                        segments,
                        journal,
                        events,
                        Archive.open(segments.resolveSibling("archive")),
                        () -> true,
                        1_000_000)) {
            loader.start();
            assertThat(loader.catchUp(300, Duration.ofSeconds(10))).isTrue();
            assertThat(events.find(TestEvents.EVERYTHING))
                    .extracting(RecordedEvent::id)
                    .hasSize(300)
                    .doesNotHaveDuplicates();
        }
    }

    private void assertAllThereOnce() {
        for (int round = 0; round < 2; round++) {
            try (EmbeddedStore store = EmbeddedStore.open(directory)) {
                List<RecordedEvent> all = TestEvents.all(store.events());
                assertThat(all).hasSize(EVENTS);
                for (int i = 0; i < EVENTS; i++) {
                    RecordedEvent found = all.get(EVENTS - 1 - i);
                    assertThat(found.id()).isEqualTo(i + 1);
                    assertThat(found.event()).isEqualTo(TestEvents.event("event " + i));
                }
                assertThat(store.check()).isEmpty();
            }
        }
    }

    private static byte[] flipped(byte[] whole, int at) {
        byte[] damaged = whole.clone();
        damaged[at] ^= 0x10;
        return damaged;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (!Files.isDirectory(target)) {
                    Files.copy(path, target);
                }
            }
        }
    }

    @Test
    void question_toAClosedStore_isUnavailable() {
        EmbeddedStore store = EmbeddedStore.open(directory);
        store.close();

        assertThatThrownBy(() -> store.events().find(TestEvents.EVERYTHING)).isInstanceOf(Unavailable.class);
    }
}
