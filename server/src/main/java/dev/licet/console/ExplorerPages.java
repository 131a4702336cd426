package dev.licet.console;

import dev.licet.console.view.Method;
import dev.licet.console.view.Shell;
import dev.licet.core.Outcome;
import dev.licet.core.identity.LendCredentials;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Dialect;
import dev.licet.dialect.Json;
import dev.licet.dialect.Parameters;
import dev.licet.dialect.Request;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;

/// The API explorer: what each dialect takes and answers, by its own description, with a form that sends it from the
/// browser. Anybody may read it; who has signed in is lent credentials.
final class ExplorerPages {
    private final Pages pages;
    private final Map<String, Dialect> dialects = new LinkedHashMap<>();
    private final LendCredentials lendCredentials;
    private final Map<String, List<Method>> methods = new ConcurrentHashMap<>();
    private final Map<String, JsonNode> infos = new ConcurrentHashMap<>();

    ExplorerPages(Pages pages, List<Dialect> dialects, LendCredentials lendCredentials) {
        this.pages = pages;
        this.lendCredentials = lendCredentials;
        dialects.stream()
                .filter(dialect -> dialect.description().isPresent())
                .forEach(dialect -> this.dialects.put(dialect.name(), dialect));
    }

    /// `/docs`, `/docs/rest`, `/docs/rest/openapi.json`; to post to `/docs/credentials` lends some.
    Answer answer(Request request, List<String> words, Optional<Visitor> visitor) {
        String first = words.isEmpty() ? "" : words.getFirst();
        if (request.verb().equals("POST")) {
            return first.equals("credentials") && visitor.isPresent()
                    ? lend(request, visitor.get())
                    : Pages.guarded(request, Answer.text(404, "Nothing is here."));
        }
        if (first.isEmpty()) {
            return page(request, visitor, "docs", "API", Map.of("dialects", overview()));
        }
        Dialect dialect = dialects.get(first);
        if (dialect == null || words.size() > 2) {
            return notFound(request);
        }
        if (words.size() == 2) {
            return words.get(1).equals("openapi.json")
                    ? Answer.of(200, Json.MEDIA_TYPE, dialect.description().orElseThrow())
                    : notFound(request);
        }
        JsonNode info = info(dialect);
        return page(
                request,
                visitor,
                "dialect",
                info.path("title").asString(first),
                Map.of(
                        "name", first,
                        "title", info.path("title").asString(first),
                        "says", info.path("description").asString(""),
                        "origin", Pages.origin(request),
                        "methods", methods(dialect),
                        "dialects", overview()));
    }

    private static Answer notFound(Request request) {
        return Pages.guarded(request, Answer.text(404, "Nothing is here. The API is explained at /docs."));
    }

    private Answer page(
            Request request, Optional<Visitor> visitor, String template, String title, Map<String, Object> model) {
        if (visitor.isPresent()) {
            Visit visit = new Visit(visitor.get(), request, List.of(), Parameters.NONE);
            return Packed.answer(request, pages.page(visit, template, title, model));
        }
        Shell shell = pages.openShell(title, false);
        return Packed.answer(request, pages.withShell(request, template, shell, model));
    }

    private JsonNode info(Dialect dialect) {
        return infos.computeIfAbsent(
                dialect.name(), name -> description(dialect).path("info"));
    }

    private static JsonNode description(Dialect dialect) {
        return Rest.parse(new String(dialect.description().orElseThrow(), StandardCharsets.UTF_8));
    }

    private List<Map<String, String>> overview() {
        return dialects.values().stream()
                .map(dialect -> {
                    JsonNode info = info(dialect);
                    return Map.of(
                            "name", dialect.name(),
                            "title", info.path("title").asString(dialect.name()),
                            "says", info.path("description").asString(""),
                            "count", String.valueOf(methods(dialect).size()));
                })
                .toList();
    }

    private List<Method> methods(Dialect dialect) {
        return methods.computeIfAbsent(dialect.name(), name -> new OpenApi(description(dialect)).methods());
    }

    private Answer lend(Request request, Visitor visitor) {
        return switch (lendCredentials.lend(visitor.caller())) {
            case Outcome.Refused<LendCredentials.Lent> refused ->
                Pages.guarded(request, Answer.of(403, Json.MEDIA_TYPE, "{}"));
            case Outcome.Success<LendCredentials.Lent>(LendCredentials.Lent lent) ->
                Pages.guarded(request, Answer.of(200, Json.MEDIA_TYPE, Json.object(json -> {
                    json.writeStringProperty("accessToken", lent.accessToken().value());
                    lent.apiKey().ifPresent(key -> json.writeStringProperty("apiKey", key.value()));
                    json.writeStringProperty(
                            "accountNumber", visitor.caller().account().toString());
                    json.writeStringProperty("username", visitor.username());
                    json.writeStringProperty("until", lent.until().toString());
                })));
        };
    }
}
