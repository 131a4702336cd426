package dev.licet.console;

import dev.licet.console.view.Cell.Tone;
import dev.licet.console.view.Chart;
import dev.licet.console.view.Freshness;
import dev.licet.console.view.Notice;
import dev.licet.console.view.Step;
import dev.licet.console.view.Tile;
import dev.licet.core.Outcome;
import dev.licet.core.identity.LendCredentials;
import dev.licet.core.identity.Permission;
import dev.licet.dialect.Answer;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The first page: what came in, who is there, what it earned, what needs attention. The page itself has none of it, so
/// it is there at once; its parts come by themselves.
final class OverviewPages {
    private static final int DAYS = 28;
    private static final int SOON = 30;
    private static final int FEW = 5;
    /// So many are counted.
    private static final int MANY = 100;

    private final Rest rest;
    private final Pages pages;
    private final LendCredentials lendCredentials;
    private final Clock clock;

    OverviewPages(Rest rest, Pages pages, LendCredentials lendCredentials, Clock clock) {
        this.rest = rest;
        this.pages = pages;
        this.lendCredentials = lendCredentials;
        this.clock = clock;
    }

    Answer answer(Visit visit) {
        if (!visit.visitor().may(Permission.GET_INSIGHTS)) {
            return Navigation.first(visit.visitor())
                    .map(href -> Pages.redirect(visit.request(), href))
                    .orElseGet(() -> pages.notPermitted(visit, Permission.GET_INSIGHTS));
        }
        return pages.page(visit, "overview", "Overview", Map.of(), true);
    }

    /// `/console/overview/numbers`, `revenue`, `attention`, `steps`; to post to `steps` fills credentials in.
    Answer part(Visit visit) {
        if (!visit.visitor().may(Permission.GET_INSIGHTS)) {
            return pages.notPermitted(visit, Permission.GET_INSIGHTS);
        }
        boolean changes = visit.request().verb().equals("POST");
        return switch (visit.word(1)) {
            case "numbers" -> changes ? pages.notFound(visit) : numbers(visit);
            case "revenue" -> changes ? pages.notFound(visit) : revenue(visit);
            case "attention" -> changes ? pages.notFound(visit) : attention(visit);
            case "steps" -> steps(visit, changes);
            default -> pages.notFound(visit);
        };
    }

    private LocalDate today(Visit visit) {
        return LocalDate.ofInstant(clock.instant(), visit.visitor().zone());
    }

    /// The last four weeks, today among them.
    private ObjectNode lastDays(Visit visit) {
        LocalDate today = today(visit);
        return Rest.object()
                .put("unit", "day")
                .put("from", today.minusDays(DAYS - 1L).toString())
                .put("until", today.plusDays(1).toString());
    }

    private Rest.Reply ask(Visit visit, String kind, ObjectNode question) {
        return rest.send(visit, "POST", "/v1/insights/" + kind, Optional.of(question));
    }

    private Answer numbers(Visit visit) {
        ObjectNode days = lastDays(visit);
        Rest.Reply events = ask(visit, "timeseries", days);
        Rest.Reply actives = ask(visit, "actives", days.deepCopy().put("of", "machine"));
        if (!events.isOk() || !actives.isOk()) {
            return pages.part("refused", Map.of("why", (events.isOk() ? actives : events).why()));
        }
        List<JsonNode> eventRows = Charts.rows(events.body());
        List<JsonNode> activeRows = Charts.rows(actives.body());
        List<Tile> tiles = new ArrayList<>();
        tiles.add(new Tile(
                "Events, 7 whole days",
                String.valueOf(sum(eventRows, "events", 1, 8)),
                "",
                change(sum(eventRows, "events", 1, 8), sum(eventRows, "events", 8, 15)),
                "until yesterday, beside the 7 before",
                "/console/explore?kind=timeseries"));
        tiles.add(new Tile(
                "Events today",
                String.valueOf(sum(eventRows, "events", 0, 1)),
                "",
                Optional.empty(),
                "so far",
                "/console/live"));
        tiles.add(new Tile(
                "Active machines yesterday",
                String.valueOf(sum(activeRows, "active", 1, 2)),
                "",
                change(sum(activeRows, "active", 1, 2), sum(activeRows, "active", 8, 9)),
                "beside a week before",
                "/console/explore?kind=actives&of=machine"));
        tiles.add(new Tile(
                "Seats held now", seatsNow(visit), "", Optional.empty(), "of all keys", "/console/explore?kind=seats"));
        List<Chart> charts = List.of(
                Charts.over("Events by day", eventRows, List.of(), "day", "bars", "events"),
                Charts.over(
                        "Active machines by day, until yesterday",
                        activeRows.subList(0, Math.max(1, activeRows.size() - 1)),
                        List.of(),
                        "day",
                        "lines",
                        "active"));
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("tiles", tiles);
        model.put("charts", charts);
        model.put("freshness", Charts.freshness(events.body()));
        return pages.part("numbers", model);
    }

    /// Of some of the last rows: the last one is today's.
    private static long sum(List<JsonNode> rows, String member, int from, int until) {
        long sum = 0;
        for (int i = from; i < until && i < rows.size(); i++) {
            sum += rows.get(rows.size() - 1 - i).path(member).asLong(0);
        }
        return sum;
    }

    private static Optional<Integer> change(long now, long before) {
        return before == 0 ? Optional.empty() : Optional.of((int) Math.round(100.0 * (now - before) / before));
    }

    /// Nothing where it can't be told.
    private String seatsNow(Visit visit) {
        Instant now = clock.instant();
        Rest.Reply reply = ask(
                visit,
                "seats",
                Rest.object()
                        .put("unit", "hour")
                        .put("from", now.minusSeconds(1).toString())
                        .put("until", now.toString()));
        return reply.isOk()
                ? String.valueOf(Charts.rows(reply.body()).stream()
                        .mapToLong(row -> row.path("peak").asLong(0))
                        .max()
                        .orElse(0))
                : "–";
    }

    private Answer revenue(Visit visit) {
        ObjectNode days = lastDays(visit);
        Rest.Reply reply = ask(visit, "revenue", days);
        if (!reply.isOk()) {
            return pages.part("refused", Map.of("why", reply.why()));
        }
        List<JsonNode> rows = Charts.rows(reply.body());
        Map<String, BigDecimal> sums = new LinkedHashMap<>();
        rows.forEach(row -> sums.merge(
                row.path("currency").asString(""),
                new BigDecimal(row.path("amount").asString("0")),
                BigDecimal::add));
        List<Tile> tiles = sums.entrySet().stream()
                .map(entry -> new Tile(
                        "Revenue, 28 days",
                        entry.getValue().toPlainString(),
                        entry.getKey(),
                        Optional.empty(),
                        "today included",
                        "/console/explore?kind=revenue&unit=week"))
                .toList();
        Freshness freshness = Charts.freshness(reply.body());
        return pages.part(
                "revenue",
                Map.of("tiles", tiles, "charts", Charts.revenue(reply.body(), "day"), "freshness", freshness));
    }

    // What needs attention

    private Answer attention(Visit visit) {
        List<Notice> notices = new ArrayList<>();
        expiring(visit).ifPresent(notices::add);
        denials(visit).ifPresent(notices::add);
        quotas(visit).ifPresent(notices::add);
        disk(visit).ifPresent(notices::add);
        return pages.part("attention", Map.of("notices", notices));
    }

    private Optional<Notice> expiring(Visit visit) {
        if (!visit.visitor().may(Permission.GET_KEYS)) {
            return Optional.empty();
        }
        LocalDate today = today(visit);
        ZoneId zone = visit.visitor().zone();
        String from = today.atStartOfDay(zone).toInstant().toString();
        String until = today.plusDays(SOON).atStartOfDay(zone).toInstant().toString();
        Rest.Reply reply = rest.get(
                visit,
                "/v1/keys?limit=" + MANY + "&endsFrom=" + Visit.encoded(from) + "&endsUntil=" + Visit.encoded(until));
        int count = reply.body().path("data").size();
        if (count == 0) {
            return Optional.empty();
        }
        boolean more = reply.body().path("next").isString();
        return Optional.of(new Notice(
                Tone.WARN,
                (more ? "More than " : "") + Cells.plural(count, "key") + (count == 1 ? " ends" : " end")
                        + " within 30 days",
                "Those that nobody extends stop running then.",
                "/console/keys?endsFrom=" + today + "&endsUntil=" + today.plusDays(SOON),
                "Show them"));
    }

    private Optional<Notice> denials(Visit visit) {
        Instant now = clock.instant();
        Rest.Reply reply = ask(
                visit,
                "seats",
                Rest.object()
                        .put("unit", "day")
                        .put("from", now.minus(Duration.ofDays(1)).toString())
                        .put("until", now.toString()));
        long denied = Charts.rows(reply.body()).stream()
                .mapToLong(row -> row.path("denials").asLong(0))
                .sum();
        return denied == 0
                ? Optional.empty()
                : Optional.of(new Notice(
                        Tone.WARN,
                        "No seat was free " + Cells.plural(denied, "time") + " in the last 24 hours",
                        "Somebody could not work; each time that a waiting machine asks again counts.",
                        "/console/explore?kind=seats&unit=hour",
                        "See when"));
    }

    private Optional<Notice> quotas(Visit visit) {
        if (!visit.visitor().may(Permission.MANAGE)) {
            return Optional.empty();
        }
        List<String> near = rest.list(visit, "/v1/applications").stream()
                .filter(application -> !application.path("revoked").asBoolean(false))
                .filter(application -> {
                    JsonNode quota = application.path("quota");
                    return quota.isObject()
                            && quota.path("used").asLong(0) * 5
                                    >= quota.path("calls").asLong() * 4;
                })
                .map(Cells::name)
                .toList();
        return near.isEmpty()
                ? Optional.empty()
                : Optional.of(new Notice(
                        Tone.WARN,
                        Cells.plural(near.size(), "application") + " near the quota",
                        String.join(", ", near.subList(0, Math.min(FEW, near.size()))),
                        "/console/applications",
                        "Show them"));
    }

    private Optional<Notice> disk(Visit visit) {
        if (!visit.visitor().may(Permission.OPERATE)) {
            return Optional.empty();
        }
        JsonNode forecast = rest.get(visit, "/v1/system/disk").body().path("forecast");
        JsonNode days = forecast.path("daysLeft");
        return days.isNumber() && days.asLong() < SOON
                ? Optional.of(new Notice(
                        Tone.BAD,
                        "The disk is full in " + Cells.plural(days.asLong(), "day"),
                        "As events came in the last seven days. A shorter retention or a larger disk helps.",
                        "/console/system",
                        "See what takes it"))
                : Optional.empty();
    }

    // The first steps

    /// Nothing once all of them are done.
    private Answer steps(Visit visit, boolean withCredentials) {
        boolean hasEvents =
                rest.get(visit, "/v1/events?limit=1").body().path("data").size() > 0;
        boolean hasKeys =
                rest.get(visit, "/v1/keys?limit=1").body().path("data").size() > 0;
        boolean hasSeats = Charts.rows(
                        ask(visit, "seats", Rest.object().put("unit", "month")).body())
                .stream()
                .anyMatch(row -> row.path("peak").asLong(0) > 0);
        if (hasEvents && hasKeys && hasSeats) {
            return pages.part("steps", Map.of("steps", List.of(), "filled", true));
        }
        String token = "$access_token";
        if (withCredentials
                && lendCredentials.lend(visit.visitor().caller())
                        instanceof Outcome.Success<LendCredentials.Lent>(LendCredentials.Lent lent)) {
            token = lent.accessToken().value();
        }
        JsonNode product = rest.list(visit, "/v1/products").stream()
                .filter(known -> !known.path("revoked").asBoolean(false))
                .findFirst()
                .orElse(Rest.object());
        String productId = product.path("id").asString("PRODUCT");
        JsonNode key = rest.get(visit, "/v1/keys?limit=1").body().path("data").path(0);
        String keyText = key.path("key").asString("KEY");
        List<Step> steps = List.of(
                new Step(
                        "Send the first event",
                        "What a program tells: who did what, and when. It is on disk when the answer comes.",
                        Pages.curl(
                                visit.request(),
                                token,
                                "POST",
                                "/v1/events",
                                Optional.of("{\"name\": \"start\", \"feature\": \"Export\", \"product\": \"" + productId
                                        + "\", \"machine\": \"my-laptop\"}")),
                        hasEvents),
                new Step(
                        "Issue the first key",
                        "What a customer types in. This one has two seats.",
                        Pages.curl(
                                visit.request(),
                                token,
                                "POST",
                                "/v1/keys",
                                Optional.of("{\"product\": \"" + productId + "\", \"maxMachines\": 2}")),
                        hasKeys),
                new Step(
                        "Take the first seat",
                        "A program that runs holds it by a ping; the seat of one that dies comes back by itself.",
                        Pages.curl(
                                visit.request(),
                                token,
                                "POST",
                                "/v1/seats",
                                Optional.of("{\"product\": \"" + productId + "\", \"key\": \"" + keyText
                                        + "\", \"machine\": \"my-laptop\"}")),
                        hasSeats));
        return pages.part("steps", Map.of("steps", steps, "filled", withCredentials));
    }
}
