package dev.licet.store.sql;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;

import dev.licet.core.insight.Unit;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/// What engines say in words of their own. All times are without a zone.
public interface Engine {
    Engine DUCKDB = new DuckDb();
    Engine POSTGRESQL = new Postgres();
    Engine CLICKHOUSE = new ClickHouse();

    /// What stands for a place in a list, too.
    Pattern PLACE = Pattern.compile("0|[1-9][0-9]{0,8}");

    /// A number, as far as it is short enough to be one for each engine.
    String NUMBER = "^[-+]?([0-9]{1,28}(\\.[0-9]{0,200})?|\\.[0-9]{1,200})([eE][-+]?[0-9]{1,2})?$";

    SQLDialect dialect();

    /// Whether a statement has arguments; else they are in its text.
    default boolean hasArguments() {
        return true;
    }

    /// Whether a backslash in a text in a statement means something, so that it stands there twice.
    default boolean hasEscapes() {
        return false;
    }

    /// What can be absent: an engine may have something else in its place where a window has no row.
    default <T> Field<T> optional(Field<T> value) {
        return value;
    }

    default Field<LocalDateTime> time(LocalDateTime time) {
        return inline(time);
    }

    /// When a day begins.
    default Field<LocalDateTime> midnight(Field<LocalDate> day) {
        return day.cast(SQLDataType.LOCALDATETIME);
    }

    /// The time so many seconds later.
    Field<LocalDateTime> plusSeconds(Field<LocalDateTime> time, Field<Long> seconds);

    /// Where the unit begins; a week on Monday.
    default Field<LocalDateTime> start(Unit unit, Field<LocalDateTime> time) {
        return field("date_trunc({0}, {1})", SQLDataType.LOCALDATETIME, inline(name(unit)), time);
    }

    default Field<LocalDateTime> plus(Field<LocalDateTime> start, Unit unit, int units) {
        return field(
                "({0} + cast({1} as interval))", SQLDataType.LOCALDATETIME, start, inline(units + " " + name(unit)));
    }

    private static String name(Unit unit) {
        return unit.name().toLowerCase(Locale.ROOT);
    }

    Field<Long> epochSeconds(Field<LocalDateTime> time);

    Field<Long> epochMicros(Field<LocalDateTime> time);

    /// What a JSON object has at the end of this way, as text; nothing when the text is no JSON.
    Field<String> property(Field<String> json, List<String> names);

    /// The number that a text spells; nothing when it spells none.
    Field<BigDecimal> number(Field<String> text);

    default Field<BigDecimal> number(BigDecimal value) {
        return inline(value);
    }

    /// The sum of whole numbers, however large it is.
    default Field<BigDecimal> total(Field<Long> value) {
        return DSL.sum(value);
    }

    default Condition contains(Field<String> text, Field<String> part) {
        return text.contains(part);
    }

    default Condition startsWith(Field<String> text, Field<String> part) {
        return text.startsWith(part);
    }

    /// By what rows are ordered by their times, and by their ids where these are equal: columns of a step, which
    /// the next one orders by.
    List<Field<?>> order(Field<Long> micros, Field<Long> id);

    /// The value, or its absence, of the row with the earliest time and lowest id of those that are so.
    Field<String> first(Field<String> value, Field<Boolean> condition, Field<Long> micros, Field<Long> id);

    /// The value of the row with the latest time, and among these with the highest id, of those that have one.
    Field<String> last(Field<String> value, Field<Long> micros, Field<Long> id);

    /// A list: for each share the lowest value that this share of all do not exceed. One list, so that an engine sorts
    /// the values once.
    Field<Object> percentiles(List<BigDecimal> shares, Field<Long> value);

    /// @param index from 1 on
    default Field<Long> element(Field<Object> list, int index) {
        return field("{0}[{1}]", SQLDataType.BIGINT, list, inline(index));
    }
}
