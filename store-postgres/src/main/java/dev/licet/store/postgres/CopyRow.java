package dev.licet.store.postgres;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/// A row as `COPY … FROM STDIN (FORMAT binary)` reads it: what PostgreSQL need not make out of a text. Each value
/// has to be of its column's very type. For one thread.
final class CopyRow {
    /// The signature, no flags, and no more of a header.
    private static final byte[] HEADER = "PGCOPY\n\u00ff\r\n\0\0\0\0\0\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1);

    private static final byte[] END = {-1, -1};
    private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");

    /// The first time that a timestamp can be, and the last in a year that it can be all of.
    private static final Instant FIRST = Instant.parse("-4712-01-01T00:00:00Z");

    private static final Instant LAST = Instant.parse("+294276-12-31T00:00:00Z");

    private ByteBuffer bytes = ByteBuffer.allocate(512);

    /// @param columns how many values it will have
    CopyRow(int columns) {
        bytes.putShort((short) columns);
    }

    /// Copies rows, if there are any. @param table with the names of the columns, as after `COPY`
    static void copy(Connection open, String table, ByteArrayOutputStream rows) throws SQLException {
        if (rows.size() == 0) {
            return;
        }
        byte[] bytes = rows.toByteArray();
        CopyIn copy =
                open.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY " + table + " FROM STDIN (FORMAT binary)");
        try {
            copy.writeToCopy(HEADER, 0, HEADER.length);
            copy.writeToCopy(bytes, 0, bytes.length);
            copy.writeToCopy(END, 0, END.length);
            copy.endCopy();
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    /// @return what has room for so many bytes more
    private ByteBuffer room(int more) {
        if (bytes.remaining() < more) {
            bytes = ByteBuffer.allocate(Math.max(Math.multiplyExact(2, bytes.capacity()), bytes.capacity() + more))
                    .put(bytes.flip());
        }
        return bytes;
    }

    private CopyRow absent() {
        room(Integer.BYTES).putInt(-1);
        return this;
    }

    CopyRow add(long number) {
        room(Integer.BYTES + Long.BYTES).putInt(Long.BYTES).putLong(number);
        return this;
    }

    CopyRow add(OptionalLong number) {
        return number.isPresent() ? add(number.getAsLong()) : absent();
    }

    CopyRow add(boolean is) {
        room(Integer.BYTES + 1).putInt(1).put((byte) (is ? 1 : 0));
        return this;
    }

    CopyRow add(@Nullable UUID id) {
        if (id == null) {
            return absent();
        }
        room(Integer.BYTES + 2 * Long.BYTES)
                .putInt(2 * Long.BYTES)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits());
        return this;
    }

    /// The instant in UTC, or the nearest one that a timestamp can be.
    CopyRow add(Instant instant) {
        Instant time = instant.isBefore(FIRST) ? FIRST : instant.isBefore(LAST) ? instant : LAST;
        return add(EPOCH.until(time.truncatedTo(ChronoUnit.MICROS), ChronoUnit.MICROS));
    }

    CopyRow add(String value) {
        byte[] utf8 = Texts.stored(value).getBytes(StandardCharsets.UTF_8);
        room(Integer.BYTES + utf8.length).putInt(utf8.length).put(utf8);
        return this;
    }

    CopyRow add(Optional<String> value) {
        return value.isPresent() ? add(value.get()) : absent();
    }

    /// What there is so far.
    byte[] bytes() {
        byte[] copy = new byte[bytes.position()];
        bytes.get(0, copy);
        return copy;
    }
}
