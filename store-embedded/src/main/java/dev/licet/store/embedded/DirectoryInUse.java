package dev.licet.store.embedded;

import java.nio.file.Path;

/// Another process has the data directory.
public final class DirectoryInUse extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DirectoryInUse(Path directory) {
        super("another process uses the data directory " + directory
                + ". Stop it first, or talk to the running server with --url and --token.");
    }
}
