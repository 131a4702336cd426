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
        MessageDigest digest = sha256();
        for (String part : parts) {
            add(digest, part.getBytes(StandardCharsets.UTF_8));
        }
        return of(digest.digest());
    }

    /// Of a text and of bytes after it.
    public static Fingerprint of(String text, byte[] bytes) {
        MessageDigest digest = sha256();
        add(digest, text.getBytes(StandardCharsets.UTF_8));
        add(digest, bytes);
        return of(digest.digest());
    }

    /// Reads what [#toBytes] made.
    public static Fingerprint of(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new Fingerprint(buffer.getLong(), buffer.getLong());
    }

    public byte[] toBytes() {
        return ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array();
    }

    private static void add(MessageDigest digest, byte[] bytes) {
        digest.update(ByteBuffer.allocate(4).putInt(bytes.length).flip());
        digest.update(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
