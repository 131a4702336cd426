package dev.licet.dialect.rest;

import static java.lang.System.Logger.Level.DEBUG;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.Unavailable;
import dev.licet.core.event.EventFilter;
import dev.licet.core.event.EventPage;
import dev.licet.core.event.EventQuery;
import dev.licet.core.event.Item;
import dev.licet.core.event.ReadEvents;
import dev.licet.core.event.RecordEvents;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.id.ProductId;
import dev.licet.core.identity.Caller;
import dev.licet.core.once.Fingerprint;
import dev.licet.core.once.RequestKey;
import dev.licet.dialect.Answer;
import dev.licet.dialect.BrokenBody;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Idempotency;
import dev.licet.dialect.Json;
import dev.licet.dialect.Limits;
import dev.licet.dialect.MalformedRequest;
import dev.licet.dialect.Request;
import dev.licet.dialect.Texts;
import dev.licet.dialect.rest.EventCodec.Bad;
import dev.licet.dialect.rest.EventCodec.Entry;
import dev.licet.dialect.rest.EventCodec.Good;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.TokenStreamLocation;

/// Takes events and shows them.
final class Events {
    static final String PATH = "/v1/events";
    private static final String IMPORT = PATH + "/import";

    private static final System.Logger LOG = System.getLogger(Events.class.getName());
    private static final String NDJSON = "application/x-ndjson";
    private static final String KNOWN_TYPES = "application/json, application/x-ndjson, "
            + "application/cloudevents+json, application/cloudevents-batch+json";

    /// Lines are recorded by so many, or so many bytes, whichever is reached first.
    private static final int CHUNK_EVENTS = 1_000;

    private static final int CHUNK_BYTES = 1 << 20;

    /// Of one problem; who has more errors has said enough.
    private static final int MAX_ERRORS = 100;

    private final RecordEvents recordEvents;
    private final ReadEvents readEvents;
    private final Idempotency idempotency;
    private final Limits limits;
    private final Clock clock;
    private final EventCodec codec;
    private final Intake present;
    private final Intake past;

    Events(RecordEvents recordEvents, ReadEvents readEvents, Idempotency idempotency, Limits limits, Clock clock) {
        this.recordEvents = recordEvents;
        this.readEvents = readEvents;
        this.idempotency = idempotency;
        this.limits = limits;
        this.clock = clock;
        this.codec = new EventCodec(limits);
        this.present = new Intake("rest", codec::event, recordEvents::recordEach);
        this.past = new Intake("import", codec::pastEvent, recordEvents::recordPast);
    }

    /// How the events of a request are read and recorded.
    private record Intake(
            String source,
            Function<JsonParser, Entry> reader,
            BiFunction<Caller, RecordEvents.Batch, Outcome<RecordEvents.Receipt>> recording) {}

    List<Endpoint> endpoints() {
        return List.of(
                Endpoint.readingItself("POST", PATH, this::record),
                Endpoint.readingItself("POST", IMPORT, this::recordPast),
                new Endpoint("GET", PATH, this::list));
    }

    /// Whether the body of a request is read line by line.
    static boolean streams(Request head) {
        return head.verb().equals("POST")
                && (head.path().equals(PATH) || head.path().equals(IMPORT))
                && head.mediaType().filter(NDJSON::equals).isPresent();
    }

    // Recording

    private Answer record(Call call) {
        Optional<Refusal> refusal = RecordEvents.refusal(call.caller());
        if (refusal.isPresent()) {
            return Problems.answer(call.request(), refusal.get());
        }
        boolean atomic = atomic(call);
        return switch (call.request().mediaType().orElse("")) {
            case "application/json" -> whole(call, atomic, Shape.OURS);
            case "application/cloudevents+json" -> whole(call, atomic, Shape.CLOUD_EVENT);
            case "application/cloudevents-batch+json" -> whole(call, atomic, Shape.CLOUD_EVENTS);
            case NDJSON ->
                lines(call, present, atomic, idempotency.keyOfStream(call.request(), RequestKey.scope(call.caller())));
            default -> Problems.unknownMediaType(call.request(), KNOWN_TYPES);
        };
    }

    /// Records what an export has, a document a line. Each event has an id or gets one of its own, so that there is no
    /// need of a key for the request.
    private Answer recordPast(Call call) {
        Optional<Refusal> refusal = RecordEvents.pastRefusal(call.caller());
        if (refusal.isPresent()) {
            return Problems.answer(call.request(), refusal.get());
        }
        String type = call.request().mediaType().orElse("");
        return type.equals(NDJSON) || type.equals("application/json")
                ? lines(call, past, false, Optional.empty())
                : Problems.unknownMediaType(call.request(), "application/x-ndjson, application/json");
    }

    private static boolean atomic(Call call) {
        return call.query("atomic")
                .map(text -> switch (text) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw new WrongField("atomic", "must be true or false");
                })
                .orElse(false);
    }

    /// What a body that is read whole may be.
    private enum Shape {
        /// One event or a list of them.
        OURS("an object or a list of objects"),
        /// One of several lines.
        LINE("an object"),
        CLOUD_EVENT("an object"),
        CLOUD_EVENTS("a list of objects");

        private final String rule;

        Shape(String rule) {
            this.rule = rule;
        }

        boolean isCloudEvent() {
            return this == CLOUD_EVENT || this == CLOUD_EVENTS;
        }

        boolean mayBe(JsonToken first) {
            return first == JsonToken.START_OBJECT && this != CLOUD_EVENTS
                    || first == JsonToken.START_ARRAY && (this == OURS || this == CLOUD_EVENTS);
        }
    }

    /// The events of a body. @param isList whether it was a list, and not one event
    private record Entries(List<Entry> entries, boolean isList) {}

    private Answer whole(Call call, boolean atomic, Shape shape) {
        Request request = call.request();
        Entries read;
        try {
            read = read(
                    Texts.utf8(request.body(), 0, request.body().length),
                    shape,
                    shape.isCloudEvent() ? codec::cloudEvent : codec::event);
        } catch (JacksonException e) {
            return Problems.unreadable(request, "The body " + rule(e) + ".");
        }
        LOG.log(DEBUG, "decoded {0} events", read.entries.size());
        Optional<RequestKey> key = idempotency.key(request, RequestKey.scope(call.caller()));
        if (atomic || !read.isList) {
            List<FieldError> errors = errors(call, read);
            if (!errors.isEmpty()) {
                return Problems.invalid(request, errors);
            }
        }
        EventResults results = new EventResults(clock.instant());
        Optional<Refusal> no = record(call, present, read.entries, key, results);
        return no.map(refusal -> Problems.answer(request, refusal))
                .orElseGet(() -> Json.written(200, json -> {
                    json.writeArrayPropertyStart("data");
                    for (int i = 0; i < results.count(); i++) {
                        results.write(
                                json,
                                i,
                                clientId(read.entries.get(i)),
                                read.isList ? Optional.of(Integer.toString(i)) : Optional.empty());
                    }
                    json.writeEndArray();
                    results.writeReceipt(json);
                }));
    }

    /// @throws MalformedRequest when it is not of that shape
    private Entries read(String text, Shape shape, Function<JsonParser, Entry> reader) {
        try (JsonParser json = Json.FACTORY.createParser(ObjectReadContext.empty(), text)) {
            JsonToken first = json.nextToken();
            if (!shape.mayBe(first)) {
                throw new MalformedRequest(Fault.MALFORMED, "the body has to be " + shape.rule);
            }
            List<Entry> entries = new ArrayList<>();
            if (first == JsonToken.START_OBJECT) {
                entries.add(reader.apply(json));
            } else {
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    if (entries.size() == limits.events()) {
                        throw new MalformedRequest(Fault.TOO_LARGE, "more than " + limits.events() + " events");
                    }
                    entries.add(reader.apply(json));
                }
            }
            if (json.nextToken() != null) {
                throw new MalformedRequest(Fault.MALFORMED, "something follows the JSON");
            }
            return new Entries(entries, first == JsonToken.START_ARRAY);
        }
    }

    /// What is wrong with JSON, without the library's words: they may quote the client.
    private static String rule(JacksonException e) {
        TokenStreamLocation at = e.getLocation();
        return at == null
                ? "is nested too deeply, or has too long a name"
                : "is not JSON, see line " + at.getLineNr() + ", column " + at.getColumnNr();
    }

    private static Optional<String> clientId(Entry entry) {
        return switch (entry) {
            case Good(Item item) -> item.clientId();
            case Bad bad -> Optional.empty();
        };
    }

    private static List<Item> items(List<Entry> entries) {
        List<Item> items = new ArrayList<>(entries.size());
        for (Entry entry : entries) {
            if (entry instanceof Good(Item item)) {
                items.add(item);
            }
        }
        return items;
    }

    /// All that stands against recording all of the events.
    private List<FieldError> errors(Call call, Entries read) {
        var refusals = recordEvents.refusals(call.caller(), items(read.entries)).iterator();
        List<FieldError> all = new ArrayList<>();
        for (int i = 0; i < read.entries.size() && all.size() < MAX_ERRORS; i++) {
            List<FieldError> errors = switch (read.entries.get(i)) {
                case Good good ->
                    refusals.next().map(EventResults::error).map(List::of).orElse(List.of());
                case Bad(List<FieldError> wrong) -> wrong;
            };
            for (FieldError error : errors) {
                all.add(read.isList ? error.in(Integer.toString(i)) : error);
            }
        }
        return all;
    }

    /// Records the good ones, and adds what became of all.
    ///
    /// @return why nothing of it was recorded, if so
    private static Optional<Refusal> record(
            Call call, Intake intake, List<Entry> entries, Optional<RequestKey> key, EventResults results) {
        RecordEvents.Batch batch = new RecordEvents.Batch(intake.source, key, items(entries));
        return switch (intake.recording.apply(call.caller(), batch)) {
            case Outcome.Refused<RecordEvents.Receipt>(Refusal refusal) -> Optional.of(refusal);
            case Outcome.Success<RecordEvents.Receipt>(RecordEvents.Receipt receipt) -> {
                var recorded = receipt.results().iterator();
                for (Entry entry : entries) {
                    switch (entry) {
                        case Good good -> results.add(recorded.next());
                        case Bad(List<FieldError> errors) -> results.reject(errors);
                    }
                }
                results.receivedAt(receipt.receivedAt());
                yield Optional.empty();
            }
        };
    }

    // Line by line

    private Answer lines(Call call, Intake intake, boolean atomic, Optional<RequestKey> key) {
        Request request = call.request();
        EventLines lines = new EventLines(request.stream(), limits.line());
        EventResults results = new EventResults(clock.instant());
        try {
            return atomic ? allLines(call, lines, key, results) : eachLine(call, intake, lines, key, results);
        } catch (BrokenBody e) {
            LOG.log(DEBUG, "broken body: {0}", e.getMessage());
            return Problems.partly(request, e.fault(), results);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Unavailable e) {
            if (results.count() == 0) {
                throw e;
            }
            LOG.log(System.Logger.Level.WARNING, "unavailable: {0}", e.getMessage());
            return Problems.partly(request, e.isReadOnly() ? Fault.READ_ONLY : Fault.UNAVAILABLE, results)
                    .with(
                            "Retry-After",
                            Long.toString(Math.max(1, e.retryAfter().toSeconds())));
        }
    }

    /// Some lines, read and not recorded yet.
    private static final class Chunk {
        private final boolean isOnce;
        private final List<Entry> entries = new ArrayList<>();
        private final List<String> texts = new ArrayList<>();
        private int bytes;

        Chunk(boolean isOnce) {
            this.isOnce = isOnce;
        }

        void add(EventLines.Line line, Entry entry) {
            entries.add(entry);
            bytes += line.bytes().length;
            if (isOnce) {
                texts.add(new String(line.bytes(), StandardCharsets.ISO_8859_1));
            }
        }

        void cutTo(int count) {
            entries.subList(count, entries.size()).clear();
            texts.subList(Math.min(count, texts.size()), texts.size()).clear();
        }

        Fingerprint content() {
            return Fingerprint.of(texts.toArray(String[]::new));
        }
    }

    private Answer eachLine(Call call, Intake intake, EventLines lines, Optional<RequestKey> key, EventResults results)
            throws IOException {
        for (int number = 0; ; number++) {
            Chunk chunk = chunk(lines, intake, key.isPresent(), CHUNK_EVENTS, CHUNK_BYTES);
            boolean tooMany = results.count() + chunk.entries.size() > limits.streamEvents();
            if (tooMany) {
                chunk.cutTo(limits.streamEvents() - results.count());
            }
            if (!chunk.entries.isEmpty()) {
                int part = number;
                Optional<Refusal> no = record(
                        call, intake, chunk.entries, key.map(whole -> whole.part(part, chunk.content())), results);
                if (no.isPresent()) {
                    return Problems.partly(call.request(), no.get(), results);
                }
            }
            if (tooMany) {
                return Problems.partly(call.request(), Fault.TOO_LARGE, results);
            }
            if (chunk.entries.isEmpty()) {
                return byLine(results);
            }
        }
    }

    private Answer allLines(Call call, EventLines lines, Optional<RequestKey> key, EventResults results)
            throws IOException {
        Chunk all = chunk(lines, present, key.isPresent(), limits.events() + 1, Integer.MAX_VALUE);
        if (all.entries.size() > limits.events()) {
            throw new MalformedRequest(Fault.TOO_LARGE, "more than " + limits.events() + " events");
        }
        List<FieldError> errors = errors(call, new Entries(all.entries, true));
        if (!errors.isEmpty()) {
            return Problems.invalid(call.request(), errors);
        }
        Optional<Refusal> no =
                record(call, present, all.entries, key.map(whole -> whole.part(0, all.content())), results);
        return no.map(refusal -> Problems.answer(call.request(), refusal)).orElseGet(() -> byLine(results));
    }

    /// @param isOnce whether it has to tell what it was made of
    private Chunk chunk(EventLines lines, Intake intake, boolean isOnce, int events, int bytes) throws IOException {
        Chunk chunk = new Chunk(isOnce);
        while (chunk.entries.size() < events && chunk.bytes < bytes) {
            Optional<EventLines.Line> line = lines.next();
            if (line.isEmpty()) {
                return chunk;
            }
            chunk.add(line.get(), entry(line.get(), intake));
        }
        return chunk;
    }

    private Entry entry(EventLines.Line line, Intake intake) {
        if (line.tooLong()) {
            return Bad.of("is longer than " + limits.line() + " bytes");
        }
        try {
            return read(Texts.utf8(line.bytes(), 0, line.bytes().length), Shape.LINE, intake.reader)
                    .entries
                    .getFirst();
        } catch (JacksonException e) {
            return Bad.of(rule(e));
        } catch (MalformedRequest e) {
            return Bad.of("is not one JSON object in UTF-8");
        }
    }

    private static Answer byLine(EventResults results) {
        return Answer.written(200, NDJSON, out -> {
            try (JsonGenerator json = Json.LINES.createGenerator(ObjectWriteContext.empty(), out)) {
                for (int i = 0; i < results.count(); i++) {
                    results.write(json, i, Optional.empty(), Optional.empty());
                }
                json.writeStartObject();
                results.writeReceipt(json);
                json.writeEndObject();
                json.writeRaw('\n');
            }
        });
    }

    // Showing

    private Answer list(Call call) {
        Optional<Refusal> refusal = ReadEvents.refusal(call.caller());
        if (refusal.isPresent()) {
            return Problems.answer(call.request(), refusal.get());
        }
        int limit = call.limit();
        EventQuery query = EventQuery.of(call.caller().account(), filter(call), limit + 1)
                .below(call.query("cursor").map(Events::cursor).orElseGet(OptionalLong::empty));
        Instant now = clock.instant();
        return switch (readEvents.read(call.caller(), query)) {
            case Outcome.Refused<EventPage>(Refusal no) -> Problems.answer(call.request(), no);
            case Outcome.Success<EventPage>(EventPage page) -> page(page, limit, now);
        };
    }

    /// The filter that the query has.
    static EventFilter filter(Call call) {
        return EventFilter.builder()
                .product(call.query("product").map(Events::product))
                .key(call.query("key"))
                .name(call.query("name"))
                .feature(call.query("feature"))
                .machine(call.query("machine"))
                .endUser(call.query("user"))
                .from(time(call, "from"))
                .until(time(call, "until"))
                .build();
    }

    private static ProductId product(String text) {
        OptionalLong id = Call.id("prd_", text);
        return new ProductId(
                id.orElseThrow(() -> new WrongField("product", "must be the id of a product, such as prd_1")));
    }

    private static OptionalLong cursor(String text) {
        OptionalLong id = Call.id("", text);
        if (id.isEmpty()) {
            throw new WrongField("cursor", "must be the 'next' of a page");
        }
        return id;
    }

    /// A plus that was not escaped is a space by now.
    private static Optional<Instant> time(Call call, String name) {
        return call.query(name)
                .map(text -> Times.parse(text.replace(' ', '+')).orElseThrow(() -> new WrongField(name, Times.RULE)));
    }

    private static Answer page(EventPage page, int limit, Instant now) {
        List<RecordedEvent> events =
                page.events().subList(0, Math.min(limit, page.events().size()));
        boolean more = page.events().size() > limit;
        return Json.written(200, json -> {
            json.writeArrayPropertyStart("data");
            events.forEach(event -> EventDocument.write(json, event));
            json.writeEndArray();
            if (more) {
                json.writeStringProperty("next", Long.toString(events.getLast().id()));
            } else {
                json.writeNullProperty("next");
            }
            json.writeObjectPropertyStart("asOf");
            json.writeNumberProperty("position", page.asOf());
            json.writeStringProperty("time", now.toString());
            json.writeBooleanProperty("complete", page.complete());
            json.writeEndObject();
        });
    }
}
