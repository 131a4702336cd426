package dev.licet.server.security;

import dev.licet.core.Unavailable;
import dev.licet.core.identity.PasswordHash;
import dev.licet.core.identity.Passwords;
import dev.licet.core.identity.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/// Argon2id with 19 MiB, two passes and one lane (OWASP's Password Storage Cheat Sheet, 2025), in the usual
/// `$argon2id$v=19$m=…,t=…,p=…$salt$hash` form, so that the parameters can be raised later.
///
/// It computes on threads of its own. On a virtual thread's carrier a hash could not be interrupted by others'
/// work, and who waits for a hash is continued before a request that just came: logins would hold up all else.
public final class Argon2Passwords implements Passwords {
    private static final Pattern ENCODED =
            Pattern.compile("\\$argon2id\\$v=19\\$m=([0-9]+),t=([0-9]+),p=([0-9]+)\\$([^$]+)\\$([^$]+)");
    private static final int MEMORY_KIB = 19 * 1024;
    private static final int PASSES = 2;
    private static final int LANES = 1;
    private static final int HASH_BYTES = 32;

    private final SecureRandom random;
    private final ExecutorService threads = threads();

    public Argon2Passwords(SecureRandom random) {
        this.random = random;
    }

    /// As many as cores, which are let go when nobody has logged in for a while.
    private static ExecutorService threads() {
        int cores = Runtime.getRuntime().availableProcessors();
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                cores,
                cores,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().name("password-", 0).daemon().factory());
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    @Override
    public PasswordHash hash(Secret password) {
        byte[] salt = random(16);
        return encoded(salt, argon2(password, salt, MEMORY_KIB, PASSES, LANES, HASH_BYTES));
    }

    @Override
    public PasswordHash nobodys() {
        return encoded(random(16), random(HASH_BYTES));
    }

    private byte[] random(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private static PasswordHash encoded(byte[] salt, byte[] hash) {
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        return new PasswordHash("$argon2id$v=19$m=" + MEMORY_KIB + ",t=" + PASSES + ",p=" + LANES + "$"
                + base64.encodeToString(salt) + "$" + base64.encodeToString(hash));
    }

    @Override
    public boolean matches(Secret password, PasswordHash hash) {
        Matcher encoded = ENCODED.matcher(hash.encoded());
        if (!encoded.matches()) {
            throw new IllegalStateException("a stored password hash has an unknown form");
        }
        byte[] salt = Base64.getDecoder().decode(encoded.group(4));
        byte[] expected = Base64.getDecoder().decode(encoded.group(5));
        byte[] actual = argon2(
                password,
                salt,
                Integer.parseInt(encoded.group(1)),
                Integer.parseInt(encoded.group(2)),
                Integer.parseInt(encoded.group(3)),
                expected.length);
        return MessageDigest.isEqual(expected, actual);
    }

    private byte[] argon2(Secret password, byte[] salt, int memoryKib, int passes, int lanes, int length) {
        try {
            return threads.submit(() -> compute(password, salt, memoryKib, passes, lanes, length))
                    .get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("interrupted", Duration.ofSeconds(1), e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a password can't be hashed", e.getCause());
        }
    }

    private static byte[] compute(Secret password, byte[] salt, int memoryKib, int passes, int lanes, int length) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withMemoryAsKB(memoryKib)
                .withIterations(passes)
                .withParallelism(lanes)
                .withSalt(salt)
                .build());
        byte[] hash = new byte[length];
        generator.generateBytes(password.value().getBytes(StandardCharsets.UTF_8), hash);
        return hash;
    }
}
