package dev.licet.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.TestClock;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.ApplicationId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.UserId;
import dev.licet.core.once.Fingerprint;
import dev.licet.core.once.RequestKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Segments become archive files, and the event table can be made again from those and the journal, whatever was lost.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ArchiveTest {
    private static final int EVENTS = 40;
    private static final int SEGMENT_BYTES = Segment.HEADER + 1000;

    @TempDir
    Path directory;

    private final Random random = new Random(7);
    private Path data;

    @BeforeEach
    void nameTheDirectory() {
        data = directory.resolve("it's [all] of * here"); // what SQL and patterns would trip over
    }

    /// The parts of a store that matter here, on a directory, at work until it is closed.
    private static final class Parts implements AutoCloseable {
        final Path segments;
        final Archive archive;
        final EventTable table;
        final Journal journal;
        final Loader loader;
        final Keeper keeper;

        Parts(Path directory) throws Exception {
            segments = directory.resolve("journal");
            archive = Archive.open(directory.resolve("archive"));
            table = EventTable.open(directory.resolve("events.duckdb"), TestEvents.QUERY_MEMORY);
            journal = Journal.open(segments, SEGMENT_BYTES, Math.max(table.applied(), archive.lastId()));
            loader = new Loader(segments, journal, table, archive, () -> true, 1_000_000);
            Retention retention = Retention.forEver();
            keeper = new Keeper(segments, journal, loader, table, archive, retention, true, () -> true, id -> {});
            loader.start();
        }

        void awaitAll() {
            assertThat(loader.catchUp(journal.end().lastId(), Duration.ofSeconds(20)))
                    .isTrue();
        }

        @Override
        public void close() {
            journal.close();
            loader.close();
            table.close();
        }
    }

    private UsageEvent event(int i) {
        return new UsageEvent(
                TestEvents.ACCOUNT,
                "rest",
                maybe("client " + i),
                TestClock.START.plusMillis(i),
                Optional.of("event " + i),
                maybe("faßt € 😀"),
                maybe(1).map(ProductId::new),
                maybe("key 'quoted' and much longer than what is kept inline"),
                maybe("machine"),
                maybe("end user"),
                maybe("session"),
                maybe(2).map(UserId::new),
                maybe(3).map(ApplicationId::new),
                random.nextBoolean() ? OptionalLong.of(random.nextLong()) : OptionalLong.empty(),
                maybe(""),
                maybe("{\"a\":[1,2,null]}\n\u0000"));
    }

    private Optional<String> maybe(String text) {
        return random.nextBoolean() ? Optional.of(text) : Optional.empty();
    }

    private Optional<Long> maybe(long number) {
        return random.nextBoolean() ? Optional.of(number) : Optional.empty();
    }

    /// Many segments with two events a record. @return all rows
    private Map<Long, List<Object>> fill(Path into) throws Exception {
        try (Parts parts = new Parts(into)) {
            for (int i = 1; i <= EVENTS; i += 2) {
                Optional<RequestKey> key = random.nextBoolean()
                        ? Optional.of(new RequestKey(Fingerprint.of("name " + i), Fingerprint.of("content")))
                        : Optional.empty();
                parts.journal.append(
                        new Submission(List.of(event(i), event(i + 1)), TestClock.START.plusSeconds(i), key));
            }
            parts.awaitAll();
            return rows(parts.table);
        }
    }

    private Map<Long, List<Object>> fillAndArchive() throws Exception {
        Map<Long, List<Object>> rows = fill(data);
        try (Parts parts = new Parts(data)) {
            parts.awaitAll();
            parts.keeper.keep();
            assertThat(parts.archive.parts()).hasSizeGreaterThan(3);
            assertThat(Journal.segments(parts.segments)).hasSize(2);
        }
        return rows;
    }

    private static Map<Long, List<Object>> rows(EventTable table) throws Exception {
        return table.work(connection -> {
            Map<Long, List<Object>> all = new TreeMap<>();
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT * REPLACE (hex(request_key) AS request_key),"
                            + " epoch_us(received_at), epoch_us(happened_at) FROM event")) {
                while (rows.next()) {
                    List<Object> row = new ArrayList<>();
                    for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                        row.add(Optional.ofNullable(rows.getObject(i)));
                    }
                    assertThat(all.put(rows.getLong("id"), row))
                            .as("a second one")
                            .isNull();
                }
            }
            return all;
        });
    }

    private static Map<Long, List<Object>> without(Map<Long, List<Object>> rows, IdRange... gone) {
        Map<Long, List<Object>> left = new TreeMap<>(rows);
        for (IdRange ids : gone) {
            left.keySet().removeIf(id -> id >= ids.first() && id <= ids.last());
        }
        return left;
    }

    private void assertRebuilt(Path from, Map<Long, List<Object>> rows, IdRange... missing) throws Exception {
        for (int round = 0; round < 2; round++) {
            try (Parts parts = new Parts(from)) {
                parts.awaitAll();
                await(() -> parts.table.missing().equals(List.of(missing)));
                assertThat(rows(parts.table)).isEqualTo(rows);
                assertThat(parts.loader.check()).isEmpty();
                parts.keeper.keep();
                assertThat(rows(parts.table)).isEqualTo(rows);
            }
        }
    }

    private void deleteTable() throws IOException {
        try (Stream<Path> files = Files.list(data)) {
            for (Path file : files.filter(path -> path.getFileName().toString().startsWith("events.duckdb"))
                    .toList()) {
                Files.delete(file);
            }
        }
    }

    private List<Archive.Part> archived() throws IOException {
        return List.copyOf(Archive.open(data.resolve("archive")).parts().values());
    }

    @Test
    void tableDeleted_isTheSameAgainRowByRow() throws Exception {
        Map<Long, List<Object>> rows = fillAndArchive();
        deleteTable();

        assertRebuilt(data, rows);
    }

    @Test
    void tableFromABackup_goesOnInTheMiddleOfAnArchiveFile() throws Exception {
        Map<Long, List<Object>> rows = fillAndArchive();
        long last = archived().get(1).ids().last();
        try (EventTable table = EventTable.open(data.resolve("events.duckdb"), TestEvents.QUERY_MEMORY)) {
            table.inTransaction(change -> {
                change.execute("DELETE FROM event WHERE id >= " + last);
                change.execute("DELETE FROM applied");
                EventTable.applied(change, last - 1);
            });
        }

        assertRebuilt(data, rows);
    }

    @Test
    void crash_betweenAnyTwoSteps_losesAndDoublesNothing() throws Exception {
        Map<Long, List<Object>> rows = fill(data);
        Map<String, Path> images = new LinkedHashMap<>();
        try (Parts parts = new Parts(data);
                AtEachStep steps = new AtEachStep(step -> images.put(
                        images.size() + " " + step, copy(data, directory.resolve("image" + images.size()))))) {
            parts.awaitAll();
            parts.keeper.keep();
            assertThat(steps.failure).isEmpty();
        }
        for (String step : List.of("written", "verified", "summed", "named", "released", "checkpoint")) {
            assertThat(images.keySet()).anyMatch(name -> name.contains(step));
        }
        for (Path image : images.values()) {
            Path tableLost = copy(image, image.resolveSibling(image.getFileName() + "-table-lost"));
            data = tableLost;
            deleteTable();
            assertRebuilt(image, rows);
            assertRebuilt(tableLost, rows);
        }
    }

    /// Does something whenever the archive or its keeper is done with a step, as the log tells.
    private static final class AtEachStep extends Handler implements AutoCloseable {
        interface Action {
            void at(String step) throws IOException;
        }

        private final List<Logger> loggers = Stream.of(Archive.class, Keeper.class)
                .map(type -> Logger.getLogger(type.getName()))
                .toList();
        private final Action action;
        private Optional<IOException> failure = Optional.empty();

        AtEachStep(Action action) {
            this.action = action;
            setLevel(Level.ALL);
            for (Logger logger : loggers) {
                logger.setLevel(Level.FINE);
                logger.addHandler(this);
            }
        }

        @Override
        public void publish(LogRecord record) {
            try {
                action.at(record.getMessage());
            } catch (IOException e) {
                failure = Optional.of(e);
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {
            for (Logger logger : loggers) {
                logger.removeHandler(this);
                logger.setLevel(null);
            }
        }
    }

    private static Path copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return to;
    }

    @Test
    void archiveAndJournalOverlap_eachEventIsThereOnce() throws Exception {
        Map<Long, List<Object>> rows = fill(data);
        Path whole = copy(data.resolve("journal"), directory.resolve("whole journal"));
        try (Parts parts = new Parts(data)) {
            parts.awaitAll();
            parts.keeper.keep();
        }
        copyInto(whole, data.resolve("journal"));
        deleteTable();

        assertRebuilt(data, rows);
    }

    private static void copyInto(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.list(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(path.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    @Test
    void archiveFileMissing_isNotedAndGoneOver_andLoadedWhenItIsBack() throws Exception {
        Map<Long, List<Object>> rows = fillAndArchive();
        Archive.Part lost = archived().get(1);
        Path elsewhere = directory.resolve("elsewhere");
        Files.move(lost.path(), elsewhere);
        deleteTable();

        assertRebuilt(data, without(rows, lost.ids()), lost.ids());

        Files.move(elsewhere, lost.path());
        assertRebuilt(data, rows);
    }

    @Test
    void firstAndLastArchiveFilesMissing_areNoted() throws Exception {
        Map<Long, List<Object>> rows = fillAndArchive();
        IdRange first = archived().getFirst().ids();
        IdRange last = archived().getLast().ids();
        Files.delete(archived().getFirst().path());
        Files.delete(archived().getLast().path());
        deleteTable();

        assertRebuilt(data, without(rows, first, last), first, last);
    }

    @Test
    void archiveFileBroken_isPutAsideAndNoted() throws Exception {
        Map<Long, List<Object>> rows = fillAndArchive();
        Archive.Part broken = archived().get(1);
        byte[] whole = Files.readAllBytes(broken.path());
        byte[] half = Arrays.copyOf(whole, whole.length / 2);
        Files.write(broken.path(), half);
        deleteTable();

        assertRebuilt(data, without(rows, broken.ids()), broken.ids());
        assertThat(broken.path().resolveSibling(broken.path().getFileName() + ".broken"))
                .hasBinaryContent(half);
    }

    @Test
    void archiveFileWithAFlippedBit_isPutAsideAndNoted() throws Exception {
        Map<Long, List<Object>> rows = fillAndArchive();
        Path original = copy(data, directory.resolve("original"));
        for (int i = 0; i < 5; i++) {
            data = copy(original, directory.resolve("flipped" + i));
            Archive.Part broken = archived().get(1);
            byte[] bytes = Files.readAllBytes(broken.path());
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(broken.path(), bytes);
            deleteTable();

            assertRebuilt(data, without(rows, broken.ids()), broken.ids());
        }
    }

    @Test
    void archiveFilesWithoutTheirChecksums_areLoaded_orPutAsideWhenTheyCantBeRead() throws Exception {
        Map<Long, List<Object>> rows = fillAndArchive();
        try (Stream<Path> files = Files.list(data.resolve("archive"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".crc32c")).toList()) {
                Files.delete(file);
            }
        }
        Archive.Part broken = archived().get(1);
        Files.write(broken.path(), new byte[0]);
        deleteTable();

        assertRebuilt(data, without(rows, broken.ids()), broken.ids());
    }

    @Test
    void journalGone_idsGoOnAfterTheArchive() throws Exception {
        fillAndArchive();
        deleteTable();
        long last = archived().getLast().ids().last();
        for (Path segment : Journal.segments(data.resolve("journal")).values()) {
            Files.delete(segment);
        }

        try (Parts parts = new Parts(data)) {
            assertThat(parts.journal.append(new Submission(List.of(event(1)), TestClock.START)))
                    .isEqualTo(last + 1);
            parts.awaitAll();
            assertThat(rows(parts.table)).hasSize((int) last + 1);
        }
    }

    @Test
    void write_ofEventsThatAreNotLoaded_isRefused() throws Exception {
        fillAndArchive();
        try (Parts parts = new Parts(data)) {
            assertThatThrownBy(() -> parts.archive.write(parts.table, new IdRange(EVENTS, EVENTS + 1)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("not all in the event table");
        }
    }

    @Test
    void journalOlderThanTheArchive_isRefused() throws Exception {
        fillAndArchive();
        deleteTable();
        var segments = Journal.segments(data.resolve("journal"));
        Files.delete(segments.lastEntry().getValue());
        Files.move(segments.firstEntry().getValue(), data.resolve("journal/0000000000000000001.log"));
        Files.write(data.resolve("journal/0000000000000000001.log"), new byte[0]);

        assertThatThrownBy(() -> EmbeddedStore.open(data)).hasMessageContaining("are missing");
    }

    @Test
    void store_answersAtOnceAndSaysThatItIsNotAllWhileTheTableIsMadeAgain() throws Exception {
        fillAndArchive();
        deleteTable();
        try (EmbeddedStore store = EmbeddedStore.open(data, settings(), Clock.systemUTC(), System::nanoTime)) {
            assertThat(TestEvents.append(store.events(), TestClock.START, TestEvents.event("new")))
                    .isEqualTo(EVENTS + 1);
            List<RecordedEvent> all = TestEvents.all(store.events());
            assertThat(all).hasSize(EVENTS + 1);
            assertThat(store.events().lastQueryable()).isEqualTo(EVENTS + 1);
            assertThat(store.check()).isEmpty();
        }
    }

    private static EmbeddedStore.EventSettings settings() {
        return new EmbeddedStore.EventSettings(
                Duration.ofDays(36_500), true, TestEvents.QUERY_MEMORY, JournalSettings.OFFLINE);
    }

    @Test
    void lostTable_isMadeAgainFromTheArchive_andNobodyWaitsForThat() throws Exception {
        fillAndArchive();
        Files.delete(data.resolve("events.duckdb"));
        Path segments = data.resolve("journal");
        Archive archive = Archive.open(data.resolve("archive"));
        try (EventTable table = EventTable.open(data.resolve("events.duckdb"), TestEvents.QUERY_MEMORY);
                Journal journal = Journal.open(segments, SEGMENT_BYTES, archive.lastId());
                Loader loader = new Loader(segments, journal, table, archive, () -> true, 1)) {
            long before = System.nanoTime();
            for (int i = 0; i < 20; i++) {
                loader.hold(journal.end().lastId()); // its thread does not run: a second if it waited
            }
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofMillis(500));
            assertThat(loader.applied()).isZero();
        }
    }

    @Test
    void checkpoint_bringsAllOfItIntoTheFile() throws Exception {
        Map<Long, List<Object>> rows = fill(data);
        try (Parts parts = new Parts(data)) {
            parts.awaitAll();
            parts.journal.append(new Submission(List.of(event(EVENTS + 1)), TestClock.START));
            parts.awaitAll();
            assertThat(parts.table.logBytes()).isPositive();
            assertThat(parts.table.checkpoint()).isEqualTo(EVENTS + 1);
            assertThat(parts.table.logBytes()).isZero();
            Path image = directory.resolve("image.duckdb");
            Files.copy(data.resolve("events.duckdb"), image);
            try (EventTable copy = EventTable.open(image, TestEvents.QUERY_MEMORY)) {
                assertThat(rows(copy)).containsAllEntriesOf(rows).hasSize(EVENTS + 1);
            }
        }
    }

    @Test
    void keeper_failingForEver_isReportedAndTriesAgainUntilItWorks() throws Exception {
        fill(data);
        try (Parts parts = new Parts(data)) {
            parts.awaitAll();
            Path archive = data.resolve("archive");
            Files.delete(archive);
            Files.writeString(archive, "in the way");
            parts.keeper.start();
            await(() -> parts.keeper.check().isPresent());
            Files.delete(archive);
            Files.createDirectory(archive);
            await(() -> parts.keeper.check().isEmpty());
            parts.keeper.close();
            assertThat(parts.archive.parts()).isNotEmpty();
        }
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) throws Exception {
        for (int i = 0; i < 300 && !condition.holds(); i++) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        assertThat(condition.holds()).isTrue();
    }
}
