package dev.licet.store.sql;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.noCondition;

import dev.licet.core.insight.Scope;
import dev.licet.core.insight.Span;
import dev.licet.core.insight.Unit;
import dev.licet.core.insight.Who;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/// The days of a question that [are counted][Rolled], and the events that are in none of them.
///
/// @param first of them @param end the day after the last one
record Days(Rows rows, LocalDate first, LocalDate end, Extent extent) {
    static final Table<?> SUMS = DSL.table(name("day_sum"));
    static final Table<?> ACTIVES = DSL.table(name("day_active"));
    static final Table<?> COUNTS = DSL.table(name("day_count"));
    static final Field<Boolean> MERGED = field(name("merged"), SQLDataType.BOOLEAN);
    /// How many are active.
    static final Field<BigDecimal> ACTIVE = field(name("active"), SQLDataType.NUMERIC);
    static final Field<LocalDate> DAY = field(name("day"), SQLDataType.LOCALDATE);
    static final Field<BigDecimal> EVENTS = field(name("events"), SQLDataType.NUMERIC);
    /// The sum of the values.
    static final Field<BigDecimal> VALUE = field(name("value"), SQLDataType.NUMERIC);
    /// How many events have a value.
    static final Field<BigDecimal> VALUED = field(name("valued"), SQLDataType.NUMERIC);
    static final Field<String> WHO = field(name("who"), SQLDataType.VARCHAR);
    private static final Field<String> KIND = field(name("kind"), SQLDataType.VARCHAR);

    /// Of what there are rows.
    static final Set<Who> KINDS = Set.of(Who.MACHINE, Who.USER, Who.KEY);

    /// Those that can stand for events: whole ones, of the question's own calendar, when every event counts.
    static Optional<Days> of(Rows rows, Unit unit, Optional<Rolled> rolled) {
        Scope scope = rows.scope();
        if (rolled.isEmpty()
                || rolled.get().extent().isEmpty()
                || unit == Unit.HOUR
                || !rolled.get().zone().equals(scope.span().zone())
                || !scope.filters().isEmpty()
                || scope.key().isPresent()) {
            return Optional.empty();
        }
        LocalDate first = Rolled.FIRST.plusDays(1);
        LocalDate end = Rolled.END.minusDays(1);
        Span span = scope.span();
        if (!rows.sinceEver()) {
            LocalDate begins = LocalDate.ofInstant(span.from(), span.zone());
            begins = midnight(begins, span.zone()).isBefore(span.from()) ? begins.plusDays(1) : begins;
            first = begins.isAfter(first) ? begins : first;
        }
        LocalDate ends = LocalDate.ofInstant(span.until(), span.zone());
        end = ends.isBefore(end) ? ends : end;
        return first.isBefore(end)
                ? Optional.of(new Days(rows, first, end, rolled.get().extent()))
                : Optional.empty();
    }

    private static Instant midnight(LocalDate day, ZoneId zone) {
        return day.atStartOfDay(zone).toInstant();
    }

    /// Of the days themselves.
    Condition condition() {
        Scope scope = rows.scope();
        return EventColumns.ACCOUNT
                .eq(inline(scope.account().value()))
                .and(extent.counts())
                .and(scope.product()
                        .map(id -> EventColumns.PRODUCT.eq(inline(id.value())))
                        .orElse(noCondition()))
                .and(DAY.ge(inline(first)))
                .and(DAY.lt(inline(end)));
    }

    Condition condition(Who who) {
        return condition().and(KIND.eq(inline(who.name().toLowerCase(Locale.ROOT))));
    }

    /// Of the events that are in none of them: each event passes one at most. Not as one condition, by which an engine
    /// could pass over nothing.
    List<Condition> others() {
        Span span = rows.scope().span();
        Instant begin = midnight(first, span.zone());
        Instant until = midnight(end, span.zone());
        List<Condition> others = new ArrayList<>(List.of(extent.isNotCounted(rows.engine())));
        Condition isCounted = extent.isCounted(rows.engine());
        if (rows.sinceEver() || span.from().isBefore(begin)) {
            others.add(isCounted.and(EventColumns.HAPPENED_AT.lt(time(begin))));
        }
        if (until.isBefore(span.until())) {
            others.add(isCounted.and(EventColumns.HAPPENED_AT.ge(time(until))));
        }
        return others;
    }

    /// Where a unit begins that a day is in.
    static Field<LocalDateTime> start(Engine engine, Unit unit) {
        return engine.start(unit, engine.midnight(DAY));
    }

    private Field<LocalDateTime> time(Instant instant) {
        return rows.engine().time(LocalDateTime.ofInstant(instant, ZoneOffset.UTC));
    }
}
