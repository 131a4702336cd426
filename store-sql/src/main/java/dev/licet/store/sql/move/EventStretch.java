package dev.licet.store.sql.move;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Events with ids that follow each other, which are told together, and the days of receipt that they are in.
///
/// A table that has events by days of their receipt is read for a move in the order of ids. Ids rise with time but for
/// clocks that differ, so a day has a stretch of ids, of which some are in the days beside it.
///
/// @param after the id before them @param upTo the last one
public record EventStretch(long after, long upTo, LocalDate firstDay, LocalDate lastDay) {

    /// A day that has events, and the first and the last id of them.
    public record Day(LocalDate date, long first, long last) {}

    /// All of them after an id, in order.
    public static List<EventStretch> of(List<Day> days, long after) {
        List<EventStretch> stretches = new ArrayList<>();
        long begin = after;
        for (Day day : days.stream().sorted(Comparator.comparingLong(Day::last)).toList()) {
            if (day.last() > begin) {
                stretches.add(stretch(days, begin, day.last()));
                begin = day.last();
            }
        }
        return stretches;
    }

    private static EventStretch stretch(List<Day> days, long after, long upTo) {
        List<LocalDate> among = days.stream()
                .filter(day -> day.first() <= upTo && day.last() > after)
                .map(Day::date)
                .sorted()
                .toList();
        return new EventStretch(after, upTo, among.getFirst(), among.getLast());
    }
}
