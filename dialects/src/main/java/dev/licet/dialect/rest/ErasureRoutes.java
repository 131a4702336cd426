package dev.licet.dialect.rest;

import dev.licet.core.Refusal;
import dev.licet.core.id.RemovalId;
import dev.licet.core.removal.Removal;
import dev.licet.core.removal.RemoveEvents;
import dev.licet.dialect.Answer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JsonGenerator;

/// Takes events away: voids single ones, erases all that name a machine, key or user.
final class ErasureRoutes {
    static final String PREFIX = "ers_";

    private final RemoveEvents removeEvents;

    ErasureRoutes(RemoveEvents removeEvents) {
        this.removeEvents = removeEvents;
    }

    List<Endpoint> endpoints() {
        return List.of(
                Endpoint.onceByItself("POST", "/v1/events/void", this::takeOut),
                new Endpoint("POST", "/v1/erasures", this::erase),
                new Endpoint("GET", "/v1/erasures", this::list),
                new Endpoint("GET", "/v1/erasures/{erasure}", this::find));
    }

    private Answer takeOut(Call call) {
        return Reply.one(
                call,
                200,
                removeEvents.takeOut(
                        call.caller(),
                        call.body().positions("events"),
                        call.body().requiredText("reason")),
                ErasureRoutes::write);
    }

    private static void write(JsonGenerator json, RemoveEvents.Voided voided) {
        Optional<Removal> removal = voided.removal();
        if (removal.isPresent()) {
            json.writeStringProperty("id", PREFIX + removal.get().id());
        } else {
            json.writeNullProperty("id");
        }
        json.writeNumberProperty(
                "voided", removal.map(made -> made.events().size()).orElse(0));
        json.writeStringProperty("state", removal.map(ErasureRoutes::state).orElse("done"));
        write(json, "notFound", voided.notFound());
    }

    private Answer erase(Call call) {
        List<Removal.Kind> named = Stream.of(Removal.Kind.MACHINE, Removal.Kind.KEY, Removal.Kind.USER)
                .filter(kind -> call.name(kind.label()).isPresent())
                .toList();
        if (named.size() != 1) {
            throw new WrongField("machine", "or key or user is required, and one of them alone");
        }
        if (!call.account().equals(call.caller().account())) {
            return Problems.answer(call.request(), new Refusal.NotFound(Refusal.Kind.ACCOUNT));
        }
        Removal.Kind kind = named.getFirst();
        return Reply.one(
                call,
                202,
                removeEvents.erase(
                        call.caller(),
                        kind,
                        call.name(kind.label()).orElseThrow(),
                        call.body().requiredText("reason")),
                ErasureRoutes::write);
    }

    private Answer list(Call call) {
        return Reply.cut(
                call,
                removeEvents.list(call.caller(), call.after(), call.limit() + 1),
                removal -> removal.id().value(),
                ErasureRoutes::write);
    }

    private Answer find(Call call) {
        return Reply.one(
                call,
                200,
                call.inPath(PREFIX, RemovalId::new, Refusal.Kind.ERASURE)
                        .then(id -> removeEvents.find(call.caller(), id)),
                (json, removal) -> {
                    write(json, removal);
                    removeEvents
                            .certificate(call.caller(), removal)
                            .ifPresent(text -> json.writeStringProperty("certificate", text));
                });
    }

    private static void write(JsonGenerator json, Removal removal) {
        json.writeStringProperty("id", PREFIX + removal.id());
        json.writeStringProperty("kind", removal.kind().label());
        json.writeStringProperty("state", state(removal));
        removal.subject().ifPresent(subject -> {
            json.writeObjectPropertyStart("subject");
            json.writeStringProperty("salt", subject.salt());
            json.writeStringProperty("sha256", subject.sha256());
            json.writeEndObject();
        });
        json.writeStringProperty("reason", removal.reason());
        json.writeStringProperty("askedBy", removal.by());
        json.writeStringProperty("askedAt", removal.askedAt().toString());
        if (removal.kind() == Removal.Kind.EVENT) {
            write(json, "events", removal.events());
        } else {
            json.writeNumberProperty("upTo", removal.upTo());
            json.writeNumberProperty("loggedCalls", removal.calls());
        }
        removal.done().ifPresent(done -> write(json, done));
    }

    private static void write(JsonGenerator json, Removal.Done done) {
        json.writeObjectPropertyStart("done");
        json.writeStringProperty("at", done.at().toString());
        json.writeNumberProperty("events", done.events());
        write(json, "firstReceivedAt", done.first());
        write(json, "lastReceivedAt", done.last());
        json.writeNumberProperty("archiveFilesRewritten", done.archiveFiles());
        json.writeNumberProperty("journalFilesRemoved", done.journalFiles());
        json.writeNumberProperty("unreadFiles", done.unreadFiles());
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, String member, Optional<Instant> at) {
        at.ifPresent(instant -> json.writeStringProperty(member, instant.toString()));
    }

    private static void write(JsonGenerator json, String member, List<Long> events) {
        json.writeArrayPropertyStart(member);
        events.forEach(event -> json.writeString("evt_" + event));
        json.writeEndArray();
    }

    private static String state(Removal removal) {
        return removal.done().isPresent() ? "done" : "pending";
    }
}
