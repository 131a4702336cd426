package dev.licet.store.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Instant;
import java.util.Optional;
import java.util.zip.CRC32C;

/// The events of one request as the journal keeps them: one checksum over all, so that a batch is there whole
/// or not at all.
///
/// On disk: length of the payload (4 bytes), CRC-32C of all that follows (4), count of events (4), id of the
/// first (8), time of receipt in microseconds (8), bytes from the start of its group to this record (4), payload.
/// Numbers are big-endian. A group is what was synced together.
///
/// @param payload as [EventCodec] wrote it
record JournalRecord(long firstId, int count, Instant receivedAt, byte[] payload) {
    static final int HEADER = 32;
    private static final int GROUP_OFFSET_AT = 28;
    static final int MAX_PAYLOAD = 256 * 1024 * 1024;

    int size() {
        return HEADER + payload.length;
    }

    long nextId() {
        return firstId + count;
    }

    /// Adds the record to the group that starts at the beginning of the buffer.
    void writeTo(ByteBuffer group) {
        int start = group.position();
        group.putInt(payload.length).putInt(0).putInt(count).putLong(firstId).putLong(Micros.of(receivedAt));
        group.putInt(start);
        group.put(payload);
        CRC32C crc = new CRC32C();
        crc.update(group.array(), group.arrayOffset() + start + 8, size() - 8);
        group.putInt(start + 4, (int) crc.getValue());
    }

    /// The record that starts at this offset, empty when what is there is none: too short, a wrong checksum, or
    /// an id below the one that has to come.
    static Optional<JournalRecord> read(FileChannel file, long offset, long minId) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        if (!fill(file, header, offset)) {
            return Optional.empty();
        }
        header.flip();
        int length = header.getInt();
        int checksum = header.getInt();
        int count = header.getInt();
        long firstId = header.getLong();
        long receivedAt = header.getLong();
        if (length < 1 || length > MAX_PAYLOAD || count < 1 || firstId < minId) {
            return Optional.empty();
        }
        if (offset + HEADER + length > file.size()) {
            return Optional.empty();
        }
        ByteBuffer payload = ByteBuffer.allocate(length);
        if (!fill(file, payload, offset + HEADER)) {
            return Optional.empty();
        }
        CRC32C crc = new CRC32C();
        crc.update(header.array(), 8, HEADER - 8);
        crc.update(payload.array());
        return (int) crc.getValue() == checksum
                ? Optional.of(new JournalRecord(firstId, count, Micros.instant(receivedAt), payload.array()))
                : Optional.empty();
    }

    /// How many bytes the record at the buffer's position takes by its header, if there is one; at least [#HEADER].
    static int sizeAt(ByteBuffer buffer) {
        int length = buffer.getInt(buffer.position());
        return length < 1 || length > MAX_PAYLOAD ? HEADER : HEADER + length;
    }

    /// The record at the buffer's position, which is moved behind it; empty when what is there is none, as of [#read].
    ///
    /// @param buffer has all bytes of it, and an array
    static Optional<JournalRecord> parse(ByteBuffer buffer, long minId) {
        int start = buffer.position();
        int length = buffer.getInt(start);
        int count = buffer.getInt(start + 8);
        long firstId = buffer.getLong(start + 12);
        if (length < 1 || length > buffer.remaining() - HEADER || count < 1 || firstId < minId) {
            return Optional.empty();
        }
        CRC32C crc = new CRC32C();
        crc.update(buffer.array(), buffer.arrayOffset() + start + 8, HEADER - 8 + length);
        if ((int) crc.getValue() != buffer.getInt(start + 4)) {
            return Optional.empty();
        }
        byte[] payload = new byte[length];
        buffer.get(start + HEADER, payload);
        buffer.position(start + HEADER + length);
        return Optional.of(new JournalRecord(firstId, count, Micros.instant(buffer.getLong(start + 20)), payload));
    }

    /// @param end where the record ends @param groupStart where its group starts
    record Place(long offset, long firstId, long end, long groupStart) {}

    /// The first good record at or behind this offset. Most bytes can't be a header, which is seen in memory, so
    /// this takes little longer than to read the file.
    static Optional<Place> findAfter(FileChannel file, long from, long minId) throws IOException {
        long size = file.size();
        ByteBuffer chunk = ByteBuffer.allocate(1 << 20);
        for (long start = from; start + HEADER < size; start += chunk.limit() - HEADER + 1) {
            chunk.clear().limit((int) Math.min(chunk.capacity(), size - start));
            if (!fill(file, chunk, start)) {
                throw new IOException("the file got shorter while it was read");
            }
            for (int i = 0; i <= chunk.limit() - HEADER; i++) {
                if (!mayStartAt(chunk, i, minId, size - start - i)) {
                    continue;
                }
                Optional<JournalRecord> record = read(file, start + i, minId);
                if (record.isPresent()) {
                    long offset = start + i;
                    return Optional.of(new Place(
                            offset,
                            record.get().firstId(),
                            offset + record.get().size(),
                            offset - chunk.getInt(i + GROUP_OFFSET_AT)));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean mayStartAt(ByteBuffer bytes, int index, long minId, long left) {
        int length = bytes.getInt(index);
        return length >= 1
                && length <= left - HEADER
                && bytes.getInt(index + 8) >= 1
                && bytes.getLong(index + 12) >= minId;
    }

    private static boolean fill(FileChannel file, ByteBuffer buffer, long offset) throws IOException {
        while (buffer.hasRemaining()) {
            if (file.read(buffer, offset + buffer.position()) < 0) {
                return false;
            }
        }
        return true;
    }
}
