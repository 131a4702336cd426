package dev.licet.core.once;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// The first 128 bits of a SHA-256: what is kept of an id instead of its text. Two texts never share one by chance.
public record Fingerprint(long high, long low) {
    public static final int BYTES = 16;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /// Of texts in this order; where one ends and the next begins counts.
    public static Fingerprint of(String... parts) {
        byte[][] bytes = new byte[parts.length][];
        for (int i = 0; i < parts.length; i++) {
            bytes[i] = parts[i].getBytes(StandardCharsets.UTF_8);
        }
        return ofAll(bytes);
    }

    /// Of a text and of bytes after it.
    public static Fingerprint of(String text, byte[] bytes) {
        return ofAll(text.getBytes(StandardCharsets.UTF_8), bytes);
    }

    private static Fingerprint ofAll(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length = Math.addExact(length, Integer.BYTES + part.length);
        }
        ByteBuffer all = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            all.putInt(part.length).put(part);
        }
        return of(sha256().digest(all.array()));
    }

    /// Reads what [#toBytes] made.
    public static Fingerprint of(byte[] bytes) {
        return new Fingerprint((long) LONGS.get(bytes, 0), (long) LONGS.get(bytes, Long.BYTES));
    }

    public byte[] toBytes() {
        byte[] bytes = new byte[BYTES];
        LONGS.set(bytes, 0, high);
        LONGS.set(bytes, Long.BYTES, low);
        return bytes;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
