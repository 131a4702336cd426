package dev.licet.store.embedded;

import static dev.licet.store.embedded.TestEvents.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.TestClock;
import dev.licet.core.event.EventFilter;
import dev.licet.core.event.EventQuery;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.ProductId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetentionTest {
    private static final Duration KEPT = Duration.ofDays(30);

    @TempDir
    Path directory;

    private final TestClock clock = new TestClock();

    private static List<Long> ids(EventTable table) throws Exception {
        return table.find(TestEvents.EVERYTHING).stream().map(RecordedEvent::id).toList();
    }

    private Path segments() {
        return directory.resolve("journal");
    }

    private Archive archive() throws IOException {
        return Archive.open(directory.resolve("archive"));
    }

    /// A journal of segments with one event each, received a day apart; the last one may not go.
    private void fill(int events) throws IOException {
        try (Journal journal = Journal.open(segments(), 1, 0)) {
            Instant at = clock.instant();
            for (int i = 0; i < events; i++) {
                journal.append(new Submission(List.of(event("day " + i)), at.plus(Duration.ofDays(i))));
            }
        }
    }

    private EventTable table() {
        return EventTable.open(directory.resolve("events.duckdb"), TestEvents.QUERY_MEMORY);
    }

    private void load(EventTable table, Journal journal) throws Exception {
        try (Loader loader = new Loader(segments(), journal, table, archive(), () -> true, 1_000_000)) {
            loader.start();
            assertThat(loader.catchUp(journal.end().lastId(), Duration.ofSeconds(10)))
                    .isTrue();
        }
    }

    /// As at the next full hour of a server that ran all the time.
    private void keep(EventTable table, Journal journal) throws Exception {
        archive().noteTime(clock.instant());
        keep(new Retention(KEPT, clock, clock::nanos), table, journal);
    }

    private void keep(Retention retention, EventTable table, Journal journal) throws Exception {
        retention.keepTo(table, archive(), Journal.segments(segments()), journal::release, true);
    }

    @Test
    void events_goOnTheDayTheyWereKeptLongEnough_andNotBefore() throws Exception {
        fill(5);
        try (EventTable table = table();
                Journal journal = Journal.open(segments(), 1, 0)) {
            load(table, journal);
            clock.advance(KEPT);
            keep(table, journal);
            assertThat(ids(table)).containsExactly(5L, 4L, 3L, 2L, 1L);
            clock.advance(Duration.ofNanos(1000));
            keep(table, journal);
            assertThat(ids(table)).containsExactly(5L, 4L, 3L, 2L);
            assertThat(Journal.segments(segments())).containsOnlyKeys(2L, 3L, 4L, 5L);
        }
    }

    @Test
    void archiveFile_goesWhenAllOfItIsOldEnough_andIsNotMissedAfterwards() throws Exception {
        fill(5);
        try (EventTable table = table();
                Journal journal = Journal.open(segments(), 1, 0)) {
            load(table, journal);
            archive().write(table, new IdRange(1, 2));
            archive().write(table, new IdRange(3, 3));
            for (long id = 1; id <= 3; id++) {
                journal.release(id);
            }
            clock.advance(KEPT.plusHours(12));
            keep(table, journal);
            assertThat(ids(table)).containsExactly(5L, 4L, 3L, 2L);
            assertThat(archive().parts()).containsOnlyKeys(1L, 3L);
            clock.advance(Duration.ofDays(1));
            keep(table, journal);
            assertThat(ids(table)).containsExactly(5L, 4L, 3L);
            assertThat(archive().parts()).containsOnlyKeys(3L);
        }
        Files.delete(directory.resolve("events.duckdb"));
        try (EventTable table = table();
                Journal journal = Journal.open(segments(), 1, 0)) {
            load(table, journal);
            assertThat(ids(table)).containsExactly(5L, 4L, 3L);
            assertThat(table.missing()).isEmpty();
        }
    }

    @Test
    void tableMadeAgain_losesWhatIsTooOldButStillInAnArchiveFile() throws Exception {
        fill(4);
        try (EventTable table = table();
                Journal journal = Journal.open(segments(), 1, 0)) {
            load(table, journal);
            archive().write(table, new IdRange(1, 2));
            journal.release(1);
            journal.release(2);
        }
        Files.delete(directory.resolve("events.duckdb"));
        clock.advance(KEPT.plusHours(12));
        try (EventTable table = table();
                Journal journal = Journal.open(segments(), 1, 0)) {
            load(table, journal);
            keep(table, journal);
            assertThat(ids(table)).containsExactly(4L, 3L, 2L);
        }
    }

    @Test
    void clockFarAhead_letsNothingGo() throws Exception {
        fill(4);
        clock.advance(Duration.ofDays(36_500));
        try (EventTable table = table();
                Journal journal = Journal.open(segments(), 1, 0)) {
            load(table, journal);
            archive().write(table, new IdRange(1, 1));
            journal.release(1);
            keep(table, journal);
            assertThat(ids(table)).containsExactly(4L, 3L, 2L, 1L);
            assertThat(archive().parts()).containsOnlyKeys(1L);
            assertThat(Journal.segments(segments())).containsOnlyKeys(2L, 3L, 4L);
            assertThat(table.applied()).isEqualTo(4);
        }
    }

    @Test
    void clockFarAhead_thatEventsCameBy_letsNothingGo_andWhenItIsRightAgainAllIsAsBefore() throws Exception {
        fill(2);
        try (EventTable table = table();
                Journal journal = Journal.open(segments(), 1, 0)) {
            load(table, journal);
            Retention retention = new Retention(KEPT, clock, clock::nanos);
            clock.advance(Duration.ofDays(2));
            keep(retention, table, journal);
            Instant right = clock.instant();

            clock.set(right.plus(Duration.ofDays(1000)));
            journal.append(new Submission(List.of(event("by the wrong clock")), clock.instant()));
            load(table, journal);
            keep(retention, table, journal);
            clock.advance(Duration.ofHours(2));
            keep(retention, table, journal);
            keep(new Retention(KEPT, clock, clock::nanos), table, journal); // after a restart
            assertThat(ids(table)).containsExactly(3L, 2L, 1L);

            clock.set(right);
            keep(retention, table, journal);
            clock.advance(KEPT);
            keep(retention, table, journal);
            assertThat(ids(table)).containsExactly(3L);
        }
    }

    @Test
    void clockThatWasFarBehindWhenEventsCame_makesThemNoOlderThanWhatCameBefore() throws Exception {
        fill(2);
        try (EventTable table = table();
                Journal journal = Journal.open(segments(), 1, 0)) {
            for (String name : List.of("one", "two")) {
                journal.append(new Submission(List.of(event(name)), Instant.EPOCH));
            }
            journal.append(new Submission(List.of(event("right again")), TestClock.START.plus(Duration.ofDays(2))));
            load(table, journal);
            clock.advance(Duration.ofDays(3));
            keep(table, journal);
            assertThat(ids(table)).containsExactly(5L, 4L, 3L, 2L, 1L);
            assertThat(Journal.segments(segments())).containsOnlyKeys(1L, 2L, 3L, 4L, 5L);
            clock.advance(KEPT.minusDays(2));
            keep(table, journal);
            assertThat(ids(table)).containsExactly(5L, 4L, 3L, 2L);
            clock.advance(Duration.ofDays(1));
            keep(table, journal);
            assertThat(ids(table)).containsExactly(5L);
            assertThat(Journal.segments(segments())).containsOnlyKeys(5L);
        }
    }

    @Test
    void clockThatWasFarBehindForAWhile_delaysNothing() throws Exception {
        fill(2);
        try (EventTable table = table();
                Journal journal = Journal.open(segments(), 1, 0)) {
            load(table, journal);
            Retention retention = new Retention(KEPT, clock, clock::nanos);
            clock.advance(KEPT);
            keep(retention, table, journal);
            clock.set(Instant.EPOCH);
            keep(retention, table, journal);
            assertThat(ids(table)).containsExactly(2L, 1L);
            clock.set(TestClock.START.plus(KEPT));
            clock.advance(Duration.ofHours(1));
            keep(retention, table, journal);
            assertThat(ids(table)).containsExactly(2L);
        }
    }

    @Test
    void serverThatWasOffForLong_letsGoWhatIsOldAfterAWhile() throws Exception {
        fill(5);
        try (EventTable table = table();
                Journal journal = Journal.open(segments(), 1, 0)) {
            load(table, journal);
            clock.set(TestClock.START.plus(Duration.ofDays(40)));
            Retention retention = new Retention(KEPT, clock, clock::nanos);
            keep(retention, table, journal);
            journal.append(new Submission(List.of(event("after it")), clock.instant()));
            load(table, journal);
            clock.advance(Duration.ofDays(5));
            keep(retention, table, journal);
            assertThat(ids(table)).containsExactly(6L, 5L, 4L, 3L, 2L, 1L);
            clock.advance(Duration.ofDays(10));
            keep(retention, table, journal);
            assertThat(ids(table)).containsExactly(6L);
        }
    }

    @Test
    void whatIsNotLoadedYet_stays() throws Exception {
        fill(3);
        clock.advance(Duration.ofDays(400));
        try (EventTable table = table();
                Journal journal = Journal.open(segments(), 1, 0)) {
            keep(table, journal);
            assertThat(Journal.segments(segments())).hasSize(3);
        }
    }

    private List<Path> spares() throws IOException {
        try (Stream<Path> files = Files.list(segments())) {
            return files.filter(file -> file.toString().endsWith(".ready"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void diskWithoutRoom_filesGoAllTheSame_andTheTablesRowsOnceThereIsRoom() throws Exception {
        fill(6);
        AtomicBoolean room = new AtomicBoolean();
        AtomicLong forgetBelow = new AtomicLong();
        DiskSpace full = new DiskSpace(Disk.REAL, directory, Long.MAX_VALUE / 2);
        full.look(64L << 20);
        try (EventTable table = table();
                Journal journal = Journal.open(segments(), 1, 0, JournalSettings.OFFLINE, full);
                Loader loader = new Loader(segments(), journal, table, archive(), () -> true, 1_000_000)) {
            loader.start();
            loader.catchUp(6, Duration.ofSeconds(10));
            archive().write(table, new IdRange(1, 1));
            journal.release(1);
            Keeper keeper = new Keeper(
                    segments(),
                    journal,
                    loader,
                    table,
                    archive(),
                    new Retention(KEPT, clock, clock::nanos),
                    true,
                    room::get,
                    forgetBelow::set);
            clock.advance(KEPT.plusDays(1).plusHours(12));
            long log = table.logBytes();
            List<Path> spares = spares();
            keeper.keep();
            assertThat(archive().parts()).isEmpty();
            assertThat(Journal.segments(segments())).containsOnlyKeys(3L, 4L, 5L, 6L);
            assertThat(spares()).isEqualTo(spares);
            assertThat(ids(table)).containsExactly(6L, 5L, 4L, 3L, 2L, 1L);
            assertThat(table.logBytes()).isEqualTo(log);
            assertThat(forgetBelow).hasValue(0);

            room.set(true);
            clock.advance(Duration.ofHours(1));
            keeper.keep();
            assertThat(ids(table)).containsExactly(6L, 5L, 4L, 3L);
            assertThat(forgetBelow).hasValue(3);
        }
        Files.delete(directory.resolve("events.duckdb"));
        try (EventTable table = table();
                Journal journal = Journal.open(segments(), 1, 0)) {
            load(table, journal);
            assertThat(ids(table)).containsExactly(6L, 5L, 4L, 3L);
            assertThat(table.missing()).isEmpty();
        }
    }

    @Test
    void idsAreForgotten_ofWhatIsNeitherInTheTableNorInAFile() throws Exception {
        fill(5);
        AtomicLong forgetBelow = new AtomicLong();
        try (EventTable table = table();
                Journal journal = Journal.open(segments(), 1, 0);
                Loader loader = new Loader(segments(), journal, table, archive(), () -> true, 1_000_000)) {
            loader.start();
            loader.catchUp(5, Duration.ofSeconds(10));
            archive().write(table, new IdRange(1, 2));
            archive().write(table, new IdRange(3, 3));
            for (long id = 1; id <= 3; id++) {
                journal.release(id);
            }
            Keeper keeper = new Keeper(
                    segments(),
                    journal,
                    loader,
                    table,
                    archive(),
                    new Retention(KEPT, clock, clock::nanos),
                    true,
                    () -> true,
                    forgetBelow::set);
            clock.advance(KEPT.plusHours(12));
            keeper.keep();
            assertThat(ids(table)).containsExactly(5L, 4L, 3L, 2L);
            assertThat(forgetBelow).as("the archive's file has event 1 still").hasValue(1);
            clock.advance(Duration.ofDays(1));
            keeper.keep();
            assertThat(ids(table)).containsExactly(5L, 4L, 3L);
            assertThat(forgetBelow).hasValue(3);
            table.inTransaction(change -> change.execute("INSERT INTO missing VALUES (1, 1), (3, 3)"));
            clock.advance(Duration.ofDays(1));
            keeper.keep();
            assertThat(ids(table)).containsExactly(5L, 4L);
            assertThat(forgetBelow).as("nothing is missing of what was let go").hasValue(4);
        }
    }

    private static UsageEvent eventOf(long product) {
        UsageEvent event = event("of a product");
        return new UsageEvent(
                event.account(),
                event.source(),
                event.clientId(),
                event.at(),
                event.name(),
                event.feature(),
                Optional.of(new ProductId(product)),
                event.key(),
                event.machine(),
                event.endUser(),
                event.session(),
                event.user(),
                event.application(),
                event.value(),
                event.currency(),
                event.metadata());
    }

    private Retention byProduct(Map<ProductId, Duration> products) {
        return new Retention(KEPT.multipliedBy(2), () -> products, clock, clock::nanos);
    }

    /// One event a day of each of the products 1, 2 and 3, for some days, in this order.
    private void fillProducts(Journal journal, int days) {
        for (int day = 0; day < days; day++) {
            Instant at = TestClock.START.plus(Duration.ofDays(day));
            journal.append(new Submission(List.of(eventOf(1), eventOf(2), eventOf(3)), at));
        }
    }

    private static List<Long> idsOf(EventTable table, long product) throws Exception {
        return table
                .find(EventQuery.of(
                        TestEvents.ACCOUNT,
                        EventFilter.builder()
                                .product(Optional.of(new ProductId(product)))
                                .build(),
                        1000))
                .stream()
                .map(RecordedEvent::id)
                .sorted()
                .toList();
    }

    @Test
    void eachProduct_keepsItsEventsAsLongAsItSays_andTheOthersAsLongAsTheServer() throws Exception {
        try (EventTable table = table();
                Journal journal = Journal.open(segments(), 1, 0)) {
            fillProducts(journal, 3);
            load(table, journal);
            archive().write(table, new IdRange(1, 3));
            journal.release(1);
            Map<ProductId, Duration> products = Map.of(new ProductId(1), KEPT, new ProductId(3), KEPT.multipliedBy(3));

            keepAfter(KEPT.plusHours(12), products, table, journal);
            assertThat(idsOf(table, 1)).containsExactly(4L, 7L);
            assertThat(idsOf(table, 2)).containsExactly(1L + 1, 4L + 1, 7L + 1);

            journal.append(new Submission(
                    List.of(event("so that not all is old")), TestClock.START.plus(KEPT.multipliedBy(2))));
            load(table, journal);
            keepAfter(KEPT.multipliedBy(2).plusHours(12), products, table, journal);
            assertThat(idsOf(table, 1)).isEmpty();
            assertThat(idsOf(table, 2)).containsExactly(5L, 8L);
            assertThat(idsOf(table, 3)).containsExactly(3L, 6L, 9L);
            Archive.Part part = archive().parts().get(1L);
            assertThat(archive().count(table, part, "true")).as("written anew").isEqualTo(1);
            assertThat(archive().isBroken(table, part)).isFalse();

            journal.append(new Submission(List.of(event("again")), TestClock.START.plus(KEPT.multipliedBy(3))));
            load(table, journal);
            keepAfter(KEPT.multipliedBy(3).plusHours(12), products, table, journal);
            assertThat(idsOf(table, 3)).containsExactly(6L, 9L);
            assertThat(archive().parts()).isEmpty();
        }
        Files.delete(directory.resolve("events.duckdb"));
        try (EventTable table = table();
                Journal journal = Journal.open(segments(), 1, 0)) {
            load(table, journal);
            assertThat(idsOf(table, 3)).containsExactly(6L, 9L);
            assertThat(table.missing()).isEmpty();
        }
    }

    private void keepAfter(Duration passed, Map<ProductId, Duration> products, EventTable table, Journal journal)
            throws Exception {
        clock.set(TestClock.START.plus(passed));
        archive().noteTime(clock.instant());
        keep(byProduct(products), table, journal);
    }

    @Test
    void productWithNothingNew_losesItsOldEvents_butNoneByAClockThatLeaps() throws Exception {
        try (EventTable table = table();
                Journal journal = Journal.open(segments(), 1, 0)) {
            fillProducts(journal, 1);
            load(table, journal);
            Map<ProductId, Duration> products = Map.of(new ProductId(1), KEPT);
            Retention retention = byProduct(products);
            clock.set(TestClock.START.plus(Duration.ofDays(3650)));
            keep(retention, table, journal);
            assertThat(idsOf(table, 1)).as("a leap").hasSize(1);
            clock.set(TestClock.START);
            clock.advance(KEPT.plusDays(1));
            keep(retention, table, journal);
            assertThat(idsOf(table, 1)).as("nothing came since, of any product").hasSize(1);
            journal.append(new Submission(List.of(eventOf(2)), clock.instant()));
            load(table, journal);
            clock.advance(Duration.ofHours(2));
            keep(retention, table, journal);
            assertThat(idsOf(table, 1)).isEmpty();
            assertThat(idsOf(table, 2)).hasSize(2);
        }
    }

    @Test
    void storeThatIsOpenedWithoutARetention_letsNothingGo() {
        Path store = directory.resolve("store");
        EmbeddedStore.EventSettings settings = new EmbeddedStore.EventSettings(
                Duration.ofDays(3650), true, TestEvents.QUERY_MEMORY, JournalSettings.OFFLINE);
        Instant threeYearsAgo = Clock.systemUTC().instant().minus(Duration.ofDays(1095));
        try (EmbeddedStore serving = EmbeddedStore.open(store, settings, Clock.systemUTC(), System::nanoTime)) {
            TestEvents.append(serving.events(), threeYearsAgo, event("old"));
        }
        EmbeddedStore.open(store).close();
        try (EmbeddedStore serving = EmbeddedStore.open(store, settings, Clock.systemUTC(), System::nanoTime)) {
            assertThat(TestEvents.all(serving.events())).hasSize(1);
        }
    }
}
