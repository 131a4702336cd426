package dev.licet.store.sql;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;

import dev.licet.core.insight.Unit;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/// Its times have six digits after the second and are of the years 1900 to 2299: what is further away is taken
/// to the first or last of them, in the table as in a question.
///
/// It runs with absence as SQL has it (`join_use_nulls`), and with names that mean columns before they mean
/// what the same statement calls something (`prefer_column_name_to_alias`).
final class ClickHouse implements Engine {
    private static final LocalDateTime FIRST = LocalDateTime.of(1900, 1, 1, 0, 0);
    private static final LocalDateTime LAST = LocalDateTime.of(2299, 12, 31, 23, 59, 59, 999_999_000);
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .appendPattern("uuuu-MM-dd HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 6, 6, true)
            .toFormatter(Locale.ROOT);

    @Override
    public SQLDialect dialect() {
        return SQLDialect.CLICKHOUSE;
    }

    /// Its own parameters have names and types; texts in a statement are escaped as it reads them.
    @Override
    public boolean hasArguments() {
        return false;
    }

    @Override
    public boolean hasEscapes() {
        return true;
    }

    @Override
    public <T> Field<T> optional(Field<T> value) {
        return field("toNullable({0})", value.getDataType(), value);
    }

    @Override
    public Field<LocalDateTime> time(LocalDateTime time) {
        LocalDateTime known = time.isBefore(FIRST) ? FIRST : time.isAfter(LAST) ? LAST : time;
        return field("toDateTime64({0}, 6, 'UTC')", SQLDataType.LOCALDATETIME, inline(TIME.format(known)));
    }

    /// A cast would be by the server's own zone.
    @Override
    public Field<LocalDateTime> midnight(Field<LocalDate> day) {
        return field("toDateTime64({0}, 6, 'UTC')", SQLDataType.LOCALDATETIME, day);
    }

    @Override
    public Field<LocalDateTime> plusSeconds(Field<LocalDateTime> time, Field<Long> seconds) {
        return field("addSeconds({0}, {1})", SQLDataType.LOCALDATETIME, time, seconds);
    }

    @Override
    public Field<LocalDateTime> start(Unit unit, Field<LocalDateTime> time) {
        String start = switch (unit) {
            case HOUR -> "toStartOfHour({0})";
            case DAY -> "toStartOfDay({0})";
            case WEEK -> "toStartOfWeek({0}, 1)"; // on Monday
            case MONTH -> "toStartOfMonth({0})";
        };
        return field("toDateTime64(" + start + ", 6, 'UTC')", SQLDataType.LOCALDATETIME, time);
    }

    @Override
    public Field<LocalDateTime> plus(Field<LocalDateTime> start, Unit unit, int units) {
        String plus = switch (unit) {
            case HOUR -> "addHours({0}, {1})";
            case DAY -> "addDays({0}, {1})";
            case WEEK -> "addWeeks({0}, {1})";
            case MONTH -> "addMonths({0}, {1})";
        };
        return field(plus, SQLDataType.LOCALDATETIME, start, inline(units));
    }

    @Override
    public Field<Long> epochSeconds(Field<LocalDateTime> time) {
        return field("toUnixTimestamp64Second({0})", SQLDataType.BIGINT, time);
    }

    @Override
    public Field<Long> epochMicros(Field<LocalDateTime> time) {
        return field("toUnixTimestamp64Micro({0})", SQLDataType.BIGINT, time);
    }

    @Override
    public Field<String> property(Field<String> json, List<String> names) {
        Field<String> raw = raw(json, names);
        return field(
                "multiIf({0} = '' or {0} = 'null', NULL, startsWith({0}, '\"'), JSONExtractString({0}), {0})",
                SQLDataType.VARCHAR, raw);
    }

    /// The text of what is there, in JSON. A step that looks like a number is a place in a list, where there
    /// is a list.
    private static Field<String> raw(Field<String> json, List<String> names) {
        if (names.stream().noneMatch(name -> PLACE.matcher(name).matches())) {
            return field(
                    "JSONExtractRaw({0}, {1})",
                    SQLDataType.VARCHAR,
                    json,
                    DSL.list(names.stream().map(DSL::inline).toList()));
        }
        Field<String> raw = json;
        for (String name : names) {
            // A name for what is before, which would else be there several times, and all before that.
            raw = PLACE.matcher(name).matches()
                    ? field(
                            "arrayMap(x -> if(JSONType(x) = 'Array', JSONExtractRaw(x, {1}), JSONExtractRaw(x, {2})),"
                                    + " [{0}])[1]",
                            SQLDataType.VARCHAR, raw, inline(Integer.parseInt(name) + 1), inline(name))
                    : field("JSONExtractRaw({0}, {1})", SQLDataType.VARCHAR, raw, inline(name));
        }
        return raw;
    }

    @Override
    public Field<BigDecimal> number(Field<String> text) {
        // One digit more than is kept, which says how to round.
        return field(
                "if(match({0}, {1}), round(toDecimal128OrNull({0}, 10), 9), NULL)",
                SQLDataType.DECIMAL(38, 9), text, inline(NUMBER));
    }

    @Override
    public Field<BigDecimal> number(BigDecimal value) {
        return field("toDecimal128({0}, 9)", SQLDataType.DECIMAL(38, 9), inline(value.toPlainString()));
    }

    /// Its own sums of whole numbers begin again below zero.
    @Override
    public Field<BigDecimal> total(Field<Long> value) {
        return field("sum(toInt128({0}))", SQLDataType.NUMERIC, value);
    }

    @Override
    public Condition contains(Field<String> text, Field<String> part) {
        return DSL.condition("position({0}, {1}) > 0", text, part);
    }

    @Override
    public Condition startsWith(Field<String> text, Field<String> part) {
        return DSL.condition("startsWith({0}, {1})", text, part);
    }

    @Override
    public List<Field<?>> order(Field<Long> micros, Field<Long> id) {
        return List.of(micros.as("at"), id.as("id"));
    }

    /// As a tuple, since absence alone would be passed over.
    @Override
    public Field<String> first(Field<String> value, Field<Boolean> condition, Field<Long> micros, Field<Long> id) {
        return field(
                "tupleElement(argMinIf(tuple({0}), tuple({1}, {2}), {3}), 1)",
                SQLDataType.VARCHAR, value, micros, id, condition);
    }

    @Override
    public Field<String> last(Field<String> value, Field<Long> micros, Field<Long> id) {
        return field("argMax({0}, tuple({1}, {2}))", SQLDataType.VARCHAR, value, micros, id);
    }

    /// By weights, since without them it takes the next higher value where a share ends between two.
    @Override
    public Field<Object> percentiles(List<BigDecimal> shares, Field<Long> value) {
        return field(
                "quantilesExactWeighted({0})({1}, 1)",
                SQLDataType.OTHER, DSL.list(shares.stream().map(DSL::inline).toList()), value);
    }
}
