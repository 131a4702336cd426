package dev.licet.store.embedded;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads what the journal holds in the order of the ids, over the ends of segments. A writer may go on meanwhile: only
/// what is durable is read. For one thread.
///
/// It reads in large pieces: a call to the system for each record would take longer than all else that is done with it.
final class JournalReader implements Closeable {
    private static final int PIECE = 1 << 20;

    private final Path directory;
    private @Nullable FileChannel file;
    private long segment;
    /// The first id of the next segment, or as far as is known.
    private long boundary;
    /// What was read and not yet used. Its end may be from before the writer wrote there.
    private ByteBuffer buffer = ByteBuffer.allocate(PIECE).flip();
    /// Of the end of what the buffer has.
    private long offset;

    JournalReader(Path directory) {
        this.directory = directory;
    }

    /// The next record that has an event of this id or a higher one, but none above the last.
    ///
    /// @param lastId as of [Journal#end]
    Optional<JournalRecord> next(long id, long lastId) throws IOException {
        while (id <= lastId) {
            FileChannel reading = segmentOf(id, lastId);
            Optional<JournalRecord> record = parse(reading);
            if (record.isEmpty()) {
                readAgain();
                record = parse(reading);
            }
            if (record.isEmpty() || record.get().firstId() > id) {
                throw new IOException("the journal is damaged: segment " + segment + " has no good record at byte "
                        + at() + ", where event " + id + " should be");
            }
            if (record.get().nextId() > id) {
                return record;
            }
        }
        return Optional.empty();
    }

    private long at() {
        return offset - buffer.remaining();
    }

    private void readAgain() {
        offset = at();
        buffer.position(buffer.limit());
    }

    /// The file that has this event, at a record at or before it.
    private FileChannel segmentOf(long id, long lastId) throws IOException {
        FileChannel open = file;
        if (open != null && id < boundary) {
            return open;
        }
        NavigableMap<Long, Path> segments = Journal.segments(directory);
        Map.Entry<Long, Path> entry = segments.floorEntry(id);
        if (entry == null) {
            throw new IOException("the journal has no segment with event " + id);
        }
        Long next = segments.higherKey(id);
        boundary = next == null ? lastId + 1 : next; // what comes after the last id may be in a new one
        if (open != null && entry.getKey() == segment) {
            return open;
        }
        close();
        FileChannel opened = FileChannel.open(entry.getValue(), StandardOpenOption.READ);
        file = opened;
        segment = entry.getKey();
        offset = 0;
        buffer.position(buffer.limit());
        return opened;
    }

    private Optional<JournalRecord> parse(FileChannel reading) throws IOException {
        if (!require(reading, JournalRecord.HEADER) || !require(reading, JournalRecord.sizeAt(buffer))) {
            return Optional.empty();
        }
        return JournalRecord.parse(buffer, segment);
    }

    /// Reads on until the buffer has so many bytes. @return whether there are as many
    private boolean require(FileChannel reading, int bytes) throws IOException {
        if (buffer.remaining() >= bytes) {
            return true;
        }
        if (reading.size() - at() < bytes) {
            return false;
        }
        if (buffer.capacity() >= bytes) {
            buffer.compact();
        } else {
            buffer = ByteBuffer.allocate(bytes).put(buffer);
        }
        while (buffer.hasRemaining()) {
            int read = reading.read(buffer, offset);
            if (read < 0) {
                break;
            }
            offset += read;
        }
        buffer.flip();
        return buffer.remaining() >= bytes;
    }

    @Override
    public void close() throws IOException {
        FileChannel open = file;
        file = null;
        if (open != null) {
            open.close();
        }
    }
}
