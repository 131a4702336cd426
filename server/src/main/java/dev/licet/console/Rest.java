package dev.licet.console;

import dev.licet.dialect.Answer;
import dev.licet.dialect.Headers;
import dev.licet.dialect.Json;
import dev.licet.dialect.Request;
import dev.licet.dialect.rest.RestDialect;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// The API, asked in the name of who has signed in. Safe for threads.
final class Rest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    /// So many things are on a list at once.
    private static final int AT_ONCE = 1000;

    private final RestDialect rest;

    Rest(RestDialect rest) {
        this.rest = rest;
    }

    /// What it said. @param body nothing when it said none
    record Reply(int status, JsonNode body) {
        boolean isOk() {
            return status < 300;
        }

        /// Why it refused, for people.
        String why() {
            JsonNode detail = body.path("detail");
            JsonNode title = body.path("title");
            return detail.isString() ? detail.asString() : title.isString() ? title.asString() : "It was refused.";
        }

        /// What is wrong with a member, where it says so.
        Optional<String> wrong(String member) {
            for (JsonNode error : body.path("errors")) {
                String pointer = error.path("pointer").asString("");
                if (pointer.equals("#/" + member) || pointer.startsWith("#/" + member + "/")) {
                    return Optional.of(error.path("detail").asString(""));
                }
            }
            return Optional.empty();
        }
    }

    Reply get(Visit visit, String path) {
        return reply(answer(visit, "GET", path, new byte[0]));
    }

    /// All of a list, as far as one answer has it.
    List<JsonNode> list(Visit visit, String path) {
        Reply reply = get(visit, path + (path.contains("?") ? "&" : "?") + "limit=" + AT_ONCE);
        List<JsonNode> all = new ArrayList<>();
        reply.body().path("data").forEach(all::add);
        return all;
    }

    Reply send(Visit visit, String verb, String path, Optional<JsonNode> body) {
        return reply(answer(visit, verb, path, body.map(Rest::bytes).orElse(new byte[0])));
    }

    private static byte[] bytes(JsonNode node) {
        return MAPPER.writeValueAsBytes(node);
    }

    private static Reply reply(Answer answer) {
        byte[] bytes = answer.bytes();
        return new Reply(answer.status(), MAPPER.readTree(bytes.length == 0 ? new byte[] {'{', '}'} : bytes));
    }

    /// As it answers, for what goes on to the browser as it is.
    Answer answer(Visit visit, String verb, String path, byte[] body) {
        Request around = visit.request();
        int question = path.indexOf('?');
        Headers headers = new Headers(
                body.length == 0 ? List.of() : List.of(new Headers.Header("Content-Type", Json.MEDIA_TYPE)));
        Request request = new Request(
                around.id(),
                verb,
                question < 0 ? path : path.substring(0, question),
                question < 0 ? Optional.empty() : Optional.of(path.substring(question + 1)),
                headers,
                body,
                around.secure(),
                around.address());
        return rest.answer(visit.visitor().caller(), request);
    }

    static JsonNode parse(String json) {
        return MAPPER.readTree(json.getBytes(StandardCharsets.UTF_8));
    }

    /// What is no JSON is a text.
    static JsonNode parseOrText(String json) {
        try {
            return parse(json);
        } catch (JacksonException e) {
            return MAPPER.getNodeFactory().stringNode(json);
        }
    }

    /// For people, over several lines.
    static String lines(JsonNode node) {
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node);
    }

    static String text(JsonNode node) {
        return MAPPER.writeValueAsString(node);
    }

    static tools.jackson.databind.node.ObjectNode object() {
        return MAPPER.createObjectNode();
    }
}
