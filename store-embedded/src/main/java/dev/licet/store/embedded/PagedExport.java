package dev.licet.store.embedded;

import dev.licet.core.event.EventExport;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.id.AccountNumber;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Events of another engine page by page, each a question of its own: nothing stays open there while somebody reads.
public final class PagedExport implements EventExport {
    /// How many events a page has at most.
    public static final int ROWS = 10_000;

    /// Of metadata, after which a page ends early.
    public static final long CHARACTERS = 4L << 20;

    private final AccountNumber account;
    private final Pages pages;
    private final long asOf;
    private final boolean isComplete;
    private final Path directory;
    private long above;
    private @Nullable ParquetFile file;

    /// What the engine has of the events that match, up to the last one that is seen.
    public interface Pages {
        long count();

        /// Some events above this id, the lowest first; empty at the end.
        List<RecordedEvent> above(long id);
    }

    /// @param asOf the last one that is seen @param directory for a file
    public PagedExport(AccountNumber account, Pages pages, long asOf, boolean isComplete, Path directory) {
        this.account = account;
        this.pages = pages;
        this.asOf = asOf;
        this.isComplete = isComplete;
        this.directory = directory;
    }

    @Override
    public long asOf() {
        return asOf;
    }

    @Override
    public boolean isComplete() {
        return isComplete;
    }

    @Override
    public long count() {
        return pages.count();
    }

    @Override
    public List<RecordedEvent> next() {
        List<RecordedEvent> page = pages.above(above);
        above = page.isEmpty() ? asOf : page.getLast().id();
        return page;
    }

    @Override
    public Parquet parquet() {
        closeFile();
        file = ParquetFile.of(directory.resolve("export-" + UUID.randomUUID()), account, new All()::next);
        return file.parquet();
    }

    /// All of them from the first on.
    private final class All {
        private long last;

        List<RecordedEvent> next() {
            List<RecordedEvent> page = pages.above(last);
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
