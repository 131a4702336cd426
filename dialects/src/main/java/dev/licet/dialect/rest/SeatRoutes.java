package dev.licet.dialect.rest;

import dev.licet.core.Outcome;
import dev.licet.core.Pending;
import dev.licet.core.Refusal;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.SeatId;
import dev.licet.core.identity.Caller;
import dev.licet.core.session.HoldSeats;
import dev.licet.core.session.Seat;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Json;
import dev.licet.dialect.Request;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/// Floating licenses: check a seat out, ping it, give it back, and see who holds one.
final class SeatRoutes {
    static final String PREFIX = "seat_";
    private static final String PINGS = "/v1/seats/" + PREFIX;
    static final Duration USUAL_INTERVAL = Duration.ofMinutes(10);

    private final HoldSeats holdSeats;

    SeatRoutes(HoldSeats holdSeats) {
        this.holdSeats = holdSeats;
    }

    List<Endpoint> endpoints() {
        return List.of(
                new Endpoint("POST", "/v1/seats", this::checkOut),
                new Endpoint("GET", "/v1/seats", this::list),
                new Endpoint("GET", "/v1/seats/{seat}", this::find),
                new Endpoint("POST", "/v1/seats/{seat}/ping", this::ping),
                new Endpoint("DELETE", "/v1/seats/{seat}", this::release));
    }

    private Answer checkOut(Call call) {
        Body body = call.body();
        HoldSeats.Wanted wanted = new HoldSeats.Wanted(
                call.name("machine").orElse(""),
                call.name("user"),
                call.name("friendlyName"),
                call.request().address(),
                body.duration("interval").orElse(USUAL_INTERVAL),
                0,
                body.flag("takeOver").orElse(false),
                body.flag("wait").orElse(false));
        Optional<ProductId> product = body.text("product").map(SeatRoutes::product);
        return answer(
                call.request(),
                201,
                holdSeats
                        .checkOut(call.caller(), product, body.requiredText("key"), wanted)
                        .await());
    }

    private static ProductId product(String text) {
        return Call.id("prd_", "product", text, ProductId::new);
    }

    private Answer ping(Call call) {
        return seat(call.argument())
                .map(seat -> ping(call.caller(), seat, call.request()).await())
                .orElseGet(() -> unknown(call.request()));
    }

    /// Whether it pings a seat, as programs do most often.
    static boolean isPing(Request head) {
        return head.verb().equals("POST")
                && head.path().startsWith(PINGS)
                && head.path().endsWith("/ping");
    }

    /// The answer to [what pings a seat][#isPing].
    Pending<Answer> begin(Caller caller, Request request) {
        String path = request.path();
        return seat(path.substring(PINGS.length() - PREFIX.length(), path.length() - "/ping".length()))
                .map(seat -> ping(caller, seat, request))
                .orElseGet(() -> Pending.done(unknown(request)));
    }

    private Pending<Answer> ping(Caller caller, SeatId seat, Request request) {
        return holdSeats.ping(caller, seat, request.address()).map(outcome -> answer(request, 200, outcome));
    }

    private static Answer answer(Request request, int status, Outcome<HoldSeats.Held> outcome) {
        return switch (outcome) {
            case Outcome.Refused<HoldSeats.Held>(Refusal refusal) -> Problems.answer(request, refusal);
            case Outcome.Success<HoldSeats.Held>(HoldSeats.Held held) ->
                Answer.of(status, Json.MEDIA_TYPE, Json.object(json -> {
                    write(json, held.seat());
                    json.writeStringProperty(
                            "keyExpiresAt", held.terms().expiresAt().toString());
                    json.writeBooleanProperty(
                            "keyExpired",
                            held.terms().hasPeriod() && held.terms().isExpired(held.at()));
                }));
        };
    }

    private Answer find(Call call) {
        return seat(call.argument())
                .map(seat -> Reply.one(call, 200, holdSeats.find(call.caller(), seat), SeatRoutes::write))
                .orElseGet(() -> unknown(call.request()));
    }

    private Answer release(Call call) {
        return seat(call.argument())
                .map(seat -> Reply.one(
                        call,
                        200,
                        holdSeats
                                .release(call.caller(), seat, Etags.expected(call, SeatRoutes::write))
                                .await(),
                        SeatRoutes::write))
                .orElseGet(() -> unknown(call.request()));
    }

    private Answer list(Call call) {
        String key = call.query("key").orElseThrow(() -> new WrongField("key", "is required"));
        Outcome<HoldSeats.Taken> taken =
                holdSeats.list(call.caller(), call.query("product").map(SeatRoutes::product), key);
        return switch (taken) {
            case Outcome.Refused<HoldSeats.Taken>(Refusal refusal) -> Problems.answer(call.request(), refusal);
            case Outcome.Success<HoldSeats.Taken>(HoldSeats.Taken all) -> page(call, all);
        };
    }

    /// A page after the seat that the cursor names: seats come in the order of their checkouts, and one that was given
    /// back since takes nothing from the rest.
    private static Answer page(Call call, HoldSeats.Taken taken) {
        int limit = call.limit();
        Optional<String> cursor = call.query("cursor");
        List<Seat> left = cursor.isEmpty()
                ? taken.seats()
                : taken.seats().stream()
                        .filter(seat -> place(seat).compareTo(cursor.get()) > 0)
                        .toList();
        List<Seat> page = left.subList(0, Math.min(limit, left.size()));
        return Answer.of(200, Json.MEDIA_TYPE, Json.object(json -> {
            json.writeArrayPropertyStart("data");
            for (Seat seat : page) {
                json.writeStartObject();
                write(json, seat);
                json.writeEndObject();
            }
            json.writeEndArray();
            if (page.size() < left.size()) {
                json.writeStringProperty("next", place(page.getLast()));
            } else {
                json.writeNullProperty("next");
            }
            json.writeNumberProperty("held", taken.seats().size());
            json.writeNumberProperty("limit", taken.limit());
        }));
    }

    /// Sorts as the list does.
    private static String place(Seat seat) {
        return "%019d-%s"
                .formatted(seat.since().toEpochMilli() * 1000 + seat.since().getNano() / 1000 % 1000, seat.id());
    }

    private static void write(JsonGenerator json, Seat seat) {
        json.writeStringProperty("id", PREFIX + seat.id());
        json.writeStringProperty("keyId", "key_" + seat.key());
        json.writeStringProperty("machine", seat.machine());
        seat.user().ifPresent(user -> json.writeStringProperty("user", user));
        seat.friendlyName().ifPresent(name -> json.writeStringProperty("friendlyName", name));
        json.writeStringProperty("address", seat.address());
        json.writeBooleanProperty("overdraft", seat.overdraft());
        json.writeStringProperty("interval", seat.interval().toString());
        json.writeStringProperty("since", seat.since().toString());
        json.writeStringProperty("until", seat.until().toString());
        seat.borrowedUntil().ifPresent(then -> json.writeStringProperty("borrowedUntil", then.toString()));
    }

    private static Optional<SeatId> seat(String id) {
        return id.startsWith(PREFIX) ? Optional.of(new SeatId(id.substring(PREFIX.length()))) : Optional.empty();
    }

    private static Answer unknown(Request request) {
        return Problems.answer(request, new Refusal.NotFound(Refusal.Kind.SEAT));
    }
}
