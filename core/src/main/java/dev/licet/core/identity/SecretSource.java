package dev.licet.core.identity;

import dev.licet.core.id.AccountNumber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/// Makes every secret and random name that Licet hands out. Safe for threads.
public final class SecretSource {
    private static final String ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    /// Letters that are not taken for one another when they are read aloud or typed.
    private static final String KEY_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ";

    private final SecureRandom random;

    public SecretSource(SecureRandom random) {
        this.random = random;
    }

    /// 128 random bits in the form of an upper-case GUID.
    public Secret apiKey() {
        String hex = HexFormat.of().formatHex(bytes(16)).toUpperCase(Locale.ROOT);
        return new Secret(hex.substring(0, 8) + "-" + hex.substring(8, 12) + "-" + hex.substring(12, 16) + "-"
                + hex.substring(16, 20) + "-" + hex.substring(20));
    }

    /// The base64 of a JSON list of a random number and a secret of 240 bits, as clients of the licensing
    /// service expect; it means nothing to us but itself.
    public Secret accessToken() {
        return accessToken(bytes(32));
    }

    /// The same of 32 bytes that are as good as random.
    public static Secret accessToken(byte[] bytes) {
        int number = 1 + (ByteBuffer.wrap(bytes).getShort() & 0xffff);
        String secret = Base64.getEncoder().encodeToString(Arrays.copyOfRange(bytes, 2, 32));
        String list = "[\"" + number + "\",\"" + secret + "\"]";
        return new Secret(Base64.getEncoder().encodeToString(list.getBytes(StandardCharsets.UTF_8)));
    }

    /// 192 random bits, URL-safe.
    public Secret userToken() {
        return new Secret(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(24)));
    }

    /// 15 letters and digits, 89 bits.
    public Secret password() {
        return new Secret(pick(ALPHANUMERIC, 15));
    }

    /// Letters and digits; 15 of them are 89 bits.
    public Secret sessionKey(int length) {
        return new Secret(pick(ALPHANUMERIC, length));
    }

    /// Four groups of five letters: a license key, 91 bits.
    public String licenseKey() {
        return pick(KEY_LETTERS, 5) + "-" + pick(KEY_LETTERS, 5) + "-" + pick(KEY_LETTERS, 5) + "-"
                + pick(KEY_LETTERS, 5);
    }

    /// So many letters and digits of that alphabet.
    public String symbols(String alphabet, int count) {
        return pick(alphabet, count);
    }

    public AccountNumber accountNumber() {
        return new AccountNumber(random.nextLong(AccountNumber.FIRST, AccountNumber.LAST + 1));
    }

    /// A random UUID (version 4), to name an answer.
    public UUID guid() {
        return new UUID(random.nextLong() & ~0xF000L | 0x4000L, random.nextLong() & ~(0xC0L << 56) | 0x80L << 56);
    }

    /// 64 bits as hexadecimal digits, to name a request; no secret, so they need not be hard to guess.
    public String requestId() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private String pick(String alphabet, int count) {
        StringBuilder picked = new StringBuilder(count);
        for (int i = 0; i < count; i++) {
            picked.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return picked.toString();
    }
}
