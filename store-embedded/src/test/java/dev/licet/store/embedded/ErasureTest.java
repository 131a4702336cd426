package dev.licet.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.TestClock;
import dev.licet.core.event.EventFilter;
import dev.licet.core.event.EventQuery;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.SigningKey;
import dev.licet.core.license.KeyCall;
import dev.licet.core.removal.Removal;
import dev.licet.core.removal.Removals.Asked;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What is removed is in no answer and comes back from nowhere; what is erased is in no file either.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ErasureTest {
    private static final SigningKey SIGNING_KEY = SigningKey.generate();
    private static final AccountNumber OTHER = new AccountNumber(AccountNumber.FIRST + 1);
    /// Long enough that no file has it by chance, and short enough to be kept beside its row.
    private static final String FORGOTTEN = "mX7-forget-me-93";
    private static final String KEPT = "a machine that stays";
    private static final int EVENTS = 40;
    private static final int SEGMENT_BYTES = Segment.HEADER + 1000;

    @TempDir
    Path directory;

    private final TestClock clock = new TestClock();

    private Path data() {
        return directory.resolve("it's here");
    }

    /// The parts of a store that matter here, at work until it is closed; the keeper's rounds are the
    /// test's.
    private final class Parts implements AutoCloseable {
        final Path segments;
        final SqliteDatabase entities;
        final SqliteRemovals removals;
        final Archive archive;
        final EventTable table;
        final Journal journal;
        final Loader loader;
        final Keeper keeper;

        Parts(Path data, boolean archives) throws Exception {
            Files.createDirectories(data);
            segments = data.resolve("journal");
            entities = SqliteDatabase.open(data.resolve("entities.db"));
            for (AccountNumber account : List.of(TestEvents.ACCOUNT, OTHER)) {
                TestEntities.of(entities)
                        .accounts()
                        .add(new Account(account, "account", SIGNING_KEY, false, TestClock.START));
            }
            removals = new SqliteRemovals(entities);
            archive = Archive.open(data.resolve("archive"));
            table = EventTable.open(data.resolve("events.duckdb"), TestEvents.QUERY_MEMORY);
            journal = Journal.open(segments, SEGMENT_BYTES, Math.max(table.applied(), archive.lastId()));
            loader = new Loader(segments, journal, table, archive, removals, () -> true, 1_000_000);
            keeper = new Keeper(
                    segments,
                    journal,
                    loader,
                    table,
                    archive,
                    Retention.forEver(),
                    archives,
                    new Keeper.Room(() -> true, bytes -> true),
                    id -> {},
                    Optional.of(new Eraser(data, journal, loader, table, archive, removals, entities, clock)),
                    new Roller(table, account -> ZoneOffset.UTC));
            loader.start();
            awaitAll();
        }

        void append(UsageEvent event) {
            journal.append(new Submission(
                    List.of(event, event(TestEvents.ACCOUNT, Optional.of(KEPT), Optional.empty())),
                    TestClock.START.plusSeconds(journal.end().lastId())));
        }

        void awaitAll() {
            assertThat(loader.catchUp(journal.end().lastId(), Duration.ofSeconds(20)))
                    .isTrue();
        }

        Removal erase(Removal.Kind kind, String name) {
            return removals.erase(
                    TestEvents.ACCOUNT, kind, name, ASKED, journal.end().lastId());
        }

        Removal now(Removal removal) {
            return removals.find(removal.account(), removal.id()).orElseThrow();
        }

        List<Long> ids(AccountNumber account) throws Exception {
            return table.find(EventQuery.of(account, EventFilter.ALL, 1000)).stream()
                    .map(RecordedEvent::id)
                    .sorted()
                    .toList();
        }

        @Override
        public void close() {
            journal.close();
            loader.close();
            table.close();
            entities.close();
        }
    }

    private static final Asked ASKED = new Asked("asked for by letter", "tok_1", TestClock.START);

    private static UsageEvent event(AccountNumber account, Optional<String> machine, Optional<String> key) {
        return new UsageEvent(
                account,
                "rest",
                Optional.empty(),
                TestClock.START,
                Optional.of("used"),
                Optional.empty(),
                Optional.empty(),
                key,
                machine,
                machine.map(name -> "user of " + name),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /// Pairs of an event of the machine and one that stays, the last ten of them not archived.
    private Parts filled(boolean archives) throws Exception {
        Parts parts = new Parts(data(), archives);
        for (int i = 1; i <= EVENTS; i += 2) {
            parts.append(event(TestEvents.ACCOUNT, Optional.of(FORGOTTEN), Optional.empty()));
            if (i == EVENTS - 11) {
                parts.awaitAll();
                parts.keeper.keep();
            }
        }
        parts.journal.append(new Submission(
                List.of(event(OTHER, Optional.of("another " + KEPT), Optional.empty())), TestClock.START));
        parts.awaitAll();
        return parts;
    }

    private static List<Long> stayed() {
        return Stream.iterate(2L, id -> id <= EVENTS, id -> id + 2).toList();
    }

    private static List<Path> filesWith(Path data, String text) throws IOException {
        byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
        List<Path> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (contains(Files.readAllBytes(file), wanted)) {
                    found.add(data.relativize(file));
                }
            }
        }
        return found;
    }

    private static boolean contains(byte[] bytes, byte[] wanted) {
        return new String(bytes, StandardCharsets.ISO_8859_1).contains(new String(wanted, StandardCharsets.ISO_8859_1));
    }

    private static long archivedRowsOf(Parts parts, String machine) throws Exception {
        long rows = 0;
        for (Archive.Part part : parts.archive.parts().values()) {
            rows += parts.archive.count(parts.table, part, "machine = '" + machine + "'");
        }
        return rows;
    }

    @Test
    void erasedMachine_isInNoAnswerAndInNoFile_andNothingElseIsMissing() throws Exception {
        try (Parts parts = filled(true)) {
            TestEntities.of(parts.entities)
                    .keyCalls()
                    .add(TestEvents.ACCOUNT, call(FORGOTTEN))
                    .await();
            TestEntities.of(parts.entities)
                    .keyCalls()
                    .add(TestEvents.ACCOUNT, call(KEPT))
                    .await();
            parts.table.checkpoint();
            assertThat(filesWith(data(), FORGOTTEN).toString()).contains("journal", "events.duckdb", "entities.db");
            assertThat(archivedRowsOf(parts, FORGOTTEN)).isPositive();

            Removal asked = parts.erase(Removal.Kind.MACHINE, FORGOTTEN);
            assertThat(asked.calls()).isOne();
            parts.keeper.keep();

            Removal.Done done = parts.now(asked).done().orElseThrow();
            assertThat(done.events()).isEqualTo(EVENTS / 2);
            assertThat(done.first()).contains(TestClock.START);
            assertThat(done.last()).contains(TestClock.START.plusSeconds(EVENTS - 2));
            assertThat(done.archiveFiles()).isPositive();
            assertThat(done.journalFiles()).isPositive();
            assertThat(done.unreadFiles()).isZero();
            assertThat(parts.ids(TestEvents.ACCOUNT)).isEqualTo(stayed());
            assertThat(archivedRowsOf(parts, FORGOTTEN)).isZero();
            assertThat(archivedRowsOf(parts, KEPT)).isEqualTo(EVENTS / 2);
            assertThat(filesWith(data(), FORGOTTEN)).isEmpty();
            assertThat(parts.loader.check()).isEmpty();
        }
        assertThat(filesWith(data(), FORGOTTEN)).isEmpty();
    }

    private static KeyCall call(String machine) {
        return new KeyCall(
                0,
                new ProductId(1),
                Optional.empty(),
                "127.0.0.1",
                TestClock.START,
                new KeyCall.State(2010),
                machine,
                Optional.empty(),
                Optional.empty(),
                0,
                Optional.empty());
    }

    @Test
    void erasedMachine_staysGone_whenTheTableIsLost_andWhenAnArchiveFileComesOutOfABackup() throws Exception {
        Path backup = directory.resolve("backup");
        try (Parts parts = filled(true)) {
            copy(data().resolve("archive"), backup);
            parts.erase(Removal.Kind.MACHINE, FORGOTTEN);
            parts.keeper.keep();
        }
        Files.delete(data().resolve("events.duckdb"));
        try (Parts parts = new Parts(data(), true)) {
            assertThat(parts.ids(TestEvents.ACCOUNT)).isEqualTo(stayed());
        }
        copy(backup, data().resolve("archive"));
        Files.delete(data().resolve("events.duckdb"));
        try (Parts parts = new Parts(data(), true)) {
            assertThat(archivedRowsOf(parts, FORGOTTEN)).isPositive();
            assertThat(parts.ids(TestEvents.ACCOUNT)).isEqualTo(stayed());
        }
    }

    @Test
    void eventsOfTheMachineAfterwards_countAgain_andSoDoThoseOfOtherAccounts() throws Exception {
        try (Parts parts = new Parts(data(), true)) {
            parts.append(event(TestEvents.ACCOUNT, Optional.of(FORGOTTEN), Optional.empty()));
            parts.append(event(OTHER, Optional.of(FORGOTTEN), Optional.empty()));
            parts.awaitAll();
            parts.erase(Removal.Kind.MACHINE, FORGOTTEN);
            parts.append(event(TestEvents.ACCOUNT, Optional.of(FORGOTTEN), Optional.empty()));
            parts.awaitAll();
            parts.keeper.keep();

            assertThat(parts.ids(TestEvents.ACCOUNT)).containsExactly(2L, 4L, 5L, 6L);
            assertThat(parts.ids(OTHER)).containsExactly(3L);
        }
        Files.delete(data().resolve("events.duckdb"));
        try (Parts parts = new Parts(data(), true)) {
            assertThat(parts.ids(TestEvents.ACCOUNT)).containsExactly(2L, 4L, 5L, 6L);
            assertThat(parts.ids(OTHER)).containsExactly(3L);
        }
    }

    @Test
    void journalThatIsKeptForEver_isArchivedByAnErasure_whichLeavesNothingInIt() throws Exception {
        try (Parts parts = filled(false)) {
            assertThat(parts.archive.parts()).isEmpty();
            Removal asked = parts.erase(Removal.Kind.MACHINE, FORGOTTEN);
            parts.keeper.keep();

            assertThat(parts.now(asked).done()).isPresent();
            assertThat(filesWith(data(), FORGOTTEN)).isEmpty();
            assertThat(Journal.segments(parts.segments)).hasSize(1);
        }
        Files.delete(data().resolve("events.duckdb"));
        try (Parts parts = new Parts(data(), false)) {
            assertThat(parts.ids(TestEvents.ACCOUNT)).isEqualTo(stayed());
            parts.append(event(TestEvents.ACCOUNT, Optional.of(FORGOTTEN), Optional.empty()));
            parts.awaitAll();
            assertThat(parts.ids(TestEvents.ACCOUNT)).hasSize(stayed().size() + 2);
        }
    }

    @Test
    void erasedKey_isGoneHoweverItWasTyped_andAnErasedUser_underTheirName() throws Exception {
        String key = "0123456789ABCDEFGHJKMNPQR";
        try (Parts parts = new Parts(data(), true)) {
            for (String typed :
                    List.of(key, "01234-56789-ABCDE-FGHJK-MNPQR", "ol23456789abcdefghjkmnpqr", "AAAAA-BBBBB")) {
                parts.append(event(TestEvents.ACCOUNT, Optional.empty(), Optional.of(typed)));
            }
            parts.append(event(TestEvents.ACCOUNT, Optional.of("m"), Optional.empty()));
            parts.awaitAll();
            parts.erase(Removal.Kind.KEY, "01234-56789-abcde-fghjk-mnpqr");
            parts.erase(Removal.Kind.USER, "user of m");
            parts.erase(Removal.Kind.USER, "m");
            parts.keeper.keep();

            assertThat(parts.ids(TestEvents.ACCOUNT)).containsExactly(2L, 4L, 6L, 7L, 8L, 10L);
            assertThat(parts.removals.list(TestEvents.ACCOUNT, 0, 10))
                    .extracting(removal -> removal.done().orElseThrow().events())
                    .containsExactly(3L, 1L, 0L);
        }
    }

    @Test
    void crash_betweenAnyTwoStepsOfAnErasure_isGoneOnWith() throws Exception {
        Map<String, Path> images = new LinkedHashMap<>();
        Removal asked;
        try (Parts parts = filled(true)) {
            parts.keeper.keep();
            asked = parts.erase(Removal.Kind.MACHINE, FORGOTTEN);
            try (AtEachStep steps = new AtEachStep(step -> {
                if (!images.containsKey(step)) {
                    images.put(step, copy(data(), directory.resolve("image" + images.size())));
                }
            })) {
                parts.keeper.keep();
                assertThat(steps.failure).isEmpty();
            }
        }
        assertThat(images.keySet().toString())
                .contains("counted", "out of the table", "in a new file", "released", "summed", "named")
                .contains("out of the archive", "out of the table''s file", "entities'' log");
        int number = 0;
        for (Map.Entry<String, Path> image : images.entrySet()) {
            if (number++ % 2 == 0) {
                deleteTable(image.getValue());
            }
            try (Parts parts = new Parts(image.getValue(), true)) {
                parts.keeper.keep();
                assertThat(parts.now(asked).done().map(Removal.Done::events))
                        .as(image.getKey())
                        .contains((long) EVENTS / 2);
                assertThat(parts.ids(TestEvents.ACCOUNT)).as(image.getKey()).isEqualTo(stayed());
                assertThat(archivedRowsOf(parts, KEPT) + inJournal(parts))
                        .as(image.getKey())
                        .isEqualTo(EVENTS / 2);
                assertThat(parts.table.missing()).as(image.getKey()).isEmpty();
            }
            assertThat(filesWith(image.getValue(), FORGOTTEN))
                    .as(image.getKey())
                    .isEmpty();
        }
    }

    /// How many of the events that stay are in no archive file yet.
    private static long inJournal(Parts parts) throws Exception {
        long first = Journal.segments(parts.segments).firstKey();
        return stayed().stream().filter(id -> id >= first).count();
    }

    private static void deleteTable(Path data) throws IOException {
        for (String name : List.of("events.duckdb", "events.duckdb.wal", "events.renewed", "events.renewed.wal")) {
            Files.deleteIfExists(data.resolve(name));
        }
    }

    /// Does something whenever one of these is done with a step, as the log tells.
    private static final class AtEachStep extends Handler implements AutoCloseable {
        interface Action {
            void at(String step) throws IOException;
        }

        private final List<Logger> loggers = Stream.of(Archive.class, Keeper.class, Eraser.class)
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
                Path target = to.resolve(from.relativize(path).toString());
                if (!Files.isDirectory(path)) {
                    Files.createDirectories(target.getParent());
                    Files.copy(path, target, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
        return to;
    }

    // Voids

    @Test
    void voidedEvents_stayGone_whenTheTableIsLost_andAreLeftOutOfArchivesToCome() throws Exception {
        try (Parts parts = filled(true)) {
            parts.removals.takeOut(TestEvents.ACCOUNT, List.of(2L, 38L), ASKED);
            parts.keeper.keep(); // as after a crash: nobody else takes them out
            assertThat(parts.ids(TestEvents.ACCOUNT)).hasSize(EVENTS - 2).doesNotContain(2L, 38L);
            assertThat(parts.removals.takeOut(TestEvents.ACCOUNT, List.of(2L, 38L), ASKED))
                    .as("again")
                    .isEmpty();
        }
        deleteTable(data());
        try (Parts parts = new Parts(data(), true)) {
            assertThat(parts.ids(TestEvents.ACCOUNT)).hasSize(EVENTS - 2).doesNotContain(2L, 38L);
        }
    }

    @Test
    void store_voidsWhatIsThereAndOfTheAccount_beforeItAnswers() throws Exception {
        try (EmbeddedStore store = EmbeddedStore.open(data())) {
            store.accounts().add(new Account(TestEvents.ACCOUNT, "a", SIGNING_KEY, false, TestClock.START));
            store.accounts().add(new Account(OTHER, "b", SIGNING_KEY, false, TestClock.START));
            long first = TestEvents.append(
                    store.events(),
                    TestClock.START,
                    TestEvents.event("one"),
                    TestEvents.event("two"),
                    event(OTHER, Optional.empty(), Optional.empty()));
            Removal removal = store.removals()
                    .takeOut(TestEvents.ACCOUNT, java.util.Set.of(first, first + 2, 999L), ASKED)
                    .orElseThrow();

            assertThat(removal.events()).containsExactly(first);
            assertThat(removal.done()).isPresent();
            assertThat(TestEvents.all(store.events()))
                    .extracting(found -> found.event().name().orElseThrow())
                    .containsExactly("two");
            assertThat(store.removals().takeOut(OTHER, java.util.Set.of(first + 1), ASKED))
                    .isEmpty();
        }
    }

    // What an erasure stands on

    @Test
    void journal_goesOnInAFileThatHadNothingBefore_andKeepsWhatWasAcknowledged() throws Exception {
        try (Parts parts = filled(true)) {
            Path segments = parts.segments;
            Files.write(segments.resolve("spare-7.ready"), FORGOTTEN.getBytes(StandardCharsets.UTF_8));
            long last = parts.journal.end().lastId();
            parts.journal.renew();
            assertThat(Journal.segments(segments).lastKey()).isEqualTo(last + 1);
            parts.append(event(TestEvents.ACCOUNT, Optional.of(KEPT), Optional.empty()));
            parts.awaitAll();
            assertThat(parts.loader.applied()).isEqualTo(last + 2);
            parts.journal.close();
            assertThatThrownBy(parts.journal::renew).hasMessageContaining("closed");
        }
    }

    @Test
    void tableThatIsRenewed_answersAllTheTime_andIsLoadedOnwards() throws Exception {
        try (Parts parts = filled(true)) {
            AtomicBoolean over = new AtomicBoolean();
            List<Throwable> failures = new ArrayList<>();
            Thread asking = Thread.ofPlatform().start(() -> {
                while (!over.get()) {
                    try {
                        assertThat(parts.ids(TestEvents.ACCOUNT)).hasSizeGreaterThanOrEqualTo(EVENTS);
                    } catch (Throwable e) {
                        failures.add(e);
                    }
                }
            });
            for (int i = 0; i < 3; i++) {
                parts.append(event(TestEvents.ACCOUNT, Optional.of(KEPT), Optional.empty()));
                parts.table.renew();
            }
            parts.awaitAll();
            over.set(true);
            asking.join();
            assertThat(failures).isEmpty();
            assertThat(parts.ids(TestEvents.ACCOUNT)).hasSize(EVENTS + 6);
            assertThat(parts.table.isDead()).isFalse();
        }
    }
}
