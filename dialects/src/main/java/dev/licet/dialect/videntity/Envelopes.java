package dev.licet.dialect.videntity;

import static java.lang.System.Logger.Level.WARNING;

import dev.licet.core.Refusal;
import dev.licet.core.identity.Secret;
import dev.licet.dialect.Answer;
import dev.licet.dialect.TextTable;
import dev.licet.dialect.Timestamps;
import dev.licet.dialect.Xml;
import java.time.Clock;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/// The XML envelope that every answer comes in, element for element as its page has it. Each has a number of
/// its own, errors too.
final class Envelopes {
    private static final System.Logger LOG = System.getLogger(Envelopes.class.getName());
    private static final String DECLARATION = "<?xml version=\"1.0\" encoding=\"utf-8\"?>";
    private static final String INDENT = "\n    ";
    /// Where a text names the field that it is about.
    private static final String FIELD = "{field}";

    private final LongSupplier transactionNumbers;
    private final String contentType;
    private final TextTable texts;
    private final Clock clock;

    Envelopes(LongSupplier transactionNumbers, String contentType, TextTable texts, Clock clock) {
        this.transactionNumbers = transactionNumbers;
        this.contentType = contentType;
        this.texts = texts;
        this.clock = clock;
    }

    /// For one answer, whose number is drawn now: where it is made nobody may wait for one.
    Envelopes drawn() {
        long number = transactionNumbers.getAsLong();
        return new Envelopes(() -> number, contentType, texts, clock);
    }

    /// An error of this API. @param detail for people
    private record Error(int number, String name, String detail) {
        String key(String part) {
            return "videntity." + number + "." + part;
        }
    }

    private static final Error WRONG_CREDENTIALS =
            new Error(1, "AUTHENTICATION_ERROR", "username, password or account_number is incorrect");
    private static final Error UNKNOWN_SESSION = new Error(2, "SESSION_DOES_NOT_EXIST", "session does not exist");
    private static final Error EXPIRED_SESSION = new Error(3, "SESSION_EXPIRED", "The session has expired");
    private static final Error MISSING =
            new Error(4, "MISSING_MANDATORY_FIELD", "Mandatory field " + FIELD + " is missing");
    private static final Error SERVER_ERROR =
            new Error(11, "SERVER_ERROR", "The server could not process your request.");

    private static final Error REQUEST_KEY_REUSED =
            new Error(904, "IDEMPOTENCY_KEY_REUSED", "The Idempotency-Key was used for another request");

    static Set<String> textKeys() {
        return Stream.of(WRONG_CREDENTIALS, UNKNOWN_SESSION, EXPIRED_SESSION, MISSING, SERVER_ERROR, REQUEST_KEY_REUSED)
                .flatMap(error -> Stream.of(error.key("name"), error.key("detail")))
                .collect(Collectors.toSet());
    }

    Answer success(String method, String detail, Secret sessionKey) {
        return envelope(200, method, "SUCCESS", transactionNumbers.getAsLong(), xml -> {
            element(xml, "detail", detail);
            xml.writeCharacters(INDENT);
            xml.writeStartElement("response_name_value");
            xml.writeCharacters(INDENT + "    ");
            xml.writeStartElement("session_key");
            xml.writeCharacters(Xml.printable(sessionKey.value()));
            xml.writeEndElement();
            xml.writeCharacters(INDENT);
            xml.writeEndElement();
        });
    }

    Answer missing(String method, String field) {
        return error(200, method, MISSING, field);
    }

    Answer refusal(String method, Refusal refusal) {
        return error(
                200,
                method,
                switch (refusal) {
                    case Refusal.WrongCredentials no -> WRONG_CREDENTIALS;
                    case Refusal.UnknownSession no -> UNKNOWN_SESSION;
                    case Refusal.ExpiredSession no -> EXPIRED_SESSION;
                    case Refusal.TlsRequired no -> WRONG_CREDENTIALS;
                    case Refusal.UnknownApiKey no -> WRONG_CREDENTIALS;
                    case Refusal.UnknownUserToken no -> WRONG_CREDENTIALS;
                    case Refusal.ExpiredUserToken no -> WRONG_CREDENTIALS;
                    case Refusal.UnknownAccessToken no -> WRONG_CREDENTIALS;
                    case Refusal.NotAPartner no -> WRONG_CREDENTIALS;
                    case Refusal.NotPermitted no -> WRONG_CREDENTIALS;
                    case Refusal.NotFound no -> WRONG_CREDENTIALS;
                    case Refusal.AlreadyExists no -> SERVER_ERROR;
                    case Refusal.InvalidField no -> SERVER_ERROR;
                    case Refusal.QuotaExceeded no -> SERVER_ERROR;
                    case Refusal.GapNotElapsed no -> SERVER_ERROR;
                    case Refusal.KeyBlocked no -> SERVER_ERROR;
                    case Refusal.MachineLimitReached no -> SERVER_ERROR;
                    case Refusal.MachineNotAllowed no -> SERVER_ERROR;
                    case Refusal.NotActivated no -> SERVER_ERROR;
                    case Refusal.TooManyNewMachines no -> SERVER_ERROR;
                    case Refusal.KeyMistyped no -> SERVER_ERROR;
                    case Refusal.NumberOutOfBounds no -> SERVER_ERROR;
                    case Refusal.TooMany no -> SERVER_ERROR;
                    case Refusal.KeyExpired no -> SERVER_ERROR;
                    case Refusal.PurchaseEnded no -> SERVER_ERROR;
                    case Refusal.ChangedMeanwhile no -> SERVER_ERROR;
                    case Refusal.SeatsTaken no -> SERVER_ERROR;
                    case Refusal.RequestKeyReused no -> REQUEST_KEY_REUSED;
                });
    }

    /// When not even a number can be had, the answer is without an envelope.
    Answer serverError(int status, String method) {
        try {
            return error(status, method, SERVER_ERROR);
        } catch (RuntimeException e) {
            LOG.log(WARNING, "no transaction number can be had: {0}", e.getMessage());
            return Answer.text(503, SERVER_ERROR.detail());
        }
    }

    private Answer error(int status, String method, Error error) {
        return error(status, method, error, "");
    }

    private Answer error(int status, String method, Error error, String field) {
        return envelope(status, method, "ERROR", transactionNumbers.getAsLong(), xml -> {
            element(xml, "error_number", Integer.toString(error.number()));
            element(xml, "error_name", text(error, "name", error.name()));
            element(xml, "error_detail", text(error, "detail", error.detail()).replace(FIELD, field));
        });
    }

    private String text(Error error, String part, String otherwise) {
        return Xml.printable(texts.text(error.key(part), otherwise));
    }

    private Answer envelope(int httpStatus, String method, String status, long number, Xml.Content content) {
        return Answer.of(httpStatus, contentType, Xml.document(DECLARATION, xml -> {
            xml.writeStartElement("response");
            xml.writeAttribute("api_method", method);
            element(xml, "status", status);
            element(xml, "api_tx_number", Long.toString(number));
            content.writeTo(xml);
            element(xml, "timestamp", Timestamps.text(clock.instant()));
            xml.writeCharacters("\n");
            xml.writeEndElement();
        }));
    }

    private static void element(XMLStreamWriter xml, String name, String text) throws XMLStreamException {
        xml.writeCharacters(INDENT);
        xml.writeStartElement(name);
        xml.writeCharacters(text);
        xml.writeEndElement();
    }
}
