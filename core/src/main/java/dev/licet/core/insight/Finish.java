package dev.licet.core.insight;

import dev.licet.core.license.Price;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Makes a table as it was counted into the one that was asked for: with a row for each unit, also where
/// nothing was, and with what follows from other rows.
final class Finish {
    private Finish() {}

    static Table of(Question question, Table counted, int mostRows) {
        Span span = question.scope().span();
        Table whole = switch (question) {
            case Question.Timeseries q when q.by().isEmpty() -> gapless(counted, span.starts(q.unit(), mostRows));
            case Question.Actives q -> gapless(counted, span.starts(q.unit(), mostRows));
            case Question.Churn q -> churn(counted, span, q.unit(), mostRows);
            case Question.Retention q -> retention(counted, q.unit());
            case Question.Revenue ignored -> inMoney(counted);
            default -> counted;
        };
        return whole.rows().size() <= mostRows
                ? whole
                : new Table(whole.columns(), whole.rows().subList(0, mostRows));
    }

    private static Map<Object, List<@Nullable Object>> byStart(Table table) {
        return table.rows().stream()
                .collect(Collectors.toMap(row -> Objects.requireNonNull(row.getFirst()), row -> row));
    }

    /// The row of nothing.
    private static List<@Nullable Object> none(Table table, Start start) {
        List<@Nullable Object> row = new ArrayList<>(List.of(start));
        table.columns().stream()
                .skip(1)
                .forEach(column -> row.add(
                        switch (column.type()) {
                            case COUNT -> 0L;
                            case NUMBER, MONEY -> BigDecimal.ZERO;
                            case TEXT, START -> null;
                        }));
        return row;
    }

    private static Table gapless(Table counted, List<Start> starts) {
        Map<Object, List<@Nullable Object>> found = byStart(counted);
        return new Table(
                counted.columns(),
                starts.stream()
                        .map(start -> found.getOrDefault(start, none(counted, start)))
                        .toList());
    }

    /// With how many units later instead of when.
    private static Table retention(Table counted, Unit unit) {
        List<Table.Column> columns = new ArrayList<>(counted.columns());
        columns.set(1, new Table.Column("after", Table.Type.COUNT));
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (List<@Nullable Object> row : counted.rows()) {
            Start cohort = (Start) Objects.requireNonNull(row.get(0));
            Start start = (Start) Objects.requireNonNull(row.get(1));
            List<@Nullable Object> later = new ArrayList<>(row);
            later.set(1, unit.between(cohort.at(), start.at()));
            rows.add(later);
        }
        return new Table(columns, rows);
    }

    private static Table churn(Table counted, Span span, Unit unit, int mostRows) {
        List<Start> starts = span.starts(unit, mostRows);
        Map<Object, List<@Nullable Object>> found = byStart(counted);
        List<List<@Nullable Object>> rows = new ArrayList<>();
        long activeBefore =
                number(found.getOrDefault(span.previous(starts.getFirst()), none(counted, starts.getFirst())), 1);
        for (Start start : starts) {
            List<@Nullable Object> row = found.getOrDefault(start, none(counted, start));
            long active = number(row, 1);
            long fresh = number(row, 2);
            long retained = number(row, 3);
            rows.add(Arrays.asList(
                    start, active, fresh, retained, active - fresh - retained, activeBefore - retained, row.get(4)));
            activeBefore = active;
        }
        List<Table.Column> columns = new ArrayList<>(counted.columns());
        columns.add(4, new Table.Column("returning", Table.Type.COUNT));
        columns.add(5, new Table.Column("lost", Table.Type.COUNT));
        return new Table(columns, rows);
    }

    private static long number(List<@Nullable Object> row, int column) {
        return (Long) Objects.requireNonNull(row.get(column));
    }

    /// Sums in the currency's own unit. The last column, whether they were in it already, goes.
    private static Table inMoney(Table counted) {
        int last = counted.columns().size() - 1;
        int amount = last - 2;
        Map<List<@Nullable Object>, Money> sums = new LinkedHashMap<>();
        for (List<@Nullable Object> row : counted.rows()) {
            boolean isWhole = number(row, last) == 1;
            int digits = Price.digits((String) Objects.requireNonNull(row.get(amount - 1)));
            BigDecimal raw = (BigDecimal) Objects.requireNonNull(row.get(amount));
            BigDecimal money =
                    isWhole ? raw.setScale(digits) : raw.movePointLeft(digits).setScale(digits);
            List<@Nullable Object> key = new ArrayList<>();
            for (int i = 0; i < amount; i++) {
                key.add(row.get(i));
            }
            Money before = sums.getOrDefault(key, new Money(BigDecimal.ZERO, 0));
            sums.put(key, new Money(before.amount().add(money), before.events() + number(row, amount + 1)));
        }
        List<List<@Nullable Object>> rows = new ArrayList<>();
        sums.forEach((key, money) -> {
            List<@Nullable Object> row = new ArrayList<>(key);
            row.add(money.amount());
            row.add(money.events());
            rows.add(row);
        });
        rows.sort(byCells(amount));
        List<Table.Column> columns = new ArrayList<>(counted.columns().subList(0, last));
        columns.set(amount, new Table.Column(columns.get(amount).name(), Table.Type.MONEY));
        return new Table(columns, rows);
    }

    private record Money(BigDecimal amount, long events) {}

    /// By the first cells, those that are absent last.
    private static Comparator<List<@Nullable Object>> byCells(int first) {
        Comparator<List<@Nullable Object>> order = Comparator.comparingInt(row -> 0);
        for (int i = 0; i < first; i++) {
            int cell = i;
            order = order.thenComparing(
                    row -> {
                        Object value = row.get(cell);
                        return value == null
                                ? null
                                : value instanceof Start start ? start.at().toString() : value.toString();
                    },
                    Comparator.nullsLast(Comparator.<String>naturalOrder()));
        }
        return order;
    }
}
