package dev.licet.store.embedded;

import static dev.licet.store.embedded.TestEvents.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.licet.core.AtOnce;
import dev.licet.core.TestClock;
import dev.licet.core.Unavailable;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class JournalTest {
    private static final long ONE_SEGMENT = 1L << 20;
    private static final Instant NOW = TestClock.START;

    @TempDir
    Path directory;

    @Test
    void open_noJournal_startsAtTheGivenId() throws IOException {
        try (OpenJournal journal = open(ONE_SEGMENT, 7)) {
            assertThat(journal.end().lastId()).isEqualTo(6);
            assertThat(journal.append("first")).isEqualTo(7);
        }
        assertThat(Journal.segments(directory)).containsOnlyKeys(7L);
    }

    @Test
    void append_isOnDiskWhenItReturns() throws IOException {
        try (OpenJournal journal = open()) {
            journal.append("one", "two");
            journal.append("three");

            assertThat(namesOnDisk()).isEqualTo(Map.of(1L, "one", 2L, "two", 3L, "three"));
        }
    }

    @Test
    void append_noEvents_isRefusedAndWritesNothing() throws IOException {
        try (OpenJournal journal = open()) {
            assertThatThrownBy(journal::append).isInstanceOf(IllegalArgumentException.class);
            journal.append("one");
        }
        assertThat(namesOnDisk()).isEqualTo(Map.of(1L, "one"));
    }

    @Test
    void append_timeThatCantBeKept_failsAloneAndTheNextIsWritten() throws IOException {
        try (OpenJournal journal = open()) {
            assertThatThrownBy(() -> journal.journal.append(new Submission(List.of(event("one")), Instant.MAX)))
                    .isInstanceOf(RuntimeException.class);
            assertThat(journal.append("two")).isEqualTo(1);
        }
        assertThat(namesOnDisk()).isEqualTo(Map.of(1L, "two"));
    }

    @Test
    void append_byManyAtOnce_everyRequestIsThereWholeUnderItsIds() throws IOException {
        List<Long> firsts;
        try (OpenJournal journal = open(20_000, 1)) {
            firsts = AtOnce.run(500, i -> journal.append(i + "/0", i + "/1", i + "/2"));
        }

        Map<Long, String> expected = new TreeMap<>();
        for (int i = 0; i < 500; i++) {
            for (int j = 0; j < 3; j++) {
                expected.put(firsts.get(i) + j, i + "/" + j);
            }
        }
        assertThat(expected).hasSize(1500);
        assertThat(namesOnDisk()).isEqualTo(expected);
    }

    @Test
    void append_requestLargerThanAGroup_isOneRecord() throws IOException {
        String[] names = IntStream.range(0, 20_000).mapToObj(i -> "event " + i).toArray(String[]::new);
        try (OpenJournal journal = open()) {
            journal.append("before");
            assertThat(journal.append(names)).isEqualTo(2);
            assertThat(journal.append("after")).isEqualTo(20_002);
        }

        assertThat(records()).extracting(JournalRecord::count).containsExactly(1, 20_000, 1);
    }

    @Test
    void append_afterClose_isUnavailable() {
        OpenJournal journal = open();
        journal.close();

        assertThatThrownBy(() -> journal.append("late")).isInstanceOf(Unavailable.class);
    }

    @Test
    void close_whileManyAppend_whatIsAcknowledgedIsOnDiskAndNothingElse() throws Exception {
        Map<Long, String> acknowledged = new ConcurrentSkipListMap<>();
        for (int round = 0; round < 25; round++) {
            OpenJournal journal = open(100_000, 1);
            int number = round;
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int thread = 0; thread < 16; thread++) {
                    String name = number + "/" + thread + "/";
                    threads.submit(() -> {
                        try {
                            for (int i = 0; ; i++) {
                                acknowledged.put(journal.append(name + i), name + i);
                            }
                        } catch (Unavailable closed) {
                            return;
                        }
                    });
                }
                Thread.sleep(5 + round % 7);
                journal.close();
                assertThat(journal.journal.check()).isEmpty();
            }
        }

        assertThat(acknowledged).hasSizeGreaterThan(100);
        assertThat(namesOnDisk()).isEqualTo(acknowledged);
    }

    @Test
    void reopen_idsGoOn() throws IOException {
        try (OpenJournal journal = open()) {
            journal.append("one", "two");
        }
        try (OpenJournal journal = open()) {
            assertThat(journal.end().lastId()).isEqualTo(2);
            assertThat(journal.append("three")).isEqualTo(3);
        }
        assertThat(namesOnDisk()).isEqualTo(Map.of(1L, "one", 2L, "two", 3L, "three"));
    }

    @Test
    void segments_areRolledBySizeAndNamedByTheirFirstEvent() throws IOException {
        for (int round = 0; round < 4; round++) {
            try (OpenJournal journal = open(1000, 1)) {
                for (int i = 1; i <= 50; i++) {
                    journal.append("event " + (round * 50 + i));
                }
            }
        }

        assertThat(Journal.segments(directory)).hasSizeGreaterThan(10);
        Map<Long, String> names = namesOnDisk();
        assertThat(names).hasSize(200);
        names.forEach((id, name) -> assertThat(name).isEqualTo("event " + id));
        for (long from : Journal.segments(directory).keySet()) {
            assertThat(found(from).getFirst().record().firstId()).isEqualTo(from);
        }
    }

    @Test
    void reopen_afterACrashRightBehindARoll_goesOnInTheEmptySegment() throws IOException {
        try (OpenJournal journal = open()) {
            journal.append("one", "two");
        }
        Files.createFile(directory.resolve("0000000000000000003.log")); // of the version before

        try (OpenJournal journal = open()) {
            assertThat(journal.end().lastId()).isEqualTo(2);
            assertThat(journal.append("three")).isEqualTo(3);
        }
        assertThat(namesOnDisk()).isEqualTo(Map.of(1L, "one", 2L, "two", 3L, "three"));
    }

    @Test
    void tornTail_atEveryByteOfTheLastRecord_isCutAndAllBeforeSurvives() throws IOException {
        byte[] whole = threeRecords();
        int last = start(2);
        for (int cut = last; cut < whole.length; cut++) {
            Files.write(segment(), Arrays.copyOf(whole, cut));

            try (OpenJournal journal = open()) {
                assertThat(journal.end().lastId()).isEqualTo(2);
                assertThat(journal.append("new")).isEqualTo(3);
            }
            assertThat(namesOnDisk()).isEqualTo(Map.of(1L, "one", 2L, "two", 3L, "new"));
            Files.deleteIfExists(directory.resolve("0000000000000000003.seg"));
        }
    }

    @Test
    void tornTail_zerosFromAnyByteOfTheLastRecordOn_isCut() throws IOException {
        byte[] whole = threeRecords();
        int last = start(2);
        int wholeButZerosAtTheEnd = whole.length;
        while (whole[wholeButZerosAtTheEnd - 1] == 0) {
            wholeButZerosAtTheEnd--;
        }
        for (int from = last; from < wholeButZerosAtTheEnd; from++) {
            byte[] torn = Arrays.copyOf(Arrays.copyOf(whole, from), whole.length + 100);
            Files.write(segment(), torn);

            open().close();

            assertThat(namesOnDisk()).isEqualTo(Map.of(1L, "one", 2L, "two"));
            Files.deleteIfExists(directory.resolve("0000000000000000003.seg"));
        }
    }

    @Test
    void tornTail_ofALargeRequest_isCutInNoTime() throws IOException {
        try (OpenJournal journal = open(10 << 20, 1)) {
            journal.append("x".repeat(3 << 20));
        }
        try (FileChannel file = FileChannel.open(segment(), StandardOpenOption.WRITE)) {
            file.truncate(file.size() - 1);
        }

        assertTimeout(Duration.ofSeconds(2), () -> open().close());

        assertThat(namesOnDisk()).isEmpty();
    }

    @Test
    void damage_farBeforeAGoodRecord_refusesTheStart() throws IOException {
        try (OpenJournal journal = open(10 << 20, 1)) {
            journal.append("x".repeat(400_000));
            journal.append("good");
        }
        try (FileChannel file = FileChannel.open(segment(), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[] {'y'}), Segment.HEADER + 1000);
        }
        byte[] damaged = Files.readAllBytes(segment());

        assertThatThrownBy(this::open).hasStackTraceContaining("the journal is damaged");
        assertThat(Files.readAllBytes(segment())).isEqualTo(damaged);
    }

    @Test
    void zerosAfterTheEnd_loseNothing() throws IOException {
        byte[] whole = threeRecords();
        Files.write(segment(), new byte[64 * 1024], StandardOpenOption.APPEND);

        try (OpenJournal journal = open()) {
            assertThat(journal.append("four")).isEqualTo(4);
        }

        assertThat(namesOnDisk()).isEqualTo(Map.of(1L, "one", 2L, "two", 3L, "three", 4L, "four"));
        assertThat(Arrays.copyOf(Files.readAllBytes(segment()), whole.length)).isEqualTo(whole);
    }

    @Test
    void bitFlip_atAnyByteInTheMiddle_refusesTheStartAndChangesNothing() throws IOException {
        byte[] whole = threeRecords();
        int last = start(2);
        for (int at = 0; at < last; at++) {
            if (at == 200) {
                at = Segment.HEADER - 100; // the header's block has nothing but zeros in between
            }
            byte[] damaged = whole.clone();
            damaged[at] ^= (byte) (1 << at % 8);
            Files.write(segment(), damaged);

            assertThatThrownBy(this::open)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasStackTraceContaining("the journal is damaged")
                    .hasStackTraceContaining("nothing was changed");
            assertThat(Files.readAllBytes(segment())).isEqualTo(damaged);
        }
    }

    @Test
    void missingRecordInTheMiddle_refusesTheStartAndChangesNothing() throws IOException {
        byte[] whole = threeRecords();
        byte[] holed = ByteBuffer.allocate(whole.length - (start(2) - start(1)))
                .put(whole, 0, start(1))
                .put(whole, start(2), whole.length - start(2))
                .array();
        Files.write(segment(), holed);

        assertThatThrownBy(this::open).hasStackTraceContaining("the journal is damaged");
        assertThat(Files.readAllBytes(segment())).isEqualTo(holed);
    }

    @Test
    void record_oldBytesOfALowerIdBehindTheEnd_areNotRead() throws IOException {
        byte[] whole = threeRecords();
        Files.write(segment(), Arrays.copyOfRange(whole, start(0), start(1)), StandardOpenOption.APPEND);

        try (OpenJournal journal = open()) {
            assertThat(journal.end().lastId()).isEqualTo(3);
        }
        assertThat(namesOnDisk()).isEqualTo(Map.of(1L, "one", 2L, "two", 3L, "three"));
    }

    private byte[] threeRecords() throws IOException {
        try (OpenJournal journal = open()) {
            journal.append("one");
            journal.append("two");
            journal.append("three");
        }
        return Files.readAllBytes(segment());
    }

    private Path segment() {
        return directory.resolve("0000000000000000001.seg");
    }

    /// Where the record of that number starts, from 0; the first segment has to be whole.
    private int start(int record) throws IOException {
        return (int) found(1).get(record).offset();
    }

    private OpenJournal open() {
        return open(ONE_SEGMENT, 1);
    }

    private OpenJournal open(long segmentBytes, long firstId) {
        return new OpenJournal(Journal.open(directory, segmentBytes, firstId - 1));
    }

    private List<JournalRecord> records() throws IOException {
        List<JournalRecord> records = new ArrayList<>();
        NavigableMap<Long, Path> segments = Journal.segments(directory);
        try (JournalReader reader = new JournalReader(directory)) {
            long next = segments.firstKey();
            long last = found(segments.lastKey()).stream()
                    .mapToLong(found -> found.record().nextId() - 1)
                    .max()
                    .orElse(segments.lastKey() - 1);
            for (Optional<JournalRecord> record = reader.next(next, last);
                    record.isPresent();
                    record = reader.next(next, last)) {
                records.add(record.get());
                next = record.get().nextId();
            }
        }
        return records;
    }

    /// The records of one segment, and where they are.
    private List<RecordFormat.Found> found(long from) throws IOException {
        List<RecordFormat.Found> all = new ArrayList<>();
        Path path = Journal.segments(directory).get(from);
        try (Segment segment = Segment.openToRead(Disk.REAL, path, from)) {
            Optional<RecordFormat.Found> found = segment.read(segment.start(), segment.firstId());
            while (found.isPresent()) {
                all.add(found.get());
                found = segment.read(found.get().end(), found.get().record().nextId());
            }
        }
        return all;
    }

    private Map<Long, String> namesOnDisk() throws IOException {
        Map<Long, String> names = new TreeMap<>();
        for (JournalRecord record : records()) {
            long id = record.firstId();
            for (UsageEvent event : Decoded.of(record.payload(), record.count()).events()) {
                assertThat(names.put(id++, event.name().orElseThrow())).isNull();
            }
        }
        return names;
    }

    private record OpenJournal(Journal journal) implements AutoCloseable {
        long append(String... names) {
            return journal.append(
                    new Submission(Arrays.stream(names).map(TestEvents::event).toList(), NOW));
        }

        Journal.End end() {
            return journal.end();
        }

        @Override
        public void close() {
            journal.close();
        }
    }

    /// Two groups as a crash may leave them: event 1 alone, then events 2, 3 and 4 as a record each. They are in a
    /// file of the version before there were headers.
    private void writeTwoGroups() throws IOException {
        byte[] payload = EventCodec.encode(List.of(event("one")), Optional.empty());
        ByteBuffer first = ByteBuffer.allocate(100_000);
        RecordFormat.withoutMark().write(new JournalRecord(1, 1, TestClock.START, payload), first);
        ByteBuffer second = ByteBuffer.allocate(100_000);
        for (int id = 2; id <= 4; id++) {
            RecordFormat.withoutMark().write(new JournalRecord(id, 1, TestClock.START, payload), second);
        }
        Files.createDirectories(directory);
        try (FileChannel file = FileChannel.open(
                directory.resolve("0000000000000000001.log"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.write(first.flip());
            file.write(second.flip());
        }
    }

    private Path oldSegment() {
        return directory.resolve("0000000000000000001.log");
    }

    /// Spoils a byte in the middle of the record with this number, from 1.
    private void spoil(int record) throws IOException {
        int size = (int) Files.size(oldSegment()) / 4;
        try (FileChannel file = FileChannel.open(oldSegment(), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[] {(byte) 0xA5}), (record - 1L) * size + size / 2);
        }
    }

    @Test
    void open_lastGroupIsThereInPart_isCutWhereItBreaks() throws IOException {
        for (int spoiled = 2; spoiled <= 4; spoiled++) {
            writeTwoGroups();
            spoil(spoiled);
            try (OpenJournal journal = open()) {
                assertThat(journal.end().lastId()).isEqualTo(spoiled - 1);
            }
            for (Path segment : Journal.segments(directory).values()) {
                Files.delete(segment);
            }
        }
    }

    @Test
    void open_groupBeforeTheLastIsSpoiled_isRefused_andNothingIsChanged() throws IOException {
        writeTwoGroups();
        spoil(1);
        byte[] before = Files.readAllBytes(oldSegment());
        assertThatThrownBy(this::open).hasStackTraceContaining("the journal is damaged");
        assertThat(Files.readAllBytes(oldSegment())).isEqualTo(before);
    }

    @Test
    void open_tailThatWasLoadedBefore_isRefused_andNothingIsChanged() throws IOException {
        writeTwoGroups();
        spoil(4);
        byte[] before = Files.readAllBytes(oldSegment());
        assertThatThrownBy(() -> Journal.open(directory, ONE_SEGMENT, 4)).hasStackTraceContaining("was there before");
        assertThat(Files.readAllBytes(oldSegment())).isEqualTo(before);
    }

    @Test
    void open_journalOfTheVersionBefore_isReadAndGoesOnInANewSegment() throws IOException {
        writeTwoGroups();
        try (OpenJournal journal = open()) {
            assertThat(journal.append("five")).isEqualTo(5);
        }
        try (OpenJournal journal = open()) {
            assertThat(journal.append("six")).isEqualTo(6);
        }
        assertThat(Journal.segments(directory)).containsOnlyKeys(1L, 5L);
        assertThat(namesOnDisk()).isEqualTo(Map.of(1L, "one", 2L, "one", 3L, "one", 4L, "one", 5L, "five", 6L, "six"));
    }

    @Test
    void segments_growFourfoldAndTheirBlocksAreThereBefore() throws Exception {
        try (OpenJournal journal = open(16 << 20, 1)) {
            for (int i = 0; i < 100; i++) {
                journal.append("x".repeat(500_000));
            }
        }
        List<Long> sizes = new ArrayList<>();
        for (Path segment : Journal.segments(directory).values()) {
            sizes.add(Files.size(segment));
        }
        // Where the next file was not ready in time, a segment grew to about its size.
        assertThat(sizes.getFirst()).isLessThanOrEqualTo(1 << 20);
        assertThat(sizes.get(1)).isBetween(3L << 20, 4L << 20);
        assertThat(sizes).hasSizeBetween(5, 9).contains(16L << 20);
    }

    @Test
    void release_firstSegment_isUsedAgain_andItsOldRecordsAreNotRead() throws IOException {
        try (OpenJournal journal = open(60_000, 1)) {
            for (int round = 0; round < 30; round++) {
                for (int i = 0; i < 20; i++) {
                    journal.append("x".repeat(4_000));
                }
                NavigableMap<Long, Path> segments = journal.journal.segments();
                while (segments.size() > 2) {
                    journal.journal.release(segments.pollFirstEntry().getKey());
                }
            }
            assertThat(journal.end().lastId()).isEqualTo(600);
        }
        assertThat(Objects.requireNonNull(directory.toFile().list()).length).isLessThan(8);
        long first = Journal.segments(directory).firstKey();
        assertThat(namesOnDisk()).hasSize((int) (600 - first + 1));
        open(60_000, 1).close();
        assertThat(namesOnDisk()).hasSize((int) (600 - first + 1));
    }

    @Test
    void release_notTheFirst_isRefused() throws IOException {
        try (OpenJournal journal = open(1, 1)) {
            journal.append("one");
            journal.append("two");
            assertThatThrownBy(() -> journal.journal.release(2)).isInstanceOf(IllegalArgumentException.class);
            assertThat(namesOnDisk()).hasSize(2);
        }
    }

    @Test
    void belowTheFloor_isRefusedUntilThereIsRoomAgain() throws Exception {
        MemoryDisk disk = new MemoryDisk(new Random(1));
        DiskSpace space = new DiskSpace(disk, directory, 1000);
        JournalSettings settings = new JournalSettings(100, 1 << 20, 1000, 1_000_000);
        try (OpenJournal journal = new OpenJournal(Journal.open(
                new SegmentedLog.Ground(disk, System::nanoTime, new Random(1)),
                directory,
                50_000,
                0,
                settings,
                space))) {
            journal.append("one");
            disk.usable = 999;
            await(journal.journal::isBelowFloor);
            assertThatThrownBy(() -> journal.append("two")).isInstanceOf(Unavailable.class);
            assertThat(journal.journal.check())
                    .hasValueSatisfying(what -> assertThat(what).contains("disk-floor"));
            disk.usable = 1249;
            Thread.sleep(1500);
            assertThat(journal.journal.isBelowFloor())
                    .as("a little above is not enough")
                    .isTrue();
            disk.usable = 1250;
            await(() -> !journal.journal.isBelowFloor());
            assertThat(journal.append("two")).isEqualTo(2);
        }
    }

    private static void await(BooleanSupplier fact) throws InterruptedException {
        for (int i = 0; i < 200 && !fact.getAsBoolean(); i++) {
            Thread.sleep(25);
        }
        assertThat(fact.getAsBoolean()).isTrue();
    }
}
