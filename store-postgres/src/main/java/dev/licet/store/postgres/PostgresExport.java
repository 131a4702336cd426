package dev.licet.store.postgres;

import dev.licet.core.event.EventExport;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.store.embedded.ParquetFile;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Page by page, each a question of its own: no transaction stays open while somebody reads.
final class PostgresExport implements EventExport {
    private static final int ROWS = 10_000;
    private static final long CHARACTERS = 4L << 20;

    private final EventReads reads;
    private final AccountNumber account;
    private final EventSelection selection;
    private final long asOf;
    private final Path directory;
    private long above;
    private @Nullable ParquetFile file;

    /// @param directory for a file
    PostgresExport(EventReads reads, AccountNumber account, EventSelection selection, long asOf, Path directory) {
        this.reads = reads;
        this.account = account;
        this.selection = selection.upTo(asOf);
        this.asOf = asOf;
        this.directory = directory;
    }

    @Override
    public long asOf() {
        return asOf;
    }

    @Override
    public boolean isComplete() {
        return true;
    }

    @Override
    public long count() {
        return reads.ask(connection -> {
            try (PreparedStatement statement = selection.prepare(connection, "SELECT count(*) FROM event WHERE ", "");
                    ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        });
    }

    @Override
    public List<RecordedEvent> next() {
        List<RecordedEvent> page = page(above);
        above = page.isEmpty() ? asOf : page.getLast().id();
        return page;
    }

    private List<RecordedEvent> page(long from) {
        return reads.ask(connection -> selection.above(OptionalLong.of(from)).rows(connection, true, ROWS, CHARACTERS));
    }

    @Override
    public Parquet parquet() {
        closeFile();
        file = ParquetFile.of(directory.resolve("export-" + UUID.randomUUID()), account, new Pages()::next);
        return file.parquet();
    }

    /// All of them from the first on.
    private final class Pages {
        private long last;

        List<RecordedEvent> next() {
            List<RecordedEvent> page = page(last);
            last = page.isEmpty() ? last : page.getLast().id();
            return page;
        }
    }

    private void closeFile() {
        if (file != null) {
            file.close();
            file = null;
        }
    }

    @Override
    public void close() {
        closeFile();
    }
}
