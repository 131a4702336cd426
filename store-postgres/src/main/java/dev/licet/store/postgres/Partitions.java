package dev.licet.store.postgres;

import dev.licet.store.sql.entity.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// The days of the table of events. For one thread.
final class Partitions {
    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("uuuuMMdd", Locale.ROOT);

    private final Set<LocalDate> there = new HashSet<>();

    /// @param isAttached false for one that was taken out and not dropped yet @param isBeingDetached a crash
    /// left it so
    record Day(String name, LocalDate date, boolean isAttached, boolean isBeingDetached) {}

    static String name(LocalDate day) {
        return "event_" + NAME.format(day);
    }

    /// The oldest first.
    static List<Day> all(Statement statement) throws SQLException {
        List<Day> days = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery("""
                SELECT c.relname, i.inhparent IS NOT NULL, coalesce(i.inhdetachpending, false) FROM pg_class c
                  LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
                WHERE c.relkind = 'r' AND c.relname ~ '^event_[0-9]{8}$'
                  AND c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'event'::regclass)
                ORDER BY c.relname""")) {
            while (rows.next()) {
                String name = rows.getString(1);
                LocalDate date = LocalDate.parse(name.substring("event_".length()), NAME);
                days.add(new Day(name, date, rows.getBoolean(2) && !rows.getBoolean(3), rows.getBoolean(3)));
            }
        }
        return days;
    }

    /// Whether there is a day that was taken out of the table and is not dropped yet.
    static boolean isSomeTakenOut(Sql sql) throws SQLException {
        return sql.first("""
                        SELECT EXISTS (SELECT 1 FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
                          WHERE c.relkind = 'r' AND c.relname ~ '^event_[0-9]{8}$'
                            AND c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'event'::regclass)
                            AND (i.inhparent IS NULL OR i.inhdetachpending)) AS is_some""", row -> row.getBoolean("is_some")).orElseThrow();
    }

    /// Makes the day's partition if there is none, in the transaction of whoever adds events, whose turn it is.
    /// It is made by itself and put into the table then, which holds up no reader.
    void require(Connection connection, LocalDate day) throws SQLException {
        if (there.contains(day)) {
            return;
        }
        String name = name(day);
        try (Statement statement = connection.createStatement()) {
            boolean isThere;
            try (ResultSet row = statement.executeQuery(
                    "SELECT EXISTS (SELECT 1 FROM pg_inherits WHERE inhparent = 'event'::regclass"
                            + " AND inhrelid = to_regclass('" + name + "') AND NOT inhdetachpending)")) {
                row.next();
                isThere = row.getBoolean(1);
            }
            if (!isThere) {
                statement.execute("CREATE TABLE " + name + " (LIKE event INCLUDING ALL)");
                statement.execute("ALTER TABLE event ATTACH PARTITION " + name + " FOR VALUES FROM ('" + day
                        + "') TO ('" + day.plusDays(1) + "')");
            }
        }
        there.add(day);
    }
}
