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

/// Keeps a data directory for one process: the operating system holds the lock and drops it with the process.
final class DirectoryLock implements AutoCloseable {
    /// The lock files that this process holds, by their real paths. They are not even opened again: on POSIX
    /// systems closing any channel of a file drops every lock that the process has on it.
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel file;

    private DirectoryLock(Path path, FileChannel file) {
        this.path = path;
        this.file = file;
    }

    static DirectoryLock take(Path directory) {
        try {
            Files.createDirectories(directory);
            Path path = directory.toRealPath().resolve("lock");
            if (!HELD.add(path)) {
                throw new DirectoryInUse(directory);
            }
            boolean taken = false;
            try {
                DirectoryLock lock = take(directory, path);
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

    private static DirectoryLock take(Path directory, Path path) throws IOException {
        FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean taken = false;
        try {
            @Nullable FileLock lock = file.tryLock();
            if (lock == null) {
                throw new DirectoryInUse(directory);
            }
            taken = true;
            return new DirectoryLock(path, file);
        } catch (OverlappingFileLockException heldByOtherCodeOfThisProcess) {
            throw new DirectoryInUse(directory);
        } finally {
            if (!taken) {
                file.close();
            }
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
