package dev.licet.store.sql;

import dev.licet.core.insight.Unit;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.util.List;
import org.jooq.Field;
import org.jooq.SQLDialect;

/// What engines say in words of their own. All times are without a zone.
public interface Engine {
    Engine DUCKDB = new DuckDb();
    Engine POSTGRESQL = new Postgres();

    SQLDialect dialect();

    /// The time so many seconds later.
    Field<LocalDateTime> plusSeconds(Field<LocalDateTime> time, Field<Long> seconds);

    /// Where the unit begins; a week on Monday.
    Field<LocalDateTime> start(Unit unit, Field<LocalDateTime> time);

    Field<LocalDateTime> plus(Field<LocalDateTime> start, Unit unit, int units);

    Field<Long> epochSeconds(Field<LocalDateTime> time);

    Field<Long> epochMicros(Field<LocalDateTime> time);

    /// What a JSON object has at the end of this way, as text; nothing when the text is no JSON.
    Field<String> property(Field<String> json, List<String> names);

    /// The number that a text spells; nothing when it spells none.
    Field<BigDecimal> number(Field<String> text);

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
    Field<Long> element(Field<Object> list, int index);
}
