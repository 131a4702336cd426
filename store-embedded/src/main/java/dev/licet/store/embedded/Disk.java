package dev.licet.store.embedded;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/// What the journal asks of a file system, and no more, so that a test can put one in its place that fails at any
/// call, or forgets what was not synced.
interface Disk {
    /// The file system of this machine.
    Disk REAL = new Real();

    /// Everything in the directory.
    List<Path> list(Path directory) throws IOException;

    void createDirectories(Path directory) throws IOException;

    /// An empty file under this name, to read and write.
    DiskFile create(Path path) throws IOException;

    /// A file that is there, to read and write.
    DiskFile open(Path path) throws IOException;

    /// A file that is there, to read.
    DiskFile openToRead(Path path) throws IOException;

    /// Gives a file another name at one blow; what had that name is gone. Lasts after [#syncDirectory].
    void rename(Path from, Path to) throws IOException;

    void delete(Path path) throws IOException;

    /// Makes the names in the directory last.
    void syncDirectory(Path directory) throws IOException;

    /// How many bytes can still be written there.
    long usableSpace(Path directory) throws IOException;

    /// An open file. Like those of [FileChannel], reads and writes may take fewer bytes than asked.
    interface DiskFile extends Closeable {
        int read(ByteBuffer bytes, long offset) throws IOException;

        int write(ByteBuffer bytes, long offset) throws IOException;

        /// Brings what was written to the disk. After a failure nobody knows what is there.
        void force() throws IOException;

        void truncate(long size) throws IOException;

        long size() throws IOException;

        /// Reads until the buffer is full. @return false when the file ends before
        default boolean fill(ByteBuffer bytes, long offset) throws IOException {
            int start = bytes.position();
            while (bytes.hasRemaining()) {
                if (read(bytes, offset + bytes.position() - start) < 0) {
                    return false;
                }
            }
            return true;
        }

        /// Writes all of the buffer.
        default void writeAll(ByteBuffer bytes, long offset) throws IOException {
            int start = bytes.position();
            while (bytes.hasRemaining()) {
                if (write(bytes, offset + bytes.position() - start) <= 0) {
                    throw new IOException("the disk takes no more bytes");
                }
            }
        }
    }

    /// By way of `java.nio`.
    final class Real implements Disk {
        private Real() {}

        @Override
        public List<Path> list(Path directory) throws IOException {
            try (Stream<Path> files = Files.list(directory)) {
                return files.toList();
            }
        }

        @Override
        public void createDirectories(Path directory) throws IOException {
            Files.createDirectories(directory);
        }

        @Override
        public DiskFile create(Path path) throws IOException {
            return new Channel(FileChannel.open(
                    path,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING));
        }

        @Override
        public DiskFile open(Path path) throws IOException {
            return new Channel(FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
        }

        @Override
        public DiskFile openToRead(Path path) throws IOException {
            return new Channel(FileChannel.open(path, StandardOpenOption.READ));
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }

        @Override
        public void delete(Path path) throws IOException {
            Files.deleteIfExists(path);
        }

        @Override
        public void syncDirectory(Path directory) throws IOException {
            try (FileChannel opened = FileChannel.open(directory, StandardOpenOption.READ)) {
                opened.force(true);
            }
        }

        @Override
        public long usableSpace(Path directory) throws IOException {
            return Files.getFileStore(directory).getUsableSpace();
        }
    }

    /// An open file of [Real].
    record Channel(FileChannel channel) implements DiskFile {
        @Override
        public int read(ByteBuffer bytes, long offset) throws IOException {
            return channel.read(bytes, offset);
        }

        @Override
        public int write(ByteBuffer bytes, long offset) throws IOException {
            return channel.write(bytes, offset);
        }

        /// `fdatasync`: the times of the file don't matter, its length is synced where it changed.
        @Override
        public void force() throws IOException {
            channel.force(false);
        }

        @Override
        public void truncate(long size) throws IOException {
            channel.truncate(size);
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
