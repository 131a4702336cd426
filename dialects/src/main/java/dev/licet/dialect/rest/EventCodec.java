package dev.licet.dialect.rest;

import dev.licet.core.event.Item;
import dev.licet.core.id.ProductId;
import dev.licet.core.once.Fingerprint;
import dev.licet.dialect.Json;
import dev.licet.dialect.Limits;
import dev.licet.dialect.Texts;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;

/// Reads events as this API writes them, and as CloudEvents 1.0 does. What is wrong with one event is told of all its
/// members; JSON that is broken is thrown by the parser.
final class EventCodec {
    /// A client that has more of them wrong has them all wrong.
    private static final int MAX_ERRORS = 10;

    private static final int MAX_CURRENCY = 3;

    private final Limits limits;

    EventCodec(Limits limits) {
        this.limits = limits;
    }

    /// The members of an event.
    private enum Member {
        ID,
        NAME,
        FEATURE,
        PRODUCT,
        KEY,
        MACHINE,
        USER,
        SESSION,
        VALUE,
        CURRENCY,
        TIME,
        PROPERTIES,
        /// What another API sent in the place of properties.
        METADATA,
        POSITION,
        SOURCE,
        RECEIVED_AT("receivedAt");

        private static final Map<String, Member> BY_NAME = new HashMap<>();

        static {
            for (Member member : values()) {
                BY_NAME.put(member.text, member);
            }
        }

        /// Those of an event that is sent; one that is shown has all.
        private static final Set<Member> SENT = EnumSet.range(ID, PROPERTIES);

        /// Those that the `data` of a CloudEvent may have; the others stand outside of it.
        private static final Set<Member> OF_DATA = EnumSet.range(FEATURE, PROPERTIES);

        static {
            OF_DATA.remove(TIME);
        }

        private final String text;

        Member() {
            this.text = name().toLowerCase(Locale.ROOT);
        }

        Member(String text) {
            this.text = text;
        }
    }

    /// An event, or what is wrong with it.
    sealed interface Entry {}

    record Good(Item item) implements Entry {}

    record Bad(List<FieldError> errors) implements Entry {
        Bad {
            errors = List.copyOf(errors);
        }

        static Bad of(String rule) {
            return new Bad(List.of(new FieldError("", rule)));
        }
    }

    /// An event while it is read.
    private static final class Draft {
        /// Whether it was recorded before, and is told of again.
        private final boolean isPast;
        private final Item.Builder item = Item.builder();
        private String id = "";
        private String name = "";
        private OptionalLong position = OptionalLong.empty();
        private @Nullable Instant time;
        private @Nullable Instant receivedAt;
        private final List<FieldError> errors = new ArrayList<>();

        Draft(boolean isPast) {
            this.isPast = isPast;
        }

        void wrong(FieldError error) {
            if (errors.size() < MAX_ERRORS) {
                errors.add(error);
            }
        }

        /// Names an event that had no id of its client's, as the same event is named whenever it comes again.
        void nameByOrigin() {
            if (time == null) {
                wrong(FieldError.of("time", "is required"));
            } else if (position.isPresent()
                    && receivedAt != null
                    && (id.isEmpty() || id.equals(EventDocument.id(position.getAsLong())))) {
                Fingerprint origin = Fingerprint.of(
                        Long.toString(position.getAsLong()), receivedAt.toString(), time.toString(), name);
                item.clientId("import:" + HexFormat.of().formatHex(origin.toBytes()));
            } else if (id.isEmpty()) {
                wrong(new FieldError("", "needs an id, or a position and a receivedAt"));
            }
        }

        Entry done() {
            return errors.isEmpty() ? new Good(item.build()) : new Bad(errors);
        }
    }

    /// Reads the value that the parser stands on as one of our events.
    Entry event(JsonParser json) {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return Bad.of("must be an object");
        }
        Draft draft = new Draft(false);
        Set<Member> seen = members(json, draft, Member.SENT, "");
        if (!seen.contains(Member.NAME)) {
            draft.wrong(FieldError.of("name", "is required"));
        }
        return draft.done();
    }

    /// Reads the value that the parser stands on as an event that this API, or that of another server, has shown.
    Entry pastEvent(JsonParser json) {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return Bad.of("must be an object");
        }
        Draft draft = new Draft(true);
        members(json, draft, EnumSet.allOf(Member.class), "");
        draft.nameByOrigin();
        return draft.done();
    }

    /// Reads the object that the parser stands on. @param place of the object in the event; empty for the event itself
    private Set<Member> members(JsonParser json, Draft draft, Set<Member> known, String place) {
        Set<Member> seen = EnumSet.noneOf(Member.class);
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            Member member = Member.BY_NAME.get(name);
            json.nextToken();
            String rule = null;
            if (member == null || !known.contains(member)) {
                rule = "is no member of an event";
                json.skipChildren();
            } else if (!seen.add(member)) {
                rule = "is given twice";
                json.skipChildren();
            } else if (json.currentToken() == JsonToken.VALUE_NULL) {
                if (member == Member.NAME) {
                    seen.remove(member);
                }
            } else {
                rule = take(json, draft, member);
            }
            if (rule != null) {
                FieldError error = FieldError.of(name, rule);
                draft.wrong(place.isEmpty() ? error : error.in(place));
            }
        }
        return seen;
    }

    /// Takes the value of a member. @return what is wrong with it
    private @Nullable String take(JsonParser json, Draft draft, Member member) {
        if (member == Member.PROPERTIES) {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                json.skipChildren();
                return "must be an object";
            }
            Properties properties = properties(json, mostMetadata(draft));
            draft.item.metadata(properties.text);
            return properties.wrong;
        }
        if (member == Member.VALUE) {
            OptionalLong value = wholeNumber(json);
            draft.item.value(value);
            return value.isPresent() ? null : "must be a whole number of 64 bits, in the minor units of the currency";
        }
        if (member == Member.POSITION) {
            draft.position = wholeNumber(json);
            return draft.position.isPresent() ? null : "must be a whole number of 64 bits";
        }
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            json.skipChildren();
            return "must be a text";
        }
        String text = json.getString();
        if (!Texts.isClean(text)) {
            return "has a NUL or half a surrogate pair";
        }
        if (member == Member.METADATA) {
            draft.item.metadata(text);
            return isOver(mostMetadata(draft), text) ? "must have at most " + mostMetadata(draft) + " bytes" : null;
        }
        if (text.isBlank()) {
            return member == Member.NAME && !draft.isPast ? "is required" : null;
        }
        if (text.codePointCount(0, text.length()) > limits.name()) {
            return "must have at most " + limits.name() + " characters";
        }
        return takeText(draft, member, text);
    }

    /// Of an event that another API took there may be more than this one takes.
    private int mostMetadata(Draft draft) {
        return draft.isPast ? limits.line() : limits.metadata();
    }

    private static boolean isOver(int bytes, String text) {
        return text.length() > bytes
                || text.length() > bytes / 3 && text.getBytes(StandardCharsets.UTF_8).length > bytes;
    }

    private @Nullable String takeText(Draft draft, Member member, String text) {
        Item.Builder item = draft.item;
        switch (member) {
            case ID -> {
                draft.id = text;
                item.clientId(text);
            }
            case NAME -> {
                draft.name = text;
                item.name(text);
            }
            case FEATURE -> item.feature(text);
            case KEY -> item.key(text);
            case MACHINE -> item.machine(text);
            case USER -> item.endUser(text);
            case SESSION -> item.session(text);
            case PRODUCT -> {
                OptionalLong id = Call.id("prd_", text);
                if (id.isEmpty()) {
                    return "must be the id of a product, such as prd_1";
                }
                item.product(new ProductId(id.getAsLong()));
            }
            case CURRENCY -> {
                if (draft.isPast) {
                    item.currency(text);
                    return text.codePointCount(0, text.length()) > limits.currency()
                            ? "must have at most " + limits.currency() + " characters"
                            : null;
                }
                if (text.length() != MAX_CURRENCY || !text.chars().allMatch(c -> c >= 'A' && c <= 'Z')) {
                    return "must be an ISO 4217 code, such as USD";
                }
                item.currency(text);
            }
            case TIME, RECEIVED_AT -> {
                var time = Times.parse(text);
                if (time.isEmpty()) {
                    return Times.RULE;
                }
                if (member == Member.RECEIVED_AT) {
                    draft.receivedAt = time.get();
                } else {
                    draft.time = time.get();
                    item.at(time.get());
                }
            }
            case SOURCE -> {
                // the import is its source
            }
            case VALUE, PROPERTIES, METADATA, POSITION -> throw new IllegalArgumentException(member + " is no text");
        }
        return null;
    }

    private static OptionalLong wholeNumber(JsonParser json) {
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            json.skipChildren();
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(json.getString()));
        } catch (NumberFormatException tooLarge) {
            return OptionalLong.empty();
        }
    }

    /// A value as compact JSON text, its numbers as they were written. @param names of its members, if it is an object
    private record Properties(String text, @Nullable String wrong, List<String> names) {}

    /// Copies the value that the parser stands on.
    private Properties properties(JsonParser json, int most) {
        String wrong = null;
        List<String> top = new ArrayList<>();
        Deque<Set<String>> names = new ArrayDeque<>();
        int depth = 0;
        StringWriter text = new StringWriter();
        try (JsonGenerator copy = Json.FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            do {
                JsonToken token = json.currentToken();
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                switch (token) {
                    case START_OBJECT -> names.push(new HashSet<>());
                    case END_OBJECT -> names.pop();
                    case PROPERTY_NAME -> {
                        String name = json.currentName();
                        if (!Texts.isClean(name)) {
                            wrong = "has a NUL or half a surrogate pair";
                        } else if (!names.element().add(name)) {
                            wrong = "has a member twice";
                        }
                        if (depth == 1) {
                            top.add(name);
                        }
                    }
                    case VALUE_STRING -> {
                        if (!Texts.isClean(json.getString())) {
                            wrong = "has a NUL or half a surrogate pair";
                        }
                    }
                    default -> {
                        // nothing to look after
                    }
                }
                if (token.isNumeric()) {
                    copy.writeNumber(json.getString());
                } else {
                    copy.copyCurrentEvent(json);
                }
            } while (depth > 0 && json.nextToken() != null);
        }
        String copied = text.toString();
        if (isOver(most, copied)) {
            wrong = "must have at most " + most + " bytes";
        }
        return new Properties(copied, wrong, top);
    }

    /// A text as the JSON object that it is; empty when it is none.
    static Optional<String> object(String text) {
        if (!text.startsWith("{")) {
            return Optional.empty();
        }
        try (JsonParser json = Json.FACTORY.createParser(ObjectReadContext.empty(), text)) {
            json.nextToken();
            json.skipChildren();
            return json.nextToken() == null ? Optional.of(text) : Optional.empty();
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    /// Reads the value that the parser stands on as a CloudEvent in its JSON form.
    Entry cloudEvent(JsonParser json) {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return Bad.of("must be an object");
        }
        Draft draft = new Draft(false);
        Map<String, String> attributes = new HashMap<>();
        Set<Member> ofData = Set.of();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            json.nextToken();
            if (attributes.containsKey(name)) {
                draft.wrong(FieldError.of(name, "is given twice"));
                json.skipChildren();
            } else if (name.equals("data")) {
                attributes.put(name, "");
                ofData = data(json, draft);
            } else if (name.equals("data_base64")) {
                attributes.put(name, "");
                draft.wrong(FieldError.of(name, "is not taken: send the data as JSON"));
                json.skipChildren();
            } else {
                attributes.put(name, attribute(json, draft, name));
            }
        }
        required(attributes, draft, "specversion");
        required(attributes, draft, "id");
        required(attributes, draft, "source");
        required(attributes, draft, "type");
        if (!attributes.getOrDefault("specversion", "1.0").equals("1.0")) {
            draft.wrong(FieldError.of("specversion", "must be 1.0"));
        }
        if (attributes.getOrDefault("source", "").chars().anyMatch(c -> c <= ' ')) {
            draft.wrong(FieldError.of("source", "must be a URI reference"));
        }
        // There is no space in a source, so no two pairs have the same text.
        draft.item.clientId(attributes.get("source") + " " + attributes.get("id"));
        attribute(attributes, draft, "type", Member.NAME);
        attribute(attributes, draft, "time", Member.TIME);
        if (!ofData.contains(Member.USER)) {
            attribute(attributes, draft, "subject", Member.USER);
        }
        return draft.done();
    }

    private static void required(Map<String, String> attributes, Draft draft, String name) {
        if (attributes.getOrDefault(name, "").isBlank()) {
            draft.wrong(FieldError.of(name, "is required"));
        }
    }

    private void attribute(Map<String, String> attributes, Draft draft, String name, Member member) {
        String text = attributes.getOrDefault(name, "");
        String rule = text.isBlank() ? null : takeText(draft, member, text);
        if (rule != null) {
            draft.wrong(FieldError.of(name, rule));
        }
    }

    /// Context attributes are texts, numbers or booleans; those that are not known are extensions, and passed over.
    private String attribute(JsonParser json, Draft draft, String name) {
        if (!name.matches("[a-z0-9]+")) {
            draft.wrong(FieldError.of(name, "is no name of a CloudEvents attribute"));
        }
        JsonToken token = json.currentToken();
        if (token == JsonToken.VALUE_NULL) {
            return "";
        }
        if (!token.isScalarValue()) {
            draft.wrong(FieldError.of(name, "must be a text"));
            json.skipChildren();
            return "";
        }
        boolean known =
                Set.of("specversion", "id", "source", "type", "time", "subject").contains(name);
        String text = json.getString();
        if (known && token != JsonToken.VALUE_STRING) {
            draft.wrong(FieldError.of(name, "must be a text"));
        } else if (!Texts.isClean(text)) {
            draft.wrong(FieldError.of(name, "has a NUL or half a surrogate pair"));
        } else if (known && text.codePointCount(0, text.length()) > limits.name()) {
            draft.wrong(FieldError.of(name, "must have at most " + limits.name() + " characters"));
        }
        return text;
    }

    /// An object that has members of our events alone is read as those; any other is the properties, and what is no
    /// object is their member `data`. @return the members that it had
    private Set<Member> data(JsonParser json, Draft draft) {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return Set.of();
        }
        boolean isObject = json.currentToken() == JsonToken.START_OBJECT;
        Properties data = properties(json, limits.metadata());
        if (!isObject || !isOurs(data.names)) {
            draft.item.metadata(isObject ? data.text : "{\"data\":" + data.text + "}");
            if (data.wrong != null) {
                draft.wrong(FieldError.of("data", data.wrong));
            }
            return Set.of();
        }
        try (JsonParser members = Json.FACTORY.createParser(ObjectReadContext.empty(), data.text)) {
            members.nextToken();
            return members(members, draft, Member.OF_DATA, "data");
        }
    }

    private static boolean isOurs(List<String> names) {
        return !names.isEmpty()
                && names.stream().allMatch(name -> {
                    Member member = Member.BY_NAME.get(name);
                    return member != null && Member.OF_DATA.contains(member);
                });
    }
}
