package dev.licet.dialect.cryptolens;

import static java.lang.System.Logger.Level.DEBUG;

import dev.licet.core.Outcome;
import dev.licet.core.Pending;
import dev.licet.core.Refusal;
import dev.licet.core.event.EventFilter;
import dev.licet.core.event.EventPage;
import dev.licet.core.event.EventQuery;
import dev.licet.core.event.Item;
import dev.licet.core.event.ReadEvents;
import dev.licet.core.event.RecordEvents;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.ProductId;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Permission;
import dev.licet.core.once.RequestKey;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Idempotency;
import dev.licet.dialect.Json;
import dev.licet.dialect.Limits;
import dev.licet.dialect.MalformedRequest;
import dev.licet.dialect.Request;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.core.JsonGenerator;

/// AI/RegisterEvent, AI/RegisterEvents and AI/GetEvents.
final class EventMethods {
    private static final System.Logger LOG = System.getLogger(EventMethods.class.getName());
    private static final int DEFAULT_PAGE = 10;
    private static final int MAX_PAGE = 100;

    private final RecordEvents recordEvents;
    private final ReadEvents readEvents;
    private final Idempotency idempotency;
    private final Limits limits;
    private final EventCodec codec;
    private final Replies replies;

    EventMethods(
            RecordEvents recordEvents, ReadEvents readEvents, Idempotency idempotency, Limits limits, Replies replies) {
        this.idempotency = idempotency;
        this.recordEvents = recordEvents;
        this.readEvents = readEvents;
        this.limits = limits;
        this.codec = new EventCodec(limits);
        this.replies = replies;
    }

    Pending<Answer> registerEvent(Caller caller, Request request, Fields fields) {
        Optional<Refusal> refusal = RecordEvents.refusal(caller);
        return refusal.isPresent()
                ? Pending.done(replies.refusal(refusal.get()))
                : record(caller, request, List.of(codec.event(fields, shared(fields))));
    }

    Pending<Answer> registerEvents(Caller caller, Request request, Fields fields) {
        Optional<Refusal> refusal = RecordEvents.refusal(caller);
        if (refusal.isPresent()) {
            return Pending.done(replies.refusal(refusal.get()));
        }
        EventCodec.Shared shared = shared(fields);
        Optional<List<Item>> items = fields.json("Events").flatMap(text -> codec.events(text, shared));
        return items.isPresent() ? record(caller, request, items.get()) : Pending.done(replies.eventsNotAList());
    }

    private EventCodec.Shared shared(Fields fields) {
        return new EventCodec.Shared(
                fields.product(), fields.text("Key", limits.name()), fields.text("MachineCode", limits.name()));
    }

    private Pending<Answer> record(Caller caller, Request request, List<Item> items) {
        return record(caller, Permission.REGISTER_EVENT, request, items);
    }

    private Pending<Answer> record(Caller caller, Permission permission, Request request, List<Item> items) {
        Optional<RequestKey> key = idempotency.key(request, RequestKey.scope(caller));
        RecordEvents.Batch batch = new RecordEvents.Batch("cryptolens", key, items);
        LOG.log(DEBUG, "decoded {0} events", items.size());
        return recordEvents.record(caller, permission, batch).map(outcome -> switch (outcome) {
            case Outcome.Success<RecordEvents.Receipt> success -> replies.success();
            case Outcome.Refused<RecordEvents.Receipt>(Refusal refusal) -> replies.refusal(refusal);
        });
    }

    Answer getEvents(Caller caller, Fields fields) {
        Optional<Refusal> refusal = ReadEvents.refusal(caller);
        if (refusal.isPresent()) {
            return replies.refusal(refusal.get());
        }
        TimeFilter time = TimeFilter.of(fields.json("Time"));
        long limit = fields.integer("Limit").orElse(DEFAULT_PAGE);
        EventFilter filter = EventFilter.builder()
                .product(fields.product())
                .key(fields.text("Key", limits.name()))
                .from(time.from())
                .until(time.until())
                .metadataPart(fields.text("Metadata", limits.metadata()))
                .build();
        EventQuery query = EventQuery.of(caller.account(), filter, (int) Math.clamp(limit, 1, MAX_PAGE))
                .below(cursor(fields, "StartingAfter"))
                .above(cursor(fields, "EndingBefore"));
        return switch (readEvents.read(caller, query)) {
            case Outcome.Success<EventPage>(EventPage page) -> page(page);
            case Outcome.Refused<EventPage>(Refusal no) -> replies.refusal(no);
        };
    }

    /// 0 and below mean that none is given.
    private static OptionalLong cursor(Fields fields, String name) {
        OptionalLong id = fields.integer(name);
        if (id.isPresent() && id.getAsLong() < 0) {
            throw new MalformedRequest(Fault.MALFORMED, name + " is negative");
        }
        return id.isPresent() && id.getAsLong() > 0 ? id : OptionalLong.empty();
    }

    /// Subscription/RecordUsage: an event, in which others can count it.
    Pending<Answer> recordUsage(Caller caller, Request request, Fields fields) {
        OptionalLong amount = fields.integer("Amount");
        if (amount.isEmpty() || amount.getAsLong() < 1) {
            return Pending.done(replies.notCounted());
        }
        Item usage = Item.builder()
                .feature("Subscription")
                .name("RecordUsage")
                .product(fields.product().orElse(null))
                .key(fields.text("Key", limits.name()).orElseThrow(() -> KeyMethods.missing("Key")))
                .value(amount)
                .build();
        return record(caller, Permission.RECORD_USAGE, request, List.of(usage));
    }

    private static Answer page(EventPage page) {
        byte[] body = Json.object(json -> {
            json.writeNumberProperty("result", 0);
            json.writeStringProperty("message", "");
            json.writeArrayPropertyStart("events");
            page.events().forEach(event -> write(json, event));
            json.writeEndArray();
        });
        return Answer.of(200, Json.MEDIA_TYPE, body)
                .with("Licet-As-Of", page.asOf() + (page.complete() ? "" : "; incomplete"));
    }

    private static void write(JsonGenerator json, RecordedEvent recorded) {
        UsageEvent event = recorded.event();
        json.writeStartObject();
        json.writeNumberProperty("id", recorded.id());
        json.writeNumberProperty(
                "productId", event.product().map(ProductId::value).orElse(0L));
        write(json, "key", event.key());
        write(json, "machineCode", event.machine());
        write(json, "featureName", event.feature());
        write(json, "eventName", event.name());
        json.writeNumberProperty("value", event.value().orElse(0));
        write(json, "currency", event.currency());
        json.writeNumberProperty("time", event.at().getEpochSecond());
        write(json, "metadata", event.metadata());
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, String name, Optional<String> text) {
        if (text.isPresent()) {
            json.writeStringProperty(name, text.get());
        } else {
            json.writeNullProperty(name);
        }
    }

    /// Which times a list of events is asked for, in whole seconds as clients see them.
    record TimeFilter(Optional<Instant> from, Optional<Instant> until) {
        static TimeFilter of(Optional<String> text) {
            return text.map(String::strip)
                    .filter(given -> !given.equalsIgnoreCase("none") && !given.equalsIgnoreCase("null"))
                    .map(given -> given.startsWith("{") ? ofBounds(given) : ofSecond(given))
                    .orElseGet(() -> new TimeFilter(Optional.empty(), Optional.empty()));
        }

        private static TimeFilter ofSecond(String text) {
            OptionalLong second = Fields.integerIn(text);
            return second.isEmpty()
                    ? new TimeFilter(Optional.empty(), Optional.empty())
                    : new TimeFilter(
                            Optional.of(EventCodec.instant(second.getAsLong())),
                            Optional.of(EventCodec.instant(second.getAsLong() + 1)));
        }

        private static TimeFilter ofBounds(String text) {
            Optional<Instant> from = Optional.empty();
            Optional<Instant> until = Optional.empty();
            for (var bound : EventCodec.numbers(text).entrySet()) {
                long second = bound.getValue();
                switch (bound.getKey()) {
                    case "gte" -> from = later(from, EventCodec.instant(second));
                    case "gt" -> from = later(from, EventCodec.instant(second + 1));
                    case "lt" -> until = earlier(until, EventCodec.instant(second));
                    case "lte" -> until = earlier(until, EventCodec.instant(second + 1));
                    default -> throw new MalformedRequest(Fault.MALFORMED, "Time has an unknown bound");
                }
            }
            return new TimeFilter(from, until);
        }

        private static Optional<Instant> later(Optional<Instant> one, Instant other) {
            return Optional.of(one.filter(instant -> instant.isAfter(other)).orElse(other));
        }

        private static Optional<Instant> earlier(Optional<Instant> one, Instant other) {
            return Optional.of(one.filter(instant -> instant.isBefore(other)).orElse(other));
        }
    }
}
