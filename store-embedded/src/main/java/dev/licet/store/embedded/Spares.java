package dev.licet.store.embedded;

import static java.lang.System.Logger.Level.WARNING;

import dev.licet.store.embedded.Disk.DiskFile;
import dev.licet.store.sql.Fault;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Files that wait to become segments, with all their blocks on the disk: to overwrite a block and sync it is about
/// twice as fast as to add one, since the file system has nothing of its own to write.
///
/// One is made in the background by writing zeros, in parts, so that the writer's syncs in between don't wait for
/// all of it; or it was a segment that is no longer needed. Its name says so on disk before it can be used: else a
/// crash could bring back its old name with new events in it.
///
/// Safe for threads; `this` guards what is ready.
final class Spares implements Closeable {
    private static final System.Logger LOG = System.getLogger(Spares.class.getName());
    private static final Pattern READY = Pattern.compile("spare-([0-9]{1,18})\\.ready");
    private static final int KEPT = 2;
    private static final int PART = 4 << 20;

    private final Disk disk;
    private final Path directory;
    private final DiskSpace space;
    /// For making them; one thread, or the caller's own.
    private final ExecutorService background;
    private final Fault fault = new Fault();
    private final Deque<Path> ready = new ArrayDeque<>();
    private long number;
    private boolean making;
    private volatile boolean closed;

    Spares(Disk disk, Path directory, DiskSpace space, ExecutorService background) throws IOException {
        this.disk = disk;
        this.directory = directory;
        this.space = space;
        this.background = background;
        for (Path path : disk.list(directory)) {
            var name = READY.matcher(path.getFileName().toString());
            if (name.matches()) {
                ready.add(path);
                number = Math.max(number, Long.parseLong(name.group(1)));
            } else if (path.toString().endsWith(".tmp")) {
                disk.delete(path); // was being made when the process ended
            }
        }
        disk.syncDirectory(directory);
    }

    /// A file that nobody else uses; empty when none is ready.
    synchronized Optional<Path> take() {
        return Optional.ofNullable(ready.pollLast());
    }

    /// Gives all that are ready back to the file system: nobody knows what they had in them.
    synchronized void drop() throws IOException {
        while (!ready.isEmpty()) {
            disk.delete(ready.getFirst());
            ready.removeFirst();
        }
        disk.syncDirectory(directory);
    }

    /// Has one made in the background if none is ready.
    synchronized void prepare(long size) {
        if (making || closed || !ready.isEmpty() || fault.lately().isPresent()) {
            return;
        }
        making = true;
        try {
            background.execute(() -> make(size));
        } catch (RejectedExecutionException closing) {
            making = false;
        }
    }

    private void make(long size) {
        Path made = null;
        try {
            if (space.hasRoomFor(size)) {
                made = allocated(size);
            }
        } catch (IOException | RuntimeException e) {
            if (fault.happened("journal: " + e.getMessage()) && !closed) {
                LOG.log(WARNING, "a segment could not be prepared; the journal makes do without", e);
            }
        } finally {
            made(made);
        }
    }

    private synchronized void made(@Nullable Path path) {
        making = false;
        if (path != null) {
            ready.add(path);
        }
    }

    private Path allocated(long size) throws IOException {
        Path path = next();
        Path unfinished = path.resolveSibling(path.getFileName() + ".tmp");
        boolean done = false;
        try {
            try (DiskFile file = disk.create(unfinished)) {
                ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(PART, size));
                for (long at = 0; at < size; at += zeros.limit()) {
                    if (closed) {
                        throw new IOException("the journal is closed");
                    }
                    zeros.clear().limit((int) Math.min(zeros.capacity(), size - at));
                    file.writeAll(zeros, at);
                    file.force();
                }
            }
            disk.rename(unfinished, path);
            disk.syncDirectory(directory);
            done = true;
            return path;
        } finally {
            if (!done) {
                deleteIfPossible(unfinished);
            }
        }
    }

    private synchronized Path next() {
        number++;
        return directory.resolve("spare-" + number + ".ready");
    }

    /// Takes back a file of the journal that is no longer needed.
    ///
    /// @param use whether it is fit to be a segment again
    void recycle(Path path, boolean use) throws IOException {
        boolean enough;
        synchronized (this) {
            enough = ready.size() >= KEPT;
        }
        if (!use || enough || space.isLow()) {
            disk.delete(path);
            disk.syncDirectory(directory);
            return;
        }
        Path spare = next();
        disk.rename(path, spare);
        disk.syncDirectory(directory);
        synchronized (this) {
            ready.addFirst(spare);
        }
    }

    void deleteIfPossible(Path path) {
        try {
            disk.delete(path);
        } catch (IOException leftForTheNextStart) {
            LOG.log(System.Logger.Level.DEBUG, "could not delete " + path, leftForTheNextStart);
        }
    }

    @Override
    public void close() {
        closed = true;
        background.shutdown();
        try {
            if (!background.awaitTermination(30, TimeUnit.SECONDS)) {
                LOG.log(WARNING, "a segment that is being prepared was not waited for");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
