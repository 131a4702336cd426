package dev.licet.dialect.rest;

import dev.licet.core.Refusal;
import dev.licet.core.event.RecordEvents.Result;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/// What became of the events of one request: eight bytes for each, since there may be a million, and each reason once.
final class EventResults {
    /// A request can have as many different reasons as events; more than these are not told.
    private static final int MAX_REASONS = 10_000;

    private static final List<FieldError> UNTOLD =
            List.of(new FieldError("", "is no right event; too many others had something else wrong to tell what"));

    private static final int ACCEPTED = 0;
    private static final int DUPLICATE = 1;
    private static final int REJECTED = 2;

    /// A position, or the number of a reason, above two bits that say which.
    private long[] places = new long[16];

    private int count;
    private final List<List<FieldError>> reasons = new ArrayList<>();
    private final Map<List<FieldError>, Integer> numbers = new HashMap<>();
    private final long[] sums = new long[3];
    private long last;
    private Instant receivedAt;

    /// @param receivedAt when the request was, until something of it is recorded
    EventResults(Instant receivedAt) {
        this.receivedAt = receivedAt;
    }

    void receivedAt(Instant instant) {
        receivedAt = instant;
    }

    void add(Result result) {
        switch (result) {
            case Result.Accepted(long id) -> place(ACCEPTED, id);
            case Result.Duplicate(long id) -> place(DUPLICATE, id);
            case Result.Rejected(Refusal refusal) -> reject(List.of(error(refusal)));
        }
    }

    void reject(List<FieldError> errors) {
        List<FieldError> told = reasons.size() < MAX_REASONS || numbers.containsKey(errors) ? errors : UNTOLD;
        Integer number = numbers.computeIfAbsent(told, fresh -> {
            reasons.add(fresh);
            return reasons.size() - 1;
        });
        place(REJECTED, number);
    }

    private void place(int status, long number) {
        if (count == places.length) {
            places = Arrays.copyOf(places, 2 * count);
        }
        places[count++] = number << 2 | status;
        sums[status]++;
        if (status != REJECTED) {
            last = Math.max(last, number);
        }
    }

    int count() {
        return count;
    }

    /// Why an event was rejected; empty when it was not.
    Optional<List<FieldError>> errors(int index) {
        return status(index) == REJECTED ? Optional.of(reasons.get((int) (places[index] >> 2))) : Optional.empty();
    }

    private int status(int index) {
        return (int) (places[index] & 3);
    }

    /// What became of one event, as an object.
    ///
    /// @param clientId of the event; empty when it has none, or it is not known any more
    /// @param place of the event in the request, for the pointers of its errors; empty for the whole
    void write(JsonGenerator json, int index, Optional<String> clientId, Optional<String> place) {
        int status = status(index);
        json.writeStartObject();
        json.writeStringProperty(
                "status", status == ACCEPTED ? "accepted" : status == DUPLICATE ? "duplicate" : "rejected");
        if (status == REJECTED) {
            clientId.ifPresent(id -> json.writeStringProperty("id", id));
            List<FieldError> errors = reasons.get((int) (places[index] >> 2));
            FieldError.write(
                    json,
                    place.map(at -> errors.stream().map(error -> error.in(at)).toList())
                            .orElse(errors));
        } else {
            json.writeNumberProperty("position", places[index] >> 2);
            clientId.ifPresent(id -> json.writeStringProperty("id", id));
        }
        json.writeEndObject();
    }

    /// The property `receipt`: what became of all of them.
    void writeReceipt(JsonGenerator json) {
        json.writeObjectPropertyStart("receipt");
        json.writeNumberProperty("accepted", sums[ACCEPTED]);
        json.writeNumberProperty("duplicates", sums[DUPLICATE]);
        json.writeNumberProperty("rejected", sums[REJECTED]);
        if (last == 0) {
            json.writeNullProperty("position");
        } else {
            json.writeNumberProperty("position", last);
        }
        json.writeStringProperty("receivedAt", receivedAt.toString());
        json.writeEndObject();
    }

    /// A refusal of one event, told of its member.
    static FieldError error(Refusal refusal) {
        return switch (refusal) {
            case Refusal.NotFound(Refusal.Kind kind) ->
                switch (kind) {
                    case PRODUCT -> FieldError.of("product", "is not there");
                    case LICENSE_KEY -> FieldError.of("key", "is not there");
                    case ACCOUNT,
                            LICENSE,
                            USER,
                            APPLICATION,
                            ACCESS_TOKEN,
                            SEAT,
                            ACTIVATION,
                            DATA_OBJECT,
                            CUSTOMER,
                            MESSAGE,
                            TEMPLATE,
                            PURCHASE,
                            INSIGHT,
                            DASHBOARD,
                            ERASURE -> new FieldError("", "names what is not there");
                };
            case Refusal.NotPermitted(String missing) ->
                FieldError.of(
                        missing.startsWith("key") ? "key" : "product", "is not what the access token may record for");
            case Refusal.InvalidField(String field, String rule) -> FieldError.of(field, rule);
            case Refusal.KeyMistyped no -> FieldError.of("key", "has a letter or digit that is wrong");
            case Refusal.UnknownApiKey _,
                    Refusal.QuotaExceeded _,
                    Refusal.GapNotElapsed _,
                    Refusal.TlsRequired _,
                    Refusal.UnknownUserToken _,
                    Refusal.ExpiredUserToken _,
                    Refusal.WrongCredentials _,
                    Refusal.UnknownAccessToken _,
                    Refusal.NotAPartner _,
                    Refusal.AlreadyExists _,
                    Refusal.UnknownSession _,
                    Refusal.ExpiredSession _,
                    Refusal.KeyBlocked _,
                    Refusal.MachineLimitReached _,
                    Refusal.MachineNotAllowed _,
                    Refusal.SeatsTaken _,
                    Refusal.TooManyNewMachines _,
                    Refusal.NumberOutOfBounds _,
                    Refusal.TooMany _,
                    Refusal.KeyExpired _,
                    Refusal.PurchaseEnded _,
                    Refusal.ChangedMeanwhile _,
                    Refusal.NotActivated _,
                    Refusal.RequestKeyReused _ -> new FieldError("", "can't be recorded");
        };
    }
}
