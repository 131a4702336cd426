package dev.licet.store.embedded;

import static java.lang.System.Logger.Level.DEBUG;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// Keeps the event table and the journal in bounds while the loader loads: makes checkpoints, turns full segments of
/// the journal into archive files, and lets go what has been kept long enough.
///
/// A segment goes only when a checkpoint has brought all its events into the table's file and they are archived: then
/// neither a lost write-ahead log nor a lost table loses an event. All of it is on one thread, because a deletion can't
/// be committed while a checkpoint runs.
final class Keeper implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Keeper.class.getName());
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(5);
    /// A log of this size is read again in about a second at a start.
    private static final long CHECKPOINT_BYTES = 64L << 20;
    private static final Duration CHECKPOINT_EVERY = Duration.ofMinutes(5);
    /// So many rounds in a row may find others writing.
    private static final int MOST_BUSY = 30;
    /// The one that is written, and one whose events may still be asked for by their ids.
    private static final int SEGMENTS_KEPT = 2;

    private final Path segments;
    private final Journal journal;
    private final Loader loader;
    private final EventTable table;
    private final Archive archive;
    private final Retention retention;
    private final boolean archives;
    private final Room room;
    private final LongConsumer forgetIds;
    private final Optional<Eraser> eraser;
    private final Roller roller;
    private final Trouble trouble = new Trouble("keeping the event table");
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread = Thread.ofPlatform().name("event-keeper").unstarted(this::run);

    // The thread's own.
    private long inFile;
    private long checkpointAt = System.nanoTime();
    private int busy;

    /// Of a log of which nothing is removed.
    Keeper(
            Path segments,
            Journal journal,
            Loader loader,
            EventTable table,
            Archive archive,
            Retention retention,
            boolean archives,
            BooleanSupplier hasRoom,
            LongConsumer forgetIds) {
        this(
                segments,
                journal,
                loader,
                table,
                archive,
                retention,
                archives,
                new Room(hasRoom, bytes -> true),
                forgetIds,
                Optional.empty(),
                new Roller(table, account -> ZoneOffset.UTC));
    }

    /// What there is of the disk. @param hasAny for more than what has to be written @param hasFor so many
    /// bytes
    record Room(BooleanSupplier hasAny, LongPredicate hasFor) {}

    /// @param segments the journal's directory
    /// @param archives whether full segments become archive files; else they stay until all of it may go
    /// @param forgetIds is told below which event all were let go
    Keeper(
            Path segments,
            Journal journal,
            Loader loader,
            EventTable table,
            Archive archive,
            Retention retention,
            boolean archives,
            Room room,
            LongConsumer forgetIds,
            Optional<Eraser> eraser,
            Roller roller) {
        this.segments = segments;
        this.journal = journal;
        this.loader = loader;
        this.table = table;
        this.archive = archive;
        this.retention = retention;
        this.archives = archives;
        this.room = room;
        this.forgetIds = forgetIds;
        this.eraser = eraser;
        this.roller = roller;
    }

    void start() {
        thread.start();
    }

    /// What is wrong; empty when the last round went well.
    Optional<String> check() {
        return trouble.check();
    }

    private void run() {
        Duration pause = PAUSE;
        while (!closes(pause)) {
            try {
                keep();
                trouble.isOver();
                pause = PAUSE;
            } catch (Throwable e) {
                // An error too: without this thread the disk fills up.
                trouble.happened(e);
                pause = PAUSE_AFTER_FAILURE;
            }
        }
    }

    private boolean closes(Duration pause) {
        try {
            return closing.await(pause.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /// One round. On a disk without room nothing is written that can be written later, but files that may go do.
    void keep() throws SQLException, IOException {
        boolean hasRoom = room.hasAny.getAsBoolean();
        if (hasRoom) {
            checkpointIfItIsTime();
            if (archives) {
                archiveSegments(firstKeptSegment(), !isErasing());
            }
            if (isErasing()) {
                eraser.orElseThrow().erase(this::archiveBefore, room.hasFor, () -> closing.getCount() == 0);
            }
        }
        // A table that is still being made again does not know what has to be kept.
        if (loader.isPastArchive() && retention.keepTo(table, archive, segments(), this::release, hasRoom) && hasRoom) {
            forgetIds.accept(firstKept());
        }
        if (hasRoom) {
            roller.round(loader.applied());
        }
    }

    private void checkpointIfItIsTime() throws SQLException, IOException {
        long log = table.logBytes();
        boolean isLate = System.nanoTime() - checkpointAt > CHECKPOINT_EVERY.toNanos();
        if (log >= CHECKPOINT_BYTES || log > 0 && isLate) {
            try {
                checkpoint();
                busy = 0;
            } catch (SQLException e) {
                if (!EventTable.isBusy(e) || ++busy > MOST_BUSY) {
                    throw e;
                }
                LOG.log(DEBUG, "no checkpoint now", e);
            }
        }
    }

    /// All events below this one were let go. The id of one that is kept anywhere must not be forgotten, nor that of
    /// one that is missing and may be put back.
    private long firstKept() throws SQLException, IOException {
        long expired = archive.expired();
        LongStream missing = table.missing().stream()
                .filter(gap -> gap.last() > expired)
                .mapToLong(gap -> Math.max(gap.first(), expired + 1));
        LongStream inTable = table.firstKept(List.of()).stream();
        LongStream inArchive = archive.parts().keySet().stream().mapToLong(Long::longValue);
        return Stream.of(LongStream.of(segments().firstKey()), missing, inTable, inArchive)
                .flatMapToLong(ids -> ids)
                .min()
                .orElseThrow();
    }

    private void checkpoint() throws SQLException, IOException {
        inFile = table.checkpoint();
        checkpointAt = System.nanoTime();
        LOG.log(DEBUG, "checkpoint: {0}", inFile);
    }

    private long firstKeptSegment() throws IOException {
        return segments().descendingKeySet().stream()
                .limit(SEGMENTS_KEPT)
                .reduce((later, earlier) -> earlier)
                .orElseThrow();
    }

    private boolean isErasing() {
        return eraser.isPresent() && eraser.get().isAsked();
    }

    private int archiveBefore(long segment) throws SQLException, IOException {
        int before = segments().headMap(segment).size();
        archiveSegments(segment, false);
        return segments().firstKey() < segment ? -1 : before;
    }

    /// @param end the first that stays @param reuse whether the files of the others may be used again
    private void archiveSegments(long end, boolean reuse) throws SQLException, IOException {
        NavigableMap<Long, Path> left = segments();
        while (left.firstKey() < end) {
            IdRange ids = new IdRange(left.firstKey(), left.higherKey(left.firstKey()) - 1);
            if (loader.applied() < ids.last() || closing.getCount() == 0) {
                return;
            }
            if (inFile < ids.last()) {
                checkpoint();
            }
            if (inFile < ids.last()) {
                return; // the table was opened anew meanwhile, and is behind
            }
            if (!archive.has(ids)) {
                archive.write(table, ids);
            }
            release(ids.first(), reuse);
            left = left.tailMap(ids.last(), false);
        }
    }

    private NavigableMap<Long, Path> segments() throws IOException {
        return Journal.segments(segments);
    }

    private void release(long firstId) throws IOException {
        release(firstId, !isErasing());
    }

    private void release(long firstId, boolean reuse) throws IOException {
        journal.release(firstId, reuse);
        LOG.log(DEBUG, "archive: released {0}", firstId);
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
