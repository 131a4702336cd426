package dev.licet.demo;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;

/// Which made-up data: the same three give the same, down to each event.
///
/// @param events how many, without those that are told twice
/// @param until the day that it ends before, in UTC
public record Demo(long events, long seed, LocalDate until) {
    /// Fewer would not show anything.
    public static final long LEAST = 1_000;

    public static final long MOST = 1_000_000_000;
    public static final int DAYS = 400;

    private static final int OUTAGE_BEFORE = 120;
    private static final Duration OUTAGE_AT = Duration.ofHours(13);
    private static final Duration OUTAGE = Duration.ofHours(5);
    private static final int RELEASE_BEFORE = 150;
    private static final int RELEASE_FOR_ALL_BEFORE = 95;

    public Demo {
        if (events < LEAST || events > MOST) {
            throw new IllegalArgumentException("not from " + LEAST + " to " + MOST + " events: " + events);
        }
    }

    public Instant begin() {
        return start(until.minusDays(DAYS));
    }

    public Instant end() {
        return start(until);
    }

    /// From when on the server was away, on a working day.
    public Instant outageBegin() {
        LocalDate tuesday = until.minusDays(OUTAGE_BEFORE).with(TemporalAdjusters.previousOrSame(DayOfWeek.TUESDAY));
        return start(tuesday).plus(OUTAGE_AT);
    }

    public Instant outageEnd() {
        return outageBegin().plus(OUTAGE);
    }

    Outage outage() {
        return new Outage(outageBegin(), outageEnd());
    }

    boolean isOutage(Instant at) {
        return outage().has(at);
    }

    /// When something happens that takes the server: right after it was away, in the same order, if it was.
    Instant served(Instant at) {
        return isOutage(at)
                ? outageEnd().plusNanos(Duration.between(outageBegin(), at).toMillis())
                : at;
    }

    /// When the new version came out, for those who wanted it first.
    public Instant release() {
        return start(until.minusDays(RELEASE_BEFORE));
    }

    Instant releaseForAll() {
        return start(until.minusDays(RELEASE_FOR_ALL_BEFORE));
    }

    private static Instant start(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }
}
