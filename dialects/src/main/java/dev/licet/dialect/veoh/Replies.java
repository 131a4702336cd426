package dev.licet.dialect.veoh;

import dev.licet.core.Refusal;
import dev.licet.core.identity.SecretSource;
import dev.licet.core.license.License;
import dev.licet.core.license.LicenseType;
import dev.licet.core.license.Term;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Fault;
import dev.licet.dialect.TextTable;
import dev.licet.dialect.Timestamps;
import dev.licet.dialect.Xml;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/// The answers of this API: `<rsp stat="ok">` with what was asked for, or `<rsp stat="fail">` with one error.
final class Replies {
    private static final String DECLARATION = "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>";
    private static final String MEDIA_TYPE = "text/xml; charset=UTF-8";

    private final SecretSource secrets;
    private final TextTable texts;
    private final Clock clock;

    Replies(SecretSource secrets, TextTable texts, Clock clock) {
        this.secrets = secrets;
        this.texts = texts;
        this.clock = clock;
    }

    /// @param verbose 0 for nothing, 1 for the id, 2 for all
    Answer loggedEvent(int verbose, long id, String eventName, Instant at) {
        return answer(200, "ok", xml -> {
            if (verbose > 0) {
                xml.writeEmptyElement("event");
                xml.writeAttribute("eventId", Long.toString(id));
                if (verbose > 1) {
                    xml.writeAttribute("eventName", Xml.printable(eventName));
                    xml.writeAttribute("dateLogged", Timestamps.text(at));
                }
            }
        });
    }

    Answer license(License license) {
        return answer(200, "ok", xml -> {
            xml.writeEmptyElement("license");
            xml.writeAttribute("licenseId", license.id().toString());
            xml.writeAttribute("name", Xml.printable(license.name()));
            xml.writeAttribute("licenseType", name(license.type()));
            xml.writeAttribute("price", license.price().written());
            if (license.term().isPresent()) {
                Term term = license.term().get();
                xml.writeAttribute("timeUnits", term.unit().name().toLowerCase(Locale.ROOT));
                xml.writeAttribute("duration", Integer.toString(term.count()));
            }
        });
    }

    Answer user(String username, String userToken, Instant expires) {
        return answer(200, "ok", xml -> {
            xml.writeEmptyElement("user");
            xml.writeAttribute("username", username);
            xml.writeAttribute("userToken", userToken);
            xml.writeAttribute("expires", Timestamps.text(expires));
        });
    }

    Answer refusal(Refusal refusal) {
        return error(
                switch (refusal) {
                    case Refusal.UnknownApiKey no -> VeohError.INVALID_API_KEY;
                    case Refusal.QuotaExceeded no -> VeohError.TOO_MANY_REQUESTS;
                    case Refusal.GapNotElapsed no -> VeohError.GAP_NOT_ENOUGH;
                    case Refusal.TlsRequired no -> VeohError.HTTPS_REQUIRED;
                    case Refusal.UnknownUserToken no -> VeohError.INVALID_USER_TOKEN;
                    case Refusal.ExpiredUserToken no -> VeohError.USER_TOKEN_EXPIRED;
                    case Refusal.WrongCredentials no -> VeohError.LOGIN_FAILED;
                    case Refusal.NotAPartner no -> VeohError.INSUFFICIENT_PRIVILEGES;
                    case Refusal.NotPermitted no -> VeohError.WRITE_PERMISSION_REQUIRED;
                    case Refusal.InvalidField no -> VeohError.INVALID_NAME;
                    case Refusal.UnknownAccessToken no -> VeohError.INVALID_API_KEY;
                    case Refusal.NotFound no -> VeohError.MALFORMED_REQUEST;
                    case Refusal.AlreadyExists no -> VeohError.MALFORMED_REQUEST;
                    case Refusal.UnknownSession no -> VeohError.INVALID_USER_TOKEN;
                    case Refusal.ExpiredSession no -> VeohError.USER_TOKEN_EXPIRED;
                    case Refusal.KeyBlocked no -> VeohError.MALFORMED_REQUEST;
                    case Refusal.MachineLimitReached no -> VeohError.MALFORMED_REQUEST;
                    case Refusal.MachineNotAllowed no -> VeohError.MALFORMED_REQUEST;
                    case Refusal.NotActivated no -> VeohError.MALFORMED_REQUEST;
                    case Refusal.TooManyNewMachines no -> VeohError.MALFORMED_REQUEST;
                    case Refusal.KeyMistyped no -> VeohError.MALFORMED_REQUEST;
                    case Refusal.NumberOutOfBounds no -> VeohError.MALFORMED_REQUEST;
                    case Refusal.TooMany no -> VeohError.MALFORMED_REQUEST;
                    case Refusal.KeyExpired no -> VeohError.MALFORMED_REQUEST;
                    case Refusal.PurchaseEnded no -> VeohError.MALFORMED_REQUEST;
                    case Refusal.ChangedMeanwhile no -> VeohError.MALFORMED_REQUEST;
                    case Refusal.SeatsTaken no -> VeohError.MALFORMED_REQUEST;
                    case Refusal.RequestKeyReused no -> VeohError.IDEMPOTENCY_KEY_REUSED;
                });
    }

    Answer fault(Fault fault) {
        return switch (fault) {
            case MALFORMED, TOO_LARGE, TOO_SLOW -> error(VeohError.MALFORMED_REQUEST);
            case UNKNOWN_ENCODING -> error(415, VeohError.MALFORMED_REQUEST);
            case UNKNOWN_PATH -> error(VeohError.UNKNOWN_METHOD);
            case WRONG_VERB -> error(405, VeohError.WRONG_VERB);
            case UNAVAILABLE, READ_ONLY -> error(503, VeohError.SERVICE_UNAVAILABLE);
            case FAILED -> error(VeohError.FAILED);
        };
    }

    Answer error(VeohError error) {
        return error(200, error);
    }

    Answer error(int status, VeohError error) {
        return answer(status, "fail", xml -> {
            xml.writeStartElement("errorList");
            xml.writeEmptyElement("error");
            xml.writeAttribute("errorCode", Integer.toString(error.number()));
            xml.writeAttribute("errorMessage", Xml.printable(texts.text(error.key(), error.text())));
            xml.writeEndElement();
        });
    }

    private Answer answer(int status, String stat, Xml.Content content) {
        return Answer.of(status, MEDIA_TYPE, Xml.document(DECLARATION, xml -> root(xml, stat, content)));
    }

    private void root(XMLStreamWriter xml, String stat, Xml.Content content) throws XMLStreamException {
        xml.writeStartElement("rsp");
        xml.writeAttribute("stat", stat);
        xml.writeAttribute("guid", secrets.guid().toString());
        xml.writeAttribute("timestamp", Long.toString(clock.instant().getEpochSecond()));
        content.writeTo(xml);
        xml.writeEndElement();
    }

    private static String name(LicenseType type) {
        return switch (type) {
            case OWN -> "videoOwn";
            case RENTAL -> "videoRental";
            case SUBSCRIPTION_RECURRING -> "subscriptionRecur";
            case SUBSCRIPTION_NOT_RECURRING -> "subscriptionNoRecur";
        };
    }
}
