package dev.licet.dialect.rest;

import dev.licet.core.Refusal;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Json;
import dev.licet.dialect.Request;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/// Every no of this API, as RFC 9457 problem details.
final class Problems {
    private Problems() {}

    static Answer answer(Request request, Refusal refusal) {
        return switch (refusal) {
            case Refusal.UnknownAccessToken no ->
                problem(request, 401, "unknown-token", "The access token is missing, unknown or revoked.")
                        .with("WWW-Authenticate", "Bearer");
            case Refusal.NotPermitted(String missing) ->
                problem(request, 403, "not-permitted", "The access token does not permit this: " + missing + ".");
            case Refusal.NotFound(Refusal.Kind kind) ->
                problem(request, 404, "not-found", "There is no such " + name(kind) + ".");
            case Refusal.AlreadyExists(Refusal.Kind kind, String name) ->
                problem(request, 409, "already-exists", "There is a " + name(kind) + " '" + name + "' already.");
            case Refusal.InvalidField(String field, String rule) ->
                problem(request, 400, "invalid-field", field + " " + rule + ".", Optional.of(field), Optional.of(rule));
            case Refusal.QuotaExceeded(Duration retryAfter) -> tooMany(request, retryAfter);
            case Refusal.GapNotElapsed(Duration retryAfter) -> tooMany(request, retryAfter);
            case Refusal.TlsRequired no -> problem(request, 403, "https-required", "This needs HTTPS.");
            case Refusal.NotAPartner no -> problem(request, 403, "not-permitted", "This is for partners.");
            case Refusal.UnknownApiKey no -> unknownCredentials(request);
            case Refusal.UnknownUserToken no -> unknownCredentials(request);
            case Refusal.ExpiredUserToken no -> unknownCredentials(request);
            case Refusal.WrongCredentials no -> unknownCredentials(request);
            case Refusal.UnknownSession no -> unknownCredentials(request);
            case Refusal.ExpiredSession no -> unknownCredentials(request);
            case Refusal.RequestKeyReused no ->
                problem(request, 422, "idempotency-key-reused", "The Idempotency-Key was used for another request.");
        };
    }

    static Answer answer(Request request, Fault fault) {
        return switch (fault) {
            case MALFORMED -> problem(request, 400, "malformed", "The request can't be read.");
            case TOO_LARGE -> problem(request, 413, "too-large", "The request is over a limit of this server.");
            case TOO_SLOW -> problem(request, 408, "too-slow", "The request took too long to arrive.");
            case UNKNOWN_ENCODING ->
                problem(request, 415, "unknown-encoding", "The body may be packed by gzip or zstd, and no other.");
            case WRONG_VERB -> problem(request, 405, "wrong-verb", "This path does not take that HTTP method.");
            case UNKNOWN_PATH -> problem(request, 404, "unknown-path", "Nothing answers at this path.");
            case UNAVAILABLE -> problem(request, 503, "unavailable", "The server can't take this now; try again.");
            case FAILED -> problem(request, 500, "failed", "The server failed. Its log says more.");
        };
    }

    private static Answer tooMany(Request request, Duration retryAfter) {
        return problem(request, 429, "too-many-requests", "The limit of calls is reached.")
                .with("Retry-After", Long.toString(Math.max(1, retryAfter.toSeconds())));
    }

    private static Answer unknownCredentials(Request request) {
        return problem(request, 401, "unknown-credentials", "The credentials are not valid.");
    }

    private static String name(Refusal.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static Answer problem(Request request, int status, String type, String detail) {
        return problem(request, status, type, detail, Optional.empty(), Optional.empty());
    }

    private static Answer problem(
            Request request, int status, String type, String detail, Optional<String> field, Optional<String> rule) {
        return Answer.of(status, "application/problem+json", Json.object(json -> {
            json.writeStringProperty("type", "urn:licet:problem:" + type);
            json.writeStringProperty("title", type.replace('-', ' '));
            json.writeNumberProperty("status", status);
            json.writeStringProperty("detail", detail);
            json.writeStringProperty("requestId", request.id());
            if (field.isPresent()) {
                json.writeArrayPropertyStart("errors");
                json.writeStartObject();
                json.writeStringProperty("pointer", "#/" + field.get());
                json.writeStringProperty("detail", rule.orElse(""));
                json.writeEndObject();
                json.writeEndArray();
            }
        }));
    }
}
