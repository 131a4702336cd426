package dev.licet.console;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// What one page has to know besides the things on it: what others are called that they name by their ids, as far as
/// one list has them, and what time it is.
final class Names {
    private final Visit visit;
    private final Rest rest;
    private final Instant now;
    private final Map<String, Map<String, String>> known = new HashMap<>();

    Names(Visit visit, Rest rest, Instant now) {
        this.visit = visit;
        this.rest = rest;
        this.now = now;
    }

    Instant now() {
        return now;
    }

    /// @param list such as `/v1/products`
    String of(String list, String id) {
        return known.computeIfAbsent(list, this::read).getOrDefault(id, id);
    }

    private Map<String, String> read(String list) {
        Map<String, String> names = new HashMap<>();
        for (JsonNode thing : rest.list(visit, list)) {
            names.put(thing.path("id").asString(), Cells.name(thing));
        }
        return names;
    }
}
