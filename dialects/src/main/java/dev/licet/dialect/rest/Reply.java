package dev.licet.dialect.rest;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Json;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import tools.jackson.core.JsonGenerator;

/// The answers that have one thing or a list of them.
final class Reply {
    private Reply() {}

    /// One thing with its ETag, or why not.
    static <T> Answer one(Call call, int status, Outcome<T> outcome, BiConsumer<JsonGenerator, T> writer) {
        return switch (outcome) {
            case Outcome.Success<T>(T thing) ->
                Etags.tagged(call, status, Json.object(json -> writer.accept(json, thing)));
            case Outcome.Refused<T>(Refusal refusal) -> Problems.answer(call.request(), refusal);
        };
    }

    /// A page of a list: what comes after the cursor, which is the id of the last item of the page before.
    static <T> Answer page(
            Call call, Outcome<List<T>> outcome, ToLongFunction<T> id, BiConsumer<JsonGenerator, T> writer) {
        return switch (outcome) {
            case Outcome.Success<List<T>>(List<T> all) -> {
                int limit = call.limit();
                long cursor = call.after();
                int start = 0;
                for (int i = 0; i < all.size() && cursor != 0; i++) {
                    if (id.applyAsLong(all.get(i)) == cursor) {
                        start = i + 1;
                    }
                }
                yield page(call, all.subList(start, all.size()), item -> Long.toString(id.applyAsLong(item)), writer);
            }
            case Outcome.Refused<List<T>>(Refusal refusal) -> Problems.answer(call.request(), refusal);
        };
    }

    /// The beginning of what is left of a list. @param cursor of an item, behind which the next page begins
    static <T> Answer page(Call call, List<T> left, Function<T, String> cursor, BiConsumer<JsonGenerator, T> writer) {
        List<T> items = left.subList(0, Math.min(left.size(), call.limit()));
        return Answer.of(200, Json.MEDIA_TYPE, Json.object(json -> {
            json.writeArrayPropertyStart("data");
            for (T item : items) {
                json.writeStartObject();
                writer.accept(json, item);
                json.writeEndObject();
            }
            json.writeEndArray();
            if (items.size() < left.size()) {
                json.writeStringProperty("next", cursor.apply(items.getLast()));
            } else {
                json.writeNullProperty("next");
            }
        }));
    }

    /// A page of a list of which no more was read than from [Call#after()] on one more than [Call#limit()].
    static <T> Answer cut(
            Call call, Outcome<List<T>> outcome, ToLongFunction<T> id, BiConsumer<JsonGenerator, T> writer) {
        return switch (outcome) {
            case Outcome.Success<List<T>>(List<T> read) ->
                page(call, read, item -> Long.toString(id.applyAsLong(item)), writer);
            case Outcome.Refused<List<T>>(Refusal refusal) -> Problems.answer(call.request(), refusal);
        };
    }
}
