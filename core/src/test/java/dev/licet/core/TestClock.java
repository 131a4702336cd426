package dev.licet.core;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/// A clock that a test moves: time passes, or somebody sets it. Safe for threads.
public final class TestClock extends Clock {
    /// 2026-11-22 15:56:42 in UTC.
    public static final Instant START = Instant.parse("2026-11-22T15:56:42Z");

    private final AtomicReference<Instant> now = new AtomicReference<>(START);

    private final AtomicLong passed = new AtomicLong();

    /// Time passes.
    public void advance(Duration by) {
        passed.addAndGet(by.toNanos());
        now.updateAndGet(then -> then.plus(by));
    }

    /// Somebody sets it; no time passes.
    public void set(Instant instant) {
        now.set(instant);
    }

    /// How much time has passed, as [System#nanoTime].
    public long nanos() {
        return passed.get();
    }

    @Override
    public Instant instant() {
        return now.get();
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new IllegalArgumentException("times are in UTC here");
    }
}
