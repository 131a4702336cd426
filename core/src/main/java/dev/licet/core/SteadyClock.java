package dev.licet.core;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.function.LongSupplier;

/// A clock for how long things last. It starts with another one and then goes as time passes, whatever becomes of the
/// other: where that one is set, this one comes nearer to it by a sixteenth of the time that passes, and does not leap.
/// So nobody's session ends, and nothing that is kept for a while is forgotten, because a clock was wrong for an hour.
///
/// Safe for threads: `this` guards what it told last.
public final class SteadyClock extends Clock {
    private static final int SLOWLY = 16;

    private final Clock clock;
    private final LongSupplier nanos;
    private long at;
    private Instant told;

    /// @param nanos how time passes, as [System#nanoTime]
    public SteadyClock(Clock clock, LongSupplier nanos) {
        this.clock = clock;
        this.nanos = nanos;
        this.at = nanos.getAsLong();
        this.told = clock.instant();
    }

    @Override
    public synchronized Instant instant() {
        long now = nanos.getAsLong();
        Duration passed = Duration.ofNanos(now - at);
        Duration nearer = passed.dividedBy(SLOWLY);
        Instant soonest = told.plus(passed.minus(nearer));
        Instant latest = told.plus(passed.plus(nearer));
        Instant other = clock.instant();
        at = now;
        told = other.isBefore(soonest) ? soonest : other.isAfter(latest) ? latest : other;
        return told;
    }

    @Override
    public ZoneId getZone() {
        return clock.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return new SteadyClock(clock.withZone(zone), nanos);
    }
}
