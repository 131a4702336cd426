package dev.licet.console;

import dev.licet.console.view.Answered;
import dev.licet.console.view.FormField.Choice;
import dev.licet.core.identity.Permission;
import dev.licet.dialect.Answer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Questions about events: asking them, saving them, and boards of those that were saved.
final class InsightPages {
    private static final String SAVED = "/v1/saved-insights";
    private static final String DASHBOARDS = "/v1/dashboards";
    private static final int MOST_ROWS = 500;

    private final Rest rest;
    private final Pages pages;

    InsightPages(Rest rest, Pages pages) {
        this.rest = rest;
        this.pages = pages;
    }

    // Exploring

    /// `/console/explore`, with a question in the address; `/csv` its rows, `/save` keeps it.
    Answer explore(Visit visit) {
        if (!visit.visitor().may(Permission.GET_INSIGHTS)) {
            return pages.notPermitted(visit, Permission.GET_INSIGHTS);
        }
        return switch (visit.word(1)) {
            case "" -> ask(visit);
            case "csv" -> csv(visit);
            case "save" -> visit.request().verb().equals("POST") ? save(visit) : pages.notFound(visit);
            default -> pages.notFound(visit);
        };
    }

    private Answer ask(Visit visit) {
        String saved = visit.parameter("saved");
        InsightForm form = InsightForm.of(visit.parameters());
        String name = "";
        if (!saved.isEmpty()) {
            Rest.Reply reply = rest.get(visit, SAVED + "/" + Visit.encoded(saved));
            if (!reply.isOk()) {
                return pages.notFound(visit);
            }
            form = InsightForm.of(
                    reply.body().path("kind").asString(), reply.body().path("question"));
            name = reply.body().path("name").asString("");
        }
        boolean isAsked = visit.parameters().has("kind") || !saved.isEmpty();
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("form", form.values());
        model.put("kind", form.kind());
        model.put("kinds", choices(InsightForm.LABELS));
        model.put("takes", InsightForm.TAKES);
        model.put("products", products(visit));
        model.put("isInTotal", isAsked && form.isInTotal());
        model.put("zone", visit.visitor().zone().getId());
        model.put("boards", boards(visit));
        model.put("maySave", visit.visitor().may(Permission.EDIT_INSIGHTS));
        model.put("name", name);
        if (visit.isForPart()) {
            return answered(visit, form, "");
        }
        model.put(
                "asked",
                saved.isEmpty()
                        ? isAsked ? "/console/explore?" + form.query() : ""
                        : "/console/dashboards/tile/" + Visit.encoded(saved));
        return pages.page(visit, "explore", "Explore", model, true);
    }

    private static List<Choice> choices(Map<String, String> labels) {
        return labels.entrySet().stream()
                .map(entry -> new Choice(entry.getKey(), entry.getValue()))
                .toList();
    }

    private List<Choice> products(Visit visit) {
        return rest.list(visit, "/v1/products").stream()
                .map(product -> new Choice(product.path("id").asString(), Cells.name(product)))
                .toList();
    }

    private List<Choice> boards(Visit visit) {
        return rest.list(visit, DASHBOARDS).stream()
                .map(board -> new Choice(board.path("id").asString(), Cells.name(board)))
                .toList();
    }

    private Answer answered(Visit visit, InsightForm form, String title) {
        JsonNode question = form.question();
        if (!question.isObject()) {
            return notJson();
        }
        Rest.Reply reply = rest.send(visit, "POST", "/v1/insights/" + form.kind(), Optional.of(question));
        return reply.isOk()
                ? pages.part("answer", Map.of("answered", answered(form, title, question, reply.body(), form.query())))
                : pages.part("refused", Map.of("why", why(reply)));
    }

    private Answer notJson() {
        return pages.part(
                "refused", Map.of("why", "The question must be one JSON object, such as {\"unit\": \"day\"}."));
    }

    private static String why(Rest.Reply reply) {
        StringBuilder why = new StringBuilder(reply.why());
        for (JsonNode error : reply.body().path("errors")) {
            String member = error.path("pointer").asString("").replace("#/", "");
            String detail = error.path("detail").asString("");
            if (why.indexOf(detail) < 0) {
                why.append(' ').append(member).append(' ').append(detail).append('.');
            }
        }
        return why.toString();
    }

    /// @param query that asks the same again
    private static Answered answered(InsightForm form, String title, JsonNode question, JsonNode answer, String query) {
        return new Answered(
                title,
                Charts.of(form.kind(), question, answer),
                Charts.grid(answer, MOST_ROWS),
                Charts.freshness(answer),
                "/console/explore/csv?" + query,
                "/console/explore?" + query,
                "/console/explore?" + InsightForm.written(form.kind(), question).query());
    }

    private Answer csv(Visit visit) {
        InsightForm form = InsightForm.of(visit.parameters());
        String saved = visit.parameter("saved");
        Answer answer = !saved.isEmpty()
                ? rest.answer(visit, "GET", SAVED + "/" + Visit.encoded(saved) + "/answer?format=csv", new byte[0])
                : rest.answer(
                        visit,
                        "POST",
                        "/v1/insights/" + form.kind() + "?format=csv",
                        Rest.text(form.question()).getBytes(StandardCharsets.UTF_8));
        String name = saved.isEmpty() ? form.kind() : "insight";
        return Pages.guarded(visit.request(), answer)
                .with("Content-Disposition", "attachment; filename=\"" + name + ".csv\"");
    }

    /// Keeps a question, and puts it on a board.
    private Answer save(Visit visit) {
        InsightForm form = InsightForm.of(visit.parameters());
        if (!form.question().isObject()) {
            return notJson();
        }
        ObjectNode body = Rest.object().put("name", visit.parameter("name")).put("kind", form.kind());
        body.set("question", form.question());
        Rest.Reply saved = rest.send(visit, "POST", SAVED, Optional.of(body));
        if (!saved.isOk()) {
            return pages.part("refused", Map.of("why", why(saved)));
        }
        String id = saved.body().path("id").asString();
        String board = visit.parameter("board");
        Rest.Reply put = board.isEmpty() ? saved : putOn(visit, board, id);
        return put.isOk()
                ? pages.part(
                        "saved",
                        Map.of(
                                "href",
                                board.isEmpty()
                                        ? "/console/explore?saved=" + Visit.encoded(id)
                                        : "/console/dashboards/"
                                                + Visit.encoded(
                                                        put.body().path("id").asString())))
                : pages.part("refused", Map.of("why", why(put)));
    }

    /// @param board its id, or `new`
    private Rest.Reply putOn(Visit visit, String board, String insight) {
        if (board.equals("new")) {
            ObjectNode body = Rest.object().put("name", "Dashboard");
            body.putArray("insights").add(insight);
            return rest.send(visit, "POST", DASHBOARDS, Optional.of(body));
        }
        Rest.Reply now = rest.get(visit, DASHBOARDS + "/" + Visit.encoded(board));
        if (!now.isOk()) {
            return now;
        }
        ArrayNode all = Rest.object().putArray("insights");
        now.body().path("insights").forEach(all::add);
        all.add(insight);
        return set(visit, board, all);
    }

    private Rest.Reply set(Visit visit, String board, ArrayNode insights) {
        ObjectNode body = Rest.object();
        body.set("insights", insights);
        return rest.send(visit, "PATCH", DASHBOARDS + "/" + Visit.encoded(board), Optional.of(body));
    }

    // Boards

    /// `/console/dashboards`, `/console/dashboards/dsh_7`, and what is done to one: `rename`, `remove`, `take-off`.
    Answer dashboards(Visit visit) {
        if (!visit.visitor().may(Permission.GET_INSIGHTS)) {
            return pages.notPermitted(visit, Permission.GET_INSIGHTS);
        }
        boolean changes = visit.request().verb().equals("POST");
        return switch (visit.words().size()) {
            case 1 -> changes ? pages.notFound(visit) : boardsPage(visit);
            case 2 -> changes ? pages.notFound(visit) : board(visit, visit.word(1));
            case 3 ->
                visit.word(1).equals("tile")
                        ? tile(visit, visit.word(2))
                        : changes ? change(visit, visit.word(1), visit.word(2)) : pages.notFound(visit);
            default -> pages.notFound(visit);
        };
    }

    private Answer boardsPage(Visit visit) {
        List<Map<String, String>> boards = new ArrayList<>();
        for (JsonNode board : rest.list(visit, DASHBOARDS)) {
            boards.add(Map.of(
                    "name",
                    Cells.name(board),
                    "href",
                    "/console/dashboards/" + Visit.encoded(board.path("id").asString()),
                    "says",
                    Cells.plural(board.path("insights").size(), "insight")));
        }
        List<Map<String, String>> saved = new ArrayList<>();
        for (JsonNode insight : rest.list(visit, SAVED)) {
            saved.add(Map.of(
                    "name",
                    Cells.name(insight),
                    "href",
                    "/console/explore?saved=" + Visit.encoded(insight.path("id").asString()),
                    "says",
                    InsightForm.LABELS.getOrDefault(insight.path("kind").asString(""), "")));
        }
        return pages.page(visit, "dashboards", "Dashboards", Map.of("boards", boards, "saved", saved));
    }

    private Answer board(Visit visit, String id) {
        Rest.Reply reply = rest.get(visit, DASHBOARDS + "/" + Visit.encoded(id));
        if (!reply.isOk()) {
            return pages.notFound(visit);
        }
        Map<String, String> names = new LinkedHashMap<>();
        rest.list(visit, SAVED).forEach(insight -> names.put(insight.path("id").asString(), Cells.name(insight)));
        List<Map<String, String>> tiles = new ArrayList<>();
        for (JsonNode insight : reply.body().path("insights")) {
            String name = names.get(insight.asString());
            if (name != null) {
                tiles.add(Map.of("id", insight.asString(), "name", name));
            }
        }
        return pages.page(
                visit,
                "dashboard",
                Cells.name(reply.body()),
                Map.of(
                        "id",
                        id,
                        "name",
                        Cells.name(reply.body()),
                        "tiles",
                        tiles,
                        "mayEdit",
                        visit.visitor().may(Permission.EDIT_INSIGHTS)),
                true);
    }

    /// A saved question's answer, as a board shows it.
    private Answer tile(Visit visit, String id) {
        Rest.Reply saved = rest.get(visit, SAVED + "/" + Visit.encoded(id));
        if (!saved.isOk()) {
            return pages.part("refused", Map.of("why", "It is gone."));
        }
        InsightForm form = InsightForm.of(
                saved.body().path("kind").asString(), saved.body().path("question"));
        Rest.Reply reply = rest.get(visit, SAVED + "/" + Visit.encoded(id) + "/answer");
        return reply.isOk()
                ? pages.part(
                        "answer",
                        Map.of(
                                "answered",
                                answered(
                                        form,
                                        Cells.name(saved.body()),
                                        saved.body().path("question"),
                                        reply.body(),
                                        "saved=" + Visit.encoded(id))))
                : pages.part("refused", Map.of("why", why(reply)));
    }

    private Answer change(Visit visit, String id, String deed) {
        return switch (deed) {
            case "rename" ->
                told(
                        visit,
                        rest.send(
                                visit,
                                "PATCH",
                                DASHBOARDS + "/" + Visit.encoded(id),
                                Optional.of(Rest.object().put("name", visit.parameter("name")))),
                        "/console/dashboards/" + Visit.encoded(id));
            case "remove" ->
                told(
                        visit,
                        rest.send(visit, "DELETE", DASHBOARDS + "/" + Visit.encoded(id), Optional.empty()),
                        "/console/dashboards");
            case "take-off" -> {
                Rest.Reply now = rest.get(visit, DASHBOARDS + "/" + Visit.encoded(id));
                ArrayNode left = Rest.object().putArray("insights");
                now.body().path("insights").forEach(insight -> {
                    if (!insight.asString().equals(visit.parameter("insight"))) {
                        left.add(insight);
                    }
                });
                yield told(visit, now.isOk() ? set(visit, id, left) : now, "/console/dashboards/" + Visit.encoded(id));
            }
            default -> pages.notFound(visit);
        };
    }

    /// On to a page, or why not.
    private Answer told(Visit visit, Rest.Reply reply, String href) {
        return reply.isOk() ? Pages.redirect(visit.request(), href) : pages.failed(visit, why(reply));
    }
}
