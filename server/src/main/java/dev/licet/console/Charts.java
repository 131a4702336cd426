package dev.licet.console;

import dev.licet.console.view.Cell;
import dev.licet.console.view.Chart;
import dev.licet.console.view.Freshness;
import dev.licet.console.view.Grid;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Pictures and tables of what insights answer.
final class Charts {
    /// More bars are no picture any more.
    private static final int MOST_BARS = 20;
    private static final int MOST_STARTS = 1000;

    private static final Map<String, String> HEADINGS = Map.ofEntries(
            Map.entry("start", "From"),
            Map.entry("group", "Group"),
            Map.entry("events", "Events"),
            Map.entry("value", "Value"),
            Map.entry("active", "Active"),
            Map.entry("currency", "Currency"),
            Map.entry("amount", "Amount"),
            Map.entry("step", "Step"),
            Map.entry("reached", "Reached"),
            Map.entry("cohort", "First seen"),
            Map.entry("after", "Units later"),
            Map.entry("new", "New"),
            Map.entry("retained", "Stayed"),
            Map.entry("returning", "Came back"),
            Map.entry("lost", "Left"),
            Map.entry("from", "From"),
            Map.entry("to", "To"),
            Map.entry("count", "Times"),
            Map.entry("min", "Least"),
            Map.entry("p50", "Median"),
            Map.entry("p75", "75 %"),
            Map.entry("p90", "90 %"),
            Map.entry("p95", "95 %"),
            Map.entry("p99", "99 %"),
            Map.entry("max", "Most"),
            Map.entry("peak", "Most at once"),
            Map.entry("denials", "Denied"),
            Map.entry("seats", "Seats"),
            Map.entry("idle", "Never needed"),
            Map.entry("version", "Version"));

    private Charts() {}

    /// @param question as it was asked
    static List<Chart> of(String kind, JsonNode question, JsonNode answer) {
        List<JsonNode> rows = rows(answer);
        if (rows.isEmpty()) {
            return List.of();
        }
        String unit = question.path("unit").asString("day");
        return switch (kind) {
            case "timeseries" -> timeseries(answer, rows(answer.path("before")), unit);
            case "actives" -> List.of(over("Active", rows, rows(answer.path("before")), unit, "lines", "active"));
            case "breakdown" -> List.of(ranks("Events", rows, row -> named(row.path("group")), "events", "active"));
            case "revenue" -> revenue(answer, unit);
            case "funnel" -> List.of(funnel(rows, question));
            case "retention" -> List.of(retention(rows));
            case "churn" -> List.of(churn(rows, unit));
            case "paths" -> List.of(paths(rows));
            case "percentiles" -> List.of(percentiles(rows, unit));
            case "seats" ->
                List.of(
                        over("Seats held at once, at most", rows, List.of(), unit, "lines", "peak"),
                        over("Denied", rows, List.of(), unit, "bars", "denials"));
            case "versions" ->
                List.of(groups("Machines by version", rows, starts(answer, unit), "version", "active", unit, ""));
            default -> List.of();
        };
    }

    static List<JsonNode> rows(JsonNode answer) {
        return StreamSupport.stream(answer.path("data").spliterator(), false).toList();
    }

    /// Where each day, week or month of an answer's time begins, those without events too; none of hours.
    private static List<String> starts(JsonNode answer, String unit) {
        if (unit.equals("hour")) {
            return List.of();
        }
        ZoneId zone = ZoneId.of(answer.path("zone").asString("UTC"));
        LocalDate day = LocalDate.ofInstant(Instant.parse(answer.path("from").asString()), zone);
        LocalDate start = switch (unit) {
            case "week" -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
            case "month" -> day.withDayOfMonth(1);
            default -> day;
        };
        Instant until = Instant.parse(answer.path("until").asString());
        List<String> starts = new ArrayList<>();
        while (start.atStartOfDay(zone).toInstant().isBefore(until) && starts.size() < MOST_STARTS) {
            starts.add(start.toString());
            start = switch (unit) {
                case "week" -> start.plusWeeks(1);
                case "month" -> start.plusMonths(1);
                default -> start.plusDays(1);
            };
        }
        return starts;
    }

    private static String named(JsonNode group) {
        return group.isNull() || group.asString("").isEmpty() ? "(none)" : group.asString();
    }

    private static List<Chart> timeseries(JsonNode answer, List<JsonNode> before, String unit) {
        List<JsonNode> rows = rows(answer);
        List<String> starts = starts(answer, unit);
        boolean isGrouped = rows.getFirst().has("group");
        boolean hasValues = rows.stream().anyMatch(row -> row.path("value").asLong(0) != 0);
        List<Chart> charts = new ArrayList<>();
        charts.add(
                isGrouped
                        ? groups("Events", rows, starts, "group", "events", unit, "")
                        : over("Events", rows, before, unit, "bars", "events"));
        if (hasValues) {
            charts.add(
                    isGrouped
                            ? groups("Value", rows, starts, "group", "value", unit, "")
                            : over("Value", rows, before, unit, "bars", "value"));
        }
        return charts;
    }

    /// One number over time, beside that of the time before.
    static Chart over(
            String title, List<JsonNode> rows, List<JsonNode> before, String unit, String form, String member) {
        ObjectNode spec = Rest.object().put("form", form).put("unit", unit);
        ArrayNode starts = spec.putArray("x");
        ArrayNode series = spec.putArray("series");
        ArrayNode values = series.addObject().put("name", title).putArray("values");
        rows.forEach(row -> {
            starts.add(row.path("start").asString(""));
            values.add(row.path(member));
        });
        if (!before.isEmpty()) {
            ArrayNode earlier = series.addObject()
                    .put("name", "the time before")
                    .put("faint", true)
                    .putArray("values");
            before.stream().limit(rows.size()).forEach(row -> earlier.add(row.path(member)));
        }
        return chart(title, rows, member, spec);
    }

    private static Chart chart(String title, List<JsonNode> rows, String member, ObjectNode spec) {
        JsonNode highest = rows.stream()
                .max(Comparator.comparingDouble(row -> row.path(member).asDouble(0)))
                .orElseThrow();
        String summary = title + ", " + rows.size() + " rows; the most is "
                + highest.path(member).asString("0") + ", "
                + highest.path("start").asString(highest.path("group").asString("")) + ".";
        return new Chart(title, summary, Rest.text(spec));
    }

    /// A number over time, in stacks by group.
    private static Chart groups(
            String title,
            List<JsonNode> rows,
            List<String> known,
            String group,
            String member,
            String unit,
            String suffix) {
        Set<String> starts = new LinkedHashSet<>(known);
        Map<String, Map<String, JsonNode>> byGroup = new LinkedHashMap<>();
        rows.forEach(row -> {
            String start = row.path("start").asString("");
            starts.add(start);
            byGroup.computeIfAbsent(named(row.path(group)), none -> new LinkedHashMap<>())
                    .put(start, row.path(member));
        });
        ObjectNode spec = Rest.object()
                .put("form", "bars")
                .put("unit", unit)
                .put("stacked", true)
                .put("suffix", suffix);
        ArrayNode x = spec.putArray("x");
        starts.forEach(x::add);
        ArrayNode series = spec.putArray("series");
        byGroup.forEach((name, values) -> {
            ArrayNode all = series.addObject().put("name", name).putArray("values");
            for (String start : starts) {
                JsonNode value = values.get(start);
                all.add(value == null ? 0 : value.asDouble(0));
            }
        });
        return chart(title, rows, member, spec);
    }

    private static Chart ranks(String title, List<JsonNode> rows, Function<JsonNode, String> label, String... members) {
        List<JsonNode> first = rows.stream().limit(MOST_BARS).toList();
        ObjectNode spec = Rest.object().put("form", "ranks");
        ArrayNode labels = spec.putArray("labels");
        first.forEach(row -> labels.add(label.apply(row)));
        ArrayNode series = spec.putArray("series");
        for (String member : members) {
            ArrayNode values = series.addObject()
                    .put("name", HEADINGS.getOrDefault(member, member))
                    .putArray("values");
            first.forEach(row -> values.add(row.path(member)));
        }
        return chart(title, first, members[0], spec);
    }

    /// A picture for each currency: amounts of several are never in one.
    static List<Chart> revenue(JsonNode answer, String unit) {
        List<String> starts = starts(answer, unit);
        Map<String, List<JsonNode>> byCurrency = rows(answer).stream()
                .collect(Collectors.groupingBy(
                        row -> row.path("currency").asString(""), LinkedHashMap::new, Collectors.toList()));
        return byCurrency.entrySet().stream()
                .map(entry -> revenue(entry.getKey(), entry.getValue(), starts, unit))
                .toList();
    }

    private static Chart revenue(String currency, List<JsonNode> rows, List<String> starts, String unit) {
        String title = "Revenue, " + currency;
        if (!rows.getFirst().has("start")) {
            return ranks(title, rows, row -> row.has("group") ? named(row.path("group")) : currency, "amount");
        }
        return groups(
                title, rows, starts, rows.getFirst().has("group") ? "group" : "currency", "amount", unit, currency);
    }

    private static Chart funnel(List<JsonNode> rows, JsonNode question) {
        Map<String, List<JsonNode>> byGroup = rows.stream()
                .collect(Collectors.groupingBy(
                        row -> row.has("group") ? named(row.path("group")) : "Reached",
                        LinkedHashMap::new,
                        Collectors.toList()));
        ObjectNode spec = Rest.object().put("form", "ranks").put("ofFirst", true);
        ArrayNode labels = spec.putArray("labels");
        JsonNode steps = question.path("steps");
        for (int i = 0; i < steps.size(); i++) {
            JsonNode step = steps.get(i);
            labels.add(i + 1 + ". "
                    + step.path("name").asString(step.path("feature").asString("")));
        }
        ArrayNode series = spec.putArray("series");
        byGroup.entrySet().stream().limit(MOST_BARS).forEach(entry -> {
            ArrayNode values = series.addObject().put("name", entry.getKey()).putArray("values");
            entry.getValue().forEach(row -> values.add(row.path("reached")));
        });
        return chart("How far they come", rows, "reached", spec);
    }

    private static Chart retention(List<JsonNode> rows) {
        List<String> cohorts = rows.stream()
                .map(row -> row.path("cohort").asString(""))
                .distinct()
                .toList();
        Map<String, Long> sizes = new LinkedHashMap<>();
        rows.stream()
                .filter(row -> row.path("after").asLong() == 0)
                .forEach(row -> sizes.put(
                        row.path("cohort").asString(""), row.path("active").asLong()));
        ObjectNode spec = Rest.object().put("form", "heat");
        ArrayNode names = spec.putArray("rows");
        cohorts.forEach(names::add);
        ArrayNode values = spec.putArray("values");
        long longest = 0;
        for (JsonNode row : rows) {
            String cohort = row.path("cohort").asString("");
            long size = sizes.getOrDefault(cohort, 0L);
            long active = row.path("active").asLong();
            longest = Math.max(longest, row.path("after").asLong());
            values.addArray()
                    .add(row.path("after").asLong())
                    .add(cohorts.indexOf(cohort))
                    .add(size == 0 ? 0 : Math.round(1000.0 * active / size) / 10.0)
                    .add(active);
        }
        spec.put("columns", longest + 1);
        return new Chart(
                "Who came back, in per cent of those first seen then",
                cohorts.size() + " groups by when they were first seen, up to " + longest + " units later.",
                Rest.text(spec));
    }

    private static Chart churn(List<JsonNode> rows, String unit) {
        ObjectNode spec = Rest.object().put("form", "bars").put("unit", unit).put("stacked", true);
        ArrayNode x = spec.putArray("x");
        rows.forEach(row -> x.add(row.path("start").asString("")));
        ArrayNode series = spec.putArray("series");
        for (String member : List.of("retained", "returning", "new", "lost")) {
            ArrayNode values =
                    series.addObject().put("name", HEADINGS.get(member)).putArray("values");
            rows.forEach(row -> values.add(
                    member.equals("lost")
                            ? -row.path(member).asLong(0)
                            : row.path(member).asLong(0)));
        }
        return chart("Who came, stayed and left", rows, "active", spec);
    }

    private static Chart paths(List<JsonNode> rows) {
        ObjectNode spec = Rest.object().put("form", "flow");
        ArrayNode links = spec.putArray("links");
        rows.forEach(row -> {
            long step = row.path("step").asLong();
            JsonNode to = row.path("to");
            links.addObject()
                    .put("from", step + ". " + row.path("from").asString(""))
                    .put("to", step + 1 + ". " + (to.isNull() ? "(end)" : to.asString("")))
                    .put("value", row.path("count").asLong());
        });
        return chart("Ways", rows, "count", spec);
    }

    private static Chart percentiles(List<JsonNode> rows, String unit) {
        if (!rows.getFirst().has("start") || rows.getFirst().has("group")) {
            return ranks("Values", rows, row -> named(row.path("group")), "p50", "p90", "p99");
        }
        ObjectNode spec = Rest.object().put("form", "lines").put("unit", unit);
        ArrayNode x = spec.putArray("x");
        rows.forEach(row -> x.add(row.path("start").asString("")));
        ArrayNode series = spec.putArray("series");
        for (String member : List.of("p50", "p90", "p99")) {
            ArrayNode values =
                    series.addObject().put("name", HEADINGS.get(member)).putArray("values");
            rows.forEach(row -> values.add(row.path(member)));
        }
        return chart("Values", rows, "p50", spec);
    }

    /// All rows of an answer.
    static Grid grid(JsonNode answer, int most) {
        List<JsonNode> rows = rows(answer);
        Set<String> members = new LinkedHashSet<>();
        rows.forEach(row -> row.properties().forEach(member -> members.add(member.getKey())));
        return new Grid(
                "The answer’s rows",
                members.stream()
                        .map(member -> HEADINGS.getOrDefault(member, member))
                        .toList(),
                rows.stream()
                        .limit(most)
                        .map(row -> new Grid.Row(
                                members.stream()
                                        .map(member -> cell(member, row.path(member)))
                                        .toList(),
                                List.of()))
                        .toList(),
                "",
                false);
    }

    private static Cell cell(String member, JsonNode value) {
        return switch (member) {
            case "start", "cohort" -> value.isString() ? new Cell.Code(value.asString()) : Cells.NOTHING;
            case "amount" -> Cells.number(value);
            case "group", "version", "from", "to" -> value.isNull() ? Cells.NOTHING : Cells.text(value);
            default -> value.isNumber() ? Cells.number(value) : Cells.text(value);
        };
    }

    static Freshness freshness(JsonNode answer) {
        return new Freshness(
                answer.path("from").asString(""),
                answer.path("until").asString(""),
                answer.path("zone").asString(""),
                answer.path("events").asString("0"),
                answer.path("kind").asString("").equals("seats") ? "seats" : "events",
                Optional.of(answer.path("asOf").path("time"))
                        .filter(JsonNode::isString)
                        .map(JsonNode::asString)
                        .orElse(""),
                answer.path("asOf").path("complete").asBoolean(true));
    }
}
