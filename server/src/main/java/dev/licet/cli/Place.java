package dev.licet.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/// A directory for data that is to be made.
///
/// @param isTemporary whether it goes, with all that is in it, when it is closed
record Place(Path directory, boolean isTemporary) implements AutoCloseable {

    static Place temporary(String name) throws IOException {
        return new Place(Files.createTempDirectory(name), true);
    }

    /// One that stays, and has nothing in it yet.
    static Place lasting(Path directory) throws IOException {
        if (Files.exists(directory)) {
            if (!Files.isDirectory(directory)) {
                throw new CliFailure(Cli.WRONG_USE, directory + " is no directory; name an empty one by --data");
            }
            try (Stream<Path> files = Files.list(directory)) {
                if (files.findAny().isPresent()) {
                    throw new CliFailure(Cli.WRONG_USE, directory + " is not empty; name an empty directory by --data");
                }
            }
        }
        return new Place(directory, false);
    }

    @Override
    public void close() throws IOException {
        if (!isTemporary || !Files.exists(directory)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
