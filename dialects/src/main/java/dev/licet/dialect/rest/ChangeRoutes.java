package dev.licet.dialect.rest;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.audit.Acting;
import dev.licet.core.audit.Change;
import dev.licet.core.audit.Changes;
import dev.licet.core.audit.ReadChanges;
import dev.licet.core.id.KeyId;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Json;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiConsumer;
import tools.jackson.core.JsonGenerator;

/// What was changed: with who did it, for people; and without, for programs that keep up with it.
final class ChangeRoutes {
    private static final long BEFORE_ALL = Long.MAX_VALUE;

    /// What ids of a kind begin with. An account's is its number.
    private static final Map<String, String> PREFIXES = Map.ofEntries(
            Map.entry("account", ""),
            Map.entry("user", "usr_"),
            Map.entry("application", "app_"),
            Map.entry("token", "tok_"),
            Map.entry("product", "prd_"),
            Map.entry("key", "key_"),
            Map.entry("activation", "act_"),
            Map.entry("template", "tpl_"),
            Map.entry("dataObject", "dat_"),
            Map.entry("customer", "cus_"),
            Map.entry("message", "msg_"),
            Map.entry("savedInsight", ""),
            Map.entry("license", "lic_"),
            Map.entry("purchase", "pur_"),
            Map.entry("payment", "pay_"),
            Map.entry("fileKey", "fky_"),
            Map.entry("file", "fil_"),
            Map.entry("erasure", ErasureRoutes.PREFIX),
            Map.entry("seat", ""));

    /// What is known by a key and a machine.
    private static final Set<String> OF_MACHINES = Set.of("activation", "seat");

    private final ReadChanges changes;

    ChangeRoutes(ReadChanges changes) {
        this.changes = changes;
    }

    List<Endpoint> endpoints() {
        return List.of(new Endpoint("GET", "/v1/audit", this::audit), new Endpoint("GET", "/v1/changes", this::follow));
    }

    /// The newest first, unless another order is asked for.
    private Answer audit(Call call) {
        boolean newestFirst = !call.query("order").filter("oldest"::equals).isPresent();
        long cursor = call.after();
        Changes.Query query = query(
                call,
                newestFirst ? 0 : cursor,
                newestFirst && cursor > 0 ? cursor : BEFORE_ALL,
                newestFirst,
                call.limit() + 1);
        return Reply.cut(call, changes.audit(call.caller(), query), Change::id, ChangeRoutes::writeWithMaker);
    }

    private static Changes.Query query(Call call, long after, long before, boolean newestFirst, int most) {
        Optional<String> kind = call.query("kind");
        if (kind.isPresent() && !PREFIXES.containsKey(kind.get())) {
            throw new WrongField(
                    "kind",
                    "must be one of "
                            + String.join(
                                    ", ", PREFIXES.keySet().stream().sorted().toList()));
        }
        Optional<String> object = call.query("object");
        if (object.isPresent() && kind.isEmpty()) {
            throw new WrongField("kind", "is required with object");
        }
        return new Changes.Query(
                kind,
                object.map(id -> stored(kind.orElseThrow(), id)),
                call.query("from").map(text -> time("from", text)),
                call.query("until").map(text -> time("until", text)),
                after,
                before,
                newestFirst,
                most);
    }

    private static Instant time(String parameter, String text) {
        return Times.parse(text).orElseThrow(() -> new WrongField(parameter, Times.RULE));
    }

    /// An id as the record has it.
    private static String stored(String kind, String id) {
        if (OF_MACHINES.contains(kind)) {
            return KeyRoutes.Named.parse(id)
                    .map(named -> named.key() + " " + named.machine())
                    .orElse("");
        }
        String prefix = PREFIXES.getOrDefault(kind, "");
        return id.startsWith(prefix) ? id.substring(prefix.length()) : "";
    }

    /// An id as this API has it; a seat goes by that of its machine's activation.
    private static String shown(String kind, String object) {
        int space = object.indexOf(' ');
        OptionalLong key = space > 0 ? Call.id("", object.substring(0, space)) : OptionalLong.empty();
        return OF_MACHINES.contains(kind) && key.isPresent()
                ? KeyRoutes.Named.id(new KeyId(key.getAsLong()), object.substring(space + 1))
                : PREFIXES.getOrDefault(kind, "") + object;
    }

    /// Oldest first, from a cursor on; there is always a next one to ask with.
    private Answer follow(Call call) {
        long cursor = call.after();
        Outcome<List<Change>> outcome =
                changes.follow(call.caller(), query(call, cursor, BEFORE_ALL, false, call.limit()));
        return switch (outcome) {
            case Outcome.Refused<List<Change>>(Refusal refusal) -> Problems.answer(call.request(), refusal);
            case Outcome.Success<List<Change>>(List<Change> found) ->
                Answer.of(200, Json.MEDIA_TYPE, Json.object(json -> {
                    json.writeArrayPropertyStart("data");
                    for (Change change : found) {
                        json.writeStartObject();
                        write(json, change);
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                    long next = found.isEmpty() ? cursor : found.getLast().id();
                    json.writeStringProperty("next", Long.toString(next));
                }));
        };
    }

    private static void writeWithMaker(JsonGenerator json, Change change) {
        write(json, change);
        optional(json, "before", change.before(), JsonGenerator::writeRawValue);
        Acting.By by = change.by();
        json.writeObjectPropertyStart("by");
        by.user().ifPresent(user -> json.writeStringProperty("user", "usr_" + user));
        by.application().ifPresent(application -> json.writeStringProperty("application", "app_" + application));
        by.token().ifPresent(token -> json.writeStringProperty("token", "tok_" + token));
        if (by.call().isEmpty()) {
            json.writeBooleanProperty("server", true);
        } else {
            json.writeStringProperty("call", by.call());
            json.writeStringProperty("address", by.address());
            json.writeStringProperty("requestId", by.request());
        }
        json.writeEndObject();
        json.writeStringProperty("hash", change.hash());
    }

    private static void write(JsonGenerator json, Change change) {
        json.writeStringProperty("id", "chg_" + change.id());
        json.writeNumberProperty("position", change.id());
        json.writeStringProperty("at", change.at().toString());
        json.writeStringProperty("kind", change.kind());
        json.writeStringProperty("object", shown(change.kind(), change.object()));
        json.writeStringProperty(
                "action", change.before().isEmpty() ? "created" : change.after().isEmpty() ? "removed" : "changed");
        optional(json, "after", change.after(), JsonGenerator::writeRawValue);
    }

    private static void optional(
            JsonGenerator json, String member, Optional<String> value, BiConsumer<JsonGenerator, String> write) {
        if (value.isEmpty()) {
            json.writeNullProperty(member);
            return;
        }
        json.writeName(member);
        write.accept(json, value.get());
    }
}
