package dev.licet.store.cluster;

import dev.licet.core.once.Fingerprint;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Values in ClickHouse's format of that name: numbers with their lowest byte first, texts in UTF-8 after their
/// length, and a byte before what can be absent. A text may have a zero character; half of a surrogate pair becomes
/// a question mark. For one thread.
final class RowBinary {
    private static final int ROOM = 1 << 16;
    private static final int MOST_ROOM = Integer.MAX_VALUE - 8;

    private final int first;
    private ByteBuffer bytes = ByteBuffer.allocate(0);

    RowBinary() {
        this(ROOM);
    }

    /// @param room for so many bytes to begin with, which is cheaper than to make more of it
    RowBinary(long room) {
        first = (int) Math.min(room, MOST_ROOM);
    }

    /// What there is so far.
    ByteBuffer bytes() {
        return bytes.duplicate().flip();
    }

    /// @return what has room for so many bytes more
    private ByteBuffer room(int more) {
        if (bytes.remaining() < more) {
            int least = Math.addExact(bytes.position(), more);
            long next = Math.max(first, Math.min(2L * bytes.capacity(), MOST_ROOM));
            bytes = ByteBuffer.allocate((int) Math.max(least, next))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .put(bytes.flip());
        }
        return bytes;
    }

    void number(long value) {
        room(Long.BYTES).putLong(value);
    }

    void number(int value) {
        room(Integer.BYTES).putInt(value);
    }

    void text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer to = room(5 + utf8.length);
        int length = utf8.length;
        while (length >= 0x80) {
            to.put((byte) (length & 0x7F | 0x80));
            length >>>= 7;
        }
        to.put((byte) length);
        to.put(utf8);
    }

    /// @return whether there is one
    private boolean present(Optional<?> value) {
        room(1).put((byte) (value.isPresent() ? 0 : 1));
        return value.isPresent();
    }

    void optional(Optional<String> text) {
        if (present(text)) {
            text(text.get());
        }
    }

    void optionalNumber(Optional<Long> value) {
        if (present(value)) {
            number((long) value.get());
        }
    }

    void optionalFingerprint(Optional<Fingerprint> fingerprint) {
        if (present(fingerprint)) {
            number(fingerprint.get().high());
            number(fingerprint.get().low());
        }
    }
}
