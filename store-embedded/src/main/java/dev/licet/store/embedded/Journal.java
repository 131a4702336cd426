package dev.licet.store.embedded;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import dev.licet.core.Unavailable;
import dev.licet.core.event.Submission;
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
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The files that an event is on when its sender is told so.
///
/// One thread writes. It takes all requests that wait, up to a bound, writes them with one call and syncs them
/// with one call; then it completes them all. While it syncs the next group gathers: groups form by themselves
/// and no timer is needed. A group ends after the request that crosses its bound, and a request is one record.
///
/// Segments are named by the id of their first event and rolled by size. At a start the last segment is read to
/// its end: an unfinished record there is what a crash leaves behind, is cut off, and is reported; it was never
/// acknowledged. A bad record with a
/// good one of a later group behind it is damage, and damage stops the start.
///
/// A failed write is taken back by cutting the file; a failed sync can't be (the kernel may have dropped the
/// pages), so after one nothing is acknowledged until a restart has read what is really there.
final class Journal implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Journal.class.getName());
    private static final int GROUP_EVENTS = 1000;
    private static final int GROUP_BYTES = 1 << 20;
    private static final int QUEUE_REQUESTS = 16_384;
    private static final long QUEUE_BYTES = 64L << 20;
    /// Wakes the writer to see that the journal is closed. Not an interrupt: that would close the file under a
    /// write or a sync.
    private static final Request WAKE = new Request(0, Instant.EPOCH, new byte[0], new CompletableFuture<>());

    /// Where the durable part ends.
    ///
    /// @param segment the id that names the segment @param offset in the segment @param lastId 0 for none
    record End(long segment, long offset, long lastId) {}

    private final Path directory;
    private final long segmentBytes;
    private final BlockingQueue<Request> queue = new LinkedBlockingQueue<>(QUEUE_REQUESTS);
    private final AtomicLong queuedBytes = new AtomicLong();
    private final Thread writer = Thread.ofPlatform().name("journal-writer").unstarted(this::write);
    /// Written by the writer alone.
    private volatile End end;

    private volatile boolean closed;
    private final Fault fault = new Fault();
    private volatile boolean poisoned;

    // The writer's own.
    private FileChannel file;
    private ByteBuffer buffer = ByteBuffer.allocate(GROUP_BYTES);

    private Journal(Path directory, long segmentBytes, long loaded) throws IOException {
        this.directory = directory;
        this.segmentBytes = segmentBytes;
        Files.createDirectories(directory);
        NavigableMap<Long, Path> segments = segments(directory);
        Map.Entry<Long, Path> last = segments.lastEntry();
        if (last == null) {
            file = create(loaded + 1);
            end = new End(loaded + 1, 0, loaded);
            return;
        }
        file = FileChannel.open(last.getValue(), StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            end = endOf(file, last.getValue(), last.getKey(), loaded);
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /// @param loaded the id of the last event that was taken from this journal before; a new one goes on from it
    static Journal open(Path directory, long segmentBytes, long loaded) {
        try {
            Journal journal = new Journal(directory, segmentBytes, loaded);
            journal.writer.start();
            return journal;
        } catch (IOException e) {
            throw new UncheckedIOException("can't open the journal in " + directory, e);
        }
    }

    /// Appends the events as one record. @return the id of the first, once they are on disk
    long append(Submission submission) {
        byte[] payload = EventCodec.encode(submission.events(), submission.requestKey());
        if (payload.length > JournalRecord.MAX_PAYLOAD) {
            throw new IllegalArgumentException("a request of " + payload.length + " bytes does not fit a record");
        }
        Request request =
                new Request(submission.events().size(), submission.receivedAt(), payload, new CompletableFuture<>());
        if (queuedBytes.addAndGet(payload.length) > QUEUE_BYTES || closed || poisoned || !queue.offer(request)) {
            queuedBytes.addAndGet(-payload.length);
            throw unavailable(null);
        }
        if (closed && queue.remove(request)) {
            throw unavailable(null);
        }
        try {
            return request.firstId.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("interrupted", Duration.ofSeconds(1), e);
        } catch (ExecutionException e) {
            throw unavailable(e.getCause());
        }
    }

    /// Where the durable part ends now.
    End end() {
        return end;
    }

    /// What is wrong; empty when the last group was written.
    Optional<String> check() {
        return poisoned ? Optional.of("journal: it could not be synced") : fault.lately();
    }

    @Override
    public void close() {
        closed = true;
        queue.offer(WAKE); // a full queue wakes the writer as well
        try {
            writer.join();
            file.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.log(ERROR, "closing the journal failed", e);
        }
    }

    /// Lets a segment go, which is not the last one.
    void release(long firstId) throws IOException {
        Files.delete(directory.resolve(String.format("%019d.log", firstId)));
    }

    /// The segments by the id of their first event.
    static NavigableMap<Long, Path> segments(Path directory) throws IOException {
        NavigableMap<Long, Path> segments = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            files.filter(path -> path.getFileName().toString().matches("[0-9]{19}\\.log"))
                    .forEach(path -> segments.put(
                            Long.parseLong(path.getFileName().toString().substring(0, 19)), path));
        }
        return segments;
    }

    private record Request(int count, Instant receivedAt, byte[] payload, CompletableFuture<Long> firstId) {
        boolean isWake() {
            return count == 0;
        }
    }

    private void write() {
        List<Request> group = new ArrayList<>();
        while (true) {
            group.clear();
            try {
                Request first = closed ? queue.poll() : queue.take();
                if (first == null) {
                    return;
                }
                if (first.isWake()) {
                    continue; // closing: what was queued before is still written
                }
                group.add(first);
            } catch (InterruptedException e) {
                continue; // nobody does that
            }
            int events = group.getFirst().count;
            long bytes = group.getFirst().payload.length;
            while (events < GROUP_EVENTS && bytes < GROUP_BYTES) {
                Request next = queue.poll();
                if (next == null || next.isWake()) {
                    break;
                }
                group.add(next);
                events += next.count;
                bytes += next.payload.length;
            }
            try {
                write(group);
            } catch (Throwable e) {
                // A dead writer would leave everybody waiting. Who has an answer already keeps it.
                fault.happened("journal: " + e);
                group.forEach(request -> request.firstId.completeExceptionally(e));
            }
        }
    }

    private void write(List<Request> group) {
        group.forEach(request -> queuedBytes.addAndGet(-request.payload.length));
        if (poisoned) {
            IOException e = new IOException("the journal takes nothing until a restart");
            group.forEach(request -> request.firstId.completeExceptionally(e));
            return;
        }
        End before = end;
        End written;
        long[] firstIds = new long[group.size()];
        try {
            if (before.offset() >= segmentBytes) {
                before = roll(before);
            }
            long nextId = before.lastId() + 1;
            int size = group.stream()
                    .mapToInt(request -> JournalRecord.HEADER + request.payload.length)
                    .sum();
            if (buffer.capacity() < size) {
                buffer = ByteBuffer.allocate(size);
            }
            buffer.clear();
            for (int i = 0; i < firstIds.length; i++) {
                Request request = group.get(i);
                firstIds[i] = nextId;
                new JournalRecord(nextId, request.count, request.receivedAt, request.payload).writeTo(buffer);
                nextId += request.count;
            }
            buffer.flip();
            long offset = before.offset();
            while (buffer.hasRemaining()) {
                offset += file.write(buffer, offset);
            }
            sync();
            written = new End(before.segment(), offset, nextId - 1);
        } catch (Throwable e) {
            boolean isNew = fault.happened("journal: " + e.getMessage());
            takeBack(before);
            group.forEach(request -> request.firstId.completeExceptionally(e));
            if (isNew) {
                LOG.log(ERROR, "requests are not written; this is told once until some are again", e);
            }
            return;
        }
        // It is on disk: nothing that fails from here on may take it back.
        end = written;
        fault.isOver();
        try {
            LOG.log(DEBUG, "on disk: events {0} to {1}", firstIds[0], written.lastId());
        } finally {
            for (int i = 0; i < firstIds.length; i++) {
                group.get(i).firstId.complete(firstIds[i]);
            }
        }
    }

    private void sync() throws IOException {
        try {
            file.force(false);
        } catch (Throwable e) {
            poisoned = true;
            throw e;
        }
    }

    private void takeBack(End to) {
        if (poisoned) {
            return;
        }
        try {
            file.truncate(to.offset());
        } catch (IOException e) {
            poisoned = true;
            LOG.log(ERROR, "and could not be taken back", e);
        }
    }

    private End roll(End full) throws IOException {
        FileChannel next = create(full.lastId() + 1);
        file.close();
        file = next;
        end = new End(full.lastId() + 1, 0, full.lastId());
        return end;
    }

    private FileChannel create(long firstId) throws IOException {
        FileChannel created = FileChannel.open(
                directory.resolve(String.format("%019d.log", firstId)),
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.CREATE);
        try {
            created.truncate(0);
            syncDirectory(directory);
            return created;
        } catch (Throwable e) {
            created.close();
            throw e;
        }
    }

    /// Makes the names of new files last.
    static void syncDirectory(Path directory) throws IOException {
        try (FileChannel opened = FileChannel.open(directory, StandardOpenOption.READ)) {
            opened.force(true);
        }
    }

    private static End endOf(FileChannel file, Path path, long firstId, long loaded) throws IOException {
        long offset = 0;
        long nextId = firstId;
        while (offset < file.size()) {
            Optional<JournalRecord> record = JournalRecord.read(file, offset, nextId);
            if (record.isEmpty() || record.get().firstId() != nextId) {
                break;
            }
            offset += record.get().size();
            nextId = record.get().nextId();
        }
        if (offset < file.size()) {
            refuseDamage(file, path, offset, nextId, loaded);
            cutTornTail(file, path, offset);
        }
        return new End(firstId, offset, nextId - 1);
    }

    /// What a crash leaves behind is one group that was not synced, of which any part may be there. A good record
    /// of a later group, or an event missing that was loaded before, is something else.
    private static void refuseDamage(FileChannel file, Path path, long offset, long nextId, long loaded)
            throws IOException {
        String damaged = "the journal is damaged: " + path + " has no good record of event " + nextId + " at byte "
                + offset + ", but ";
        String advice = ". Restore the file from a backup; nothing was changed.";
        Optional<JournalRecord.Place> later = JournalRecord.findAfter(file, offset, nextId);
        while (later.isPresent()) {
            if (later.get().groupStart() > offset || later.get().offset() == offset) {
                throw new IOException(damaged + "one at byte " + later.get().offset() + " (event "
                        + later.get().firstId() + ")" + advice);
            }
            later = JournalRecord.findAfter(file, later.get().end(), nextId);
        }
        if (nextId <= loaded) {
            throw new IOException(damaged + "event " + loaded + " was there before" + advice);
        }
    }

    private static void cutTornTail(FileChannel file, Path path, long offset) throws IOException {
        long cut = file.size() - offset;
        file.truncate(offset);
        file.force(true);
        LOG.log(
                WARNING,
                "the last start ended in the middle of a write: " + cut + " bytes that nobody was told of were cut off "
                        + path);
    }

    private Unavailable unavailable(@Nullable Throwable cause) {
        String reason = poisoned
                ? "the journal could not be synced; restart the server once the disk is well"
                : cause == null ? "too many events wait to be written" : "the journal can't be written";
        Duration retryAfter = Duration.ofSeconds(cause == null && !poisoned ? 1 : 5);
        return cause == null ? new Unavailable(reason, retryAfter) : new Unavailable(reason, retryAfter, cause);
    }
}
