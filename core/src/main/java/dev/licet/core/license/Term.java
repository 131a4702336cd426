package dev.licet.core.license;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;

/// How long a license lasts, in calendar units.
///
/// @param count how many units; at least 1
public record Term(int count, Unit unit) {
    public Term {
        if (count < 1) {
            throw new IllegalArgumentException("a term has at least one unit: " + count);
        }
    }

    /// So many of it, one after the other.
    public Term times(int many) {
        return new Term((int) Math.min((long) count * many, Integer.MAX_VALUE), unit);
    }

    /// When a term ends that begins then. Minutes and hours are as long as they are everywhere; days, weeks, months and
    /// years are the calendar's of that zone, and a month from the last days of a longer one ends on the last of a
    /// shorter.
    ///
    /// @return the last instant there is, if it ends later
    public Instant after(Instant begin, ZoneId zone) {
        try {
            ZonedDateTime start = begin.atZone(zone);
            return switch (unit) {
                case MINUTE -> begin.plus(Duration.ofMinutes(count));
                case HOUR -> begin.plus(Duration.ofHours(count));
                case DAY -> start.plusDays(count).toInstant();
                case WEEK -> start.plusWeeks(count).toInstant();
                case MONTH -> start.plusMonths(count).toInstant();
                case YEAR -> start.plusYears(count).toInstant();
            };
        } catch (DateTimeException tooLate) {
            return Instant.MAX;
        }
    }

    public enum Unit {
        MINUTE,
        HOUR,
        DAY,
        WEEK,
        MONTH,
        YEAR
    }
}
