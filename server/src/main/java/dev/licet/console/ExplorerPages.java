package dev.licet.console;

import dev.licet.console.view.Method;
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
    /// By name of the dialect, empty for all of them.
    private final Map<String, Packed> anybodys = new ConcurrentHashMap<>();

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
                    : notFound(request);
        }
        Dialect dialect = dialects.get(first);
        if (words.size() == 2 && dialect != null && words.get(1).equals("openapi.json")) {
            return Answer.of(200, Json.MEDIA_TYPE, dialect.description().orElseThrow());
        }
        if (!first.isEmpty() && dialect == null || words.size() > 1) {
            return notFound(request);
        }
        Explained explained =
                dialect == null ? new Explained("docs", "API", Map.of("dialects", overview())) : explained(dialect);
        return visitor.isPresent()
                ? Packed.answer(request, own(request, visitor.get(), explained))
                : anybodys(request, first, explained);
    }

    /// A page of its template.
    private record Explained(String template, String title, Map<String, Object> model) {}

    private Explained explained(Dialect dialect) {
        String title = info(dialect).path("title").asString(dialect.name());
        return new Explained(
                "dialect",
                title,
                Map.of(
                        "name", dialect.name(),
                        "title", title,
                        "says", info(dialect).path("description").asString(""),
                        "methods", methods(dialect)));
    }

    private static Answer notFound(Request request) {
        return Pages.guarded(request, Answer.text(404, "Nothing is here. The API is explained at /docs."));
    }

    private Answer own(Request request, Visitor visitor, Explained explained) {
        Visit visit = new Visit(visitor, request, List.of(), Parameters.NONE);
        return pages.page(visit, explained.template(), explained.title(), explained.model());
    }

    /// The same for all who have not signed in, so it is made once: anybody may ask for it, as often as they like.
    private Answer anybodys(Request request, String name, Explained explained) {
        Packed page = anybodys.computeIfAbsent(
                name, made -> Packed.of(pages.open(explained.template(), explained.title(), explained.model())));
        return Pages.guarded(request, page.answer(request));
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
