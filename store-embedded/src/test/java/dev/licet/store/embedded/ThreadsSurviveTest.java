package dev.licet.store.embedded;

import static dev.licet.store.embedded.TestEvents.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.TestClock;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.Submission;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The threads of the store outlive what goes wrong on them, and what went wrong neither loses nor doubles an
/// event. A log that runs out of memory stands for all that can go wrong.
@Timeout(value = 15, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ThreadsSurviveTest {
    @TempDir
    Path directory;

    /// Fails the first time that a class logs a message that starts so.
    private static final class FailingOnce extends Handler implements AutoCloseable {
        private final Logger logger;
        private final String start;
        private final AtomicInteger failed = new AtomicInteger();

        FailingOnce(Class<?> type, String start) {
            this.logger = Logger.getLogger(type.getName());
            this.start = start;
            setLevel(Level.ALL);
            logger.setLevel(Level.FINE);
            logger.addHandler(this);
        }

        @Override
        public void publish(LogRecord record) {
            if (record.getMessage().startsWith(start) && failed.getAndIncrement() == 0) {
                throw new OutOfMemoryError("made for this test");
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {
            logger.removeHandler(this);
            logger.setLevel(null);
        }
    }

    @Test
    void journal_errorAfterTheSync_theEventIsThereOnceAndTheNextIsTaken() throws Exception {
        try (FailingOnce log = new FailingOnce(Journal.class, "on disk");
                Journal journal = Journal.open(directory, 1 << 20, 0)) {
            assertThat(journal.append(new Submission(List.of(event("first")), TestClock.START)))
                    .isEqualTo(1);
            assertThat(journal.append(new Submission(List.of(event("second")), TestClock.START)))
                    .isEqualTo(2);
            assertThat(log.failed).hasPositiveValue();
        }
        try (Journal journal = Journal.open(directory, 1 << 20, 0)) {
            assertThat(journal.end().lastId()).isEqualTo(2);
        }
    }

    @Test
    void loader_errorAfterTheCommit_loadsOnAndNothingTwice() throws Exception {
        Path segments = directory.resolve("journal");
        try (FailingOnce log = new FailingOnce(Loader.class, "loaded: ");
                EventTable table = EventTable.open(directory.resolve("events.duckdb"), TestEvents.QUERY_MEMORY);
                Journal journal = Journal.open(segments, 1 << 20, 0);
                Loader loader = new Loader(
                        segments,
                        journal,
                        table,
                        Archive.open(segments.resolveSibling("archive")),
                        () -> true,
                        1_000_000)) {
            journal.append(new Submission(List.of(event("first")), TestClock.START));
            loader.start();
            assertThat(loader.catchUp(1, Duration.ofSeconds(10))).isTrue();
            journal.append(new Submission(List.of(event("second")), TestClock.START));
            assertThat(loader.catchUp(2, Duration.ofSeconds(10))).isTrue();
            assertThat(log.failed).hasPositiveValue();
            assertThat(table.find(TestEvents.EVERYTHING).stream().map(RecordedEvent::id))
                    .containsExactly(2L, 1L);
        }
    }

    @Test
    void loader_segmentMissingInTheMiddle_isReportedAndTheLoaderCanBeClosed() throws Exception {
        Path segments = directory.resolve("journal");
        try (Journal journal = Journal.open(segments, 1, 0)) {
            for (int i = 0; i < 3; i++) {
                journal.append(new Submission(List.of(event("event " + i)), TestClock.START));
            }
        }
        Files.delete(Journal.segments(segments).get(2L));
        try (EventTable table = EventTable.open(directory.resolve("events.duckdb"), TestEvents.QUERY_MEMORY);
                Journal journal = Journal.open(segments, 1, 0);
                Loader loader = new Loader(
                        segments,
                        journal,
                        table,
                        Archive.open(segments.resolveSibling("archive")),
                        () -> true,
                        1_000_000)) {
            loader.start();
            for (int i = 0; i < 100 && loader.check().isEmpty(); i++) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
            assertThat(loader.check().orElse("")).contains("event 2");
        }
    }
}
