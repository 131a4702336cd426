package dev.licet.store.cluster;

import dev.licet.core.id.AccountNumber;
import dev.licet.store.postgres.AdvisoryLocks;
import dev.licet.store.sql.Extent;
import dev.licet.store.sql.Rolled;
import dev.licet.store.sql.entity.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.LongStream;

/// What is counted of the events, noted in PostgreSQL.
///
/// A part has the events that were received in an hour or a day of UTC. Its counts are rows of one generation,
/// made anew as a whole and never changed: a question takes the rows of the generation that is noted, and looks
/// at the events of parts that have none. An account has a part of its own where its counts are to be made anew
/// and those of others are right.
///
/// Who changes events notes their hours [before][#begin], which takes the generation from their parts, and
/// [after][#end]. In between, and until a change that was broken off is done again, nobody makes counts of them;
/// and those that were being made when it began are not taken.
final class CountParts {
    /// In place of an account: all.
    static final long ALL = 0;

    private static final long DAY = 24;
    private static final long HOUR_SECONDS = Duration.ofHours(1).toSeconds();

    /// A part that has an hour `h`.
    private static final String HAS_HOUR = "p.first IN (h, h - h % " + DAY + ") AND p.until > h";

    private static final String IS_BEING_CHANGED = "EXISTS (SELECT 1 FROM count_change AS c"
            + " WHERE c.hour >= p.first AND c.hour < p.until"
            + " AND (c.account = p.account OR c.account = 0 OR p.account = 0))";

    private CountParts() {}

    /// A change of events. @param number a later one of the same name ends it, too
    record Change(String name, long number) {}

    /// The hour of receipt that a time is in.
    static long hour(Instant receivedAt) {
        return Math.floorDiv(receivedAt.getEpochSecond(), HOUR_SECONDS);
    }

    /// The same in words of ClickHouse, of a row of the events.
    static final String HOUR = "toInt64(floor(toUnixTimestamp64Second(received_at) / " + HOUR_SECONDS + "))";

    /// When an hour begins.
    static Instant start(long hour) {
        return Instant.ofEpochSecond(hour * HOUR_SECONDS);
    }

    private interface Work<T> {
        T run() throws SQLException;
    }

    /// One at a time notes something: what it has looked at is so until it has.
    private static <T> T noting(Sql sql, Work<T> work) throws SQLException {
        return sql.inTransaction("READ COMMITTED", () -> {
            sql.first("SELECT pg_advisory_xact_lock(?)", row -> true, AdvisoryLocks.COUNTS);
            return work.run();
        });
    }

    private static Long[] array(Collection<Long> numbers) {
        return numbers.toArray(Long[]::new);
    }

    /// Before events of these hours are changed. @param account whose, or [#ALL]
    static void begin(Sql sql, Change change, long account, Collection<Long> hours) throws SQLException {
        noting(sql, () -> {
            sql.update(
                    "INSERT INTO count_change (name, number, account, hour) SELECT ?, ?, ?, h"
                            + " FROM unnest(?::bigint[]) AS h ON CONFLICT DO NOTHING",
                    change.name(),
                    change.number(),
                    account,
                    array(hours));
            return account == ALL
                    ? sql.update(
                            "UPDATE count_part AS p SET generation = NULL, building = NULL"
                                    + " FROM unnest(?::bigint[]) AS h WHERE " + HAS_HOUR
                                    + " AND (generation IS NOT NULL OR building IS NOT NULL)",
                            (Object) array(hours))
                    : sql.update(
                            "INSERT INTO count_part (first, until, account) SELECT DISTINCT p.first, p.until, ?::bigint"
                                    + " FROM count_part AS p, unnest(?::bigint[]) AS h WHERE p.account = 0 AND "
                                    + HAS_HOUR + " ON CONFLICT (first, account) DO UPDATE"
                                    + " SET generation = NULL, building = NULL",
                            account,
                            array(hours));
        });
    }

    /// After they were.
    static void end(Sql sql, Change change) throws SQLException {
        sql.update("DELETE FROM count_change WHERE name = ? AND number <= ?", change.name(), change.number());
    }

    /// Whether one of that name was begun and not ended.
    static boolean isBegun(Sql sql, String name) throws SQLException {
        return sql.first("SELECT 1 FROM count_change WHERE name = ? LIMIT 1", row -> true, name)
                .isPresent();
    }

    /// What is counted of an account, if it is by rules of its zone that this process has.
    static Optional<Rolled> of(Sql sql, AccountNumber account) throws SQLException {
        List<Extent.Received.Part> parts = new ArrayList<>();
        // One statement, so that the zone is that of the parts.
        List<String> zones = sql.all(
                "SELECT DISTINCT ON (first) first, until, generation, (SELECT zone FROM count_account"
                        + " WHERE account = ?) AS zone FROM count_part WHERE account IN (0, ?)"
                        + " ORDER BY first, account DESC",
                row -> {
                    long generation = row.getLong("generation");
                    if (!row.wasNull()) {
                        parts.add(new Extent.Received.Part(
                                start(row.getLong("first")), start(row.getLong("until")), generation));
                    }
                    return Objects.requireNonNullElse(row.getString("zone"), "");
                },
                account.value(),
                account.value());
        return zones.stream()
                .findFirst()
                .filter(zone -> !zone.isEmpty())
                .flatMap(Rolled::zone)
                .map(zone -> new Rolled(zone, new Extent.Received(parts)));
    }

    /// The generations of which rows count for an account.
    static List<Long> generations(Sql sql, AccountNumber account) throws SQLException {
        return sql.all(
                "SELECT generation FROM (SELECT DISTINCT ON (first) generation FROM count_part"
                        + " WHERE account IN (0, ?) ORDER BY first, account DESC) AS p WHERE generation IS NOT NULL",
                row -> row.getLong(1),
                account.value());
    }

    /// A part to be counted. @param first hour @param until the hour after the last one
    /// @param account whose, or [#ALL]
    record Part(long first, long until, long account) {
        boolean isOfAll() {
            return account == ALL;
        }

        /// Of the receipt of all in it, in days since 1970.
        long day() {
            return Math.floorDiv(first, DAY);
        }
    }

    /// The hour after the last one of all parts.
    static Optional<Long> end(Sql sql) throws SQLException {
        return sql.first(
                "SELECT until FROM count_part WHERE account = 0 ORDER BY first DESC LIMIT 1", row -> row.getLong(1));
    }

    /// Adds parts that are to be counted: days, as far as whole ones are over, and hours.
    ///
    /// @param first hour, where there are none yet @param closed the hour that is not over
    static void add(Sql sql, long first, long closed) throws SQLException {
        noting(sql, () -> {
            long next = end(sql).orElse(Math.max(0, Math.floorDiv(first, DAY) * DAY));
            List<Long> firsts = new ArrayList<>();
            List<Long> ends = new ArrayList<>();
            while (next < closed) {
                firsts.add(next);
                next += next % DAY == 0 && next + DAY <= closed ? DAY : 1;
                ends.add(next);
            }
            return sql.update(
                    "INSERT INTO count_part (first, until, account) SELECT f, u, 0"
                            + " FROM unnest(?::bigint[], ?::bigint[]) AS n (f, u)",
                    array(firsts),
                    array(ends));
        });
    }

    /// Some of those that have no counts and whose events nobody is changing; none waits behind one that can't be
    /// made.
    static List<Part> toCount(Sql sql, int most) throws SQLException {
        return sql.all(
                "SELECT first, until, account FROM count_part AS p WHERE generation IS NULL AND NOT " + IS_BEING_CHANGED
                        + " ORDER BY random() LIMIT ?",
                row -> new Part(row.getLong("first"), row.getLong("until"), row.getLong("account")),
                most);
    }

    /// Nobody makes counts: those that were being made by somebody who has ended are not taken.
    static void forgetBuilding(Sql sql) throws SQLException {
        noting(sql, () -> sql.update("UPDATE count_part SET building = NULL WHERE building IS NOT NULL"));
    }

    static long nextGeneration(Sql sql) throws SQLException {
        return sql.first("SELECT nextval('count_generation')", row -> row.getLong(1))
                .orElseThrow();
    }

    /// Notes that the counts of a part are being made. @return false when its events are being changed
    static boolean build(Sql sql, Part part, long generation) throws SQLException {
        return noting(sql, () -> {
            if (part.isOfAll()) {
                // Accounts' own parts are counted with it.
                sql.update(
                        "UPDATE count_part AS p SET building = ? WHERE first = ? AND account <> 0 AND NOT "
                                + IS_BEING_CHANGED,
                        generation,
                        part.first());
            }
            int noted = sql.update(
                    "UPDATE count_part AS p SET building = ? WHERE first = ? AND until = ? AND account = ?"
                            + " AND generation IS NULL AND NOT " + IS_BEING_CHANGED,
                    generation,
                    part.first(),
                    part.until(),
                    part.account());
            return noted > 0;
        });
    }

    /// Takes what was made as the counts of a part. @return false when an event was changed since
    ///
    /// @param sums rows of the day's sums
    static boolean take(Sql sql, Part part, long generation, long sums) throws SQLException {
        return noting(sql, () -> {
            int taken = sql.update(
                    "UPDATE count_part SET generation = building, building = NULL, sums = ?"
                            + " WHERE first = ? AND until = ? AND account = ? AND building = ?",
                    sums,
                    part.first(),
                    part.until(),
                    part.account(),
                    generation);
            if (taken > 0 && part.isOfAll()) {
                sql.update(
                        "DELETE FROM count_part WHERE first = ? AND account <> 0 AND building = ?",
                        part.first(),
                        generation);
            }
            return taken > 0;
        });
    }

    /// Counts that are taken. @param sums rows of the day's sums
    record Counted(Part part, long generation, long sums) {}

    private static List<Counted> counted(Sql sql, String condition, Object... arguments) throws SQLException {
        return sql.all(
                "SELECT first, until, account, coalesce(generation, 0) AS generation, coalesce(sums, 0) AS sums"
                        + " FROM count_part WHERE " + condition + " ORDER BY first, account",
                row -> new Counted(
                        new Part(row.getLong("first"), row.getLong("until"), row.getLong("account")),
                        row.getLong("generation"),
                        row.getLong("sums")),
                arguments);
    }

    static List<Counted> counted(Sql sql) throws SQLException {
        return counted(sql, "generation IS NOT NULL");
    }

    /// A day whose hours are counted, each of them, for all accounts.
    static Optional<List<Counted>> dayOfHours(Sql sql) throws SQLException {
        Optional<Long> day = sql.first(
                "SELECT first - first % " + DAY + " AS day FROM count_part WHERE until = first + 1 GROUP BY 1"
                        + " HAVING count(*) FILTER (WHERE account = 0) = " + DAY
                        + " AND count(*) = count(generation) ORDER BY 1 LIMIT 1",
                row -> row.getLong("day"));
        return day.isPresent()
                ? Optional.of(counted(sql, "first - first % " + DAY + " = ?", day.get()))
                : Optional.empty();
    }

    /// Takes counts of a day in place of those of its hours. @return false when one of these has changed
    static boolean replace(Sql sql, List<Counted> hours, long generation, long sums) throws SQLException {
        long first = hours.getFirst().part().first();
        return noting(sql, () -> {
            if (!counted(sql, "first - first % " + DAY + " = ?", first).equals(hours)) {
                return false;
            }
            sql.update("DELETE FROM count_part WHERE first - first % " + DAY + " = ?", first);
            sql.update(
                    "INSERT INTO count_part (first, until, account, generation, sums) VALUES (?, ?, 0, ?, ?)",
                    first,
                    first + DAY,
                    generation,
                    sums);
            return true;
        });
    }

    /// The rows of these generations are not there any more.
    static void lose(Sql sql, Collection<Long> generations) throws SQLException {
        noting(
                sql,
                () -> sql.update("UPDATE count_part SET generation = NULL WHERE generation = ANY (?)", (Object)
                        array(generations)));
    }

    /// The hours of a day. @param day since 1970
    static List<Long> hoursOf(long day) {
        return LongStream.range(day * DAY, (day + 1) * DAY).boxed().toList();
    }

    /// Nothing of a day is there any more.
    static void forget(Sql sql, long day) throws SQLException {
        noting(sql, () -> sql.update("DELETE FROM count_part WHERE first - first % " + DAY + " = ?", day * DAY));
    }

    /// By whose calendar accounts are counted: those that have moved are from now on counted by the new one, and
    /// have parts of their own until then.
    ///
    /// @return whether this process has the rules of all of them; another node can have newer ones
    static boolean noteCalendars(Sql sql) throws SQLException {
        Map<Long, ZoneId> fresh = new HashMap<>();
        Map<Long, ZoneId> moved = new HashMap<>();
        List<Boolean> unknown = new ArrayList<>();
        sql.all(
                "SELECT a.number, a.zone, c.zone AS noted FROM account AS a"
                        + " LEFT JOIN count_account AS c ON c.account = a.number",
                row -> {
                    ZoneId zone = ZoneId.of(row.getString("zone"));
                    String noted = row.getString("noted");
                    if (noted == null) {
                        fresh.put(row.getLong("number"), zone);
                    } else if (Rolled.isOver(noted, zone)) {
                        moved.put(row.getLong("number"), zone);
                    } else if (Rolled.zone(noted).isEmpty()) {
                        unknown.add(true);
                    }
                    return zone;
                });
        for (Map.Entry<Long, ZoneId> account : fresh.entrySet()) {
            sql.update(
                    "INSERT INTO count_account (account, zone) VALUES (?, ?) ON CONFLICT DO NOTHING",
                    account.getKey(),
                    Rolled.noted(account.getValue()));
        }
        for (Map.Entry<Long, ZoneId> account : moved.entrySet()) {
            move(sql, account.getKey(), account.getValue());
        }
        return unknown.isEmpty();
    }

    private static void move(Sql sql, long account, ZoneId zone) throws SQLException {
        noting(sql, () -> {
            sql.update("UPDATE count_account SET zone = ? WHERE account = ?", Rolled.noted(zone), account);
            return sql.update(
                    "INSERT INTO count_part (first, until, account) SELECT first, until, ?::bigint FROM count_part"
                            + " WHERE account = 0 ON CONFLICT (first, account) DO UPDATE"
                            + " SET generation = NULL, building = NULL",
                    account);
        });
    }

    /// By whose calendar accounts are counted. @param account whose alone, or [#ALL]
    static Map<Long, ZoneId> calendars(Sql sql, long account) throws SQLException {
        Map<Long, ZoneId> calendars = new HashMap<>();
        sql.all(
                "SELECT account, zone FROM count_account WHERE ? IN (0, account)",
                row -> calendars.put(
                        row.getLong("account"),
                        Rolled.zone(row.getString("zone")).orElseThrow()),
                account);
        return calendars;
    }
}
