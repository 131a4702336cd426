package dev.licet.store.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Keeps a data directory for one process, or for some that only read it: the operating system holds the lock and drops
/// it with the process.
final class DirectoryLock implements AutoCloseable {
    /// The lock files that this process holds, by their real paths. They are not even opened again: on POSIX
    /// systems closing any channel of a file drops every lock that the process has on it.
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final Path path;
    private final FileChannel file;
    private FileLock lock;

    private DirectoryLock(Path directory, Path path, FileChannel file, FileLock lock) {
        this.directory = directory;
        this.path = path;
        this.file = file;
        this.lock = lock;
    }

    /// For this process alone.
    static DirectoryLock take(Path directory) {
        return take(directory, false);
    }

    /// For this process and others that share it: nobody writes.
    static DirectoryLock share(Path directory) {
        return take(directory, true);
    }

    private static DirectoryLock take(Path directory, boolean shared) {
        try {
            Files.createDirectories(directory);
            Path path = directory.toRealPath().resolve("lock");
            if (!HELD.add(path)) {
                throw new DirectoryInUse(directory);
            }
            boolean taken = false;
            try {
                DirectoryLock lock = take(directory, path, shared);
                taken = true;
                return lock;
            } finally {
                if (!taken) {
                    HELD.remove(path);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("can't lock " + directory + ": " + e.getMessage(), e);
        }
    }

    private static DirectoryLock take(Path directory, Path path, boolean shared) throws IOException {
        FileChannel file =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        boolean taken = false;
        try {
            DirectoryLock lock = new DirectoryLock(directory, path, file, lock(directory, file, shared));
            taken = true;
            return lock;
        } finally {
            if (!taken) {
                file.close();
            }
        }
    }

    private static FileLock lock(Path directory, FileChannel file, boolean shared) throws IOException {
        try {
            @Nullable FileLock lock = file.tryLock(0, Long.MAX_VALUE, shared);
            if (lock == null) {
                throw new DirectoryInUse(directory);
            }
            return lock;
        } catch (OverlappingFileLockException heldByOtherCodeOfThisProcess) {
            throw new DirectoryInUse(directory);
        }
    }

    /// Lets others share it, who only read as this process does from now on.
    ///
    /// @throws DirectoryInUse when another one took it in between
    void share() {
        try {
            lock.release();
            lock = lock(directory, file, true);
        } catch (IOException e) {
            throw new UncheckedIOException("can't share " + directory + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException("can't unlock the data directory", e);
        } finally {
            HELD.remove(path);
        }
    }
}
