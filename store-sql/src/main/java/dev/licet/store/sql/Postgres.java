package dev.licet.store.sql;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;

import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.util.List;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/// Its table of events has a column more than others: `is_json`, whether the metadata is JSON, since no version before
/// 16 can look.
final class Postgres implements Engine {
    private static final Field<Boolean> IS_JSON = field(DSL.name("is_json"), SQLDataType.BOOLEAN);

    @Override
    public SQLDialect dialect() {
        return SQLDialect.POSTGRES;
    }

    @Override
    public Field<LocalDateTime> plusSeconds(Field<LocalDateTime> time, Field<Long> seconds) {
        return field("({0} + make_interval(secs => {1}))", SQLDataType.LOCALDATETIME, time, seconds);
    }

    @Override
    public Field<Long> epochSeconds(Field<LocalDateTime> time) {
        return field("cast(extract(epoch from {0}) as bigint)", SQLDataType.BIGINT, time);
    }

    @Override
    public Field<Long> epochMicros(Field<LocalDateTime> time) {
        return field("cast(extract(epoch from {0}) * 1000000 as bigint)", SQLDataType.BIGINT, time);
    }

    @Override
    public Field<String> property(Field<String> json, List<String> names) {
        Field<Object> at = field("cast({0} as json)", SQLDataType.OTHER, json);
        for (String step : names.subList(0, names.size() - 1)) {
            at = field(
                    PLACE.matcher(step).matches() ? "({0} #> array[{1}])" : "({0} -> {1})",
                    SQLDataType.OTHER,
                    at,
                    inline(step));
        }
        Field<String> text = field(
                PLACE.matcher(names.getLast()).matches() ? "({0} #>> array[{1}])" : "({0} ->> {1})",
                SQLDataType.VARCHAR,
                at,
                inline(names.getLast()));
        return field("(case when {0} then {1} end collate \"C\")", SQLDataType.VARCHAR, IS_JSON, text);
    }

    @Override
    public Field<BigDecimal> number(Field<String> text) {
        return field(
                "case when {0} ~ {1} then case when abs(cast({0} as numeric)) < 1e29"
                        + " then round(cast({0} as numeric), 9) end end",
                SQLDataType.DECIMAL(38, 9), text, inline(NUMBER));
    }

    @Override
    public List<Field<?>> order(Field<Long> micros, Field<Long> id) {
        return List.of(micros.as("at"), id.as("id"));
    }

    @Override
    public Field<String> first(Field<String> value, Field<Boolean> condition, Field<Long> micros, Field<Long> id) {
        return field(
                "(array_agg({0} order by {1}, {2}) filter (where {3}))[1]",
                SQLDataType.VARCHAR, value, micros, id, condition);
    }

    @Override
    public Field<String> last(Field<String> value, Field<Long> micros, Field<Long> id) {
        return field(
                "(array_agg({0} order by {1} desc, {2} desc) filter (where {0} is not null))[1]",
                SQLDataType.VARCHAR, value, micros, id);
    }

    @Override
    public Field<Object> percentiles(List<BigDecimal> shares, Field<Long> value) {
        return field(
                "percentile_disc(array[{0}]::double precision[]) within group (order by {1})",
                SQLDataType.OTHER, DSL.list(shares.stream().map(DSL::inline).toList()), value);
    }
}
