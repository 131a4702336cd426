package dev.licet.core.once;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// The first 128 bits of a SHA-256: what is kept of an id instead of its text. Two texts never share one by chance.
public record Fingerprint(long high, long low) {
    public static final int BYTES = 16;

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
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new Fingerprint(buffer.getLong(), buffer.getLong());
    }

    public byte[] toBytes() {
        return ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
