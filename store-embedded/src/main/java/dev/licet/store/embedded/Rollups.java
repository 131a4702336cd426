package dev.licet.store.embedded;

import dev.licet.core.id.AccountNumber;
import dev.licet.store.sql.Rolled;
import dev.licet.store.sql.entity.Micros;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What the event table has counted by days, so that questions of long times need not look at each event: see [Rolled].
/// It is brought up to date by many events at once; those that came since are counted by each question.
///
/// Who takes events out of the table takes them out of here in the same transaction: as rows below zero, or, where
/// nothing may be left that names somebody, by forgetting everything, to be counted again. All of it is done with the
/// event table's lock for what deletes.
final class Rollups {
    static final String SCHEMA = """
            -- The ids of the last events that each round has counted.
            CREATE TABLE IF NOT EXISTS rolled (id BIGINT NOT NULL);
            -- By how many seconds the clocks of an account's zone are ahead of UTC from an instant on.
            CREATE TABLE IF NOT EXISTS day_offset (
              account BIGINT    NOT NULL,
              zone    VARCHAR   NOT NULL, -- and the version of its rules
              since   TIMESTAMP NOT NULL,
              ahead   BIGINT    NOT NULL
            );
            CREATE TABLE IF NOT EXISTS day_sum (
              account  BIGINT NOT NULL,
              day      DATE   NOT NULL,
              product  BIGINT,
              currency VARCHAR,           -- in capitals
              events   BIGINT  NOT NULL,
              value    HUGEINT NOT NULL,
              valued   BIGINT  NOT NULL   -- how many events have a value
            );
            CREATE TABLE IF NOT EXISTS day_active (
              account BIGINT  NOT NULL,
              kind    VARCHAR NOT NULL,
              day     DATE    NOT NULL,
              product BIGINT,
              who     VARCHAR NOT NULL,
              events  BIGINT  NOT NULL,
              merged  BOOLEAN NOT NULL    -- else it came after the last merging
            );
            -- How many had events, of the merged rows.
            CREATE TABLE IF NOT EXISTS day_count (
              account BIGINT  NOT NULL,
              kind    VARCHAR NOT NULL,
              day     DATE    NOT NULL,
              active  BIGINT  NOT NULL,
              events  BIGINT  NOT NULL
            );
            """;

    static final String LAST = "SELECT coalesce(max(id), 0) FROM rolled";

    private Rollups() {}

    /// A question for the zone that an account was counted by, [as it is noted][Rolled#noted]; none before that.
    static String zoneOf(AccountNumber account) {
        return "SELECT zone FROM day_offset WHERE account = " + account.value() + " LIMIT 1";
    }

    static long last(Connection connection) throws SQLException {
        return EventTable.number(connection, LAST);
    }

    /// Counts the events between what was counted and this one, as a transaction of its own.
    static void roll(Connection connection, long to, Function<AccountNumber, ZoneId> zones) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement change = connection.createStatement()) {
            String range = "id > " + last(connection) + " AND id <= " + to;
            for (AccountNumber account : accounts(change, range)) {
                note(change, account, zones.apply(account));
            }
            add(change, "(SELECT * FROM event WHERE " + range + ")", 1);
            change.execute("INSERT INTO rolled VALUES (" + to + ")"); // not an update, which a checkpoint would refuse
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        }
    }

    /// Those whose offsets are not known yet.
    private static List<AccountNumber> accounts(Statement statement, String range) throws SQLException {
        List<AccountNumber> accounts = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery("SELECT DISTINCT account FROM event WHERE " + range
                + " AND account NOT IN (SELECT account FROM day_offset)")) {
            while (rows.next()) {
                accounts.add(new AccountNumber(rows.getLong(1)));
            }
        }
        return accounts;
    }

    /// Those whose zones are others now, or have other rules.
    static List<AccountNumber> moved(Connection connection, Function<AccountNumber, ZoneId> zones) throws SQLException {
        Map<AccountNumber, String> noted = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT DISTINCT account, zone FROM day_offset")) {
            while (rows.next()) {
                noted.put(new AccountNumber(rows.getLong(1)), rows.getString(2));
            }
        }
        return noted.entrySet().stream()
                .filter(entry -> !entry.getValue().equals(Rolled.noted(zones.apply(entry.getKey()))))
                .map(Map.Entry::getKey)
                .toList();
    }

    /// Counts the events of an account anew, by another zone, as a transaction of its own.
    static void move(Connection connection, AccountNumber account, ZoneId zone) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement change = connection.createStatement()) {
            for (String table : List.of("day_offset", "day_sum", "day_active", "day_count")) {
                change.execute("DELETE FROM " + table + " WHERE account = " + account.value());
            }
            note(change, account, zone);
            add(change, "(SELECT * FROM event WHERE account = " + account.value() + " AND id <= (" + LAST + "))", 1);
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        }
    }

    private static void note(Statement change, AccountNumber account, ZoneId zone) throws SQLException {
        String rows = Rolled.offsets(zone).stream()
                .map(offset -> "(" + account.value() + ", '" + Rolled.noted(zone) + "', make_timestamp("
                        + Micros.of(offset.since()) + "), " + offset.ahead().getTotalSeconds() + ")")
                .collect(Collectors.joining(", "));
        change.execute("INSERT INTO day_offset VALUES " + rows);
    }

    /// Takes out what was counted of rows that go in the same transaction.
    ///
    /// @param rows a question in brackets for rows of the event table
    static void takeOut(Statement change, String rows) throws SQLException {
        add(change, "(SELECT * FROM " + rows + " WHERE id <= (" + LAST + "))", -1);
    }

    private static void add(Statement change, String rows, int sign) throws SQLException {
        change.execute("CREATE OR REPLACE TEMP TABLE rolling AS SELECT e.account,"
                + " CAST(e.happened_at + to_seconds(o.ahead) AS DATE) AS day, e.product, upper(e.currency) AS currency,"
                + " e.value, e.machine, e.end_user, e.key FROM " + rows
                + " AS e ASOF JOIN day_offset AS o ON e.account = o.account AND e.happened_at >= o.since"
                + " WHERE e.happened_at < TIMESTAMP '" + Rolled.END + " 00:00:00'");
        change.execute("INSERT INTO day_sum SELECT account, day, product, currency, " + sign + " * count(*), " + sign
                + " * coalesce(sum(value), 0), " + sign + " * count(value) FROM rolling GROUP BY ALL");
        for (Map.Entry<String, String> kind : Rolled.KINDS.entrySet()) {
            String who = kind.getValue();
            change.execute("INSERT INTO day_active SELECT account, '" + kind.getKey() + "', day, product, " + who + ", "
                    + sign + " * count(*), false FROM rolling WHERE " + who + " IS NOT NULL GROUP BY ALL");
        }
        change.execute("DROP TABLE rolling");
    }

    /// Makes one row of all that are of the same, as a transaction of its own, and counts who is active in a day.
    static void merge(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement change = connection.createStatement()) {
            change.execute("CREATE OR REPLACE TABLE day_sum AS SELECT account, day, product, currency,"
                    + " CAST(sum(events) AS BIGINT) AS events, CAST(sum(value) AS HUGEINT) AS value,"
                    + " CAST(sum(valued) AS BIGINT) AS valued FROM day_sum GROUP BY ALL HAVING sum(events) <> 0"
                    + " ORDER BY account, day");
            change.execute("CREATE OR REPLACE TABLE day_active AS SELECT account, kind, day, product, who,"
                    + " CAST(sum(events) AS BIGINT) AS events, true AS merged FROM day_active GROUP BY ALL"
                    + " HAVING sum(events) <> 0 ORDER BY account, kind, day");
            change.execute("CREATE OR REPLACE TABLE day_count AS SELECT account, kind, day, count(*) AS active,"
                    + " CAST(sum(events) AS BIGINT) AS events FROM (SELECT account, kind, day, who,"
                    + " sum(events) AS events FROM day_active GROUP BY ALL) GROUP BY ALL");
            change.execute("DELETE FROM rolled WHERE id < (SELECT max(id) FROM rolled)");
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        }
    }

    static long rows(Connection connection) throws SQLException {
        return EventTable.number(
                connection, "SELECT (SELECT count(*) FROM day_sum) + (SELECT count(*) FROM day_active)");
    }

    static long unmerged(Connection connection) throws SQLException {
        return EventTable.number(connection, "SELECT count(*) FROM day_active WHERE NOT merged");
    }

    /// Counts nothing any more, until all is counted anew.
    static void forget(Statement change) throws SQLException {
        for (String table : List.of("rolled", "day_offset", "day_sum", "day_active", "day_count")) {
            change.execute("DELETE FROM " + table);
        }
    }
}
