package dev.licet.store.embedded;

import dev.licet.core.event.EventExport;
import dev.licet.core.event.EventFilter;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.store.sql.EventSelection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Events of another engine as one Parquet file, by way of a table in a directory of its own, which goes with it. For
/// one thread.
final class ParquetFile implements AutoCloseable {
    private static final long MEMORY = 512L << 20;

    private final Path directory;
    private final EventTable table;
    private final Exports exports;
    private final EventExport export;

    private ParquetFile(Path directory, EventTable table, Exports exports, EventExport export) {
        this.directory = directory;
        this.table = table;
        this.exports = exports;
        this.export = export;
    }

    /// @param directory is made, and must not be there @param pages the next events of the account, the lowest id
    /// first; empty at the end
    static ParquetFile of(Path directory, AccountNumber account, Supplier<List<RecordedEvent>> pages) {
        try {
            Files.createDirectory(directory);
            EventTable table = EventTable.open(directory.resolve("events.duckdb"), MEMORY);
            try {
                long last = 0;
                for (List<RecordedEvent> page = pages.get(); !page.isEmpty(); page = pages.get()) {
                    Iterator<JournalRecord> records =
                            page.stream().map(ParquetFile::record).iterator();
                    table.load(() -> records.hasNext() ? records.next() : null, ids -> Removed.NOTHING);
                    last = page.getLast().id();
                }
                Exports exports = Exports.open(directory.resolve("exports"), table, DiskSpace.unwatched());
                EventExport export =
                        exports.begin(EventSelection.of(account, EventFilter.ALL, EventTable.WORDS), last, true);
                return new ParquetFile(directory, table, exports, export);
            } catch (Throwable e) {
                table.close();
                delete(directory);
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("can't write to " + directory, e);
        } catch (SQLException e) {
            throw new IllegalStateException("events can't be written as Parquet", e);
        }
    }

    private static JournalRecord record(RecordedEvent recorded) {
        byte[] payload = EventCodec.encode(List.of(recorded.event()), Optional.empty());
        return new JournalRecord(recorded.id(), 1, recorded.receivedAt(), payload);
    }

    EventExport.Parquet parquet() {
        return export.parquet();
    }

    @Override
    public void close() {
        export.close();
        exports.close();
        table.close();
        try {
            delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("can't delete " + directory, e);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
