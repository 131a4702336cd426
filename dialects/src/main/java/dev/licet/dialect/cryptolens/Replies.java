package dev.licet.dialect.cryptolens;

import dev.licet.core.Refusal;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Json;
import java.util.Map;
import tools.jackson.core.JsonGenerator;

/// The answers of this API: `result` 0 or 1 and a `message`, word for word as its clients compare them.
///
/// @param errorStatus whether an error has an HTTP status of its own; 200 when not
/// @param unknownToken the message for a token that is not known
/// @param notPermitted for one that may not do that
/// @param noKey for a key that is not there
/// @param noCustomer for a customer who is not there
/// @param invalid for fields that break a rule, by their name in the domain
record Replies(
        boolean errorStatus,
        String unknownToken,
        String notPermitted,
        String noKey,
        String noCustomer,
        Map<String, String> invalid) {
    private static final String ACCESS_DENIED = "Access denied.";
    private static final String UNABLE_TO_AUTHENTICATE = "Unable to authenticate.";
    private static final String NO_KEY = "Could not find the key.";
    private static final String NO_KEY_OR_PERMISSION = "Not enough permission and/or key not found.";
    private static final Map<String, String> LONG_NOTES =
            Map.of("notes", "The notes field cannot be more than 500 characters.");

    /// Of the methods of AI: their page has one message for every trouble with a token.
    static Replies ofEvents(boolean errorStatus) {
        return new Replies(
                errorStatus, ACCESS_DENIED, ACCESS_DENIED, NO_KEY, "Could not find the customer.", LONG_NOTES);
    }

    /// Of most methods.
    static Replies usual(boolean errorStatus) {
        return new Replies(
                errorStatus, UNABLE_TO_AUTHENTICATE, ACCESS_DENIED, NO_KEY, "Could not find the customer.", LONG_NOTES);
    }

    /// Of the methods of Data.
    static Replies ofData(boolean errorStatus) {
        return new Replies(
                errorStatus,
                UNABLE_TO_AUTHENTICATE,
                NO_KEY_OR_PERMISSION,
                NO_KEY_OR_PERMISSION,
                "Could not find the customer.",
                Map.of());
    }

    /// Of the methods of Customer.
    static Replies ofCustomers(boolean errorStatus) {
        return new Replies(
                errorStatus,
                UNABLE_TO_AUTHENTICATE,
                ACCESS_DENIED,
                NO_KEY,
                "Customer could not be found.",
                Map.of(
                        "name", "The name of the customer is limited to 100 characters.",
                        "email", "The email of the customer is limited to 100 characters.",
                        "companyName", "The company name of the customer is limited to 100 characters."));
    }

    private static final Answer SUCCESS = Answer.of(200, Json.MEDIA_TYPE, "{\"result\":0,\"message\":\"\"}");
    private static final String INCORRECT = "The input parameters were incorrect.";

    Answer success() {
        return SUCCESS;
    }

    Answer noMachineCode() {
        return error(400, "The machine code cannot be null.");
    }

    Answer longMachineCode() {
        return error(400, "The machine code cannot exceed 128 chars in length.");
    }

    Answer mayNotAddCustomers() {
        return error(403, "Access denied. Please add 'AddCustomer' permission.");
    }

    Answer noTime() {
        return error(400, "The timestamp in the Time parameter does not have the correct format.");
    }

    Answer notCounted() {
        return error(400, "Could not increment the usage counter.");
    }

    Answer eventsNotAList() {
        return error(400, "Events string is not correctly formatted json string.");
    }

    /// The members that every good answer begins with.
    static void writeSuccess(JsonGenerator json) {
        json.writeNumberProperty("result", 0);
        json.writeStringProperty("message", "");
    }

    Answer refusal(Refusal refusal) {
        return switch (refusal) {
            case Refusal.UnknownAccessToken no -> error(401, unknownToken);
            case Refusal.NotPermitted no -> error(403, notPermitted);
            case Refusal.NotFound(Refusal.Kind kind) -> notFound(kind);
            case Refusal.InvalidField no -> error(400, invalid.getOrDefault(no.field(), INCORRECT));
            case Refusal.KeyBlocked no -> error(403, "The key is blocked and cannot be accessed.");
            case Refusal.MachineLimitReached no ->
                error(403, "Cannot activate the new device as the limit has been reached.");
            case Refusal.SeatsTaken no -> error(403, "Cannot activate the new device as the limit has been reached.");
            case Refusal.TooManyNewMachines no ->
                error(403, "Cannot activate the new device as the limit has been reached.");
            case Refusal.KeyMistyped no -> notFound(Refusal.Kind.LICENSE_KEY);
            case Refusal.NumberOutOfBounds no -> error(409, INCORRECT);
            case Refusal.TooMany no -> error(409, INCORRECT);
            case Refusal.KeyExpired no -> error(403, ACCESS_DENIED);
            case Refusal.PurchaseEnded no -> error(409, INCORRECT);
            case Refusal.ChangedMeanwhile no -> error(412, INCORRECT);
            case Refusal.MachineNotAllowed no -> error(403, ACCESS_DENIED);
            case Refusal.NotActivated no ->
                error(404, "Either the machine code was never activated or key activation feature was never set up.");
            case Refusal.AlreadyExists no ->
                error(409, no.kind() == Refusal.Kind.CUSTOMER ? "A customer with the same secret exists." : INCORRECT);
            case Refusal.UnknownApiKey no -> error(401, ACCESS_DENIED);
            case Refusal.QuotaExceeded no -> error(429, ACCESS_DENIED);
            case Refusal.GapNotElapsed no -> error(429, ACCESS_DENIED);
            case Refusal.TlsRequired no -> error(403, ACCESS_DENIED);
            case Refusal.UnknownUserToken no -> error(401, ACCESS_DENIED);
            case Refusal.ExpiredUserToken no -> error(401, ACCESS_DENIED);
            case Refusal.WrongCredentials no -> error(401, ACCESS_DENIED);
            case Refusal.NotAPartner no -> error(403, ACCESS_DENIED);
            case Refusal.UnknownSession no -> error(401, ACCESS_DENIED);
            case Refusal.ExpiredSession no -> error(401, ACCESS_DENIED);
            case Refusal.RequestKeyReused no -> error(422, "The Idempotency-Key was used for another request.");
        };
    }

    private Answer notFound(Refusal.Kind kind) {
        return switch (kind) {
            case PRODUCT -> error(404, "Could not find the product.");
            case LICENSE_KEY -> error(404, noKey);
            case CUSTOMER -> error(404, noCustomer);
            case ACCOUNT,
                    LICENSE,
                    USER,
                    APPLICATION,
                    ACCESS_TOKEN,
                    SEAT,
                    ACTIVATION,
                    DATA_OBJECT,
                    MESSAGE,
                    TEMPLATE,
                    PURCHASE,
                    INSIGHT,
                    DASHBOARD,
                    ERASURE -> error(404, INCORRECT);
        };
    }

    Answer fault(Fault fault) {
        return switch (fault) {
            case MALFORMED, TOO_LARGE, TOO_SLOW -> error(400, INCORRECT);
            case UNKNOWN_ENCODING -> always(415, INCORRECT);
            case WRONG_VERB -> always(405, INCORRECT);
            case UNKNOWN_PATH -> always(404, "The method could not be found.");
            case UNAVAILABLE -> always(503, "The service is temporarily unavailable.");
            case READ_ONLY -> always(503, "The service only reads while its data is moved.");
            case FAILED -> error(500, "Something went wrong. The server's log says more.");
        };
    }

    private Answer error(int status, String message) {
        return always(errorStatus ? status : 200, message);
    }

    private static Answer always(int status, String message) {
        return Answer.of(status, Json.MEDIA_TYPE, Json.object(json -> {
            json.writeNumberProperty("result", 1);
            json.writeStringProperty("message", message);
        }));
    }
}
