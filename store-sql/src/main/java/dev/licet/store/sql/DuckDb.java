package dev.licet.store.sql;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDateTime;
import java.util.List;
import java.util.stream.Collectors;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

final class DuckDb implements Engine {

    @Override
    public SQLDialect dialect() {
        return SQLDialect.DUCKDB;
    }

    @Override
    public Field<LocalDateTime> plusSeconds(Field<LocalDateTime> time, Field<Long> seconds) {
        return field("({0} + to_seconds({1}))", SQLDataType.LOCALDATETIME, time, seconds);
    }

    @Override
    public Field<Long> epochSeconds(Field<LocalDateTime> time) {
        return field("cast(epoch({0}) as bigint)", SQLDataType.BIGINT, time);
    }

    @Override
    public Field<Long> epochMicros(Field<LocalDateTime> time) {
        return field("epoch_us({0})", SQLDataType.BIGINT, time);
    }

    @Override
    public Field<String> property(Field<String> json, List<String> names) {
        String pointer = names.stream()
                .map(name -> "/" + name.replace("~", "~0").replace("/", "~1"))
                .collect(Collectors.joining());
        return field("try(json_extract_string({0}, {1}))", SQLDataType.VARCHAR, json, inline(pointer));
    }

    @Override
    public Field<BigDecimal> number(Field<String> text) {
        return field("try_cast({0} as decimal(38, 9))", SQLDataType.DECIMAL(38, 9), text);
    }

    @Override
    public Field<String> first(Field<String> value, Field<Boolean> condition, Field<Long> micros, Field<Long> id) {
        return field(
                "arg_min_null({0}, {1}) filter (where {2})", SQLDataType.VARCHAR, value, asOne(micros, id), condition);
    }

    @Override
    public Field<String> last(Field<String> value, Field<Long> micros, Field<Long> id) {
        return field("arg_max({0}, {1})", SQLDataType.VARCHAR, value, asOne(micros, id));
    }

    /// One number is sorted faster than two.
    @Override
    public List<Field<?>> order(Field<Long> micros, Field<Long> id) {
        return List.of(asOne(micros, id).as("at"));
    }

    /// Both as one number, the time first.
    private static Field<BigInteger> asOne(Field<Long> micros, Field<Long> id) {
        return field("({0}::hugeint * 9223372036854775808::hugeint + {1})", SQLDataType.DECIMAL_INTEGER, micros, id);
    }

    @Override
    public Field<Object> percentiles(List<BigDecimal> shares, Field<Long> value) {
        return field(
                "quantile_disc({0}, [{1}])",
                SQLDataType.OTHER,
                value,
                DSL.list(shares.stream().map(DSL::inline).toList()));
    }
}
