package dev.licet.dialect.rest;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Json;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.ToLongFunction;
import tools.jackson.core.JsonGenerator;

/// The answers that have one thing or a list of them.
final class Reply {
    private Reply() {}

    /// One thing, or why not.
    static <T> Answer one(Call call, int status, Outcome<T> outcome, BiConsumer<JsonGenerator, T> writer) {
        return switch (outcome) {
            case Outcome.Success<T>(T thing) ->
                Answer.of(status, Json.MEDIA_TYPE, Json.object(json -> writer.accept(json, thing)));
            case Outcome.Refused<T>(Refusal refusal) -> Problems.answer(call.request(), refusal);
        };
    }

    /// A page of a list: what comes after the cursor, which is the id of the last item of the page before.
    static <T> Answer page(
            Call call, Outcome<List<T>> outcome, ToLongFunction<T> id, BiConsumer<JsonGenerator, T> writer) {
        return switch (outcome) {
            case Outcome.Success<List<T>>(List<T> all) -> {
                int limit = call.limit();
                long cursor = call.query("cursor")
                        .map(text -> {
                            OptionalLong number = Call.id("", text);
                            return number.orElseThrow(() -> new WrongField("cursor", "must be the 'next' of a page"));
                        })
                        .orElse(0L);
                int start = 0;
                for (int i = 0; i < all.size() && cursor != 0; i++) {
                    if (id.applyAsLong(all.get(i)) == cursor) {
                        start = i + 1;
                    }
                }
                List<T> items = all.subList(start, Math.min(all.size(), start + limit));
                boolean more = start + items.size() < all.size();
                yield Answer.of(200, Json.MEDIA_TYPE, Json.object(json -> {
                    json.writeArrayPropertyStart("data");
                    for (T item : items) {
                        json.writeStartObject();
                        writer.accept(json, item);
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                    if (more) {
                        json.writeStringProperty("next", Long.toString(id.applyAsLong(items.getLast())));
                    } else {
                        json.writeNullProperty("next");
                    }
                }));
            }
            case Outcome.Refused<List<T>>(Refusal refusal) -> Problems.answer(call.request(), refusal);
        };
    }
}
