package dev.licet.store.sql;

import java.time.LocalDate;
import java.time.ZoneId;

/// How far an engine has counted the events of an account by days: in `day_sum` how many there were and what their
/// values add up to, by product and currency; in `day_active` how many each machine, user and key had, by product. What
/// was counted and is gone is in further rows, below zero: all rows of a day together are right. Of those rows that are
/// `merged`, `day_count` has how many are active in a day.
///
/// @param zone by whose calendar @param lastId of the events that are counted: all up to it
public record Rolled(ZoneId zone, long lastId) {
    /// Events before it are not counted.
    public static final LocalDate FIRST = LocalDate.of(2000, 1, 1);

    /// Nor are those from it on.
    public static final LocalDate END = LocalDate.of(2100, 1, 1);
}
