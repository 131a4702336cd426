package dev.licet.dialect.rest;

import dev.licet.core.id.ProductId;
import dev.licet.core.insight.Field;
import dev.licet.core.insight.Filter;
import dev.licet.core.insight.Question;
import dev.licet.core.insight.Scope;
import dev.licet.core.insight.Span;
import dev.licet.core.insight.Unit;
import dev.licet.core.insight.Who;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Questions as bodies have them.
final class InsightQuestions {
    static final String KINDS =
            "actives, breakdown, churn, funnel, paths, percentiles, retention, revenue, seats, timeseries, versions";

    /// So many days back a question looks that names no time, today among them.
    private static final int DAYS = 30;

    private static final Instant LATEST = Instant.parse("9999-01-01T00:00:00Z");
    private static final String PROPERTY = "properties";
    private static final Set<String> OF_EVERY_KIND =
            Set.of("from", "until", "zone", "product", "key", "filters", "compare");
    private static final Map<Filter.Test, String> TESTS = new EnumMap<>(Map.of(
            Filter.Test.IS, "is",
            Filter.Test.IS_NOT, "isNot",
            Filter.Test.CONTAINS, "contains",
            Filter.Test.STARTS_WITH, "startsWith",
            Filter.Test.AT_LEAST, "atLeast",
            Filter.Test.BELOW, "below"));
    private static final String PRESENT = "present";

    /// What a question needs to know of who asks.
    ///
    /// @param inWholeUnits is asked for revenue alone
    record Asker(
            dev.licet.core.id.AccountNumber account,
            Supplier<ZoneId> zone,
            Supplier<Set<ProductId>> inWholeUnits,
            Instant now) {}

    private record Kind(Set<String> members, BiFunction<Body, Scope, Question> read) {
        Kind(List<String> members, BiFunction<Body, Scope, Question> read) {
            this(Set.copyOf(members), read);
        }
    }

    private final Asker asker;
    private final Map<String, Kind> kinds;

    InsightQuestions(Asker asker) {
        this.asker = asker;
        this.kinds = Map.ofEntries(
                Map.entry(
                        "timeseries",
                        new Kind(
                                List.of("unit", "by", "top"),
                                (body, scope) -> new Question.Timeseries(scope, unit(body), by(body), top(body, 10)))),
                Map.entry(
                        "actives",
                        new Kind(
                                List.of("unit", "of"),
                                (body, scope) -> new Question.Actives(scope, unit(body), of(body)))),
                Map.entry(
                        "breakdown",
                        new Kind(
                                List.of("by", "of", "top"),
                                (body, scope) -> new Question.Breakdown(
                                        scope,
                                        by(body).orElseThrow(() -> body.wrong("by", "is required")),
                                        of(body),
                                        top(body, 50)))),
                Map.entry(
                        "revenue",
                        new Kind(
                                List.of("unit", "by"),
                                (body, scope) -> new Question.Revenue(
                                        scope,
                                        unitIfAny(body),
                                        by(body),
                                        this.asker.inWholeUnits().get()))),
                Map.entry(
                        "funnel",
                        new Kind(
                                List.of("steps", "window", "of", "by"),
                                (body, scope) -> new Question.Funnel(
                                        scope,
                                        steps(body),
                                        body.duration("window").orElse(Duration.ofDays(7)),
                                        of(body),
                                        by(body)))),
                Map.entry(
                        "retention",
                        new Kind(
                                List.of("unit", "of"),
                                (body, scope) -> new Question.Retention(scope, unit(body), of(body)))),
                Map.entry(
                        "churn",
                        new Kind(
                                List.of("unit", "of"),
                                (body, scope) -> new Question.Churn(scope, unit(body), of(body)))),
                Map.entry(
                        "paths",
                        new Kind(
                                List.of("along", "start", "of", "depth", "top"),
                                (body, scope) -> new Question.Paths(
                                        scope,
                                        body.text("along")
                                                .map(name -> field(body, "along", name))
                                                .orElse(Field.Column.NAME),
                                        body.text("start"),
                                        body.has("of") ? of(body) : Who.SESSION,
                                        count(body, "depth", 5),
                                        top(body, 100)))),
                Map.entry(
                        "percentiles",
                        new Kind(
                                List.of("unit", "by", "top"),
                                (body, scope) ->
                                        new Question.Percentiles(scope, unitIfAny(body), by(body), top(body, 10)))),
                Map.entry(
                        "versions",
                        new Kind(
                                List.of("unit", "of", "version"),
                                (body, scope) -> new Question.Versions(
                                        scope,
                                        unit(body),
                                        body.text("version")
                                                .map(name -> field(body, "version", name))
                                                .orElse(new Field.Property(List.of("version"))),
                                        of(body)))),
                Map.entry("seats", new Kind(List.of("unit"), (body, scope) -> new Question.Seats(scope, unit(body)))));
    }

    /// Empty for an unknown kind.
    Optional<Question> read(String kind, Body body) {
        return Optional.ofNullable(kinds.get(kind)).map(known -> {
            body.only(Stream.concat(OF_EVERY_KIND.stream(), known.members().stream())
                    .collect(Collectors.toSet()));
            return known.read().apply(body, scope(body));
        });
    }

    private Scope scope(Body body) {
        return new Scope(
                asker.account(),
                body.text("product").map(text -> Call.id("prd_", "product", text, ProductId::new)),
                body.text("key"),
                span(body),
                filters(body, "filters"));
    }

    private Span span(Body body) {
        ZoneId zone = body.text("zone").map(text -> zone(body, text)).orElseGet(asker.zone());
        Instant until = body.text("until")
                .map(text -> instant(body, "until", text, zone))
                .orElse(asker.now());
        Instant from = body.text("from")
                .map(text -> instant(body, "from", text, zone))
                .orElseGet(() -> LocalDateTime.ofInstant(until, zone)
                        .toLocalDate()
                        .minusDays(DAYS - 1)
                        .atStartOfDay(zone)
                        .toInstant());
        if (from.isBefore(Instant.EPOCH) || until.isAfter(LATEST)) {
            throw body.wrong("from", "and 'until' must lie in the years 1970 to 9998");
        }
        if (!from.isBefore(until)) {
            throw body.wrong("from", "must be before 'until', which is " + until);
        }
        return new Span(from, until, zone);
    }

    private static ZoneId zone(Body body, String text) {
        try {
            return ZoneId.of(text);
        } catch (DateTimeException e) {
            throw body.wrong("zone", "must be a time zone, such as Europe/Prague or UTC");
        }
    }

    /// A day, whose beginning it is then, or a time.
    private static Instant instant(Body body, String member, String text, ZoneId zone) {
        try {
            if (text.matches("[0-9]{4}-[0-9]{2}-[0-9]{2}")) {
                return LocalDate.parse(text).atStartOfDay(zone).toInstant();
            }
        } catch (DateTimeParseException e) {
            // answered below
        }
        return Times.parse(text).orElseThrow(() -> body.wrong(member, Times.RULE + ", or a day, such as 2026-11-22"));
    }

    private static Unit unit(Body body) {
        return unitIfAny(body).orElse(Unit.DAY);
    }

    private static Optional<Unit> unitIfAny(Body body) {
        return body.text("unit").map(text -> oneOf(body, "unit", text, Unit.values()));
    }

    private static Who of(Body body) {
        return body.text("of")
                .map(text -> oneOf(body, "of", text, Who.values()))
                .orElse(Who.MACHINE);
    }

    private static <E extends Enum<E>> E oneOf(Body body, String member, String text, E[] all) {
        return Arrays.stream(all)
                .filter(one -> named(one).equals(text))
                .findFirst()
                .orElseThrow(() -> body.wrong(
                        member,
                        "must be one of "
                                + Arrays.stream(all)
                                        .map(InsightQuestions::named)
                                        .collect(Collectors.joining(", "))));
    }

    private static String named(Enum<?> one) {
        return one.name().toLowerCase(Locale.ROOT);
    }

    private static int top(Body body, int usual) {
        return count(body, "top", usual);
    }

    private static int count(Body body, String member, int usual) {
        OptionalLong number = body.number(member);
        if (number.isPresent() && (number.getAsLong() < 1 || number.getAsLong() > Integer.MAX_VALUE)) {
            throw body.wrong(member, "must be 1 or more");
        }
        return (int) number.orElse(usual);
    }

    private static Optional<Field> by(Body body) {
        return body.text("by").map(name -> field(body, "by", name));
    }

    /// A column by its name, or a property: `properties.plan.tier`, or `properties/plan/tier` where a name
    /// has a dot.
    private static Field field(Body body, String member, String name) {
        if (name.startsWith(PROPERTY + ".") || name.startsWith(PROPERTY + "/")) {
            String separator = name.substring(PROPERTY.length(), PROPERTY.length() + 1);
            List<String> names =
                    List.of(name.substring(PROPERTY.length() + 1).split(separator.equals(".") ? "\\." : "/", -1));
            try {
                return new Field.Property(names);
            } catch (IllegalArgumentException e) {
                throw body.wrong(
                        member,
                        "must have 1 to " + Field.Property.MAX_DEPTH + " names behind 'properties', each of 1 to "
                                + Field.Property.MAX_NAME + " characters");
            }
        }
        return Arrays.stream(Field.Column.values())
                .filter(column -> named(column).equals(name))
                .findFirst()
                .orElseThrow(() -> body.wrong(
                        member,
                        "must be one of "
                                + Arrays.stream(Field.Column.values())
                                        .map(InsightQuestions::named)
                                        .collect(Collectors.joining(", "))
                                + ", or properties.NAME"));
    }

    /// A step has filters, and for the two that most have a short form.
    private static List<List<Filter>> steps(Body body) {
        List<Body> steps = body.objects("steps");
        if (steps.size() < 2) {
            throw body.wrong("steps", "must have 2 at least");
        }
        List<List<Filter>> read = new ArrayList<>();
        for (Body step : steps) {
            step.only(Set.of("name", "feature", "filters"));
            List<Filter> filters = new ArrayList<>(filters(step, "filters"));
            step.text("name")
                    .ifPresent(name -> filters.add(new Filter(Field.Column.NAME, Filter.Test.IS, List.of(name))));
            step.text("feature")
                    .ifPresent(name -> filters.add(new Filter(Field.Column.FEATURE, Filter.Test.IS, List.of(name))));
            if (filters.isEmpty()) {
                throw step.wrong("name", "is required, or a feature, or filters");
            }
            read.add(filters);
        }
        return read;
    }

    private static List<Filter> filters(Body body, String member) {
        return body.objects(member).stream().map(InsightQuestions::filter).toList();
    }

    private static Filter filter(Body body) {
        body.only(Stream.concat(TESTS.values().stream(), Stream.of("field", PRESENT))
                .collect(Collectors.toSet()));
        Field field = field(body, "field", body.requiredText("field"));
        List<Filter> filters = new ArrayList<>();
        TESTS.forEach((test, name) -> {
            if (body.has(name)) {
                filters.add(filter(body, field, test, name));
            }
        });
        body.flag(PRESENT)
                .ifPresent(
                        is -> filters.add(new Filter(field, is ? Filter.Test.PRESENT : Filter.Test.ABSENT, List.of())));
        if (filters.size() != 1) {
            throw body.wrong(
                    "field",
                    "needs one test: " + PRESENT + ", "
                            + TESTS.values().stream().sorted().collect(Collectors.joining(", ")));
        }
        return filters.getFirst();
    }

    private static Filter filter(Body body, Field field, Filter.Test test, String name) {
        List<String> values = body.scalars(name).stream()
                .map(value -> stored(body, field, name, value))
                .toList();
        try {
            return new Filter(field, test, values);
        } catch (IllegalArgumentException e) {
            throw body.wrong(
                    name,
                    "must be "
                            + (test == Filter.Test.IS || test == Filter.Test.IS_NOT
                                    ? "1 to " + Filter.MAX_VALUES
                                    : "one")
                            + ", a number where the field has numbers, and a text else");
        }
    }

    private static String stored(Body body, Field field, String member, String value) {
        return prefix(field)
                .map(prefix -> {
                    OptionalLong id = Call.id(prefix, value);
                    if (id.isEmpty()) {
                        throw body.wrong(member, "must be an id such as " + prefix + "1");
                    }
                    return Long.toString(id.getAsLong());
                })
                .orElse(value);
    }

    /// What ids of a field begin with; empty for other values.
    static Optional<String> prefix(Field field) {
        return field == Field.Column.PRODUCT
                ? Optional.of("prd_")
                : field == Field.Column.APPLICATION ? Optional.of("app_") : Optional.empty();
    }

    static Optional<Field> groups(Question question) {
        return switch (question) {
            case Question.Timeseries q -> q.by();
            case Question.Breakdown q -> Optional.of(q.by());
            case Question.Revenue q -> q.by();
            case Question.Funnel q -> q.by();
            case Question.Percentiles q -> q.by();
            case Question.Actives ignored -> Optional.empty();
            case Question.Retention ignored -> Optional.empty();
            case Question.Churn ignored -> Optional.empty();
            case Question.Paths ignored -> Optional.empty();
            case Question.Versions ignored -> Optional.empty();
            case Question.Seats ignored -> Optional.empty();
        };
    }
}
