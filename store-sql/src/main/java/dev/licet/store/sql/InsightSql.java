package dev.licet.store.sql;

import static dev.licet.core.insight.Field.Column.PRODUCT;
import static dev.licet.store.sql.EventColumns.EVENT;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.countDistinct;
import static org.jooq.impl.DSL.denseRank;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.lag;
import static org.jooq.impl.DSL.lead;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.rowNumber;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectDistinct;
import static org.jooq.impl.DSL.sum;
import static org.jooq.impl.DSL.upper;
import static org.jooq.impl.DSL.when;

import dev.licet.core.id.ProductId;
import dev.licet.core.insight.Question;
import dev.licet.core.insight.Scope;
import dev.licet.core.insight.Start;
import dev.licet.core.insight.Table.Column;
import dev.licet.core.insight.Table.Type;
import dev.licet.core.insight.Unit;
import dev.licet.core.insight.Who;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jooq.CaseConditionStep;
import org.jooq.CommonTableExpression;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.OrderField;
import org.jooq.Row1;
import org.jooq.Select;
import org.jooq.SelectField;
import org.jooq.Table;
import org.jooq.WindowSpecification;
import org.jooq.WindowSpecificationRowsStep;
import org.jooq.conf.BackslashEscaping;
import org.jooq.conf.Settings;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/// Questions as SQL. Each is one statement, so that it looks at one state of the events. Safe for threads.
///
/// Every statement has the same shape: `e`, what it sees of each event; one or two steps that count, by
/// whom where those of each unit are counted (to group by them first is faster than a distinct count, where few
/// groups share them; a breakdown's do); and the rows of the answer.
public final class InsightSql {
    /// The percentiles that are told.
    private static final List<Integer> SHARES = List.of(50, 75, 90, 95, 99);

    // What a step calls what it has, for the next one.
    private static final Field<LocalDateTime> START = field(name("start"), SQLDataType.LOCALDATETIME);
    private static final Field<LocalDateTime> COHORT = field(name("cohort"), SQLDataType.LOCALDATETIME);
    private static final Field<LocalDateTime> PREVIOUS = field(name("previous"), SQLDataType.LOCALDATETIME);
    private static final Field<String> GROUP = field(name("group"), SQLDataType.VARCHAR);
    private static final Field<String> WHO = field(name("who"), SQLDataType.VARCHAR);
    private static final Field<String> STEP = field(name("step"), SQLDataType.VARCHAR);
    private static final Field<String> NEXT = field(name("next"), SQLDataType.VARCHAR);
    private static final Field<String> PRIOR = field(name("prior"), SQLDataType.VARCHAR);
    private static final Field<Long> AT = field(name("at"), SQLDataType.BIGINT);
    private static final Field<Long> ID = field(name("id"), SQLDataType.BIGINT);
    private static final Field<Long> VALUE = field(name("value"), SQLDataType.BIGINT);
    private static final Field<String> CURRENCY = field(name("currency"), SQLDataType.VARCHAR);
    private static final Field<BigDecimal> EVENTS = field(name("events"), SQLDataType.NUMERIC);
    private static final Field<BigDecimal> ACTIVE = field(name("active"), SQLDataType.NUMERIC);
    private static final Field<BigDecimal> SUM = field(name("sum"), SQLDataType.NUMERIC);
    private static final Field<Integer> RANK = field(name("rank"), SQLDataType.INTEGER);
    private static final Field<Long> PLACE = field(name("place"), SQLDataType.BIGINT);
    private static final Field<Integer> BEGUN = field(name("begun"), SQLDataType.INTEGER);
    private static final Field<Integer> WHOLE = field(name("whole"), SQLDataType.INTEGER);
    private static final Field<BigDecimal> TOTAL = field(name("total"), SQLDataType.NUMERIC);

    static {
        // The library would greet the operator.
        System.setProperty("org.jooq.no-logo", "true");
        System.setProperty("org.jooq.no-tips", "true");
    }

    private final Engine engine;
    private final DSLContext dsl;

    public InsightSql(Engine engine) {
        this.engine = engine;
        this.dsl = DSL.using(
                engine.dialect(),
                new Settings()
                        .withRenderFormatted(true)
                        .withBackslashEscaping(engine.hasEscapes() ? BackslashEscaping.ON : BackslashEscaping.OFF));
    }

    /// @param rolled what the engine has counted by days already, of the account that the question is about
    public InsightQuery of(Question question, Optional<Rolled> rolled) {
        return switch (question) {
            case Question.Timeseries q -> timeseries(q, rolled);
            case Question.Actives q -> actives(q, rolled);
            case Question.Breakdown q -> breakdown(q);
            case Question.Revenue q -> revenue(q, rolled);
            case Question.Funnel q -> funnel(q);
            case Question.Retention q -> retention(q, rolled);
            case Question.Churn q -> churn(q, rolled);
            case Question.Paths q -> paths(q);
            case Question.Percentiles q -> percentiles(q);
            case Question.Versions q -> versions(q);
            case Question.Seats ignored -> throw new IllegalArgumentException("seats are no events");
        };
    }

    private InsightQuery query(Select<?> select, Unit unit, List<Column> columns) {
        return engine.hasArguments()
                ? new InsightQuery(dsl.render(select), dsl.extractBindValues(select), columns, unit)
                : new InsightQuery(dsl.renderInlined(select), List.of(), columns, unit);
    }

    private static Column column(String name, Type type) {
        return new Column(name, type);
    }

    private Rows rows(Scope scope) {
        return new Rows(engine, scope, false);
    }

    private Rows rowsSinceEver(Scope scope) {
        return new Rows(engine, scope, true);
    }

    private static Field<String> who(Who who) {
        return EventColumns.text(who.column());
    }

    private static Table<?> events(List<? extends SelectField<?>> seen, Condition condition) {
        return select(seen).from(EVENT).where(condition).asTable("e");
    }

    /// Numbers the events of somebody from the first one on.
    ///
    /// @param order as the [engine][Engine#order] has it
    private static WindowSpecificationRowsStep inOrder(List<Field<?>> order) {
        return DSL.partitionBy(WHO)
                .orderBy(order.stream()
                        .map(column -> field(column.getUnqualifiedName()))
                        .toList());
    }

    private static Field<BigDecimal> total(Field<? extends Number> events) {
        return sum(sum(events)).over();
    }

    private static LocalDateTime first(Scope scope, Unit unit) {
        return scope.span().start(unit, scope.span().from()).at();
    }

    private InsightQuery timeseries(Question.Timeseries q, Optional<Rolled> rolled) {
        Rows rows = rows(q.scope());
        List<Field<?>> seen = new ArrayList<>(
                List.of(rows.start(q.unit()).as(START), plainValue().as(VALUE)));
        q.by().ifPresent(by -> seen.add(rows.text(by).as(GROUP)));
        List<Field<?>> keys = q.by().isPresent() ? List.of(START, GROUP) : List.of(START);
        Optional<Part> days = Days.of(rows, q.unit(), rolled)
                .filter(known -> q.by().isEmpty() || q.by().get() == PRODUCT)
                .map(known -> {
                    List<Field<?>> sums = new ArrayList<>(keys(engine, q.unit(), q.by().map(rows::text)));
                    sums.addAll(List.of(
                            Days.EVENTS.as(EVENTS), plainValue(Days.VALUE).as(SUM)));
                    return new Part(known, select(sums).from(Days.SUMS).where(known.condition()));
                });
        Table<?> counted = grouped(
                seen,
                rows.condition(),
                keys,
                List.of(count().as(EVENTS), engine.total(VALUE).as(SUM)),
                days);
        List<Field<?>> cells = List.of(EVENTS, coalesce(SUM, inline(BigDecimal.ZERO)));
        List<Column> columns = List.of(column("events", Type.COUNT), column("value", Type.NUMBER));
        return series(counted, Optional.of(q.unit()), q.by().isPresent(), q.top(), cells, columns);
    }

    /// What has a currency is no quantity.
    private static Field<Long> plainValue() {
        return plainValue(EventColumns.VALUE);
    }

    private static <T> Field<T> plainValue(Field<T> value) {
        return when(EventColumns.CURRENCY.isNull(), value);
    }

    /// What is counted of days, in the columns of what is counted of events.
    private record Part(Days days, Select<?> counted) {}

    /// By what days are grouped.
    private static List<Field<?>> keys(Engine engine, Unit unit, Optional<Field<String>> group) {
        List<Field<?>> keys = new ArrayList<>(List.of(Days.start(engine, unit).as(START)));
        group.ifPresent(by -> keys.add(by.as(GROUP)));
        return keys;
    }

    /// What is counted of the events, or of the days and of the events that are in none of them.
    private static Table<?> grouped(
            List<Field<?>> seen,
            Condition condition,
            List<Field<?>> keys,
            List<Field<?>> counted,
            Optional<Part> days) {
        if (days.isEmpty()) {
            return grouped(events(seen, condition), keys, counted.toArray(Field<?>[]::new));
        }
        List<Field<?>> fields = new ArrayList<>(keys);
        fields.addAll(counted);
        Table<?> others = days.get().days().others().stream()
                .<Select<?>>map(part -> select(seen).from(EVENT).where(condition.and(part)))
                .reduce(InsightSql::unionAll)
                .orElseThrow()
                .asTable("e");
        Select<?> ofOthers = select(fields).from(others).groupBy(keys);
        List<Field<?>> sums = new ArrayList<>(keys);
        counted.forEach(field -> sums.add(
                sum(field(field.getUnqualifiedName(), SQLDataType.NUMERIC)).as(field.getUnqualifiedName())));
        Table<?> all = select(sums)
                .from(unionAll(ofOthers, days.get().counted()).asTable("p"))
                .groupBy(keys)
                .asTable("a");
        return select(DSL.asterisk())
                .from(all)
                .where(EVENTS.gt(inline(BigDecimal.ZERO)))
                .asTable("c");
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // that both have the same columns is known here alone
    private static Select<?> unionAll(Select<?> one, Select<?> other) {
        return one.unionAll((Select) other);
    }

    private static Table<?> grouped(Table<?> from, List<Field<?>> keys, Field<?>... counted) {
        List<Field<?>> fields = new ArrayList<>(keys);
        fields.addAll(List.of(counted));
        return select(fields).from(from).groupBy(keys).asTable("c");
    }

    /// Rows by unit and group, of the groups with most events.
    private InsightQuery series(
            Table<?> counted,
            Optional<Unit> unit,
            boolean isGrouped,
            int top,
            List<Field<?>> cells,
            List<Column> columns) {
        List<Field<?>> fields = new ArrayList<>();
        List<Field<?>> order = new ArrayList<>();
        List<Column> all = new ArrayList<>();
        if (unit.isPresent()) {
            fields.add(engine.epochSeconds(START));
            order.add(START);
            all.add(column("start", Type.START));
        }
        Table<?> from = counted;
        Condition isOfTop = EVENTS.gt(inline(BigDecimal.ZERO)); // without groups, of nothing there is a row, too
        Field<?> total = sum(EVENTS).over();
        if (isGrouped) {
            fields.add(GROUP);
            order.add(GROUP);
            all.add(column("group", Type.TEXT));
            Field<BigDecimal> ofGroup = field(name("of_group"), SQLDataType.NUMERIC);
            Table<?> summed = select(
                            DSL.asterisk(),
                            sum(EVENTS).over(DSL.partitionBy(GROUP)).as(ofGroup),
                            sum(EVENTS).over().as(TOTAL))
                    .from(counted)
                    .asTable("s");
            from = select(
                            DSL.asterisk(),
                            denseRank()
                                    .over(DSL.orderBy(
                                            ofGroup.desc(), GROUP.asc().nullsLast()))
                                    .as(RANK))
                    .from(summed)
                    .asTable("r");
            isOfTop = isOfTop.and(RANK.le(inline(top)));
            total = TOTAL;
        }
        fields.addAll(cells);
        fields.add(total);
        all.addAll(columns);
        Select<?> select = select(fields)
                .from(from)
                .where(isOfTop)
                .orderBy(order.stream().map(by -> by.asc().nullsLast()).toList());
        return query(select, unit.orElse(Unit.DAY), all);
    }

    /// How many events each one had in each unit.
    private Table<?> byUnitAndWho(Rows rows, Unit unit, Who who, Optional<Rolled> rolled) {
        Optional<Part> days = Days.of(rows, unit, rolled)
                .filter(known -> Days.KINDS.contains(who))
                .map(known -> {
                    List<Field<?>> sums = new ArrayList<>(keys(engine, unit, Optional.empty()));
                    sums.addAll(List.of(Days.WHO.as(WHO), Days.EVENTS.as(EVENTS)));
                    return new Part(known, select(sums).from(Days.ACTIVES).where(known.condition(who)));
                });
        return grouped(
                List.of(rows.start(unit).as(START), who(who).as(WHO)),
                rows.condition().and(who(who).isNotNull()),
                List.of(START, WHO),
                List.of(count().as(EVENTS)),
                days);
    }

    private InsightQuery actives(Question.Actives q, Optional<Rolled> rolled) {
        Rows rows = rows(q.scope());
        Optional<Days> days = Days.of(rows, q.unit(), rolled)
                .filter(known -> known.extent().knowsNumbers()
                        && q.unit() == Unit.DAY
                        && q.scope().product().isEmpty()
                        && Days.KINDS.contains(q.of()));
        Select<?> counted = days.isPresent()
                ? activesOf(days.get(), q.of())
                : select(START, count().as(ACTIVE), sum(EVENTS).as(EVENTS))
                        .from(byUnitAndWho(rows, q.unit(), q.of(), rolled))
                        .groupBy(START);
        Select<?> select = select(engine.epochSeconds(START), ACTIVE, EVENTS, total(EVENTS))
                .from(counted.asTable("d"))
                .groupBy(START, ACTIVE, EVENTS)
                .orderBy(START);
        return query(
                select,
                q.unit(),
                List.of(column("start", Type.START), column("active", Type.COUNT), column("events", Type.COUNT)));
    }

    /// A day's number is known unless something has come to it since the merging: then all who are active in it are
    /// looked at.
    private Select<?> activesOf(Days days, Who who) {
        Rows rows = days.rows();
        Field<LocalDateTime> start = Days.start(engine, Unit.DAY);
        Condition condition = rows.condition().and(who(who).isNotNull());
        Select<?> others = days.others().stream()
                .<Select<?>>map(part -> select(rows.start(Unit.DAY).as(START), who(who).as(WHO))
                        .from(EVENT)
                        .where(condition.and(part)))
                .reduce(InsightSql::unionAll)
                .orElseThrow();
        Select<?> ofOthers =
                select(START, WHO, count().as(EVENTS)).from(others.asTable("e")).groupBy(START, WHO);
        Table<?> changed = unionAll(
                        select(Days.DAY)
                                .from(Days.ACTIVES)
                                .where(days.condition(who).and(DSL.not(Days.MERGED))),
                        select(START.cast(SQLDataType.LOCALDATE)).from(others.asTable("o")))
                .asTable("changed");
        // By the column as it is, each day once: so an engine passes over what is of other days.
        Condition isChanged = Days.DAY.in(selectDistinct(Days.DAY).from(changed));
        Select<?> ofDays = select(start.as(START), Days.WHO.as(WHO), Days.EVENTS.as(EVENTS))
                .from(Days.ACTIVES)
                .where(days.condition(who).and(isChanged));
        Table<?> all = select(START, WHO, sum(EVENTS).as(EVENTS))
                .from(unionAll(ofOthers, ofDays).asTable("p"))
                .groupBy(START, WHO)
                .asTable("a");
        Select<?> counted = select(START, count().as(ACTIVE), sum(EVENTS).as(EVENTS))
                .from(all)
                .where(EVENTS.gt(inline(BigDecimal.ZERO)))
                .groupBy(START);
        Select<?> known = select(start.as(START), Days.ACTIVE.as(ACTIVE), Days.EVENTS.as(EVENTS))
                .from(Days.COUNTS)
                .where(days.condition(who).and(DSL.not(isChanged)));
        return unionAll(counted, known);
    }

    private InsightQuery breakdown(Question.Breakdown q) {
        Rows rows = rows(q.scope());
        Table<?> e = events(
                List.of(
                        rows.text(q.by()).as(GROUP),
                        who(q.of()).as(WHO),
                        plainValue().as(VALUE)),
                rows.condition());
        Select<?> select = select(
                        GROUP,
                        count().as(EVENTS),
                        countDistinct(WHO),
                        coalesce(engine.total(VALUE), inline(BigDecimal.ZERO)),
                        sum(count()).over())
                .from(e)
                .groupBy(GROUP)
                .orderBy(EVENTS.desc(), GROUP.asc().nullsLast())
                .limit(inline(q.top()));
        return query(
                select,
                Unit.DAY,
                List.of(
                        column("group", Type.TEXT),
                        column("events", Type.COUNT),
                        column("active", Type.COUNT),
                        column("value", Type.NUMBER)));
    }

    private InsightQuery revenue(Question.Revenue q, Optional<Rolled> rolled) {
        Rows rows = rows(q.scope());
        List<Field<?>> seen = new ArrayList<>();
        List<Field<?>> keys = new ArrayList<>();
        List<Field<?>> fields = new ArrayList<>();
        List<Column> columns = new ArrayList<>();
        q.unit().ifPresent(unit -> {
            seen.add(rows.start(unit).as(START));
            keys.add(START);
            fields.add(engine.epochSeconds(START));
            columns.add(column("start", Type.START));
        });
        q.by().ifPresent(by -> {
            seen.add(rows.text(by).as(GROUP));
            keys.add(GROUP);
            fields.add(GROUP);
            columns.add(column("group", Type.TEXT));
        });
        List<Long> whole =
                q.inWholeUnits().stream().map(ProductId::value).sorted().toList();
        Field<Integer> isWhole = whole.isEmpty()
                ? inline(0)
                : when(EventColumns.PRODUCT.in(whole.stream().map(DSL::inline).toList()), inline(1))
                        .otherwise(inline(0));
        Field<String> currency = upper(EventColumns.CURRENCY).as(CURRENCY);
        seen.addAll(List.of(currency, isWhole.as(WHOLE), EventColumns.VALUE.as(VALUE)));
        keys.addAll(List.of(CURRENCY, WHOLE));
        Optional<Part> days = Days.of(rows, q.unit().orElse(Unit.DAY), rolled)
                .filter(known -> q.by().isEmpty() || q.by().get() == PRODUCT)
                .map(known -> {
                    List<Field<?>> sums =
                            new ArrayList<>(keys(engine, q.unit().orElse(Unit.DAY), q.by().map(rows::text)));
                    if (q.unit().isEmpty()) {
                        sums.removeFirst();
                    }
                    sums.addAll(List.of(currency, isWhole.as(WHOLE), Days.VALUED.as(EVENTS), Days.VALUE.as(SUM)));
                    return new Part(
                            known,
                            select(sums)
                                    .from(Days.SUMS)
                                    .where(known.condition().and(EventColumns.CURRENCY.isNotNull())));
                });
        Table<?> counted = grouped(
                seen,
                rows.condition().and(EventColumns.CURRENCY.isNotNull()).and(EventColumns.VALUE.isNotNull()),
                keys,
                List.of(count().as(EVENTS), engine.total(VALUE).as(SUM)),
                days);
        fields.addAll(List.of(CURRENCY, SUM, EVENTS, WHOLE, sum(EVENTS).over()));
        columns.addAll(List.of(
                column("currency", Type.TEXT),
                column("amount", Type.NUMBER),
                column("events", Type.COUNT),
                column("whole", Type.COUNT)));
        Select<?> select = select(fields).from(counted).orderBy(keys);
        return query(select, q.unit().orElse(Unit.DAY), columns);
    }

    private InsightQuery percentiles(Question.Percentiles q) {
        Rows rows = rows(q.scope());
        List<Field<?>> seen = new ArrayList<>(List.of(EventColumns.VALUE.as(VALUE)));
        List<Field<?>> keys = new ArrayList<>();
        q.unit().ifPresent(unit -> {
            seen.add(rows.start(unit).as(START));
            keys.add(START);
        });
        q.by().ifPresent(by -> {
            seen.add(rows.text(by).as(GROUP));
            keys.add(GROUP);
        });
        List<Field<?>> spread =
                new ArrayList<>(List.of(count().as(EVENTS), min(VALUE).as("min")));
        List<Field<?>> cells = new ArrayList<>(List.of(EVENTS, field(name("min"))));
        List<Column> columns = new ArrayList<>(List.of(column("events", Type.COUNT), column("min", Type.NUMBER)));
        Field<Object> percentiles = field(name("percentiles"), SQLDataType.OTHER);
        spread.add(engine.percentiles(
                        SHARES.stream()
                                .map(share -> BigDecimal.valueOf(share, 2))
                                .toList(),
                        VALUE)
                .as(percentiles));
        for (int i = 0; i < SHARES.size(); i++) {
            cells.add(engine.element(percentiles, i + 1));
            columns.add(column("p" + SHARES.get(i), Type.NUMBER));
        }
        spread.add(max(VALUE).as("max"));
        cells.add(field(name("max")));
        columns.add(column("max", Type.NUMBER));
        Table<?> e = events(seen, rows.condition().and(EventColumns.VALUE.isNotNull()));
        Table<?> c = grouped(e, keys, spread.toArray(Field<?>[]::new));
        return series(c, q.unit(), q.by().isPresent(), q.top(), cells, columns);
    }

    private InsightQuery versions(Question.Versions q) {
        Rows rows = rows(q.scope());
        Field<String> version = rows.text(q.version());
        Table<?> e = events(
                List.of(
                        rows.start(q.unit()).as(START),
                        who(q.of()).as(WHO),
                        version.as(GROUP),
                        engine.epochMicros(EventColumns.HAPPENED_AT).as(AT),
                        EventColumns.ID.as(ID)),
                rows.condition().and(who(q.of()).isNotNull()));
        // Who told none is left out after the grouping: to look for it before would read each property twice.
        Table<?> c = select(
                        START,
                        WHO,
                        engine.last(GROUP, AT, ID).as(GROUP),
                        count(GROUP).as(EVENTS))
                .from(e)
                .groupBy(START, WHO)
                .asTable("c");
        Select<?> select = select(engine.epochSeconds(START), GROUP, count(), sum(EVENTS), total(EVENTS))
                .from(c)
                .where(GROUP.isNotNull())
                .groupBy(START, GROUP)
                .orderBy(START, GROUP);
        return query(
                select,
                q.unit(),
                List.of(
                        column("start", Type.START),
                        column("version", Type.TEXT),
                        column("active", Type.COUNT),
                        column("events", Type.COUNT)));
    }

    private InsightQuery retention(Question.Retention q, Optional<Rolled> rolled) {
        Table<?> c = byUnitAndWho(rowsSinceEver(q.scope()), q.unit(), q.of(), rolled);
        // A join, since a window over so many is slower.
        CommonTableExpression<?> each = name("c").as(select(START, WHO, EVENTS).from(c));
        Table<?> first =
                select(WHO, min(START).as(COHORT)).from(each).groupBy(WHO).asTable("f");
        Select<?> select = DSL.with(each)
                .select(engine.epochSeconds(COHORT), engine.epochSeconds(START), count(), sum(EVENTS), total(EVENTS))
                .from(each)
                .join(first)
                .using(WHO)
                .where(COHORT.ge(engine.time(first(q.scope(), q.unit()))))
                .groupBy(COHORT, START)
                .orderBy(COHORT, START);
        return query(
                select,
                q.unit(),
                List.of(
                        column("cohort", Type.START),
                        column("start", Type.START),
                        column("active", Type.COUNT),
                        column("events", Type.COUNT)));
    }

    private InsightQuery churn(Question.Churn q, Optional<Rolled> rolled) {
        Start first = q.scope().span().start(q.unit(), q.scope().span().from());
        Table<?> c = byUnitAndWho(rowsSinceEver(q.scope()), q.unit(), q.of(), rolled);
        Table<?> known = select(
                        START,
                        EVENTS,
                        lag(engine.optional(START))
                                .over(DSL.partitionBy(WHO).orderBy(START))
                                .as(PREVIOUS))
                .from(c)
                .asTable("k");
        Field<BigDecimal> inSpan = when(START.ge(engine.time(first.at())), sum(EVENTS));
        Select<?> select = select(
                        engine.epochSeconds(START),
                        count(),
                        count(when(PREVIOUS.isNull(), inline(1))),
                        count(when(PREVIOUS.eq(engine.plus(START, q.unit(), -1)), inline(1))),
                        sum(EVENTS),
                        coalesce(sum(inSpan).over(), inline(BigDecimal.ZERO)))
                .from(known)
                .where(START.ge(engine.time(q.scope().span().previous(first).at())))
                .groupBy(START)
                .orderBy(START);
        return query(
                select,
                q.unit(),
                List.of(
                        column("start", Type.START),
                        column("active", Type.COUNT),
                        column("new", Type.COUNT),
                        column("retained", Type.COUNT),
                        column("events", Type.COUNT)));
    }

    private InsightQuery paths(Question.Paths q) {
        Rows rows = rows(q.scope());
        List<Field<?>> order = engine.order(engine.epochMicros(EventColumns.HAPPENED_AT), EventColumns.ID);
        List<Field<?>> ofEvents = new ArrayList<>(
                List.of(who(q.of()).as(WHO), rows.text(q.along()).as(STEP)));
        ofEvents.addAll(order);
        Table<?> e = events(ofEvents, rows.condition().and(who(q.of()).isNotNull()));
        // Places are faster to order by, the second time.
        List<Field<?>> seen = new ArrayList<>(List.of(
                WHO,
                STEP,
                lag(engine.optional(STEP)).over(inOrder(order)).as(PRIOR),
                rowNumber().over(inOrder(order)).as(PLACE)));
        q.start()
                .ifPresent(start ->
                        seen.add(max(when(STEP.eq(inline(start)), inline(1)).otherwise(inline(0)))
                                .over(inOrder(order).rowsUnboundedPreceding())
                                .as(BEGUN)));
        Table<?> known = select(seen).from(e).where(STEP.isNotNull()).asTable("k");
        Condition hasBegun = q.start().isPresent() ? BEGUN.eq(inline(1)) : DSL.noCondition();
        WindowSpecification inPlace = DSL.partitionBy(WHO).orderBy(PLACE);
        Table<?> steps = select(
                        STEP,
                        lead(engine.optional(STEP)).over(inPlace).as(NEXT),
                        rowNumber().over(inPlace).as(RANK))
                .from(known)
                .where(STEP.isDistinctFrom(PRIOR).and(hasBegun))
                .asTable("s");
        Select<?> select = select(RANK, STEP, NEXT, count(), sum(count()).over())
                .from(steps)
                .where(RANK.le(inline(q.depth())))
                .groupBy(RANK, STEP, NEXT)
                .orderBy(count().desc(), RANK.asc(), STEP.asc(), NEXT.asc().nullsLast())
                .limit(inline(q.top()));
        return query(
                select,
                Unit.DAY,
                List.of(
                        column("step", Type.COUNT),
                        column("from", Type.TEXT),
                        column("to", Type.TEXT),
                        column("count", Type.COUNT)));
    }

    /// For each step the rows have the latest instant at which somebody who came there can have begun: who
    /// began later has more time left, so no other beginning has to be looked at.
    private InsightQuery funnel(Question.Funnel q) {
        Rows rows = rows(q.scope());
        int steps = q.steps().size();
        List<Field<?>> seen = new ArrayList<>(List.of(
                who(q.of()).as(WHO),
                engine.epochMicros(EventColumns.HAPPENED_AT).as(AT),
                EventColumns.ID.as(ID)));
        Condition any = DSL.noCondition();
        for (int i = 0; i < steps; i++) {
            Condition passes = rows.all(q.steps().get(i));
            seen.add(field(passes).as(passes(i)));
            any = i == 0 ? passes : any.or(passes);
        }
        q.by().ifPresent(by -> seen.add(rows.text(by).as(GROUP)));
        Table<?> from =
                events(seen, rows.condition().and(who(q.of()).isNotNull()).and(any));
        long window = q.window().toNanos() / 1000;
        for (int i = 0; i < steps; i++) {
            Condition comes = passes(i).isTrue();
            Field<Long> begun = i == 0
                    ? when(comes, AT)
                    : when(comes.and(AT.minus(before(i)).le(inline(window))), before(i));
            Table<?> reached =
                    select(DSL.asterisk(), begun.as(begun(i))).from(from).asTable("b" + i);
            from = i == steps - 1
                    ? reached
                    : select(
                                    DSL.asterisk(),
                                    max(begun(i))
                                            .over(DSL.partitionBy(WHO)
                                                    .orderBy(AT, ID)
                                                    .rowsBetweenUnboundedPreceding()
                                                    .andPreceding(1))
                                            .as(before(i + 1)))
                            .from(reached)
                            .asTable("a" + i);
        }
        List<Field<?>> ofEach = new ArrayList<>(List.of(count().as(EVENTS)));
        for (int i = 0; i < steps; i++) {
            ofEach.add(max(begun(i)).as(begun(i)));
        }
        boolean isGrouped = q.by().isPresent();
        if (isGrouped) {
            ofEach.add(engine.first(GROUP, passes(0), AT, ID).as(GROUP));
        }
        Table<?> each = select(ofEach).from(from).groupBy(WHO).asTable("w");
        List<Field<?>> ofGroup = new ArrayList<>(List.of(sum(EVENTS).as(EVENTS)));
        CaseConditionStep<Integer> reached = null;
        for (int i = 0; i < steps; i++) {
            Field<Integer> come = field(name("come" + i), SQLDataType.INTEGER);
            ofGroup.add(count(begun(i)).as(come));
            Condition isStep = RANK.eq(inline(i + 1));
            reached = reached == null ? when(isStep, come) : reached.when(isStep, come);
        }
        if (isGrouped) {
            ofGroup.add(GROUP);
        }
        var counted = select(ofGroup).from(each);
        Table<?> groups = (isGrouped ? counted.groupBy(GROUP) : counted).asTable("g");
        Table<?> numbers = DSL.values(IntStream.rangeClosed(1, steps)
                        .mapToObj(step -> DSL.row(step))
                        .toArray(Row1[]::new))
                .as("n", "rank");
        List<Field<?>> fields = new ArrayList<>();
        List<Column> columns = new ArrayList<>();
        if (isGrouped) {
            fields.add(GROUP);
            columns.add(column("group", Type.TEXT));
        }
        fields.addAll(List.of(
                RANK,
                Objects.requireNonNull(reached),
                coalesce(EVENTS, inline(BigDecimal.ZERO)),
                coalesce(sum(EVENTS).over(DSL.partitionBy(RANK)), inline(BigDecimal.ZERO))));
        columns.addAll(
                List.of(column("step", Type.COUNT), column("reached", Type.COUNT), column("events", Type.COUNT)));
        List<OrderField<?>> order = new ArrayList<>();
        if (isGrouped) {
            order.add(field(name("come0")).desc());
            order.add(GROUP.asc().nullsLast());
        }
        order.add(RANK);
        Select<?> select = select(fields).from(groups).crossJoin(numbers).orderBy(order);
        return query(select, Unit.DAY, columns);
    }

    private static Field<Boolean> passes(int step) {
        return field(name("passes" + step), SQLDataType.BOOLEAN);
    }

    /// When who comes to the step by this row began.
    private static Field<Long> begun(int step) {
        return field(name("begun" + step), SQLDataType.BIGINT);
    }

    /// When who came to the step before by an earlier row began, at the latest.
    private static Field<Long> before(int step) {
        return field(name("before" + step), SQLDataType.BIGINT);
    }
}
