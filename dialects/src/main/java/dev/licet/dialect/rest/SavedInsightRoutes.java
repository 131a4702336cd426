package dev.licet.dialect.rest;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.SavedId;
import dev.licet.core.insight.KeepInsights;
import dev.licet.core.insight.KeepInsights.Details;
import dev.licet.core.insight.Saved;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.core.JsonGenerator;

/// Questions that an account keeps, and boards of them.
final class SavedInsightRoutes {
    private final KeepInsights keep;
    private final InsightRoutes insights;

    SavedInsightRoutes(KeepInsights keep, InsightRoutes insights) {
        this.keep = keep;
        this.insights = insights;
    }

    List<Endpoint> endpoints() {
        return Stream.concat(
                        Stream.concat(
                                endpoints("/v1/saved-insights", "{insight}", new Insight()),
                                endpoints("/v1/dashboards", "{dashboard}", new Dashboard())),
                        Stream.of(new Endpoint("GET", "/v1/saved-insights/{insight}/answer", this::answer)))
                .toList();
    }

    /// What is kept, as bodies and answers have it.
    private interface Shape {
        Saved.Type type();

        Refusal.Kind kind();

        String prefix();

        /// Its content by the body; `now` where the body does not say.
        String content(Call call, String now);
    }

    private final class Insight implements Shape {
        @Override
        public Saved.Type type() {
            return Saved.Type.INSIGHT;
        }

        @Override
        public Refusal.Kind kind() {
            return Refusal.Kind.INSIGHT;
        }

        @Override
        public String prefix() {
            return "ins_";
        }

        @Override
        public String content(Call call, String now) {
            Body body = call.body();
            body.only(Set.of("name", "kind", "question"));
            if (!now.isEmpty() && !body.has("kind") && !body.has("question")) {
                return now;
            }
            String kind = body.requiredText("kind");
            Body question = body.object("question").orElse(Body.NONE);
            insights.check(call, kind, question);
            return text(json -> {
                json.writeStringProperty("kind", kind);
                json.writeName("question");
                json.writeRawValue(question.object().toString());
            });
        }
    }

    private static final class Dashboard implements Shape {
        private static final int MAX_INSIGHTS = 100;

        @Override
        public Saved.Type type() {
            return Saved.Type.DASHBOARD;
        }

        @Override
        public Refusal.Kind kind() {
            return Refusal.Kind.DASHBOARD;
        }

        @Override
        public String prefix() {
            return "dsh_";
        }

        @Override
        public String content(Call call, String now) {
            Body body = call.body();
            body.only(Set.of("name", "insights"));
            if (!now.isEmpty() && !body.has("insights")) {
                return now;
            }
            List<String> ids = body.texts("insights").orElse(List.of());
            if (ids.size() > MAX_INSIGHTS) {
                throw body.wrong("insights", "must have " + MAX_INSIGHTS + " at most");
            }
            ids.forEach(id -> Call.id("ins_", "insights", id, SavedId::new));
            return text(json -> {
                json.writeArrayPropertyStart("insights");
                ids.forEach(json::writeString);
                json.writeEndArray();
            });
        }
    }

    private static String text(Consumer<JsonGenerator> members) {
        return new String(Json.object(members), StandardCharsets.UTF_8);
    }

    private Stream<Endpoint> endpoints(String path, String part, Shape shape) {
        String one = path + "/" + part;
        return Stream.of(
                new Endpoint("POST", path, call -> add(call, shape)),
                new Endpoint("GET", path, call -> list(call, shape)),
                new Endpoint("GET", one, call -> find(call, shape)),
                new Endpoint("PATCH", one, call -> change(call, shape)),
                new Endpoint("DELETE", one, call -> remove(call, shape)));
    }

    private Answer add(Call call, Shape shape) {
        Details details = new Details(call.body().requiredText("name"), shape.content(call, ""));
        return Reply.one(
                call, 201, keep.add(call.caller(), shape.type(), details), (json, saved) -> write(json, saved, shape));
    }

    private Answer list(Call call, Shape shape) {
        return Reply.cut(
                call,
                keep.list(call.caller(), shape.type(), call.after(), call.limit() + 1),
                saved -> saved.id().value(),
                (json, saved) -> write(json, saved, shape));
    }

    private Answer find(Call call, Shape shape) {
        return Reply.one(
                call,
                200,
                call.inPath(shape.prefix(), SavedId::new, shape.kind())
                        .then(id -> keep.find(call.caller(), shape.type(), id)),
                (json, saved) -> write(json, saved, shape));
    }

    private Answer change(Call call, Shape shape) {
        return Reply.one(
                call,
                200,
                call.inPath(shape.prefix(), SavedId::new, shape.kind())
                        .then(id -> keep.change(
                                call.caller(),
                                shape.type(),
                                id,
                                Etags.expected(call, (json, saved) -> write(json, saved, shape)),
                                now -> new Details(
                                        call.body().text("name").orElse(now.name()),
                                        shape.content(call, now.content())))),
                (json, saved) -> write(json, saved, shape));
    }

    private Answer remove(Call call, Shape shape) {
        return Reply.one(
                call,
                200,
                call.inPath(shape.prefix(), SavedId::new, shape.kind())
                        .then(id -> keep.remove(
                                call.caller(),
                                shape.type(),
                                id,
                                Etags.expected(call, (json, saved) -> write(json, saved, shape)))),
                (json, saved) -> write(json, saved, shape));
    }

    /// The question is asked as it is now: one without times, of the days up to now.
    private Answer answer(Call call) {
        return switch (call.inPath("ins_", SavedId::new, Refusal.Kind.INSIGHT)
                .then(id -> keep.find(call.caller(), Saved.Type.INSIGHT, id))) {
            case Outcome.Refused<Saved>(Refusal refusal) -> Problems.answer(call.request(), refusal);
            case Outcome.Success<Saved>(Saved saved) -> {
                Body content = Body.of(saved.content());
                yield insights.answer(
                        call,
                        content.requiredText("kind"),
                        content.object("question").orElse(Body.NONE));
            }
        };
    }

    private static void write(JsonGenerator json, Saved saved, Shape shape) {
        json.writeStringProperty("id", shape.prefix() + saved.id());
        json.writeStringProperty("name", saved.name());
        Body.of(saved.content()).object().properties().forEach(member -> {
            json.writeName(member.getKey());
            json.writeRawValue(member.getValue().toString());
        });
        json.writeStringProperty("createdAt", saved.createdAt().toString());
    }
}
