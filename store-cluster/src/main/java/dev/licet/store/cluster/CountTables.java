package dev.licet.store.cluster;

import dev.licet.core.Unavailable;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.insight.Span;
import dev.licet.store.sql.Rolled;
import dev.licet.store.sql.entity.Micros;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What events add up to by days, in ClickHouse: the tables of [Rolled], with the generation of each row. Which of
/// these count is in [CountParts]; no row of a generation is added once it does. A partition has the rows about
/// events of one day of receipt.
///
/// @param events that are counted
record CountTables(EventTable events) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter PARTITION = DateTimeFormatter.ofPattern("uuuuMMdd", Locale.ROOT);
    private static final String SUM = "day_sum";
    private static final String ACTIVE = "day_active";
    private static final List<String> ALL = List.of(SUM, ACTIVE);
    private static final ZoneId UTC = ZoneId.of("UTC");

    private static final String SUM_DEFINITIONS = """
              generation Int64,
              received   Date COMMENT 'in UTC',
              account    Int64,
              day        Date COMMENT 'by the calendar of the account',
              product    Nullable(Int64),
              currency   LowCardinality(Nullable(String)) COMMENT 'in capitals',
              events     UInt64,
              value      Int128,
              valued     UInt64 COMMENT 'how many events have a value'""";

    private static final String ACTIVE_DEFINITIONS = """
              generation Int64,
              received   Date COMMENT 'in UTC',
              account    Int64,
              kind       LowCardinality(String),
              day        Date COMMENT 'by the calendar of the account',
              product    Nullable(Int64),
              who        String,
              events     UInt64""";

    /// The same for statements that no caller waits for.
    CountTables unhurried() {
        return new CountTables(events.unhurried());
    }

    /// Makes the tables if they are not there.
    void make() {
        statements().forEach(events.database()::run);
    }

    List<String> statements() {
        return Stream.concat(
                        statements(SUM, SUM_DEFINITIONS, "(account, day, generation)", "account, day").stream(),
                        statements(ACTIVE, ACTIVE_DEFINITIONS, "(account, kind, day, who)", "account, who").stream())
                .toList();
    }

    private List<String> statements(String table, String definitions, String order, String shard) {
        String engine = "MergeTree";
        String rows = "CREATE TABLE IF NOT EXISTS " + local(table) + events.on() + " (\n" + definitions
                + "\n) ENGINE = " + (events.cluster().isPresent() ? EventTable.replicated(engine) : engine)
                + "\nPARTITION BY toYYYYMMDD(received)\nORDER BY " + order
                + "\nSETTINGS fsync_after_insert = 1, fsync_part_directory = 1";
        return events.cluster().isEmpty()
                ? List.of(rows)
                : List.of(
                        rows,
                        "CREATE TABLE IF NOT EXISTS " + table + events.on() + " AS " + local(table)
                                + "\nENGINE = Distributed('"
                                + events.cluster().get().name()
                                + "', currentDatabase(), " + local(table) + ", cityHash64(" + shard + "))");
    }

    private String local(String table) {
        return events.cluster().isEmpty() ? table : table + "_local";
    }

    /// In which hour the first event was received.
    Optional<Long> firstHour() {
        return events.database()
                .ask(
                        "SELECT toUnixTimestamp64Micro(min(received_at)) FROM event",
                        List.of(),
                        row -> row.optionalNumber(1).map(Micros::instant).map(CountParts::hour))
                .getFirst();
    }

    /// What of a part is counted by one statement each. @param atOnce the most events of one; an hour is one, though
    List<CountParts.Part> pieces(CountParts.Part part, long atOnce) {
        if (part.until() == part.first() + 1 || events(part) <= atOnce) {
            return List.of(part);
        }
        return events.hours(received(part) + ofAccount(part)).stream()
                .map(hour -> new CountParts.Part(hour, hour + 1, part.account()))
                .toList();
    }

    private long events(CountParts.Part part) {
        return events.database()
                .ask(
                        "SELECT count() FROM event WHERE " + received(part) + ofAccount(part),
                        List.of(),
                        row -> row.number(1))
                .getFirst();
    }

    private static String ofAccount(CountParts.Part part) {
        return part.isOfAll() ? "" : " AND account = " + part.account();
    }

    private static String received(CountParts.Part part) {
        return "received_at >= " + time(part.first()) + " AND received_at < " + time(part.until());
    }

    private static String time(long hour) {
        return "toDateTime64('" + TIME.format(CountParts.start(hour)) + "', 6, 'UTC')";
    }

    /// The events as they are now are those that are counted next, on all nodes.
    void awaitEvents() {
        await("event");
    }

    /// What was counted is on all nodes.
    void awaitCounts() {
        ALL.forEach(this::await);
    }

    private void await(String table) {
        if (events.cluster().isPresent()) {
            events.database().run(awaiting(table));
        }
    }

    /// Waits until each replica has what any of them has now.
    String awaiting(String table) {
        return "SYSTEM SYNC REPLICA" + events.on() + " " + local(table);
    }

    /// Counts the events of a part. @param calendars of accounts that have another one than UTC's
    void count(CountParts.Part part, long generation, Map<Long, ZoneId> calendars) {
        String counted = counted(part, calendars);
        insert(
                SUM,
                part.day(),
                generation,
                "account, day, product, currency, count(), ifNull(sum(toInt128(value)), 0), count(value)",
                counted,
                "account, day, product, currency");
        String kinds = join(Rolled.KINDS.keySet().stream().sorted().map(kind -> "'" + kind + "'"));
        String columns = join(Rolled.KINDS.keySet().stream().sorted().map(Rolled.KINDS::get));
        insert(
                ACTIVE,
                part.day(),
                generation,
                "account, kind, day, product, assumeNotNull(who), count()",
                "(SELECT account, day, product, kind, who FROM " + counted + " ARRAY JOIN [" + kinds + "] AS kind, ["
                        + columns + "] AS who WHERE who IS NOT NULL)",
                "account, kind, day, product, who");
    }

    private static String join(Stream<String> texts) {
        return texts.collect(Collectors.joining(", "));
    }

    private void insert(String table, long day, long generation, String fields, String from, String by) {
        events.database()
                .runOnce("INSERT INTO " + table + " SELECT " + generation + ", toDate('" + LocalDate.ofEpochDay(day)
                        + "'), " + fields + " FROM " + from + " GROUP BY " + by);
    }

    /// Events of a part, each with its day.
    private static String counted(CountParts.Part part, Map<Long, ZoneId> calendars) {
        Map<ZoneId, Integer> numbers = new HashMap<>(Map.of(UTC, 0));
        List<String> accounts = new ArrayList<>();
        List<String> zones = new ArrayList<>();
        calendars.forEach((account, zone) -> {
            int number = numbers.computeIfAbsent(zone, ignored -> numbers.size());
            if (number > 0) {
                accounts.add(account.toString());
                zones.add(Integer.toString(number));
            }
        });
        String calendar = accounts.isEmpty()
                ? "toInt64(0)"
                : "toInt64(transform(account, [" + String.join(", ", accounts) + "], [" + String.join(", ", zones)
                        + "], 0))";
        String offsets = numbers.entrySet().stream()
                .flatMap(zone -> Rolled.offsets(zone.getKey()).stream().map(offset -> offset(zone.getValue(), offset)))
                .collect(Collectors.joining(", "));
        return """
                (SELECT e.account AS account, toDate(addSeconds(e.happened, o.ahead)) AS day, e.product AS product,
                  upper(e.currency) AS currency, e.value AS value, e.machine AS machine, e.end_user AS end_user, e.key AS key
                FROM (
                  SELECT account, happened_at AS happened, product, currency, value, machine, end_user, key,
                    %s AS calendar
                  FROM event
                  WHERE %s%s AND happened_at < toDateTime64('%s 00:00:00', 6, 'UTC')) AS e
                ASOF JOIN (
                  SELECT calendar, since, ahead
                  FROM values('calendar Int64, since DateTime64(6, \\'UTC\\'), ahead Int64', %s)) AS o
                ON e.calendar = o.calendar AND e.happened >= o.since)""".formatted(calendar, received(part), ofAccount(part), Rolled.END, offsets);
    }

    private static String offset(int calendar, Span.Offset offset) {
        return "(" + calendar + ", '" + TIME.format(offset.since()) + "', "
                + offset.ahead().getTotalSeconds() + ")";
    }

    /// Makes one row of all that are of the same. @param day since 1970, of receipt
    ///
    /// @param rows a condition on those that are taken
    void merge(long day, String rows, long generation) {
        insert(
                SUM,
                day,
                generation,
                "account, day, product, currency, sum(events), sum(value), sum(valued)",
                from(SUM, day, rows),
                "account, day, product, currency");
        insert(
                ACTIVE,
                day,
                generation,
                "account, kind, day, product, who, sum(events)",
                from(ACTIVE, day, rows),
                "account, kind, day, product, who");
    }

    private static String from(String table, long day, String rows) {
        return table + " WHERE received = toDate('" + LocalDate.ofEpochDay(day) + "') AND (" + rows + ")";
    }

    /// How many rows the sums of a generation have. @param day since 1970, of receipt
    ///
    /// @throws Unavailable when something was counted twice
    long sums(long day, long generation) {
        List<Long> rows = events.database()
                .ask(
                        "SELECT count(), uniqExact((account, day, product, currency)) FROM "
                                + from(SUM, day, "generation = " + generation),
                        List.of(),
                        row -> List.of(row.number(1), row.number(2)))
                .getFirst();
        if (!rows.getFirst().equals(rows.getLast())) {
            throw new Unavailable("events were counted twice by one statement", Unavailable.SOON);
        }
        return rows.getFirst();
    }

    /// Rows of a generation that are there. @param day since 1970, of receipt
    record Rows(long day, long generation) {}

    /// All that are there. Where some are in one table, some are in that of the sums.
    List<Rows> rows() {
        return events.database()
                .ask(
                        "SELECT DISTINCT toInt64(toUInt16(received)), generation FROM " + SUM,
                        List.of(),
                        row -> new Rows(row.number(1), row.number(2)));
    }

    /// Deletes rows that don't count; those of the sums last, by which they are found.
    void delete(List<Rows> rows) {
        Map<Long, List<Rows>> byDay = rows.stream().collect(Collectors.groupingBy(Rows::day));
        byDay.forEach((day, some) -> {
            String what = "DELETE IN PARTITION " + partition(day) + " WHERE generation IN ("
                    + join(some.stream().map(row -> Long.toString(row.generation()))) + ")";
            alter(ACTIVE, what);
            alter(SUM, what);
        });
    }

    /// Deletes an account's rows with names but those of these generations.
    void forgetNames(AccountNumber account, List<Long> generations) {
        alter(ACTIVE, "DELETE WHERE account = ? AND NOT has(?, generation)", account.value(), generations);
    }

    /// Deletes all rows about a day of receipt. @param day since 1970
    void drop(long day) {
        ALL.forEach(table -> alter(table, "DROP PARTITION " + partition(day)));
    }

    private void alter(String table, String what, Object... arguments) {
        events.database().run("ALTER TABLE " + local(table) + events.on() + " " + what, arguments);
    }

    private static String partition(long day) {
        return PARTITION.format(LocalDate.ofEpochDay(day));
    }
}
