package dev.licet.store.embedded;

import dev.licet.store.embedded.Disk.DiskFile;
import dev.licet.store.sql.entity.Micros;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/// The bytes of a [JournalRecord] in a segment: length of the payload (4 bytes), CRC-32C of all that follows (4), the
/// segment's mark (8), count of events (4), id of the first (8), time of receipt in microseconds (8), bytes from the
/// start of its group to this record (4), payload. Numbers are big-endian. A group is what was synced together.
///
/// A segment's blocks were another segment's before, whose records still have good checksums. The mark, a random
/// number of the segment, tells them apart. Ids alone would not: of a group whose sync failed the ids are given
/// again, and a journal that is restored from a backup goes back in ids. Nobody outside can know it, so no payload
/// can pass for a record either. Segments of before there were marks have none in their records.
final class RecordFormat {
    private static final int CHUNK = 1 << 20;

    /// A record and where it is. @param end behind it @param groupStart where its group starts
    record Found(JournalRecord record, long offset, long end, long groupStart) {}

    private enum Marks {
        NONE,
        THIS,
        ANY
    }

    private final Marks marks;
    private final long mark;
    /// Of a record, before its payload.
    private final int header;

    private RecordFormat(Marks marks, long mark) {
        this.marks = marks;
        this.mark = mark;
        this.header = marks == Marks.NONE ? 32 : 40;
    }

    static RecordFormat withMark(long mark) {
        return new RecordFormat(Marks.THIS, mark);
    }

    static RecordFormat withoutMark() {
        return new RecordFormat(Marks.NONE, 0);
    }

    /// For a segment whose header can't be read.
    static RecordFormat withAnyMark() {
        return new RecordFormat(Marks.ANY, 0);
    }

    int size(int payload) {
        return header + payload;
    }

    /// Adds the record to the group that starts at the beginning of the buffer.
    void write(JournalRecord record, ByteBuffer group) {
        int start = group.position();
        group.putInt(record.payload().length).putInt(0);
        if (marks != Marks.NONE) {
            group.putLong(mark);
        }
        group.putInt(record.count()).putLong(record.firstId()).putLong(Micros.of(record.receivedAt()));
        group.putInt(start);
        group.put(record.payload());
        CRC32C crc = new CRC32C();
        crc.update(group.array(), group.arrayOffset() + start + 8, group.position() - start - 8);
        group.putInt(start + 4, (int) crc.getValue());
    }

    /// The record that starts at this offset, empty when what is there is none: too short, of another segment, a
    /// wrong checksum, or an id below the one that has to come.
    Optional<Found> read(DiskFile file, long offset, long minId) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(header);
        if (!file.fill(bytes, offset) || !mayStartAt(bytes, 0, minId, file.size() - offset)) {
            return Optional.empty();
        }
        int fields = header - 24;
        int count = bytes.getInt(fields);
        long firstId = bytes.getLong(fields + 4);
        long receivedAt = bytes.getLong(fields + 12);
        ByteBuffer payload = ByteBuffer.allocate(bytes.getInt(0));
        if (!file.fill(payload, offset + header)) {
            return Optional.empty();
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), 8, header - 8);
        crc.update(payload.array());
        if ((int) crc.getValue() != bytes.getInt(4)) {
            return Optional.empty();
        }
        Instant received = Micros.instant(receivedAt);
        return Optional.of(new Found(
                new JournalRecord(firstId, count, received, payload.array()),
                offset,
                offset + size(payload.capacity()),
                offset - bytes.getInt(fields + 20)));
    }

    /// The first good record at or behind this offset. Most bytes can't be a header, which is seen in memory, so
    /// this takes little longer than to read the file.
    Optional<Found> findAfter(DiskFile file, long from, long minId) throws IOException {
        long size = file.size();
        ByteBuffer chunk = ByteBuffer.allocate((int) Math.max(header, Math.min(CHUNK, size - from)));
        for (long start = from; start + header < size; start += chunk.limit() - header + 1) {
            chunk.clear().limit((int) Math.min(chunk.capacity(), size - start));
            if (!file.fill(chunk, start)) {
                throw new IOException("the file got shorter while it was read");
            }
            for (int i = 0; i <= chunk.limit() - header; i++) {
                if (!mayStartAt(chunk, i, minId, size - start - i)) {
                    continue;
                }
                Optional<Found> found = read(file, start + i, minId);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    /// The mark of the record at this offset; empty for a format without.
    OptionalLong markAt(DiskFile file, long offset) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(8);
        return marks != Marks.NONE && file.fill(bytes, offset + 8)
                ? OptionalLong.of(bytes.getLong(0))
                : OptionalLong.empty();
    }

    private boolean mayStartAt(ByteBuffer bytes, int index, long minId, long left) {
        int length = bytes.getInt(index);
        return length >= 1
                && length <= Math.min(JournalRecord.MAX_PAYLOAD, left - header)
                && (marks != Marks.THIS || bytes.getLong(index + 8) == mark)
                && bytes.getInt(index + header - 24) >= 1
                && bytes.getLong(index + header - 20) >= minId;
    }
}
