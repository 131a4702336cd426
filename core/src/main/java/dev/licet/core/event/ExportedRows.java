package dev.licet.core.event;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/// The rows of a file that an export wrote, or anybody else. For one thread.
public interface ExportedRows extends AutoCloseable {

    /// How many it has.
    long total();

    /// The next row by the names of its columns, all as text; what has no value is not in it. Empty at the end.
    Optional<Map<String, String>> next() throws IOException;

    @Override
    void close() throws IOException;
}
