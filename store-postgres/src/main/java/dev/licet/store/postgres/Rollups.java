package dev.licet.store.postgres;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.insight.Span;
import dev.licet.store.sql.Extent;
import dev.licet.store.sql.Rolled;
import dev.licet.store.sql.entity.Sql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the tables have counted by days, so that questions of long times need not look at each event: see
/// [Rolled].
///
/// Who takes events out of the table takes them out of here in the same transaction. Each account has a row
/// that is held by whoever changes its counts, so an event is counted if, and only if, it is there when the
/// transaction that counts it has the row.
///
/// All but [#of] is called in a transaction of READ COMMITTED, unless it says otherwise.
final class Rollups {
    /// One account, or several, are held by whoever gets their rows, in the order of their numbers.
    private static final String HOLD_ROW = "INSERT INTO rolled_account (account) SELECT a FROM unnest(?::bigint[]) AS a"
            + " ORDER BY a ON CONFLICT DO NOTHING";

    /// What is looked at of an event.
    private static final String COLUMNS =
            "e.account, e.happened_at, e.product, e.currency, e.value, e.machine, e.end_user, e.key, e.id";

    private static final String POSITION = "SELECT id FROM rolled_to";

    /// Of events whose account is not there.
    private static final ZoneId UTC = ZoneId.of("UTC");

    private Rollups() {}

    /// How far it is, of an account that has the zone it was counted by.
    static Optional<Rolled> of(Connection connection, AccountNumber account) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT zone, coalesce(anew, (" + POSITION
                + ")) AS last_id FROM rolled_account WHERE account = ? AND zone IS NOT NULL")) {
            statement.setLong(1, account.value());
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                long last = row.getLong("last_id");
                return Rolled.zone(row.getString("zone")).map(zone -> new Rolled(zone, new Extent.UpTo(last)));
            }
        }
    }

    /// Up to which event all are counted, but those of accounts that are counted anew.
    static long position(Sql sql) throws SQLException {
        return sql.first(POSITION, row -> row.getLong(1)).orElseThrow();
    }

    /// Counts some of the events that came since.
    ///
    /// @param some how many @return how many rows it took; empty when nothing came
    static Optional<Long> round(Sql sql, int some) throws SQLException {
        long from = position(sql);
        long last = sql.first("SELECT last_id FROM event_position", row -> row.getLong(1))
                .orElseThrow();
        if (from >= last) {
            return Optional.empty();
        }
        long to = Math.min(last, from + some);
        List<Long> accounts =
                sql.all("SELECT DISTINCT account FROM event WHERE id > ? AND id <= ?", row -> row.getLong(1), from, to);
        for (Long account : hold(sql, accounts)) {
            note(sql, account, zone(sql, account));
        }
        Taken taken = add(
                sql,
                1,
                "SELECT " + COLUMNS + " FROM event AS e WHERE e.id > ? AND e.id <= ?"
                        + " AND e.account NOT IN (SELECT account FROM rolled_account WHERE anew IS NOT NULL)",
                Long.MAX_VALUE,
                from,
                to);
        sql.update("UPDATE rolled_to SET id = ?", to);
        return Optional.of(taken.rows());
    }

    /// Waits for the accounts. @return those of which nothing was counted yet
    private static List<Long> hold(Sql sql, List<Long> accounts) throws SQLException {
        Long[] all = accounts.toArray(Long[]::new);
        Arrays.sort(all);
        sql.update(HOLD_ROW, (Object) all);
        List<Long> fresh = new ArrayList<>();
        sql.all(
                "SELECT account, zone IS NULL AS is_fresh FROM rolled_account WHERE account = ANY (?)"
                        + " ORDER BY account FOR UPDATE",
                row -> !row.getBoolean("is_fresh") || fresh.add(row.getLong("account")),
                (Object) all);
        return fresh;
    }

    private static ZoneId zone(Sql sql, long account) throws SQLException {
        return sql.first("SELECT zone FROM account WHERE number = ?", row -> ZoneId.of(row.getString(1)), account)
                .orElse(UTC);
    }

    private static void note(Sql sql, long account, ZoneId zone) throws SQLException {
        List<Span.Offset> offsets = Rolled.offsets(zone);
        sql.update(
                "INSERT INTO day_offset (account, since, ahead)"
                        + " SELECT ?, * FROM unnest(?::timestamp[], ?::bigint[])",
                account,
                offsets.stream()
                        .map(offset -> LocalDateTime.ofInstant(offset.since(), ZoneOffset.UTC)
                                .toString())
                        .toArray(String[]::new),
                offsets.stream()
                        .map(offset -> (long) offset.ahead().getTotalSeconds())
                        .toArray(Long[]::new));
        sql.update("UPDATE rolled_account SET zone = ? WHERE account = ?", Rolled.noted(zone), account);
    }

    /// Deletes events of an account, and takes them out of what was counted.
    ///
    /// @param table which they are in @param condition on its row `e` @return how many there were
    static long delete(Sql sql, AccountNumber account, String table, String condition, @Nullable Object... arguments)
            throws SQLException {
        String events =
                "DELETE FROM " + table + " AS e WHERE e.account = ? AND (" + condition + ") RETURNING " + COLUMNS;
        Object[] all = Stream.concat(Stream.of(account.value()), Arrays.stream(arguments))
                .toArray();
        return add(sql, -1, events, counted(sql, account), all).events();
    }

    /// Takes out what was counted of an account's events in a table that is none of the others any more.
    static void takeOut(Sql sql, AccountNumber account, String table) throws SQLException {
        String events = "SELECT " + COLUMNS + " FROM " + table + " AS e WHERE e.account = ?";
        add(sql, -1, events, counted(sql, account), account.value());
    }

    /// Holds the account. @return the last of its events that is counted
    private static long counted(Sql sql, AccountNumber account) throws SQLException {
        hold(sql, List.of(account.value()));
        // Not in the same statement, which would not see what it has waited for.
        return sql.first(
                        "SELECT coalesce(anew, (" + POSITION + ")) FROM rolled_account WHERE account = ?",
                        row -> row.getLong(1),
                        account.value())
                .orElseThrow();
    }

    /// @param events that were looked at @param rows of `day_active` that they made
    private record Taken(long events, long rows) {}

    /// @param events a statement whose rows are events @param last no further ones are counted
    private static Taken add(Sql sql, int sign, String events, long last, @Nullable Object... arguments)
            throws SQLException {
        String kinds = Rolled.KINDS.entrySet().stream()
                .map(kind -> "('" + kind.getKey() + "', " + kind.getValue() + ")")
                .sorted()
                .collect(Collectors.joining(", "));
        return sql.first(
                        """
                        WITH taken AS MATERIALIZED (%s),
                        rolling AS MATERIALIZED (
                          SELECT e.account, CAST(e.happened_at + make_interval(secs => o.ahead) AS DATE) AS day,
                            e.product, upper(e.currency) AS currency, e.value, e.machine, e.end_user, e.key
                          FROM taken AS e CROSS JOIN LATERAL (SELECT ahead FROM day_offset
                            WHERE account = e.account AND since <= e.happened_at ORDER BY since DESC LIMIT 1) AS o
                          WHERE e.happened_at < TIMESTAMP '%s' AND e.id <= ?),
                        sums AS (
                          INSERT INTO day_sum AS s (account, day, product, currency, events, value, valued)
                          SELECT account, day, product, currency,
                            %d * count(*), %3$d * coalesce(sum(value), 0), %3$d * count(value)
                          FROM rolling GROUP BY account, day, product, currency
                          ON CONFLICT (account, day, product, currency) DO UPDATE SET events = s.events + excluded.events,
                            value = s.value + excluded.value, valued = s.valued + excluded.valued),
                        actives AS (
                          INSERT INTO day_active (account, kind, day, product, who, events, merged)
                          SELECT account, kind, day, product, who, %3$d * count(*), false
                          FROM rolling CROSS JOIN LATERAL (VALUES %4$s) AS k (kind, who)
                          WHERE who IS NOT NULL GROUP BY account, kind, day, product, who
                          RETURNING 1)
                        SELECT (SELECT count(*) FROM taken), (SELECT count(*) FROM actives)""".formatted(events, Rolled.END, sign, kinds),
                        row -> new Taken(row.getLong(1), row.getLong(2)),
                        Stream.concat(Arrays.stream(arguments), Stream.of(last)).toArray())
                .orElseThrow();
    }

    /// What is counted by another calendar than that of its account now, or by older rules; not by newer ones,
    /// which another node has.
    static Map<AccountNumber, ZoneId> moved(Sql sql) throws SQLException {
        Map<AccountNumber, ZoneId> moved = new HashMap<>();
        sql.all(
                "SELECT r.account, r.zone AS noted, a.zone FROM rolled_account AS r"
                        + " JOIN account AS a ON a.number = r.account WHERE r.zone IS NOT NULL",
                row -> {
                    ZoneId zone = ZoneId.of(row.getString("zone"));
                    if (Rolled.isOver(row.getString("noted"), zone)) {
                        moved.put(new AccountNumber(row.getLong("account")), zone);
                    }
                    return zone;
                });
        return moved;
    }

    /// Forgets what was counted of an account, which is counted anew from now on.
    static void move(Sql sql, AccountNumber account, ZoneId zone) throws SQLException {
        hold(sql, List.of(account.value()));
        for (String table : List.of("day_offset", "day_sum", "day_active", "day_count")) {
            sql.update("DELETE FROM " + table + " WHERE account = ?", account.value());
        }
        note(sql, account.value(), zone);
        sql.update("UPDATE rolled_account SET anew = 0 WHERE account = ?", account.value());
    }

    /// The accounts that are counted anew.
    static List<AccountNumber> anew(Sql sql) throws SQLException {
        return sql.all(
                "SELECT account FROM rolled_account WHERE anew IS NOT NULL ORDER BY account",
                row -> new AccountNumber(row.getLong(1)));
    }

    /// Counts some more of an account that is counted anew; the last ones end that.
    ///
    /// @return how many rows it took
    static long catchUp(Sql sql, AccountNumber account, int some) throws SQLException {
        hold(sql, List.of(account.value()));
        long from = sql.first(
                        "SELECT anew FROM rolled_account WHERE account = ? AND anew IS NOT NULL",
                        row -> row.getLong(1),
                        account.value())
                .orElseThrow();
        long end = position(sql);
        List<Long> next = sql.all(
                "SELECT id FROM event WHERE account = ? AND id > ? AND id <= ? ORDER BY id OFFSET ? LIMIT 1",
                row -> row.getLong(1),
                account.value(),
                from,
                end,
                some - 1);
        long to = next.isEmpty() ? end : next.getFirst();
        Taken taken = add(
                sql,
                1,
                "SELECT " + COLUMNS + " FROM event AS e WHERE e.account = ? AND e.id > ? AND e.id <= ?",
                Long.MAX_VALUE,
                account.value(),
                from,
                to);
        sql.update("UPDATE rolled_account SET anew = nullif(?::bigint, ?) WHERE account = ?", to, end, account.value());
        return taken.rows();
    }

    /// How many rows came after the last merging.
    static long unmerged(Sql sql) throws SQLException {
        return sql.first("SELECT count(*) FROM day_active WHERE NOT merged", row -> row.getLong(1))
                .orElseThrow();
    }

    /// Of how many rows merging would make new ones, about.
    static long toMerge(Sql sql) throws SQLException {
        return sql.first(
                        "SELECT coalesce(sum(active), 0) FROM day_count AS c WHERE EXISTS (SELECT 1 FROM day_active AS a"
                                + " WHERE a.account = c.account AND a.kind = c.kind AND a.day = c.day AND NOT merged)",
                        row -> row.getLong(1))
                .orElseThrow();
    }

    /// Makes one row of all that are of the same, of each day to which something has come, and none of what
    /// adds up to nothing; and counts who is active in it. In a transaction of REPEATABLE READ: what others add
    /// meanwhile is for the next time, and of two who merge the same one fails.
    ///
    /// @param account all, when it is empty
    static void merge(Sql sql, Optional<AccountNumber> account) throws SQLException {
        if (account.isPresent()) {
            // Who counts it anew meanwhile would not find the new rows.
            sql.all(
                    "SELECT account FROM rolled_account WHERE account = ? FOR UPDATE",
                    row -> row.getLong(1),
                    account.get().value());
        }
        String changed = "SELECT DISTINCT account, kind, day FROM day_active WHERE NOT merged"
                + (account.isPresent() ? " AND account = ?" : "");
        sql.update(
                """
                WITH changed AS MATERIALIZED (%s),
                gone AS (
                  DELETE FROM day_active AS a USING changed AS d
                  WHERE a.account = d.account AND a.kind = d.kind AND a.day = d.day
                  RETURNING a.account, a.kind, a.day, a.product, a.who, a.events),
                made AS MATERIALIZED (
                  SELECT account, kind, day, product, who, sum(events) AS events FROM gone
                  GROUP BY account, kind, day, product, who HAVING sum(events) <> 0),
                counts AS (
                  INSERT INTO day_count (account, kind, day, active, events)
                  SELECT account, kind, day, count(DISTINCT who), sum(events) FROM made GROUP BY account, kind, day
                  ON CONFLICT (account, kind, day) DO UPDATE SET active = excluded.active, events = excluded.events),
                empty AS (
                  DELETE FROM day_count AS c USING changed AS d
                  WHERE c.account = d.account AND c.kind = d.kind AND c.day = d.day AND NOT EXISTS (
                    SELECT 1 FROM made AS m WHERE m.account = d.account AND m.kind = d.kind AND m.day = d.day))
                INSERT INTO day_active (account, kind, day, product, who, events, merged)
                SELECT account, kind, day, product, who, events, true FROM made""".formatted(changed),
                account.stream().map(AccountNumber::value).toArray());
    }
}
