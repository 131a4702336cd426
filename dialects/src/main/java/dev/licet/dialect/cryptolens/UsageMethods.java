package dev.licet.dialect.cryptolens;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.ProductId;
import dev.licet.core.identity.Caller;
import dev.licet.core.license.KeyUsage;
import dev.licet.core.license.ReadKeyUsage;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Json;
import dev.licet.dialect.Limits;
import dev.licet.dialect.MalformedRequest;
import dev.licet.dialect.Request;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import tools.jackson.core.JsonGenerator;

/// What calls about keys add up to: AI/GetDailyAggregates, GetKeyUsageSummaries, GetKeyDevices and
/// GetLicenseActivityBuckets.
final class UsageMethods {
    private static final int DEFAULT_PAGE = 100;
    private static final int MAX_PAGE = 1_000;

    private final ReadKeyUsage usage;
    private final Limits limits;
    private final Replies replies;

    UsageMethods(ReadKeyUsage usage, Limits limits, Replies replies) {
        this.usage = usage;
        this.limits = limits;
        this.replies = replies;
    }

    Answer getDailyAggregates(Caller caller, Request request, Fields fields) {
        return list(caller, fields, usage::days, "aggregates", (json, day) -> {
            write(json, day.id(), day.product());
            json.writeStringProperty("date", day.date().toString());
            json.writeNumberProperty("totalRequestsLogged", day.done() + day.refused());
            json.writeNumberProperty("successful", day.done());
            json.writeNumberProperty("failed", day.refused());
            json.writeNumberProperty("activeDevices", day.machines());
            json.writeNumberProperty("activeKeys", day.keys());
            json.writeNumberProperty("activeCustomers", day.customers());
        });
    }

    Answer getKeyUsageSummaries(Caller caller, Request request, Fields fields) {
        return list(caller, fields, usage::keys, "summaries", (json, key) -> {
            write(json, key.id(), key.product(), key.keyId(), key.key());
            json.writeNumberProperty("totalRequests", key.done() + key.refused());
            json.writeNumberProperty("totalSuccessful", key.done());
            json.writeNumberProperty("totalFailed", key.refused());
            write(json, "firstSeenUtc", key.first());
            write(json, "lastSeenUtc", key.last());
            json.writeNumberProperty("activationSuccess", key.activations());
            json.writeNumberProperty("activationFailed", key.activationsRefused());
            json.writeNumberProperty("activationFloating", key.seatsTaken());
            json.writeNumberProperty("deactivationSuccess", key.deactivations());
            json.writeNumberProperty("deactivationFloating", key.seatsReleased());
            json.writeNumberProperty("dataObjectOps", key.dataObjectCalls());
        });
    }

    Answer getKeyDevices(Caller caller, Request request, Fields fields) {
        return list(caller, fields, usage::machines, "devices", (json, machine) -> {
            write(json, machine.id(), machine.product(), machine.keyId(), machine.key());
            json.writeStringProperty("machineCode", machine.machine());
            write(json, "firstSeenUtc", machine.first());
            write(json, "lastSeenUtc", machine.last());
            json.writeNumberProperty("totalRequests", machine.calls());
        });
    }

    Answer getLicenseActivityBuckets(Caller caller, Request request, Fields fields) {
        return list(caller, fields, usage::slots, "buckets", (json, slot) -> {
            write(json, slot.id(), slot.product(), slot.keyId(), slot.key());
            json.writeStringProperty("machineCode", slot.machine());
            write(json, "bucketStartUtc", slot.start());
            json.writeNumberProperty("refreshCount", slot.activations());
            json.writeNumberProperty("deactivationCount", slot.deactivations());
            write(json, "firstEventUtc", slot.first());
            write(json, "lastEventUtc", slot.last());
            json.writeNumberProperty("lastEventState", slot.lastState().code());
            if (slot.gapSeconds().isPresent()) {
                json.writeNumberProperty(
                        "gapFromPreviousEventSeconds", slot.gapSeconds().getAsInt());
            } else {
                json.writeNullProperty("gapFromPreviousEventSeconds");
            }
        });
    }

    private <T> Answer list(
            Caller caller,
            Fields fields,
            BiFunction<Caller, KeyUsage.Query, Outcome<List<T>>> read,
            String name,
            BiConsumer<JsonGenerator, T> write) {
        return switch (read.apply(caller, query(fields))) {
            case Outcome.Refused<List<T>>(Refusal refusal) -> replies.refusal(refusal);
            case Outcome.Success<List<T>>(List<T> found) ->
                Answer.of(200, Json.MEDIA_TYPE, Json.object(json -> {
                    Replies.writeSuccess(json);
                    json.writeArrayPropertyStart(name);
                    for (T one : found) {
                        json.writeStartObject();
                        write.accept(json, one);
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                }));
        };
    }

    private KeyUsage.Query query(Fields fields) {
        OptionalLong before = fields.integer("EndingBefore");
        OptionalLong keyId = fields.integer("KeyId");
        return new KeyUsage.Query(
                fields.product(),
                keyId.isPresent() && keyId.getAsLong() > 0
                        ? Optional.of(new KeyId(keyId.getAsLong()))
                        : Optional.empty(),
                fields.text("Key", limits.name()),
                fields.text("MachineCode", limits.name()),
                day(fields, "Start"),
                day(fields, "End").map(end -> end.plusSeconds(86_400)),
                Math.max(0, fields.integer("StartingAfter").orElse(0)),
                before.isPresent() && before.getAsLong() > 0 ? before : OptionalLong.empty(),
                (int) Math.clamp(fields.integer("Limit").orElse(DEFAULT_PAGE), 1, MAX_PAGE));
    }

    /// The first instant of a day of UTC.
    private Optional<Instant> day(Fields fields, String name) {
        return fields.text(name, limits.name()).map(text -> {
            try {
                // Clients may send a time behind the day.
                String date = text.length() > 10 && text.charAt(10) == 'T' ? text.substring(0, 10) : text;
                return LocalDate.parse(date).atStartOfDay(ZoneOffset.UTC).toInstant();
            } catch (DateTimeException e) {
                throw new MalformedRequest(Fault.MALFORMED, name + " is a day such as 2026-11-22");
            }
        });
    }

    private static void write(JsonGenerator json, long id, ProductId product) {
        json.writeNumberProperty("id", id);
        json.writeNumberProperty("productId", product.value());
    }

    private static void write(JsonGenerator json, long id, ProductId product, Optional<KeyId> keyId, String key) {
        write(json, id, product);
        json.writeNumberProperty("keyId", keyId.map(KeyId::value).orElse(0L));
        json.writeStringProperty("key", key);
    }

    private static void write(JsonGenerator json, String name, Instant at) {
        json.writeNumberProperty(name, at.getEpochSecond());
    }
}
