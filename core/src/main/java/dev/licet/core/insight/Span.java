package dev.licet.core.insight;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;

/// From an instant on and before another, by the calendar of a zone.
public record Span(Instant from, Instant until, ZoneId zone) {
    public Span {
        if (!from.isBefore(until)) {
            throw new IllegalArgumentException("a span that ends at " + until + " before it begins at " + from);
        }
    }

    /// The one directly before that is as long: in whole days of the calendar where this one is, else in time.
    public Span before() {
        LocalDateTime start = local(from);
        LocalDateTime end = local(until);
        if (!start.toLocalTime().equals(end.toLocalTime())) {
            return new Span(from.minus(Duration.between(from, until)), from, zone);
        }
        long days = ChronoUnit.DAYS.between(start, end);
        Instant earlier = start.minusDays(days).atZone(zone).toInstant();
        return new Span(earlier.isBefore(from) ? earlier : from.minus(Duration.ofDays(days)), from, zone);
    }

    private LocalDateTime local(Instant instant) {
        return LocalDateTime.ofInstant(instant, zone);
    }

    /// By how much the zone's clocks are ahead of UTC from an instant on.
    public record Offset(Instant since, ZoneOffset ahead) {}

    /// All that hold in it, the first one since its beginning.
    public List<Offset> offsets() {
        return offsets(from);
    }

    /// All that hold from an instant on to its end.
    public List<Offset> offsets(Instant since) {
        List<Offset> offsets =
                new ArrayList<>(List.of(new Offset(since, zone.getRules().getOffset(since))));
        ZoneOffsetTransition next = zone.getRules().nextTransition(since);
        while (next != null && next.getInstant().isBefore(until)) {
            offsets.add(new Offset(next.getInstant(), next.getOffsetAfter()));
            next = zone.getRules().nextTransition(next.getInstant());
        }
        return List.copyOf(offsets);
    }

    /// Where each unit begins that it touches, in order.
    ///
    /// @param most of them; one more is given when there are more
    public List<Start> starts(Unit unit, int most) {
        List<Start> starts = new ArrayList<>();
        for (Start at = start(unit, from); at.instant(zone).isBefore(until) && starts.size() <= most; at = next(at)) {
            starts.add(at);
        }
        return starts;
    }

    /// Where the unit begins that an instant is in.
    public Start start(Unit unit, Instant instant) {
        ZoneOffset ahead = zone.getRules().getOffset(instant);
        LocalDateTime local = unit.start(LocalDateTime.ofInstant(instant, ahead));
        return new Start(unit, unit == Unit.HOUR ? local.minusSeconds(ahead.getTotalSeconds()) : local);
    }

    /// Where the unit after it begins.
    public Start next(Start start) {
        return start.unit() == Unit.HOUR
                ? start(Unit.HOUR, start.instant(zone).plus(1, ChronoUnit.HOURS))
                : new Start(start.unit(), start.unit().plus(start.at(), 1));
    }

    /// Where the unit before it begins.
    public Start previous(Start start) {
        return start.unit() == Unit.HOUR
                ? start(Unit.HOUR, start.instant(zone).minusNanos(1))
                : new Start(start.unit(), start.unit().plus(start.at(), -1));
    }
}
