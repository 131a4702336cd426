package dev.licet.store.embedded;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import dev.licet.core.Pending;
import dev.licet.core.Unavailable;
import dev.licet.core.event.AppendQueue;
import dev.licet.core.event.Submission;
import dev.licet.store.sql.Fault;
import dev.licet.store.sql.entity.Micros;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// What an event is on when its sender is told so: queue, group, segment, disk.
///
/// Requests wait in the [AppendQueue]. One thread writes: it takes all that wait, up to a bound, and has the
/// [SegmentedLog] write them with one call and sync them with one call; then it completes them all. While it syncs
/// the next group gathers: groups form by themselves and no timer is needed. A group ends after the request that
/// crosses its bound, and a request is one [JournalRecord].
///
/// Events are read by a [JournalReader], which any thread may have.
final class Journal implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Journal.class.getName());
    /// Measured: smaller ones lose a third of the throughput, larger ones win nothing.
    private static final int GROUP_EVENTS = 1000;
    private static final int GROUP_BYTES = 1 << 20;
    /// Rolled about twice a minute at the most that a small machine writes, and retention lets go by segments.
    static final long SEGMENT_BYTES = 256L << 20;

    /// Where the durable part ends.
    ///
    /// @param segment the id that names the segment @param offset in the segment @param lastId 0 for none
    record End(long segment, long offset, long lastId) {}

    private final Path directory;
    private final Disk disk;
    private final DiskSpace space;
    private final AppendQueue<Request> queue;
    private final SegmentedLog log;
    private final Fault fault = new Fault();
    private volatile boolean still;
    private volatile LongConsumer pace = lastId -> {};
    private final AtomicReference<@Nullable CompletableFuture<Boolean>> renewal = new AtomicReference<>();
    private final Thread writer = Thread.ofPlatform().name("journal-writer").unstarted(this::write);

    /// One that waits. @param firstId is completed once it is on disk
    record Request(long account, int count, Instant receivedAt, byte[] payload, CompletableFuture<Long> firstId)
            implements AppendQueue.Request {
        @Override
        public int bytes() {
            return payload.length;
        }
    }

    private Journal(
            SegmentedLog.Ground ground,
            Path directory,
            long segmentBytes,
            long loaded,
            JournalSettings settings,
            DiskSpace space,
            ExecutorService background)
            throws IOException {
        this.directory = directory;
        this.disk = ground.disk();
        this.space = space;
        this.queue = new AppendQueue<>(settings.queueRequests(), settings.queueBytes());
        disk.createDirectories(directory);
        space.look(0);
        Spares spares = new Spares(disk, directory, space, background);
        boolean good = false;
        try {
            this.log = new SegmentedLog(ground, directory, segmentBytes, loaded, spares);
            good = true;
        } finally {
            if (!good) {
                spares.close();
            }
        }
    }

    /// @param loaded the id of the last event that was taken from this journal before; a new one goes on from it
    static Journal open(Path directory, long segmentBytes, long loaded) {
        return open(directory, segmentBytes, loaded, JournalSettings.OFFLINE, DiskSpace.unwatched());
    }

    /// @param space is looked at by this journal's writer from now on
    static Journal open(Path directory, long segmentBytes, long loaded, JournalSettings settings, DiskSpace space) {
        return open(
                new SegmentedLog.Ground(Disk.REAL, System::nanoTime, new SecureRandom()),
                directory,
                segmentBytes,
                loaded,
                settings,
                space);
    }

    static Journal open(
            SegmentedLog.Ground ground,
            Path directory,
            long segmentBytes,
            long loaded,
            JournalSettings settings,
            DiskSpace space) {
        ExecutorService background = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("journal-spares").daemon().factory());
        try {
            Journal journal = new Journal(ground, directory, segmentBytes, loaded, settings, space, background);
            journal.writer.start();
            return journal;
        } catch (IOException e) {
            throw new UncheckedIOException("can't open the journal in " + directory + ": " + e.getMessage(), e);
        }
    }

    /// Appends the events as one record. @return the id of the first, once they are on disk
    Pending<Long> submit(Submission submission) {
        if (still) {
            throw Unavailable.readOnly();
        }
        space.require();
        byte[] payload = EventCodec.encode(submission.events(), submission.requestKey());
        if (payload.length > JournalRecord.MAX_PAYLOAD) {
            throw new IllegalArgumentException("a request of " + payload.length + " bytes does not fit a record");
        }
        Micros.of(submission.receivedAt()); // a time that can't be kept fails its own request alone
        Request request = new Request(
                submission.events().getFirst().account().value(),
                submission.events().size(),
                submission.receivedAt(),
                payload,
                new CompletableFuture<>());
        queue.add(request);
        return Pending.of(request.firstId());
    }

    /// Does the same, and waits for it.
    long append(Submission submission) {
        return submit(submission).await();
    }

    /// Takes nothing from now on.
    void holdStill() {
        still = true;
    }

    /// Sets what the writer calls before each group, with the id of the last event on disk: it may wait a little.
    void pace(LongConsumer slower) {
        pace = slower;
    }

    /// Where the durable part ends now.
    End end() {
        return log.end();
    }

    /// Whether the disk is so full that nothing should be written that can be written later.
    boolean isBelowFloor() {
        return space.isLow();
    }

    /// What is wrong; empty when the last group was written and there is room for more.
    Optional<String> check() {
        return log.trouble().or(fault::lately).or(space::check);
    }

    /// The segments by the first id that each answers for; it ends where the next one begins.
    NavigableMap<Long, Path> segments() throws IOException {
        return Segment.list(disk, directory);
    }

    static NavigableMap<Long, Path> segments(Path directory) throws IOException {
        return Segment.list(Disk.REAL, directory);
    }

    /// Takes back the first segment, of which nothing is needed any more; its file is used again or deleted. Any
    /// thread may call it.
    ///
    /// @param from the first id that it answers for
    void release(long from) throws IOException {
        release(from, true);
    }

    /// Does the same. @param reuse whether its file may be used again
    void release(long from, boolean reuse) throws IOException {
        log.release(from, reuse);
    }

    /// Has the writer go on in a new segment, whose file had nothing of another one before; waits for that.
    /// For one thread at a time.
    void renew() throws IOException {
        CompletableFuture<Boolean> asked = new CompletableFuture<>();
        renewal.set(asked);
        queue.wake();
        while (writer.isAlive()) {
            try {
                asked.get(1, TimeUnit.SECONDS);
                return;
            } catch (TimeoutException e) {
                LOG.log(DEBUG, "the writer is at something else");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted");
            } catch (ExecutionException e) {
                throw new IOException("the journal could not go on in a new segment: " + e.getMessage(), e);
            }
        }
        throw new IOException("the journal is closed");
    }

    private void renewIfAsked() {
        CompletableFuture<Boolean> asked = renewal.getAndSet(null);
        if (asked == null) {
            return;
        }
        try {
            log.renew();
            asked.complete(true);
        } catch (Throwable e) {
            // As with a group: a dead writer would leave everybody waiting.
            asked.completeExceptionally(e);
        }
    }

    /// Makes the names of new files last.
    static void syncDirectory(Path directory) throws IOException {
        Disk.REAL.syncDirectory(directory);
    }

    private void write() {
        List<Request> group = new ArrayList<>();
        while (true) {
            group.clear();
            try {
                if (!queue.take(group, GROUP_EVENTS, GROUP_BYTES, AppendQueue.PATIENCE)) {
                    return;
                }
            } catch (InterruptedException e) {
                continue; // nobody does that
            }
            renewIfAsked();
            try {
                write(group);
            } catch (Throwable e) {
                // A dead writer would leave everybody waiting. Who has an answer already keeps it.
                if (fault.happened("journal: " + e.getMessage())) {
                    LOG.log(ERROR, "requests are not written; this is told once until some are again", e);
                }
                Unavailable why = new Unavailable("the journal can't be written", Duration.ofSeconds(5), e);
                group.forEach(request -> request.firstId().completeExceptionally(why));
            }
        }
    }

    private void write(List<Request> group) throws IOException {
        if (group.isEmpty()) {
            log.probe();
            space.look(0);
            return;
        }
        pace.accept(log.end().lastId());
        long before = log.end().offset();
        long firstId = log.append(group);
        // It is on disk: nothing that fails from here on may take it back.
        try {
            fault.isOver();
            LOG.log(DEBUG, "on disk: events {0} to {1}", firstId, log.end().lastId());
            space.look(Math.max(0, log.end().offset() - before));
        } finally {
            long id = firstId;
            for (Request request : group) {
                request.firstId().complete(id);
                id += request.count();
            }
        }
    }

    @Override
    public void close() {
        queue.close();
        try {
            writer.join();
            log.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.log(ERROR, "closing the journal failed", e);
        }
    }
}
