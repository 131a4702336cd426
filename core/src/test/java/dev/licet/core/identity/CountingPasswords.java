package dev.licet.core.identity;

import java.util.concurrent.atomic.AtomicInteger;

/// Hashes that are none, but take time, and are counted.
public final class CountingPasswords implements Passwords {
    private final AtomicInteger checks = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger mostAtOnce = new AtomicInteger();
    private volatile long millis;

    /// From now on each check takes so long.
    public void take(long millisEach) {
        millis = millisEach;
    }

    public int checks() {
        return checks.get();
    }

    public int mostAtOnce() {
        return mostAtOnce.get();
    }

    @Override
    public PasswordHash hash(Secret password) {
        return new PasswordHash("hash of " + password.value());
    }

    @Override
    public PasswordHash nobodys() {
        return new PasswordHash("nobody's");
    }

    @Override
    public boolean matches(Secret password, PasswordHash hash) {
        checks.incrementAndGet();
        mostAtOnce.accumulateAndGet(running.incrementAndGet(), Math::max);
        try {
            Thread.sleep(millis);
            return hash(password).equals(hash);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            running.decrementAndGet();
        }
    }
}
