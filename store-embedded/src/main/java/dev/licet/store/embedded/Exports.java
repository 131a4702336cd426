package dev.licet.store.embedded;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import dev.licet.core.Unavailable;
import dev.licet.core.event.EventExport;
import dev.licet.core.event.RecordedEvent;
import dev.licet.store.sql.EventSelection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What is taken out of the event table in bulk, apart from its questions: each step of an export has a thread and a
/// connection to itself. No step waits for the reader. Rows are read by stretches of ids, and a file is written whole
/// before it is read; so a slow reader keeps no transaction open, which would hold up checkpoints.
///
/// A file has no name any more once it is whole and opened: however this process ends, it is gone. One that was not
/// whole yet goes at the next start.
final class Exports implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Exports.class.getName());
    private static final String PARQUET = """
            SELECT id AS position, client_id AS id, name, feature, 'prd_' || product AS product, key, machine, \
            end_user AS "user", session, value, currency, happened_at AS "time", metadata AS properties, source, \
            received_at AS "receivedAt" FROM event WHERE \
            """;
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Duration CLOSING = Duration.ofSeconds(10);

    /// A stretch of ids has no more rows than these, and no more of them are taken once their metadata is so long.
    private static final int ROWS = 10_000;

    private static final long CHARACTERS = 4L << 20;
    private static final long LONGEST_STRETCH = 4L << 20;

    private final Path directory;
    private final EventTable table;
    private final DiskSpace space;
    private final AtomicLong files = new AtomicLong();
    private final ExecutorService threads = Executors.newCachedThreadPool(
            Thread.ofPlatform().name("event-export-", 0).daemon().factory());
    private volatile boolean closing;

    private Exports(Path directory, EventTable table, DiskSpace space) {
        this.directory = directory;
        this.table = table;
        this.space = space;
    }

    /// @param directory for files that are being written; made when it is needed
    static Exports open(Path directory, EventTable table, DiskSpace space) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> left = Files.list(directory)) {
                for (Path path : left.toList()) {
                    Files.delete(path);
                }
            }
        }
        return new Exports(directory, table, space);
    }

    EventExport begin(EventSelection selection, long asOf, boolean complete) {
        return new Export(selection.upTo(asOf), asOf, complete);
    }

    /// Ends what runs.
    @Override
    public void close() {
        closing = true;
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSING.toSeconds(), TimeUnit.SECONDS)) {
                LOG.log(ERROR, "an export does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// A statement that may be running, so that another thread can end it.
    private static final class Running {
        private final AtomicReference<@Nullable Statement> statement = new AtomicReference<>();

        void cancel() {
            Statement now = statement.get();
            try {
                if (now != null) {
                    now.cancel();
                }
            } catch (SQLException ended) {
                LOG.log(DEBUG, "nothing to cancel", ended);
            }
        }
    }

    /// One step of an export. @param running is told of the statement that may be cancelled
    private interface Step<T> {
        T with(Connection connection, Running running) throws SQLException, IOException;
    }

    private <T> T run(long asOf, Step<T> step) {
        Running running = new Running();
        Future<T> done;
        try {
            done = threads.submit(() -> table.work(connection -> {
                if (EventTable.applied(connection) < asOf) {
                    throw new IOException("the event table was put in place anew, and has not all events yet");
                }
                return step.with(connection, running);
            }));
        } catch (RejectedExecutionException e) {
            throw new Unavailable("the store is closed", Unavailable.SOON, e);
        }
        String ended = "an export can't go on now";
        while (true) {
            try {
                return done.get(LOOK.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                Optional<String> why = whyItMustEnd();
                if (why.isPresent()) {
                    ended = why.get();
                    running.cancel();
                }
            } catch (InterruptedException e) {
                running.cancel();
                Thread.currentThread().interrupt();
                throw new Unavailable("interrupted", Unavailable.SOON, e);
            } catch (ExecutionException e) {
                LOG.log(ERROR, ended, e.getCause());
                throw new Unavailable(ended, Duration.ofSeconds(2), e);
            }
        }
    }

    private Optional<String> whyItMustEnd() {
        if (closing) {
            return Optional.of("the store is closed");
        }
        return space.hasRoomFor(0) ? Optional.empty() : Optional.of("the disk is nearly full");
    }

    private final class Export implements EventExport {
        private final EventSelection selection;
        private final long asOf;
        private final boolean complete;
        private long above;
        private long stretch = ROWS;
        private @Nullable FileChannel file;

        Export(EventSelection selection, long asOf, boolean complete) {
            this.selection = selection;
            this.asOf = asOf;
            this.complete = complete;
        }

        @Override
        public long asOf() {
            return asOf;
        }

        @Override
        public boolean isComplete() {
            return complete;
        }

        @Override
        public long count() {
            return run(asOf, (connection, running) -> {
                try (PreparedStatement statement =
                                selection.prepare(connection, "SELECT count(*) FROM event WHERE ", "");
                        ResultSet row = statement.executeQuery()) {
                    row.next();
                    return row.getLong(1);
                }
            });
        }

        @Override
        public List<RecordedEvent> next() {
            while (above < asOf) {
                long upTo = Math.min(asOf, above + stretch);
                EventSelection next = selection.above(above).upTo(upTo);
                List<RecordedEvent> found =
                        run(asOf, (connection, running) -> EventTable.rows(connection, next, "ASC", ROWS, CHARACTERS));
                boolean isCut = !found.isEmpty() && (found.size() == ROWS || characters(found) >= CHARACTERS);
                above = isCut ? found.getLast().id() : upTo;
                // Where few of the events match, longer stretches; where too much comes, shorter ones.
                stretch = isCut
                        ? Math.max(1000, stretch / 2)
                        : found.size() < ROWS / 4 ? Math.min(LONGEST_STRETCH, stretch * 2) : stretch;
                if (!found.isEmpty()) {
                    return found;
                }
            }
            return List.of();
        }

        private static long characters(List<RecordedEvent> events) {
            return events.stream()
                    .mapToLong(found ->
                            found.event().metadata().map(String::length).orElse(0))
                    .sum();
        }

        @Override
        public Parquet parquet() {
            whyItMustEnd().ifPresent(why -> {
                throw new Unavailable(why, Duration.ofSeconds(10));
            });
            Path path = directory.resolve(files.incrementAndGet() + ".parquet");
            try {
                Files.createDirectories(directory);
                long events = run(asOf, (connection, running) -> copy(connection, running, path));
                file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.DELETE_ON_CLOSE);
                return new Parquet(events, file.size(), Channels.newInputStream(file));
            } catch (IOException e) {
                throw new UncheckedIOException("can't write " + path, e);
            } finally {
                deleteQuietly(path);
            }
        }

        private long copy(Connection connection, Running running, Path path) throws SQLException {
            String into = ") TO " + Archive.quoted(path) + " (FORMAT parquet, COMPRESSION zstd)";
            try (PreparedStatement statement = selection.prepare(connection, "COPY (" + PARQUET, into)) {
                running.statement.set(statement);
                return statement.executeLargeUpdate();
            } finally {
                running.statement.set(null);
            }
        }

        @Override
        public void close() {
            try {
                if (file != null) {
                    file.close();
                }
            } catch (IOException e) {
                LOG.log(ERROR, "closing an export failed", e);
            }
        }
    }

    private static void deleteQuietly(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.log(ERROR, "can't delete " + path, e);
        }
    }
}
