package dev.licet.store.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/// The events of a journal and an archive that nobody writes, some at a time, as questions would see them: without
/// what is removed. They go by way of an event table in a directory for files that don't last. For one thread.
final class EventFiles implements AutoCloseable {
    /// So many characters of metadata are held at once.
    static final long ENOUGH = 16L << 20;

    private static final int STRETCH = 250_000;
    private static final long STRETCH_BYTES = 64L << 20;
    private static final long MEMORY = 512L << 20;

    private final Path segments;
    private final Archive archive;
    private final Removed.Source removals;
    private final long last;
    private final Path scratch;
    private final DirectoryLock lock;
    /// The last file that was found to be whole.
    private @Nullable Path checked;

    /// @param last the id of the last event @param scratch a directory that is made for this, and goes with it
    EventFiles(Path segments, Archive archive, Removed.Source removals, long last, Path scratch) throws IOException {
        this.segments = segments;
        this.archive = archive;
        this.removals = removals;
        this.last = last;
        this.scratch = scratch;
        try {
            this.lock = DirectoryLock.take(scratch);
        } catch (DirectoryInUse e) {
            throw new IllegalStateException("another move is at the same data (" + scratch + ")", e);
        }
        clear(); // what an end in between has left
    }

    /// Takes some events.
    interface Stretch {
        /// @param table has all events after the one id and up to the other, and perhaps some before
        void with(EventTable table, long after, long upTo) throws SQLException, IOException;
    }

    long last() {
        return last;
    }

    /// Tells all events after this one, the lowest ids first.
    void each(long after, Stretch to) throws SQLException, IOException {
        long inJournal = Segment.list(Disk.REAL, segments).firstKey();
        long next = after + 1;
        try (JournalReader reader = new JournalReader(segments)) {
            while (next <= last) {
                try (EventTable table = EventTable.open(scratch.resolve("events.duckdb"), MEMORY)) {
                    long upTo = next >= inJournal
                            ? loadJournal(reader, table, next)
                            : loadArchived(table, next, inJournal - 1);
                    to.with(table, next - 1, upTo);
                    next = upTo + 1;
                } finally {
                    clear();
                }
            }
        }
    }

    /// @param most the last event that only the archive has @return up to which event
    private long loadArchived(EventTable table, long from, long most) throws SQLException, IOException {
        NavigableMap<Long, Archive.Part> parts = archive.parts();
        Map.Entry<Long, Archive.Part> part = parts.floorEntry(from);
        if (part == null || part.getValue().ids().last() < from) {
            // What is in no file was let go, or is lost: then answers lack it already.
            Long later = parts.higherKey(from);
            return later == null ? most : Math.min(later - 1, most);
        }
        refuseBroken(table, part.getValue());
        long upTo = Math.min(Math.min(part.getValue().ids().last(), from + STRETCH - 1), most);
        IdRange ids = new IdRange(from, upTo);
        table.inTransaction(change -> {
            archive.load(change, part.getValue(), ids);
            table.takeOut(change, ids, removals);
        });
        return upTo;
    }

    private void refuseBroken(EventTable table, Archive.Part part) throws IOException {
        if (part.path().equals(checked)) {
            return;
        }
        if (archive.isBroken(table, part)) {
            throw new IllegalStateException("the archive file " + part.path() + " is broken: restore it from a backup,"
                    + " or start the server, which goes on without it");
        }
        checked = part.path();
    }

    /// @return up to which event
    private long loadJournal(JournalReader reader, EventTable table, long from) throws SQLException, IOException {
        long[] next = {from};
        long[] bytes = {0};
        table.load(
                () -> {
                    if (next[0] >= from + STRETCH || bytes[0] >= STRETCH_BYTES) {
                        return null;
                    }
                    JournalRecord record = reader.next(next[0], last).orElse(null);
                    next[0] = record == null ? last + 1 : record.nextId();
                    bytes[0] += record == null ? 0 : record.payload().length;
                    return record;
                },
                removals);
        return next[0] - 1;
    }

    private void clear() throws IOException {
        for (Path file : Archive.list(scratch)) {
            if (!file.getFileName().toString().equals("lock")) {
                EmbeddedStore.deleteTree(file);
            }
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
            EmbeddedStore.deleteTree(scratch);
        } catch (IOException e) {
            throw new UncheckedIOException("can't delete " + scratch, e);
        }
    }
}
