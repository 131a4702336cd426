package dev.licet.store.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// The file `unfinished-move`, which is in a directory from when a move into it begins until that is done. It names the
/// store that is moved.
final class UnfinishedMove {
    static final String NAME = "unfinished-move";

    private UnfinishedMove() {}

    /// @throws IllegalStateException when not all that belongs into this directory has come there
    static void refuse(Path directory) {
        try {
            if (source(directory).isPresent()) {
                throw new IllegalStateException("a move into " + directory + " is not finished: run the same"
                        + " 'licet move' again, which goes on with it, or delete the directory");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + directory + ": " + e.getMessage(), e);
        }
    }

    /// Which store is on its way here; empty for none.
    static Optional<String> source(Path directory) throws IOException {
        try {
            return Optional.of(Files.readString(directory.resolve(NAME)).strip());
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
    }

    /// @param beside a directory of the same file system
    static void begin(Path directory, Path beside, String source) throws IOException {
        Path file = beside.resolve(NAME);
        Files.writeString(file, source + "\n");
        try (FileChannel written = FileChannel.open(file, StandardOpenOption.WRITE)) {
            written.force(true);
        }
        Files.move(file, directory.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
        Journal.syncDirectory(directory);
    }

    static void end(Path directory) throws IOException {
        Files.delete(directory.resolve(NAME));
        Journal.syncDirectory(directory);
    }
}
