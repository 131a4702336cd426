package dev.licet.core.gate;

import dev.licet.core.Unavailable;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.identity.PasswordHash;
import dev.licet.core.identity.Passwords;
import dev.licet.core.identity.Secret;
import dev.licet.core.identity.User;
import dev.licet.core.identity.Users;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Tells whether a password is a user's, at a cost that neither a guesser nor a crowd can raise.
///
/// A hash takes tens of milliseconds and megabytes, so only as many run at once as there are cores; others
/// wait their turn for a bounded time in a bounded queue and are then told that the server is busy. An unknown
/// user costs as much as a known one. A pair of user and password that was right is remembered for a minute,
/// as a keyed digest under a key that lives and dies with the process; it includes the stored hash, so a new
/// password ends it at once. Safe for threads.
public final class PasswordCheck {
    /// @param concurrent how many hashes run at once @param queue how many may wait for one
    /// @param patience how long they wait @param remember how long a right password is remembered
    public record Limits(int concurrent, int queue, Duration patience, Duration remember) {
        public static final Limits DEFAULTS = new Limits(
                Runtime.getRuntime().availableProcessors(), 4096, Duration.ofSeconds(5), Duration.ofMinutes(1));
    }

    private static final int REMEMBERED = 10_000;
    private static final int ACCOUNTS_OF_AN_ADDRESS = 16;

    private final Users users;
    private final Passwords passwords;
    private final LoginThrottle throttle;
    private final Limits limits;
    private final Clock clock;
    private final PasswordHash nobodys;
    private final SecretKeySpec processKey;
    private final Semaphore slots;
    private final AtomicInteger waiting = new AtomicInteger();
    /// By address, how many wait for which account. The maps inside are guarded by the outer one's `compute`.
    private final ConcurrentHashMap<String, Map<AccountNumber, Integer>> waitingAt = new ConcurrentHashMap<>();
    /// Guarded by itself.
    private final Map<String, Instant> remembered = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
            return size() > REMEMBERED;
        }
    };

    public PasswordCheck(
            Users users, Passwords passwords, LoginThrottle throttle, Limits limits, Clock clock, SecureRandom random) {
        this.users = users;
        this.passwords = passwords;
        this.throttle = throttle;
        this.limits = limits;
        this.clock = clock;
        byte[] key = new byte[32];
        random.nextBytes(key);
        this.processKey = new SecretKeySpec(key, "HmacSHA256");
        this.nobodys = passwords.nobodys();
        this.slots = new Semaphore(limits.concurrent(), true);
    }

    /// The user of that name and password, empty when they don't match or the pair of account and address has
    /// failed too often.
    ///
    /// @param address where the attempt comes from
    public Optional<User> user(AccountNumber account, String username, Secret password, String address) {
        if (throttle.isShut(account, address)) {
            return Optional.empty();
        }
        Optional<User> user = users.find(account, username).filter(found -> !found.revoked());
        PasswordHash hash = user.map(User::password).orElse(nobodys);
        String digest = digest(account, username, password, hash);
        if (user.isPresent() && isRemembered(digest)) {
            return user;
        }
        takeSlot(account, address);
        try {
            if (!throttle.tryAttempt(account, address)) {
                return Optional.empty();
            }
            boolean right = passwords.matches(password, hash) && user.isPresent();
            if (!right) {
                return Optional.empty();
            }
            throttle.succeeded(account, address);
            remember(digest);
            return user;
        } finally {
            slots.release();
        }
    }

    /// Waits for a turn. Attempts for one account soon shut their pair and drain; those for ever other accounts
    /// would not, so one address waits for a few accounts at once and no more.
    private void takeSlot(AccountNumber account, String address) {
        int everywhere = waiting.incrementAndGet();
        int[] accountsHere = new int[1];
        waitingAt.compute(address, (same, accounts) -> {
            Map<AccountNumber, Integer> counted = accounts == null ? new HashMap<>() : accounts;
            counted.merge(account, 1, Integer::sum);
            accountsHere[0] = counted.size();
            return counted;
        });
        try {
            if (everywhere > limits.queue() || accountsHere[0] > ACCOUNTS_OF_AN_ADDRESS) {
                throw busy();
            }
            if (!slots.tryAcquire(limits.patience().toMillis(), TimeUnit.MILLISECONDS)) {
                throw busy();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw busy();
        } finally {
            waiting.decrementAndGet();
            waitingAt.computeIfPresent(address, (same, accounts) -> {
                accounts.computeIfPresent(account, (one, count) -> count == 1 ? null : count - 1);
                return accounts.isEmpty() ? null : accounts;
            });
        }
    }

    private static Unavailable busy() {
        return new Unavailable("too many passwords to check at once", Duration.ofSeconds(2));
    }

    private boolean isRemembered(String digest) {
        synchronized (remembered) {
            Instant until = remembered.get(digest);
            return until != null && clock.instant().isBefore(until);
        }
    }

    private void remember(String digest) {
        synchronized (remembered) {
            remembered.put(digest, clock.instant().plus(limits.remember()));
        }
    }

    private String digest(AccountNumber account, String username, Secret password, PasswordHash hash) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(processKey);
            for (String part : new String[] {account.toString(), username, hash.encoded(), password.value()}) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                mac.update((byte) (bytes.length >>> 16));
                mac.update((byte) (bytes.length >>> 8));
                mac.update((byte) bytes.length);
                mac.update(bytes);
            }
            return HexFormat.of().formatHex(mac.doFinal());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK has HmacSHA256", impossible);
        }
    }
}
