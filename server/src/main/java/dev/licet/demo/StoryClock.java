package dev.licet.demo;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/// Tells when in the story something happens. Safe for threads.
final class StoryClock extends Clock {
    private volatile Instant now;

    StoryClock(Instant begin) {
        now = begin;
    }

    void set(Instant instant) {
        now = instant;
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new IllegalArgumentException("the story is told in UTC");
    }
}
