package dev.licet.dialect.rest;

import dev.licet.core.Refusal;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Json;
import dev.licet.dialect.Request;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;

/// Every no of this API, as RFC 9457 problem details.
final class Problems {
    private Problems() {}

    static Answer answer(Request request, Refusal refusal) {
        return answer(request, refusal, json -> {});
    }

    private static Answer answer(Request request, Refusal refusal, Consumer<JsonGenerator> more) {
        return switch (refusal) {
            case Refusal.UnknownAccessToken no ->
                problem(request, 401, "unknown-token", "The access token is missing, unknown or revoked.", more)
                        .with("WWW-Authenticate", "Bearer");
            case Refusal.NotPermitted(String missing) ->
                problem(request, 403, "not-permitted", "The access token does not permit this: " + missing + ".", more);
            case Refusal.NotFound(Refusal.Kind kind) ->
                problem(request, 404, "not-found", "There is no such " + name(kind) + ".", more);
            case Refusal.AlreadyExists(Refusal.Kind kind, String name) ->
                problem(request, 409, "already-exists", "There is a " + name(kind) + " '" + name + "' already.", more);
            case Refusal.InvalidField(String field, String rule) ->
                problem(request, 400, "invalid-field", field + " " + rule + ".", json -> {
                    FieldError.write(json, List.of(FieldError.ofPath(field, rule)));
                    more.accept(json);
                });
            case Refusal.QuotaExceeded(Duration retryAfter) -> tooMany(request, retryAfter, more);
            case Refusal.GapNotElapsed(Duration retryAfter) -> tooMany(request, retryAfter, more);
            case Refusal.TlsRequired no -> problem(request, 403, "https-required", "This needs HTTPS.", more);
            case Refusal.NotAPartner no -> problem(request, 403, "not-permitted", "This is for partners.", more);
            case Refusal.UnknownApiKey no -> unknownCredentials(request, more);
            case Refusal.UnknownUserToken no -> unknownCredentials(request, more);
            case Refusal.ExpiredUserToken no -> unknownCredentials(request, more);
            case Refusal.WrongCredentials no -> unknownCredentials(request, more);
            case Refusal.UnknownSession no -> unknownCredentials(request, more);
            case Refusal.ExpiredSession no -> unknownCredentials(request, more);
            case Refusal.KeyBlocked no -> problem(request, 403, "key-blocked", "The license key is blocked.", more);
            case Refusal.MachineLimitReached(int limit) ->
                problem(
                        request,
                        409,
                        "machine-limit-reached",
                        "The license key runs on " + limit + " machines already, as many as it may.",
                        more);
            case Refusal.SeatsTaken(int limit, int position, Duration retryAfter) ->
                problem(request, 409, "seats-taken", "All " + limit + " seats of the license key are held.", json -> {
                            json.writeNumberProperty("limit", limit);
                            if (position > 0) {
                                json.writeNumberProperty("position", position);
                            }
                            more.accept(json);
                        })
                        .with("Retry-After", Long.toString(Math.max(1, retryAfter.toSeconds())));
            case Refusal.MachineNotAllowed no ->
                problem(request, 403, "machine-not-allowed", "The license key is for other machines.", more);
            case Refusal.TooManyNewMachines(int limit, Duration retryAfter) ->
                problem(
                                request,
                                409,
                                "too-many-new-machines",
                                "The license key was activated on " + limit
                                        + " new machines of late, as many as it may be.",
                                more)
                        .with("Retry-After", Long.toString(Math.max(1, retryAfter.toSeconds())));
            case Refusal.KeyMistyped no ->
                problem(
                        request,
                        422,
                        "key-mistyped",
                        "No such license key can have been issued: a letter or digit of it is wrong.",
                        more);
            case Refusal.NumberOutOfBounds(int now, int least, int most) ->
                problem(request, 409, "out-of-bounds", "The number would leave its bounds.", json -> {
                    json.writeNumberProperty("number", now);
                    json.writeNumberProperty("min", least);
                    json.writeNumberProperty("max", most);
                    more.accept(json);
                });
            case Refusal.TooMany(Refusal.Kind kind, int limit) ->
                problem(
                        request,
                        409,
                        "too-many",
                        "There are " + limit + " of kind " + name(kind) + " already, as many as there may be.",
                        more);
            case Refusal.KeyExpired no -> problem(request, 403, "key-expired", "The license key has expired.", more);
            case Refusal.PurchaseEnded(String how) ->
                problem(request, 409, "purchase-ended", "The purchase was " + how + ".", more);
            case Refusal.ChangedMeanwhile no ->
                problem(
                        request,
                        412,
                        "changed-meanwhile",
                        "It is not any more what the If-Match header says; read it again.",
                        more);
            case Refusal.NotActivated no ->
                problem(request, 404, "not-activated", "The license key does not run on that machine.", more);
            case Refusal.RequestKeyReused no ->
                problem(
                        request,
                        422,
                        "idempotency-key-reused",
                        "The Idempotency-Key was used for another request.",
                        more);
        };
    }

    /// A body that can't be read, and why.
    static Answer unreadable(Request request, String why) {
        return problem(request, 400, "malformed", why);
    }

    /// A body of a kind that the path does not take.
    static Answer unknownMediaType(Request request, String known) {
        return problem(request, 415, "unknown-media-type", "The body has to be one of " + known + ".")
                .with("Accept", known);
    }

    /// Members that break their rules.
    static Answer invalid(Request request, List<FieldError> errors) {
        return problem(request, 422, "invalid-event", "Nothing was recorded.", json -> FieldError.write(json, errors));
    }

    /// A no to the rest of a body, of which a part was recorded.
    static Answer partly(Request request, Fault fault, EventResults results) {
        return answer(request, fault, results::writeReceipt);
    }

    static Answer partly(Request request, Refusal refusal, EventResults results) {
        return answer(request, refusal, results::writeReceipt);
    }

    static Answer answer(Request request, Fault fault) {
        return answer(request, fault, json -> {});
    }

    private static Answer answer(Request request, Fault fault, Consumer<JsonGenerator> more) {
        return switch (fault) {
            case MALFORMED -> problem(request, 400, "malformed", "The request can't be read.", more);
            case TOO_LARGE -> problem(request, 413, "too-large", "The request is over a limit of this server.", more);
            case TOO_SLOW -> problem(request, 408, "too-slow", "The request took too long to arrive.", more);
            case UNKNOWN_ENCODING ->
                problem(
                        request,
                        415,
                        "unknown-encoding",
                        "The body may be packed by gzip or zstd, and no other.",
                        more);
            case WRONG_VERB -> problem(request, 405, "wrong-verb", "This path does not take that HTTP method.", more);
            case UNKNOWN_PATH -> problem(request, 404, "unknown-path", "Nothing answers at this path.", more);
            case UNAVAILABLE ->
                problem(request, 503, "unavailable", "The server can't take this now; try again.", more);
            case READ_ONLY ->
                problem(
                        request,
                        503,
                        "unavailable",
                        "The server only reads while its data is moved; try again later.",
                        more);
            case FAILED -> problem(request, 500, "failed", "The server failed. Its log says more.", more);
        };
    }

    private static Answer tooMany(Request request, Duration retryAfter, Consumer<JsonGenerator> more) {
        return problem(request, 429, "too-many-requests", "The limit of calls is reached.", more)
                .with("Retry-After", Long.toString(Math.max(1, retryAfter.toSeconds())));
    }

    private static Answer unknownCredentials(Request request, Consumer<JsonGenerator> more) {
        return problem(request, 401, "unknown-credentials", "The credentials are not valid.", more);
    }

    private static String name(Refusal.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static Answer problem(Request request, int status, String type, String detail) {
        return problem(request, status, type, detail, json -> {});
    }

    private static Answer problem(
            Request request, int status, String type, String detail, Consumer<JsonGenerator> more) {
        return Answer.of(status, "application/problem+json", Json.object(json -> {
            json.writeStringProperty("type", "urn:licet:problem:" + type);
            json.writeStringProperty("title", type.replace('-', ' '));
            json.writeNumberProperty("status", status);
            json.writeStringProperty("detail", detail);
            json.writeStringProperty("requestId", request.id());
            more.accept(json);
        }));
    }
}
