package dev.licet.store.embedded;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.licet.store.embedded.Disk.DiskFile;
import dev.licet.store.embedded.Journal.Request;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/// The journal's files as its writer sees them: a group is on disk when [#append] returns, and is not there when it
/// throws. For one thread, but for [#end], [#trouble] and [#release].
///
/// The writer overwrites blocks that are there already. Each segment is four times as large as the one before, up to
/// `segmentBytes`, so that a small journal takes little room; when one is a quarter full, a file for the next is made
/// ready, and where there is none, the next one grows as it is written.
///
/// Whatever goes wrong ends the segment, and the next one takes its place from the first id that was not
/// acknowledged. After a failed sync the kernel may have dropped what it could not write and call the file clean, so
/// such a file is not written nor synced again; it is only read once more, to see that what was acknowledged is
/// there. What the failed group left in it is behind the boundary (see [Segment]). A directory that can't be synced
/// is no other case: then the new segment is one that failed. If no new segment can be made either, nothing is taken,
/// and it is tried again each second.
final class SegmentedLog implements Closeable {
    private static final System.Logger LOG = System.getLogger(SegmentedLog.class.getName());
    private static final long FIRST_SEGMENT = 1L << 20;
    private static final int GROWTH = 4;
    private static final long PROBE_NANOS = Duration.ofSeconds(1).toNanos();

    /// What it stands on. @param nanos as [System#nanoTime] @param random for marks
    record Ground(Disk disk, LongSupplier nanos, RandomGenerator random) {}

    private final Disk disk;
    private final LongSupplier nanos;
    private final RandomGenerator random;
    private final Path directory;
    private final long segmentBytes;
    private final Spares spares;
    private volatile Journal.End end;
    /// Why nothing can be written, until a new segment is made.
    private volatile Optional<String> trouble = Optional.empty();

    /// Segments whose sync failed, so that their files are not used again.
    private final Set<Long> unfit = ConcurrentHashMap.newKeySet();

    // The writer's own.
    private Segment current;
    /// How large it gets.
    private long limit;
    private boolean failedSync;
    private long probedAt;
    private ByteBuffer buffer = ByteBuffer.allocate(1 << 20);

    /// @param loaded the id of the last event that was taken from this journal before
    SegmentedLog(Ground ground, Path directory, long segmentBytes, long loaded, Spares spares) throws IOException {
        this.disk = ground.disk();
        this.nanos = ground.nanos();
        this.random = ground.random();
        this.directory = directory;
        this.segmentBytes = segmentBytes;
        this.probedAt = nanos.getAsLong() - PROBE_NANOS;
        this.spares = spares;
        NavigableMap<Long, Path> segments = Segment.list(disk, directory);
        Map.Entry<Long, Path> last = segments.lastEntry();
        if (last == null) {
            limit = Math.min(FIRST_SEGMENT, segmentBytes);
            current = begin(loaded + 1, loaded + 1);
            end = new Journal.End(current.from(), current.start(), loaded);
        } else {
            current = open(last.getValue(), last.getKey());
            limit = Math.max(current.size(), Math.min(FIRST_SEGMENT, segmentBytes));
            boolean good = false;
            try {
                end = resume(loaded);
                good = true;
            } finally {
                if (!good) {
                    current.close();
                }
            }
        }
    }

    private Segment open(Path path, long from) throws IOException {
        try {
            return Segment.open(disk, path, from);
        } catch (Segment.DamagedHeader e) {
            throw new IOException(e.getMessage() + "; it has the events from " + from + " on" + ADVICE, e);
        }
    }

    /// Where the durable part ends.
    Journal.End end() {
        return end;
    }

    /// Why nothing can be written now.
    Optional<String> trouble() {
        return trouble;
    }

    /// Writes the requests as a group. @return the id of the first event
    long append(List<Request> group) throws IOException {
        if (trouble.isPresent() && !probe()) {
            throw new IOException(trouble.orElse("the journal waits for its disk"));
        }
        long firstId = end.lastId() + 1;
        try {
            write(group);
        } catch (Throwable e) {
            leave(e);
            throw e;
        }
        if (end.offset() >= limit / GROWTH) {
            spares.prepare(nextLimit());
        }
        return firstId;
    }

    private void write(List<Request> group) throws IOException {
        long bytes = group.stream()
                .mapToLong(request -> current.format().size(request.payload().length))
                .sum();
        boolean isEmpty = end.offset() == current.start();
        if (!isEmpty && end.offset() + bytes > limit) {
            roll();
            failedSync = false;
        }
        if (buffer.capacity() < bytes) {
            buffer = ByteBuffer.allocate(Math.toIntExact(bytes));
        }
        buffer.clear();
        long id = end.lastId() + 1;
        for (Request request : group) {
            current.format()
                    .write(new JournalRecord(id, request.count(), request.receivedAt(), request.payload()), buffer);
            id += request.count();
        }
        current.write(buffer.flip(), end.offset());
        failedSync = true;
        current.force();
        failedSync = false;
        end = new Journal.End(end.segment(), end.offset() + bytes, id - 1);
    }

    /// Goes on in a new segment, whose file had nothing of another one before.
    void renew() throws IOException {
        if (trouble.isPresent() && !probe()) {
            throw new IOException(trouble.orElse("the journal waits for its disk"));
        }
        try {
            spares.drop();
            roll();
        } catch (Throwable e) {
            leave(e);
            throw e;
        }
    }

    private long nextLimit() {
        return Math.min(segmentBytes, limit * GROWTH);
    }

    /// The segment is not written any more after this.
    private void leave(Throwable cause) {
        trouble = Optional.of("journal: " + cause.getMessage());
        if (failedSync) {
            unfit.add(current.from());
        } else {
            try {
                current.truncate(end.offset()); // gives room back; nothing rests on it
            } catch (IOException e) {
                LOG.log(WARNING, "what a failed write left in " + current.path() + " stays there", e);
            }
        }
        probe();
    }

    /// Tries to get over a failure: at once, but not again and again. @return whether groups can be written
    boolean probe() {
        if (trouble.isPresent() && nanos.getAsLong() - probedAt >= PROBE_NANOS) {
            probedAt = nanos.getAsLong();
            recover();
        }
        return trouble.isEmpty();
    }

    private void recover() {
        try {
            if (failedSync) {
                verify();
            }
            roll();
            failedSync = false;
            trouble = Optional.empty();
            LOG.log(INFO, "the journal goes on in " + current.path());
        } catch (IOException | RuntimeException e) {
            trouble = Optional.of("journal: " + e.getMessage());
        }
    }

    /// What was acknowledged has to be there still.
    private void verify() throws IOException {
        long id = current.firstId();
        Segment ahead = current.ahead();
        for (long offset = current.start(); offset < end.offset(); ) {
            Optional<RecordFormat.Found> found = ahead.read(offset, id);
            if (found.isEmpty()) {
                throw new IOException(damaged(current.path(), id, offset) + ADVICE);
            }
            offset = found.get().end();
            id = found.get().record().nextId();
        }
    }

    /// Puts a new segment in the place of the current one. One without a record is replaced.
    private void roll() throws IOException {
        Segment before = current;
        boolean isEmpty = end.lastId() < before.firstId();
        long grown = isEmpty ? limit : nextLimit();
        current = isEmpty ? begin(before.from(), before.firstId()) : begin(end.lastId() + 1, end.lastId() + 1);
        limit = Math.max(current.size(), grown);
        end = new Journal.End(current.from(), current.start(), end.lastId());
        closeQuietly(before);
    }

    /// A segment that is on disk under its name when this returns.
    private Segment begin(long from, long firstId) throws IOException {
        Optional<Path> spare = spares.take();
        Path file = spare.orElse(directory.resolve("next.tmp"));
        Path path = Segment.path(directory, from);
        DiskFile opened = spare.isPresent() ? disk.open(file) : disk.create(file);
        boolean done = false;
        try {
            Segment begun = Segment.begin(opened, path, new Segment.Header(random.nextLong(), from, firstId));
            disk.rename(file, path);
            disk.syncDirectory(directory);
            done = true;
            return begun;
        } finally {
            if (!done) {
                opened.close();
                spares.deleteIfPossible(file);
            }
        }
    }

    private static void closeQuietly(Segment segment) {
        try {
            segment.close();
        } catch (IOException e) {
            LOG.log(ERROR, "closing " + segment.path() + " failed; all that was acknowledged in it is synced", e);
        }
    }

    /// Finds the end of what is there, and sees that it is on disk.
    private Journal.End resume(long loaded) throws IOException {
        long offset = current.start();
        long nextId = current.firstId();
        long lastGroup = offset;
        Segment ahead = current.ahead();
        while (true) {
            Optional<RecordFormat.Found> found = ahead.read(offset, nextId);
            if (found.isEmpty()) {
                break;
            }
            lastGroup = found.get().groupStart();
            offset = found.get().end();
            nextId = found.get().record().nextId();
        }
        boolean isTorn = refuseDamage(offset, nextId, loaded);
        if (isTorn) {
            LOG.log(
                    WARNING,
                    "the last start ended in the middle of a write: what nobody was told of is left out, behind byte "
                            + offset + " of " + current.path() + " (from event " + nextId + " on)");
        }
        end = new Journal.End(current.from(), offset, nextId - 1);
        writeAgain(lastGroup, offset);
        if (isTorn || current.isOld()) {
            Path old = current.path();
            boolean replaced = offset == current.start();
            roll();
            if (replaced && !old.equals(current.path())) {
                disk.delete(old);
            }
        }
        return end;
    }

    /// The last group may be in the kernel's memory alone, even behind a sync that failed for the process before, so
    /// it is written and synced once more.
    private void writeAgain(long from, long to) throws IOException {
        if (from == to) {
            return;
        }
        ByteBuffer group = ByteBuffer.allocate(Math.toIntExact(to - from));
        if (!current.fill(group, from)) {
            throw new IOException("the end of " + current.path() + " can't be read again");
        }
        current.write(group.flip(), from);
        current.force();
    }

    /// What a crash leaves behind is one group that was not synced, of which any part may be there. A good record
    /// of a later group, or an event missing that was loaded before, is something else.
    ///
    /// @return whether there is any of such a group
    private boolean refuseDamage(long offset, long nextId, long loaded) throws IOException {
        Optional<RecordFormat.Found> later = current.findAfter(offset, nextId);
        boolean any = later.isPresent() || current.hasBegun(offset);
        while (later.isPresent()) {
            if (later.get().groupStart() > offset || later.get().offset() == offset) {
                throw new IOException(damaged(current.path(), nextId, offset) + ", but one at byte "
                        + later.get().offset() + " (event "
                        + later.get().record().firstId() + ")" + ADVICE);
            }
            later = current.findAfter(later.get().end(), nextId);
        }
        if (nextId <= loaded) {
            throw new IOException(damaged(current.path(), nextId, offset) + ", but event " + loaded
                    + " was there before: events " + nextId + " to " + loaded
                    + " are missing. If journal/ and events.duckdb are not of the same backup, restore both from one"
                    + ADVICE);
        }
        return any;
    }

    private static final String ADVICE =
            ". Restore the file from a backup, or run ./licet repair, which goes on without what is gone and says"
                    + " what that is; nothing was changed.";

    private static String damaged(Path path, long id, long offset) {
        return "the journal is damaged: " + path + " has no good record of event " + id + " at byte " + offset;
    }

    /// Takes the first segment back; nobody reads it any more.
    ///
    /// @param reuse whether its file may become another segment
    void release(long from, boolean reuse) throws IOException {
        NavigableMap<Long, Path> segments = Segment.list(disk, directory);
        if (segments.isEmpty() || segments.firstKey() != from || segments.lastKey() == from) {
            throw new IllegalArgumentException("only the first segment can be released, and not the last: " + from);
        }
        Path path = segments.firstEntry().getValue();
        spares.recycle(path, !unfit.remove(from) && reuse && isFit(path));
    }

    private boolean isFit(Path path) throws IOException {
        if (path.toString().endsWith(".log")) {
            return false;
        }
        try (DiskFile file = disk.openToRead(path)) {
            return file.size() == segmentBytes;
        }
    }

    @Override
    public void close() throws IOException {
        spares.close();
        current.close();
    }
}
