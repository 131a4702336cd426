package dev.licet.store.embedded;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads what the journal holds in the order of the ids, over the ends of segments and over events that are gone on
/// purpose. A writer may go on meanwhile: only what is durable is read. For one thread.
final class JournalReader implements Closeable {
    private final Disk disk;
    private final Path directory;
    private @Nullable Segment segment;
    private long offset;
    /// The id that comes next in the segment.
    private long inSegment;
    /// Where the open segment ends: the next one's first id, or as far as is known.
    private long boundary;

    JournalReader(Path directory) {
        this(Disk.REAL, directory);
    }

    JournalReader(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
    }

    /// The id of the last event of a journal that nobody writes, and that a start has brought in order; 0 for none.
    static long lastId(Path directory) throws IOException {
        Map.Entry<Long, Path> last = Segment.list(Disk.REAL, directory).lastEntry();
        if (last == null) {
            return 0;
        }
        try (Segment segment =
                Segment.openToRead(Disk.REAL, last.getValue(), last.getKey()).ahead()) {
            long next = segment.firstId();
            long offset = segment.start();
            for (Optional<RecordFormat.Found> found = segment.read(offset, next);
                    found.isPresent();
                    found = segment.read(offset, next)) {
                offset = found.get().end();
                next = found.get().record().nextId();
            }
            return next - 1;
        }
    }

    /// The first record that has an event of this id or a higher one, but none above the last.
    ///
    /// @param lastId as of [Journal#end]
    Optional<JournalRecord> next(long id, long lastId) throws IOException {
        while (id <= lastId) {
            Segment reading = segmentOf(id, lastId);
            if (inSegment > lastId || inSegment >= boundary) {
                if (boundary > lastId) {
                    return Optional.empty();
                }
                id = Math.max(id, boundary); // nothing is left here: the rest is gone on purpose
                continue;
            }
            Optional<RecordFormat.Found> found = reading.read(offset, inSegment);
            if (found.isEmpty()) {
                reading.readAnew();
                found = reading.read(offset, inSegment);
            }
            if (found.isEmpty() || found.get().record().nextId() > boundary) {
                throw new IOException("the journal is damaged: " + reading.path() + " has no good record of event "
                        + inSegment + " at byte " + offset + ". Stop the server and run ./licet repair");
            }
            offset = found.get().end();
            inSegment = found.get().record().nextId();
            if (inSegment > id) {
                return Optional.of(found.get().record());
            }
        }
        return Optional.empty();
    }

    /// The segment that answers for this id, at a record at or before it.
    private Segment segmentOf(long id, long lastId) throws IOException {
        Segment open = segment;
        if (open != null && open.from() <= id && id < boundary && inSegment <= id) {
            return open;
        }
        NavigableMap<Long, Path> segments = Segment.list(disk, directory);
        Map.Entry<Long, Path> entry = segments.floorEntry(id);
        if (entry == null) {
            throw new IOException("the journal has no segment with event " + id);
        }
        // What comes after the last id was not there yet when that was asked for.
        Long next = segments.higherKey(entry.getKey());
        boundary = next == null ? lastId + 1 : Math.min(next, lastId + 1);
        if (open != null && open.from() == entry.getKey() && inSegment <= Math.max(id, open.firstId())) {
            return open;
        }
        close();
        Segment opened =
                Segment.openToRead(disk, entry.getValue(), entry.getKey()).ahead();
        segment = opened;
        offset = opened.start();
        inSegment = opened.firstId();
        return opened;
    }

    @Override
    public void close() throws IOException {
        Segment open = segment;
        segment = null;
        if (open != null) {
            open.close();
        }
    }
}
