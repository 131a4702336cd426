package dev.licet.core.insight;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;

/// Where a unit of a calendar begins.
///
/// @param at by the clocks of the zone, but of an hour by UTC: where clocks are set back, two hours have
/// one name
public record Start(Unit unit, LocalDateTime at) implements Comparable<Start> {

    /// When that was.
    public Instant instant(ZoneId zone) {
        return at.atZone(unit == Unit.HOUR ? ZoneOffset.UTC : zone).toInstant();
    }

    /// As people write it: a day, or of an hour the instant.
    @Override
    public String toString() {
        return unit == Unit.HOUR
                ? at.toInstant(ZoneOffset.UTC).toString()
                : at.toLocalDate().toString();
    }

    @Override
    public int compareTo(Start other) {
        return at.compareTo(other.at);
    }
}
