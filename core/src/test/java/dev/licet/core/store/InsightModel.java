package dev.licet.core.store;

import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.ProductId;
import dev.licet.core.insight.Field;
import dev.licet.core.insight.Filter;
import dev.licet.core.insight.Question;
import dev.licet.core.insight.Scope;
import dev.licet.core.insight.Span;
import dev.licet.core.insight.Unit;
import dev.licet.core.insight.Who;
import java.math.BigDecimal;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Currency;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Insights reckoned one event after the other, in the plainest way: what an engine's answers are held
/// against. Rows have starts as local times (of hours, in UTC), counts as long, sums as [BigDecimal].
final class InsightModel {
    /// An event with what its properties are known to have, by dotted path.
    record Known(long id, UsageEvent event, Map<String, String> properties) {}

    /// Rows, and how many events they rest on.
    record Answer(List<List<@Nullable Object>> rows, long events) {}

    private static final Comparator<@Nullable String> TEXTS = Comparator.nullsLast(Comparator.naturalOrder());

    private final List<Known> all;

    /// @param all that count
    InsightModel(List<Known> all) {
        this.all = all.stream()
                .sorted(Comparator.comparing((Known known) -> known.event().at())
                        .thenComparing(Known::id))
                .toList();
    }

    Answer answer(Question question) {
        return switch (question) {
            case Question.Timeseries q -> timeseries(q);
            case Question.Actives q -> actives(q);
            case Question.Breakdown q -> breakdown(q);
            case Question.Revenue q -> revenue(q);
            case Question.Funnel q -> funnel(q);
            case Question.Retention q -> retention(q);
            case Question.Churn q -> churn(q);
            case Question.Paths q -> paths(q);
            case Question.Percentiles q -> percentiles(q);
            case Question.Versions q -> versions(q);
            case Question.Seats ignored -> throw new IllegalArgumentException("seats are no events");
        };
    }

    private List<Known> counted(Scope scope) {
        return countedEver(scope).stream()
                .filter(known -> !known.event().at().isBefore(scope.span().from()))
                .toList();
    }

    private List<Known> countedEver(Scope scope) {
        return all.stream()
                .filter(known -> known.event().account().equals(scope.account()))
                .filter(known -> known.event().at().isBefore(scope.span().until()))
                .filter(known -> scope.product().isEmpty()
                        || scope.product().equals(known.event().product()))
                .filter(known -> scope.key().isEmpty()
                        || scope.key().equals(known.event().key()))
                .filter(known -> passes(known, scope.filters()))
                .toList();
    }

    private static boolean passes(Known known, List<Filter> filters) {
        return filters.stream().allMatch(filter -> passes(known, filter));
    }

    private static boolean passes(Known known, Filter filter) {
        @Nullable String text = text(known, filter.field());
        return switch (filter.test()) {
            case PRESENT -> text != null;
            case ABSENT -> text == null;
            case IS -> text != null && isAny(text, filter);
            case IS_NOT -> text == null || !isAny(text, filter);
            case CONTAINS -> text != null && text.contains(filter.values().getFirst());
            case STARTS_WITH -> text != null && text.startsWith(filter.values().getFirst());
            case AT_LEAST ->
                number(text).filter(n -> n.compareTo(value(filter)) >= 0).isPresent();
            case BELOW ->
                number(text).filter(n -> n.compareTo(value(filter)) < 0).isPresent();
        };
    }

    private static boolean isAny(String text, Filter filter) {
        return filter.field().isNumber()
                ? filter.values().stream().anyMatch(value -> new BigDecimal(value).compareTo(new BigDecimal(text)) == 0)
                : filter.values().contains(text);
    }

    private static BigDecimal value(Filter filter) {
        return new BigDecimal(filter.values().getFirst());
    }

    private static Optional<BigDecimal> number(@Nullable String text) {
        return text == null || !text.matches("-?[0-9]+(\\.[0-9]+)?")
                ? Optional.empty()
                : Optional.of(new BigDecimal(text));
    }

    private static @Nullable String text(Known known, Field field) {
        UsageEvent event = known.event();
        return switch (field) {
            case Field.Property(List<String> names) -> known.properties().get(String.join(".", names));
            case Field.Column column ->
                switch (column) {
                    case NAME -> event.name().orElse(null);
                    case FEATURE -> event.feature().orElse(null);
                    case PRODUCT -> event.product().map(ProductId::toString).orElse(null);
                    case KEY -> event.key().orElse(null);
                    case MACHINE -> event.machine().orElse(null);
                    case USER -> event.endUser().orElse(null);
                    case SESSION -> event.session().orElse(null);
                    case APPLICATION ->
                        event.application().map(Object::toString).orElse(null);
                    case SOURCE -> event.source();
                    case CURRENCY -> event.currency().orElse(null);
                    case VALUE ->
                        event.value().isPresent() ? Long.toString(event.value().getAsLong()) : null;
                };
        };
    }

    private static @Nullable String who(Known known, Who of) {
        return text(known, of.column());
    }

    private static LocalDateTime start(Unit unit, Instant at, Span span) {
        ZoneOffset ahead = span.zone().getRules().getOffset(at);
        LocalDateTime local = LocalDateTime.ofInstant(at, ahead);
        return switch (unit) {
            case HOUR -> local.truncatedTo(ChronoUnit.HOURS).minusSeconds(ahead.getTotalSeconds());
            case DAY -> local.toLocalDate().atStartOfDay();
            case WEEK ->
                local.toLocalDate()
                        .with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY))
                        .atStartOfDay();
            case MONTH -> local.toLocalDate().withDayOfMonth(1).atStartOfDay();
        };
    }

    private static LocalDateTime start(Unit unit, Known known, Scope scope) {
        return start(unit, known.event().at(), scope.span());
    }

    /// Found by looking at each quarter of an hour: clocks are set at these alone.
    private static TreeSet<LocalDateTime> starts(Unit unit, Span span) {
        TreeSet<LocalDateTime> starts = new TreeSet<>();
        Instant last = span.until().minusNanos(1);
        for (Instant at = span.from(); !at.isAfter(last); at = at.plus(15, ChronoUnit.MINUTES)) {
            starts.add(start(unit, at, span));
        }
        starts.add(start(unit, last, span));
        return starts;
    }

    private static List<@Nullable Object> row(@Nullable Object... cells) {
        return Arrays.asList(cells);
    }

    private static BigDecimal plain(List<Known> events) {
        return events.stream()
                .filter(known -> known.event().currency().isEmpty())
                .filter(known -> known.event().value().isPresent())
                .map(known -> BigDecimal.valueOf(known.event().value().getAsLong()))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private static <K> Map<K, List<Known>> grouped(List<Known> events, Function<Known, K> key) {
        Map<K, List<Known>> groups = new LinkedHashMap<>();
        events.forEach(known -> groups.computeIfAbsent(key.apply(known), none -> new ArrayList<>())
                .add(known));
        return groups;
    }

    private record Group(@Nullable String name) {}

    private static Group group(Known known, Field by) {
        return new Group(text(known, by));
    }

    /// Those with most events first.
    private static List<Group> largest(List<Known> events, Field by, int top) {
        return grouped(events, known -> group(known, by)).entrySet().stream()
                .sorted(Comparator.comparing((Map.Entry<Group, List<Known>> entry) ->
                                -entry.getValue().size())
                        .thenComparing(entry -> entry.getKey().name(), TEXTS))
                .limit(top)
                .map(Map.Entry::getKey)
                .toList();
    }

    private Answer timeseries(Question.Timeseries q) {
        List<Known> events = counted(q.scope());
        List<List<@Nullable Object>> rows = new ArrayList<>();
        Map<LocalDateTime, List<Known>> units = grouped(events, known -> start(q.unit(), known, q.scope()));
        List<Group> groups = q.by().map(by -> largest(events, by, q.top())).orElse(List.of());
        for (LocalDateTime start : starts(q.unit(), q.scope().span())) {
            List<Known> inUnit = units.getOrDefault(start, List.of());
            if (q.by().isEmpty()) {
                rows.add(row(start, (long) inUnit.size(), plain(inUnit)));
                continue;
            }
            for (Group group : inOrder(groups)) {
                List<Known> ofGroup = inUnit.stream()
                        .filter(known -> group(known, q.by().get()).equals(group))
                        .toList();
                if (!ofGroup.isEmpty()) {
                    rows.add(row(start, group.name(), (long) ofGroup.size(), plain(ofGroup)));
                }
            }
        }
        return new Answer(rows, events.size());
    }

    private static List<Group> inOrder(List<Group> groups) {
        return groups.stream().sorted(Comparator.comparing(Group::name, TEXTS)).toList();
    }

    private List<Known> ofSomebody(List<Known> events, Who of) {
        return events.stream().filter(known -> who(known, of) != null).toList();
    }

    private static long different(List<Known> events, Who of) {
        return events.stream()
                .map(known -> who(known, of))
                .filter(Objects::nonNull)
                .distinct()
                .count();
    }

    private Answer actives(Question.Actives q) {
        List<Known> events = ofSomebody(counted(q.scope()), q.of());
        Map<LocalDateTime, List<Known>> units = grouped(events, known -> start(q.unit(), known, q.scope()));
        List<List<@Nullable Object>> rows = starts(q.unit(), q.scope().span()).stream()
                .map(start -> {
                    List<Known> inUnit = units.getOrDefault(start, List.of());
                    return row(start, different(inUnit, q.of()), (long) inUnit.size());
                })
                .toList();
        return new Answer(rows, events.size());
    }

    private Answer breakdown(Question.Breakdown q) {
        List<Known> events = counted(q.scope());
        Map<Group, List<Known>> groups = grouped(events, known -> group(known, q.by()));
        List<List<@Nullable Object>> rows = largest(events, q.by(), q.top()).stream()
                .map(group -> {
                    List<Known> ofGroup = groups.get(group);
                    return row(group.name(), (long) ofGroup.size(), different(ofGroup, q.of()), plain(ofGroup));
                })
                .toList();
        return new Answer(rows, events.size());
    }

    private Answer revenue(Question.Revenue q) {
        List<Known> events = counted(q.scope()).stream()
                .filter(known -> known.event().currency().isPresent())
                .filter(known -> known.event().value().isPresent())
                .toList();
        Map<List<@Nullable Object>, BigDecimal> amounts = new HashMap<>();
        Map<List<@Nullable Object>, Long> counts = new HashMap<>();
        for (Known known : events) {
            String currency = known.event().currency().get().toUpperCase(Locale.ROOT);
            List<@Nullable Object> key = new ArrayList<>();
            q.unit().ifPresent(unit -> key.add(start(unit, known, q.scope())));
            q.by().ifPresent(by -> key.add(text(known, by)));
            key.add(currency);
            int digits = Currency.getInstance(currency).getDefaultFractionDigits();
            boolean isWhole =
                    known.event().product().filter(q.inWholeUnits()::contains).isPresent();
            BigDecimal amount = BigDecimal.valueOf(known.event().value().getAsLong(), isWhole ? 0 : digits);
            amounts.merge(key, amount, BigDecimal::add);
            counts.merge(key, 1L, Long::sum);
        }
        List<List<@Nullable Object>> rows = new ArrayList<>();
        amounts.forEach((key, amount) -> {
            List<@Nullable Object> row = new ArrayList<>(key);
            row.add(amount);
            row.add(counts.get(key));
            rows.add(row);
        });
        int keys = 1 + (q.unit().isPresent() ? 1 : 0) + (q.by().isPresent() ? 1 : 0);
        rows.sort((one, other) -> {
            for (int i = 0; i < keys; i++) {
                int order = Objects.compare(
                        one.get(i) == null ? null : one.get(i).toString(),
                        other.get(i) == null ? null : other.get(i).toString(),
                        TEXTS);
                if (order != 0) {
                    return order;
                }
            }
            return 0;
        });
        return new Answer(rows, events.size());
    }

    private Answer funnel(Question.Funnel q) {
        List<Known> events = ofSomebody(counted(q.scope()), q.of()).stream()
                .filter(known -> q.steps().stream().anyMatch(step -> passes(known, step)))
                .toList();
        int steps = q.steps().size();
        Map<Group, long[]> reached = new LinkedHashMap<>();
        Map<Group, Long> counts = new HashMap<>();
        if (q.by().isEmpty()) {
            reached.put(new Group(null), new long[steps]);
        }
        grouped(events, known -> who(known, q.of())).forEach((who, own) -> {
            Group group = new Group(q.by().flatMap(by -> own.stream()
                            .filter(known -> passes(known, q.steps().getFirst()))
                            .findFirst()
                            .map(first -> text(first, by)))
                    .orElse(null));
            long[] ofGroup = reached.computeIfAbsent(group, none -> new long[steps]);
            int far = furthest(own, q);
            for (int i = 0; i < far; i++) {
                ofGroup[i]++;
            }
            counts.merge(group, (long) own.size(), Long::sum);
        });
        List<List<@Nullable Object>> rows = new ArrayList<>();
        reached.entrySet().stream()
                .sorted(Comparator.comparing((Map.Entry<Group, long[]> entry) -> -entry.getValue()[0])
                        .thenComparing(entry -> entry.getKey().name(), TEXTS))
                .forEach(entry -> {
                    for (int i = 0; i < steps; i++) {
                        long ofGroup = counts.getOrDefault(entry.getKey(), 0L);
                        rows.add(
                                q.by().isPresent()
                                        ? row(entry.getKey().name(), i + 1L, entry.getValue()[i], ofGroup)
                                        : row(i + 1L, entry.getValue()[i], ofGroup));
                    }
                });
        return new Answer(rows, events.size());
    }

    /// From each event of the first step, always to the next event of the next step.
    private static int furthest(List<Known> own, Question.Funnel q) {
        int furthest = 0;
        for (int first = 0; first < own.size(); first++) {
            if (!passes(own.get(first), q.steps().getFirst())) {
                continue;
            }
            int step = 1;
            for (int i = first + 1; i < own.size() && step < q.steps().size(); i++) {
                boolean isInTime = Duration.between(
                                        own.get(first).event().at(),
                                        own.get(i).event().at())
                                .compareTo(q.window())
                        <= 0;
                if (isInTime && passes(own.get(i), q.steps().get(step))) {
                    step++;
                }
            }
            furthest = Math.max(furthest, step);
        }
        return furthest;
    }

    private Map<String, TreeMap<LocalDateTime, Long>> unitsOfEach(Scope scope, Unit unit, Who of) {
        Map<String, TreeMap<LocalDateTime, Long>> units = new HashMap<>();
        for (Known known : ofSomebody(countedEver(scope), of)) {
            units.computeIfAbsent(Objects.requireNonNull(who(known, of)), none -> new TreeMap<>())
                    .merge(start(unit, known, scope), 1L, Long::sum);
        }
        return units;
    }

    private Answer retention(Question.Retention q) {
        LocalDateTime first = starts(q.unit(), q.scope().span()).getFirst();
        TreeMap<LocalDateTime, TreeMap<Long, long[]>> cohorts = new TreeMap<>();
        long events = 0;
        for (TreeMap<LocalDateTime, Long> units :
                unitsOfEach(q.scope(), q.unit(), q.of()).values()) {
            LocalDateTime cohort = units.firstKey();
            if (cohort.isBefore(first)) {
                continue;
            }
            for (Map.Entry<LocalDateTime, Long> unit : units.entrySet()) {
                long after = switch (q.unit()) {
                    case HOUR -> ChronoUnit.HOURS.between(cohort, unit.getKey());
                    case DAY -> ChronoUnit.DAYS.between(cohort, unit.getKey());
                    case WEEK -> ChronoUnit.WEEKS.between(cohort, unit.getKey());
                    case MONTH -> ChronoUnit.MONTHS.between(cohort, unit.getKey());
                };
                long[] cell = cohorts.computeIfAbsent(cohort, none -> new TreeMap<>())
                        .computeIfAbsent(after, none -> new long[2]);
                cell[0]++;
                cell[1] += unit.getValue();
                events += unit.getValue();
            }
        }
        List<List<@Nullable Object>> rows = new ArrayList<>();
        cohorts.forEach(
                (cohort, cells) -> cells.forEach((after, cell) -> rows.add(row(cohort, after, cell[0], cell[1]))));
        return new Answer(rows, events);
    }

    private Answer churn(Question.Churn q) {
        Map<String, TreeMap<LocalDateTime, Long>> each = unitsOfEach(q.scope(), q.unit(), q.of());
        List<List<@Nullable Object>> rows = new ArrayList<>();
        long events = 0;
        for (LocalDateTime start : starts(q.unit(), q.scope().span())) {
            LocalDateTime before = switch (q.unit()) {
                case HOUR -> start.minusHours(1);
                case DAY -> start.minusDays(1);
                case WEEK -> start.minusWeeks(1);
                case MONTH -> start.minusMonths(1);
            };
            Set<String> now = active(each, start);
            Set<String> then = active(each, before);
            long fresh = now.stream()
                    .filter(who -> each.get(who).firstKey().equals(start))
                    .count();
            long retained = now.stream().filter(then::contains).count();
            long inUnit =
                    now.stream().mapToLong(who -> each.get(who).get(start)).sum();
            events += inUnit;
            rows.add(row(
                    start,
                    (long) now.size(),
                    fresh,
                    retained,
                    now.size() - fresh - retained,
                    then.size() - retained,
                    inUnit));
        }
        return new Answer(rows, events);
    }

    private static Set<String> active(Map<String, TreeMap<LocalDateTime, Long>> each, LocalDateTime start) {
        return each.entrySet().stream()
                .filter(entry -> entry.getValue().containsKey(start))
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(HashSet::new));
    }

    private Answer paths(Question.Paths q) {
        record Pair(int step, String from, @Nullable String to) {}
        Map<Pair, Long> pairs = new HashMap<>();
        grouped(ofSomebody(counted(q.scope()), q.of()), known -> who(known, q.of()))
                .forEach((who, own) -> {
                    List<String> way = new ArrayList<>();
                    for (Known known : own) {
                        @Nullable String step = text(known, q.along());
                        if (step != null && (way.isEmpty() || !way.getLast().equals(step))) {
                            way.add(step);
                        }
                    }
                    int begin = q.start().map(way::indexOf).orElse(0);
                    List<String> rest = begin < 0 ? List.of() : way.subList(begin, way.size());
                    for (int i = 0; i < Math.min(rest.size(), q.depth()); i++) {
                        pairs.merge(
                                new Pair(i + 1, rest.get(i), i + 1 < rest.size() ? rest.get(i + 1) : null),
                                1L,
                                Long::sum);
                    }
                });
        List<List<@Nullable Object>> rows = pairs.entrySet().stream()
                .sorted(Comparator.comparing((Map.Entry<Pair, Long> entry) -> -entry.getValue())
                        .thenComparing(entry -> entry.getKey().step())
                        .thenComparing(entry -> entry.getKey().from())
                        .thenComparing(entry -> entry.getKey().to(), TEXTS))
                .limit(q.top())
                .map(entry -> row(
                        (long) entry.getKey().step(),
                        entry.getKey().from(),
                        entry.getKey().to(),
                        entry.getValue()))
                .toList();
        return new Answer(
                rows, pairs.values().stream().mapToLong(Long::longValue).sum());
    }

    private Answer percentiles(Question.Percentiles q) {
        List<Known> events = counted(q.scope()).stream()
                .filter(known -> known.event().value().isPresent())
                .toList();
        Map<LocalDateTime, List<Known>> units = new TreeMap<>(grouped(
                events,
                known -> q.unit().map(unit -> start(unit, known, q.scope())).orElse(LocalDateTime.MIN)));
        List<Group> groups = q.by().map(by -> largest(events, by, q.top())).orElse(List.of(new Group(null)));
        List<List<@Nullable Object>> rows = new ArrayList<>();
        units.forEach((start, inUnit) -> {
            for (Group group : inOrder(groups)) {
                List<Long> values = inUnit.stream()
                        .filter(known ->
                                q.by().isEmpty() || group(known, q.by().get()).equals(group))
                        .map(known -> known.event().value().getAsLong())
                        .sorted()
                        .toList();
                if (values.isEmpty()) {
                    continue;
                }
                List<@Nullable Object> row = new ArrayList<>();
                if (q.unit().isPresent()) {
                    row.add(start);
                }
                if (q.by().isPresent()) {
                    row.add(group.name());
                }
                row.add((long) values.size());
                row.add(BigDecimal.valueOf(values.getFirst()));
                for (int share : List.of(50, 75, 90, 95, 99)) {
                    int place = (values.size() * share + 99) / 100; // the first that so many do not exceed
                    row.add(BigDecimal.valueOf(values.get(Math.max(place, 1) - 1)));
                }
                row.add(BigDecimal.valueOf(values.getLast()));
                rows.add(row);
            }
        });
        return new Answer(rows, events.size());
    }

    private Answer versions(Question.Versions q) {
        List<Known> events = ofSomebody(counted(q.scope()), q.of()).stream()
                .filter(known -> text(known, q.version()) != null)
                .toList();
        TreeMap<LocalDateTime, TreeMap<String, long[]>> found = new TreeMap<>();
        grouped(events, known -> start(q.unit(), known, q.scope()))
                .forEach((start, inUnit) -> grouped(inUnit, known -> who(known, q.of()))
                        .values()
                        .forEach(own -> {
                            String version = Objects.requireNonNull(text(own.getLast(), q.version()));
                            long[] cell = found.computeIfAbsent(start, none -> new TreeMap<>())
                                    .computeIfAbsent(version, none -> new long[2]);
                            cell[0]++;
                            cell[1] += own.size();
                        }));
        List<List<@Nullable Object>> rows = new ArrayList<>();
        found.forEach((start, versions) ->
                versions.forEach((version, cell) -> rows.add(row(start, version, cell[0], cell[1]))));
        return new Answer(rows, events.size());
    }

    /// A row as texts that are equal where the cells mean the same.
    static List<@Nullable String> plainly(List<@Nullable Object> row) {
        List<@Nullable String> cells = new ArrayList<>();
        for (Object cell : row) {
            cells.add(
                    cell instanceof BigDecimal number
                            ? number.stripTrailingZeros().toPlainString()
                            : cell instanceof dev.licet.core.insight.Start start
                                    ? start.at().toString()
                                    : cell == null ? null : cell.toString());
        }
        return Collections.unmodifiableList(cells);
    }
}
