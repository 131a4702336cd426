package dev.licet.store.sql;

import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.not;
import static org.jooq.impl.DSL.val;
import static org.jooq.impl.DSL.when;

import dev.licet.core.insight.Field.Column;
import dev.licet.core.insight.Field.Property;
import dev.licet.core.insight.Filter;
import dev.licet.core.insight.Scope;
import dev.licet.core.insight.Span;
import dev.licet.core.insight.Unit;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jooq.CaseConditionStep;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.SQLDataType;

/// Which rows of the table of events a question is about, and what it sees of each.
///
/// @param sinceEver whether what was before the span counts, too
record Rows(Engine engine, Scope scope, boolean sinceEver) {
    /// Before it no zone is looked up: clients that send such times have none.
    private static final Instant FIRST = Instant.EPOCH;

    Condition condition() {
        // Numbers stand in the statement: an engine would plan one with parameters twice.
        Condition condition = EventColumns.ACCOUNT
                .eq(inline(scope.account().value()))
                .and(EventColumns.HAPPENED_AT.lt(time(scope.span().until())));
        if (!sinceEver) {
            condition =
                    condition.and(EventColumns.HAPPENED_AT.ge(time(scope.span().from())));
        }
        condition = condition
                .and(scope.product()
                        .map(id -> EventColumns.PRODUCT.eq(inline(id.value())))
                        .orElse(noCondition()))
                .and(scope.key().map(key -> EventColumns.KEY.eq(val(key))).orElse(noCondition()));
        return condition.and(all(scope.filters()));
    }

    Condition all(List<Filter> filters) {
        return filters.stream().map(this::condition).reduce(noCondition(), Condition::and);
    }

    private Field<LocalDateTime> time(Instant instant) {
        return engine.time(LocalDateTime.ofInstant(instant.truncatedTo(ChronoUnit.MICROS), ZoneOffset.UTC));
    }

    /// A field as text.
    Field<String> text(dev.licet.core.insight.Field field) {
        return switch (field) {
            case Property(List<String> names) -> engine.property(EventColumns.METADATA, names);
            case Column column
            when column.isNumber() -> EventColumns.number(column).cast(SQLDataType.VARCHAR);
            case Column column -> EventColumns.text(column);
        };
    }

    private Condition condition(Filter filter) {
        if (filter.field() instanceof Column column && column.isNumber()) {
            return numbers(filter, EventColumns.number(column).coerce(SQLDataType.NUMERIC));
        }
        Field<String> text = text(filter.field());
        return switch (filter.test()) {
            case IS -> text.in(filter.values().stream().map(value -> val(value)).toList());
            case IS_NOT ->
                text.isNull()
                        .or(not(text.in(filter.values().stream()
                                .map(value -> val(value))
                                .toList())));
            case CONTAINS -> engine.contains(text, val(filter.values().getFirst()));
            case STARTS_WITH -> engine.startsWith(text, val(filter.values().getFirst()));
            case PRESENT -> text.isNotNull();
            case ABSENT -> text.isNull();
            case AT_LEAST, BELOW -> numbers(filter, engine.number(text));
        };
    }

    private Condition numbers(Filter filter, Field<BigDecimal> number) {
        List<Field<BigDecimal>> values = filter.values().stream()
                .map(value -> engine.number(Filter.number(value)))
                .toList();
        return switch (filter.test()) {
            case IS -> number.in(values);
            case IS_NOT -> number.isNull().or(not(number.in(values)));
            case AT_LEAST -> number.ge(values.getFirst());
            case BELOW -> number.lt(values.getFirst());
            case PRESENT -> number.isNotNull();
            case ABSENT -> number.isNull();
            case CONTAINS, STARTS_WITH -> throw new IllegalArgumentException("a part of a number");
        };
    }

    /// Where the unit begins that a row is in, as [dev.licet.core.insight.Start] has it.
    Field<LocalDateTime> start(Unit unit) {
        List<Span.Offset> offsets =
                scope.span().offsets(sinceEver ? FIRST : scope.span().from());
        boolean areWholeHours =
                offsets.stream().allMatch(offset -> offset.ahead().getTotalSeconds() % 3600 == 0);
        if (unit == Unit.HOUR && areWholeHours) {
            return engine.start(unit, EventColumns.HAPPENED_AT);
        }
        Field<LocalDateTime> start = engine.start(unit, shifted(EventColumns.HAPPENED_AT, offsets, 1));
        return unit == Unit.HOUR ? shifted(start, offsets, -1) : start;
    }

    /// Later by what the zone's clocks are ahead when a row's event happened; or earlier.
    private Field<LocalDateTime> shifted(Field<LocalDateTime> time, List<Span.Offset> offsets, int sign) {
        if (offsets.size() > 1) {
            // From the last one on: it is where most rows are.
            Span.Offset last = offsets.getLast();
            CaseConditionStep<Long> ahead = when(happenedSince(last), seconds(last, sign));
            for (Span.Offset offset : offsets.reversed().subList(1, offsets.size() - 1)) {
                ahead = ahead.when(happenedSince(offset), seconds(offset, sign));
            }
            return engine.plusSeconds(time, ahead.otherwise(seconds(offsets.getFirst(), sign)));
        }
        return offsets.getFirst().ahead().getTotalSeconds() == 0
                ? time
                : engine.plusSeconds(time, seconds(offsets.getFirst(), sign));
    }

    private Condition happenedSince(Span.Offset offset) {
        return EventColumns.HAPPENED_AT.ge(time(offset.since()));
    }

    private static Field<Long> seconds(Span.Offset offset, int sign) {
        return inline((long) sign * offset.ahead().getTotalSeconds());
    }
}
