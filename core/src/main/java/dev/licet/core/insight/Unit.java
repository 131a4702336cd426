package dev.licet.core.insight;

import java.time.DayOfWeek;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;

/// A stretch of the calendar that is counted as one. A week begins on Monday.
public enum Unit {
    /// Of time that passes: where a clock is set back, two of them have one name.
    HOUR(ChronoUnit.HOURS),
    DAY(ChronoUnit.DAYS),
    WEEK(ChronoUnit.WEEKS),
    MONTH(ChronoUnit.MONTHS);

    private final ChronoUnit calendar;

    Unit(ChronoUnit calendar) {
        this.calendar = calendar;
    }

    /// Where the one begins that this local time is in.
    LocalDateTime start(LocalDateTime local) {
        LocalDateTime day = local.truncatedTo(ChronoUnit.DAYS);
        return switch (this) {
            case HOUR -> local.truncatedTo(ChronoUnit.HOURS);
            case DAY -> day;
            case WEEK -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
            case MONTH -> day.withDayOfMonth(1);
        };
    }

    LocalDateTime plus(LocalDateTime start, long units) {
        return start.plus(units, calendar);
    }

    /// How many lie between the beginnings of two.
    public long between(LocalDateTime start, LocalDateTime later) {
        return calendar.between(start, later);
    }
}
