package dev.licet.store.embedded;

import static dev.licet.store.embedded.TestEvents.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.TestClock;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.Submission;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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

    /// A journal of segments with one event each, received a day apart; the last one may not go.
    private long fill(int events) throws IOException {
        try (Journal journal = Journal.open(directory.resolve("journal"), 1, 0)) {
            Instant at = clock.instant();
            for (int i = 0; i < events; i++) {
                journal.append(new Submission(List.of(event("day " + i)), at.plus(Duration.ofDays(i))));
            }
            return journal.end().lastId();
        }
    }

    private void load(EventTable table, Journal journal, Retention retention) throws Exception {
        try (Loader loader = new Loader(directory.resolve("journal"), journal, table, retention)) {
            loader.start();
            assertThat(loader.catchUp(journal.end().lastId(), Duration.ofSeconds(10)))
                    .isTrue();
        }
    }

    @Test
    void events_goOnTheDayTheyWereKeptLongEnough_andNotBefore() throws Exception {
        fill(5);
        try (EventTable table = EventTable.open(directory.resolve("events.duckdb"));
                Journal journal = Journal.open(directory.resolve("journal"), 1, 0)) {
            load(table, journal, new Retention(KEPT, clock));
            clock.advance(KEPT);
            new Retention(KEPT, clock).keepTo(directory.resolve("journal"), table, 5);
            assertThat(ids(table)).containsExactly(5L, 4L, 3L, 2L, 1L);
            clock.advance(Duration.ofNanos(1000));
            new Retention(KEPT, clock).keepTo(directory.resolve("journal"), table, 5);
            assertThat(ids(table)).containsExactly(5L, 4L, 3L, 2L);
            assertThat(Journal.segments(directory.resolve("journal"))).containsOnlyKeys(2L, 3L, 4L, 5L);
        }
    }

    @Test
    void clockFarAhead_letsNothingGo() throws Exception {
        fill(3);
        clock.advance(Duration.ofDays(36_500));
        try (EventTable table = EventTable.open(directory.resolve("events.duckdb"));
                Journal journal = Journal.open(directory.resolve("journal"), 1, 0)) {
            load(table, journal, new Retention(KEPT, clock));
            new Retention(KEPT, clock).keepTo(directory.resolve("journal"), table, 3);
            assertThat(ids(table)).containsExactly(3L, 2L, 1L);
            assertThat(Journal.segments(directory.resolve("journal"))).containsOnlyKeys(1L, 2L, 3L);
            assertThat(table.applied()).isEqualTo(3);
        }
    }

    @Test
    void whatIsNotLoadedYet_stays() throws Exception {
        fill(3);
        clock.advance(Duration.ofDays(400));
        try (EventTable table = EventTable.open(directory.resolve("events.duckdb"))) {
            new Retention(KEPT, clock).keepTo(directory.resolve("journal"), table, 0);
            assertThat(Journal.segments(directory.resolve("journal"))).hasSize(3);
        }
    }

    @Test
    void tableThatIsMadeAgain_startsAtTheFirstSegmentLeft() throws Exception {
        fill(3);
        Files.delete(Journal.segments(directory.resolve("journal")).get(1L));
        try (EventTable table = EventTable.open(directory.resolve("events.duckdb"));
                Journal journal = Journal.open(directory.resolve("journal"), 1, 0)) {
            load(table, journal, new Retention(KEPT, clock));
            assertThat(ids(table)).containsExactly(3L, 2L);
        }
    }

    @Test
    void storeThatIsOpenedWithoutARetention_letsNothingGo() {
        Path store = directory.resolve("store");
        Duration tenYears = Duration.ofDays(3650);
        Instant threeYearsAgo = Clock.systemUTC().instant().minus(Duration.ofDays(1095));
        try (EmbeddedStore serving = EmbeddedStore.open(store, tenYears, Clock.systemUTC())) {
            TestEvents.append(serving.events(), threeYearsAgo, event("old"));
        }
        EmbeddedStore.open(store).close();
        try (EmbeddedStore serving = EmbeddedStore.open(store, tenYears, Clock.systemUTC())) {
            assertThat(TestEvents.all(serving.events())).hasSize(1);
        }
    }
}
