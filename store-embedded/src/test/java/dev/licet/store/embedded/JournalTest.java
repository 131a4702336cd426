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
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
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
        for (Map.Entry<Long, Path> segment : Journal.segments(directory).entrySet()) {
            assertThat(records(segment.getValue()).getFirst().firstId()).isEqualTo(segment.getKey());
        }
    }

    @Test
    void reopen_afterACrashRightBehindARoll_goesOnInTheEmptySegment() throws IOException {
        try (OpenJournal journal = open()) {
            journal.append("one", "two");
        }
        Files.createFile(directory.resolve("0000000000000000003.log"));

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
                assertThat(journal.end()).isEqualTo(new Journal.End(1, last, 2));
                assertThat(Files.size(segment())).isEqualTo(last);
                assertThat(journal.append("new")).isEqualTo(3);
            }
            assertThat(namesOnDisk()).isEqualTo(Map.of(1L, "one", 2L, "two", 3L, "new"));
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

            assertThat(Files.readAllBytes(segment())).isEqualTo(Arrays.copyOf(whole, last));
        }
    }

    @Test
    void tornTail_ofALargeRequest_isCutInNoTime() throws IOException {
        byte[] whole = threeRecords();
        try (OpenJournal journal = open()) {
            journal.append("x".repeat(3 << 20));
        }
        try (FileChannel file = FileChannel.open(segment(), StandardOpenOption.WRITE)) {
            file.truncate(file.size() - 1);
        }

        assertTimeout(Duration.ofSeconds(2), () -> open().close());

        assertThat(segment()).hasBinaryContent(whole);
    }

    @Test
    void damage_farBeforeAGoodRecord_refusesTheStart() throws IOException {
        try (OpenJournal journal = open(10 << 20, 1)) {
            journal.append("x".repeat(3 << 20));
            journal.append("good");
        }
        try (FileChannel file = FileChannel.open(segment(), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[] {'y'}), 1000);
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
        int second = start(1);
        Files.write(segment(), Arrays.copyOfRange(whole, 0, second), StandardOpenOption.APPEND);

        try (OpenJournal journal = open()) {
            assertThat(journal.end().lastId()).isEqualTo(3);
        }
        assertThat(Files.readAllBytes(segment())).isEqualTo(whole);
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
        return directory.resolve("0000000000000000001.log");
    }

    /// Where the record of that number starts, from 0; the first segment has to be whole.
    private int start(int record) throws IOException {
        return records().stream().limit(record).mapToInt(JournalRecord::size).sum();
    }

    private OpenJournal open() {
        return open(ONE_SEGMENT, 1);
    }

    private OpenJournal open(long segmentBytes, long firstId) {
        return new OpenJournal(Journal.open(directory, segmentBytes, firstId - 1));
    }

    private List<JournalRecord> records() throws IOException {
        List<JournalRecord> records = new ArrayList<>();
        for (Path segment : Journal.segments(directory).values()) {
            records.addAll(records(segment));
        }
        return records;
    }

    private static List<JournalRecord> records(Path segment) throws IOException {
        List<JournalRecord> records = new ArrayList<>();
        try (FileChannel file = FileChannel.open(segment)) {
            for (long offset = 0;
                    offset < file.size();
                    offset += records.getLast().size()) {
                records.add(JournalRecord.read(file, offset, 0).orElseThrow());
            }
        }
        return records;
    }

    private Map<Long, String> namesOnDisk() throws IOException {
        Map<Long, String> names = new TreeMap<>();
        for (JournalRecord record : records()) {
            long id = record.firstId();
            for (UsageEvent event :
                    EventCodec.decode(record.payload(), record.count()).events()) {
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

    /// Two groups as a crash may leave them: event 1 alone, then events 2, 3 and 4 as a record each.
    private void writeTwoGroups() throws IOException {
        byte[] payload = EventCodec.encode(List.of(event("one")), Optional.empty());
        ByteBuffer first = ByteBuffer.allocate(100_000);
        new JournalRecord(1, 1, TestClock.START, payload).writeTo(first);
        ByteBuffer second = ByteBuffer.allocate(100_000);
        for (int id = 2; id <= 4; id++) {
            new JournalRecord(id, 1, TestClock.START, payload).writeTo(second);
        }
        Files.createDirectories(directory);
        try (FileChannel file = FileChannel.open(
                directory.resolve("0000000000000000001.log"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.write(first.flip());
            file.write(second.flip());
        }
    }

    /// Spoils a byte in the middle of the record with this number, from 1.
    private void spoil(int record) throws IOException {
        int size = (int) Files.size(segment()) / 4;
        try (FileChannel file = FileChannel.open(segment(), StandardOpenOption.WRITE)) {
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
            Files.delete(segment());
        }
    }

    @Test
    void open_groupBeforeTheLastIsSpoiled_isRefused_andNothingIsChanged() throws IOException {
        writeTwoGroups();
        spoil(1);
        byte[] before = Files.readAllBytes(segment());
        assertThatThrownBy(this::open).hasStackTraceContaining("the journal is damaged");
        assertThat(Files.readAllBytes(segment())).isEqualTo(before);
    }

    @Test
    void open_tailThatWasLoadedBefore_isRefused_andNothingIsChanged() throws IOException {
        writeTwoGroups();
        spoil(4);
        byte[] before = Files.readAllBytes(segment());
        assertThatThrownBy(() -> Journal.open(directory, ONE_SEGMENT, 4)).hasStackTraceContaining("was there before");
        assertThat(Files.readAllBytes(segment())).isEqualTo(before);
    }
}
