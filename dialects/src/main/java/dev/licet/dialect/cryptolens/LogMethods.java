package dev.licet.dialect.cryptolens;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.DataObjectId;
import dev.licet.core.identity.Caller;
import dev.licet.core.license.KeyCall;
import dev.licet.core.license.KeyCalls;
import dev.licet.core.license.LogKeyCalls;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Json;
import dev.licet.dialect.Limits;
import dev.licet.dialect.MalformedRequest;
import dev.licet.dialect.Request;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// AI/GetWebAPILog.
final class LogMethods {
    private static final int DEFAULT_PAGE = 10;
    private static final int MAX_PAGE = 1_000;
    private static final int MAX_STATES = 100;

    private final LogKeyCalls log;
    private final Limits limits;
    private final Replies replies;

    LogMethods(LogKeyCalls log, Limits limits, Replies replies) {
        this.log = log;
        this.limits = limits;
        this.replies = replies;
    }

    Answer getWebApiLog(Caller caller, Request request, Fields fields) {
        Optional<String> key = fields.text("Key", limits.name());
        if (key.isPresent() && fields.product().isEmpty()) {
            return replies.refusal(new Refusal.NotFound(Refusal.Kind.PRODUCT));
        }
        EventMethods.TimeFilter time = EventMethods.TimeFilter.of(fields.json("Time"));
        OptionalLong before = fields.integer("EndingBefore");
        boolean isBefore = before.isPresent() && before.getAsLong() > 0;
        KeyCalls.Query query = new KeyCalls.Query(
                fields.product(),
                key,
                fields.text("MachineCode", limits.name()),
                fields.optional("FriendlyName", limits.name()),
                states(fields),
                time.from(),
                time.until(),
                Math.max(0, fields.integer("StartingAfter").orElse(0)),
                isBefore ? before.getAsLong() : Long.MAX_VALUE,
                isNewestFirst(fields).orElse(isBefore),
                (int) Math.clamp(fields.integer("Limit").orElse(DEFAULT_PAGE), 1, MAX_PAGE));
        return switch (log.list(caller, query)) {
            case Outcome.Refused<List<KeyCall>>(Refusal refusal) -> replies.refusal(refusal);
            case Outcome.Success<List<KeyCall>>(List<KeyCall> calls) ->
                Answer.of(200, Json.MEDIA_TYPE, Json.object(json -> {
                    Replies.writeSuccess(json);
                    json.writeArrayPropertyStart("logs");
                    calls.forEach(call -> write(json, call));
                    json.writeEndArray();
                }));
        };
    }

    /// A JSON list of [#MAX_STATES] numbers at most.
    private static Set<Integer> states(Fields fields) {
        Optional<String> text = fields.json("States")
                .map(String::strip)
                .filter(given -> !given.equalsIgnoreCase("none") && !given.equalsIgnoreCase("null"));
        Set<Integer> states = new HashSet<>();
        if (text.isEmpty()) {
            return states;
        }
        String list = text.get();
        if (!list.startsWith("[") || !list.endsWith("]")) {
            throw new MalformedRequest(Fault.MALFORMED, "States is no list");
        }
        String[] codes = list.substring(1, list.length() - 1).split(",", MAX_STATES + 1);
        if (codes.length > MAX_STATES) {
            throw new MalformedRequest(Fault.TOO_LARGE, "more than " + MAX_STATES + " states");
        }
        for (String state : codes) {
            Fields.integerIn(state).ifPresent(code -> states.add((int) Math.clamp(code, 0, 9_999)));
        }
        return states;
    }

    private static Optional<Boolean> isNewestFirst(Fields fields) {
        return fields.text("OrderBy").map(order -> switch (order.strip().toLowerCase(Locale.ROOT)) {
            case "id", "id ascending", "time", "time ascending" -> false;
            case "id descending", "time descending" -> true;
            default -> throw new MalformedRequest(Fault.MALFORMED, "OrderBy is Id ascending or Id descending");
        });
    }

    private static void write(JsonGenerator json, KeyCall call) {
        json.writeStartObject();
        json.writeNumberProperty("id", call.id());
        json.writeNumberProperty("productId", call.product().value());
        writeText(json, "key", call.key().orElse(null));
        json.writeStringProperty("ip", anonymous(call.address()));
        json.writeNumberProperty("time", call.at().getEpochSecond());
        json.writeNumberProperty("state", call.state().code());
        json.writeStringProperty("machineCode", call.machine());
        writeText(json, "friendlyName", call.friendlyName().orElse(null));
        json.writeNumberProperty(
                "floatingExpires", call.seatUntil().map(Instant::getEpochSecond).orElse(0L));
        json.writeNumberProperty("doIntValue", call.number());
        json.writeNumberProperty("doId", call.object().map(DataObjectId::value).orElse(0L));
        json.writeEndObject();
    }

    private static void writeText(JsonGenerator json, String name, @Nullable String text) {
        if (text == null) {
            json.writeNullProperty(name);
        } else {
            json.writeStringProperty(name, text);
        }
    }

    /// The network that an address is in: its first 24 bits, or 48 of IPv6.
    static String anonymous(String address) {
        byte[] bytes;
        try {
            bytes = InetAddress.ofLiteral(address).getAddress();
        } catch (IllegalArgumentException noAddress) {
            return "";
        }
        int kept = bytes.length == 4 ? 3 : 6;
        Arrays.fill(bytes, kept, bytes.length, (byte) 0);
        try {
            return InetAddress.getByAddress(bytes).getHostAddress();
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("an address of that length", impossible);
        }
    }
}
