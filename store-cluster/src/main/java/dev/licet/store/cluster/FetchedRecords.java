package dev.licet.store.cluster;

import dev.licet.core.once.Fingerprint;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/// Records of one partition that are inserted together, in the order of their offsets. They are kept as bytes in a few
/// large arrays: as objects, which the garbage collector moves while they wait, they cost an eighth of a sink's time.
/// For one thread until it [is closed][#close], then for any.
final class FetchedRecords {
    private static final int FIRST_CHUNK = 16 << 10;
    /// With what Java has before an array it is not more than a region of the smallest heaps.
    private static final int CHUNK = (1 << 20) - 64;

    private static final int BESIDE_VALUE = Long.BYTES + Byte.BYTES + Fingerprint.BYTES + Integer.BYTES;

    private final List<ByteBuffer> chunks = new ArrayList<>();
    private final long end;
    private final int mostRows;
    private final long mostBytes;
    private int count;
    /// Bytes of all chunks but the last one.
    private long before;
    private long until;
    private boolean isClosed;

    /// One of them. @param print under which its event is known, if by any
    record Fetched(long offset, Optional<Fingerprint> print, ByteBuffer value) {}

    private FetchedRecords(long end, int mostRows, long mostBytes) {
        this.end = end;
        this.mostRows = mostRows;
        this.mostBytes = mostBytes;
    }

    /// So many rows or bytes at most, but for the last one.
    static FetchedRecords atMost(int rows, long bytes) {
        return new FetchedRecords(Long.MAX_VALUE, rows, bytes);
    }

    /// All below an offset.
    static FetchedRecords below(long end) {
        return new FetchedRecords(end, Integer.MAX_VALUE, Long.MAX_VALUE);
    }

    /// Whether nothing comes to it any more.
    boolean isFull() {
        return isClosed || until >= end || count >= mostRows || bytes() >= mostBytes;
    }

    void close() {
        isClosed = true;
    }

    /// @return false when it is full, or the record is beyond its end
    boolean add(ConsumerRecord<ByteBuffer, ByteBuffer> record) {
        if (isFull() || record.offset() >= end) {
            close();
            return false;
        }
        @Nullable ByteBuffer key = record.key();
        @Nullable ByteBuffer value = record.value();
        int length = value == null ? 0 : value.remaining();
        ByteBuffer to = room(BESIDE_VALUE + length);
        to.putLong(record.offset());
        if (key != null && key.remaining() == Fingerprint.BYTES) {
            to.put((byte) 1).put(key.duplicate());
        } else {
            to.put((byte) 0);
        }
        to.putInt(length);
        if (value != null) {
            to.put(value.duplicate());
        }
        count++;
        until = record.offset() + 1;
        return true;
    }

    private ByteBuffer room(int more) {
        if (chunks.isEmpty() || chunks.getLast().remaining() < more) {
            before += chunks.isEmpty() ? 0 : chunks.getLast().capacity();
            chunks.add(ByteBuffer.allocate(Math.max(Math.clamp(before, FIRST_CHUNK, CHUNK), more)));
        }
        return chunks.getLast();
    }

    /// Reads them.
    Stream<Fetched> stream() {
        return chunks.stream().mapMulti((chunk, to) -> {
            ByteBuffer from = chunk.duplicate().flip();
            while (from.hasRemaining()) {
                to.accept(read(from));
            }
        });
    }

    private static Fetched read(ByteBuffer from) {
        long offset = from.getLong();
        Optional<Fingerprint> print =
                from.get() == 1 ? Optional.of(new Fingerprint(from.getLong(), from.getLong())) : Optional.empty();
        int length = from.getInt();
        ByteBuffer value = from.slice(from.position(), length);
        from.position(from.position() + length);
        return new Fetched(offset, print, value);
    }

    int count() {
        return count;
    }

    /// What they take of memory, about: the last chunk may have room.
    long bytes() {
        return chunks.isEmpty() ? 0 : before + chunks.getLast().position();
    }

    /// The offset after the last one; 0 when there is none.
    long until() {
        return until;
    }
}
