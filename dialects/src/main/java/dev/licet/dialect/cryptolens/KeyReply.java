package dev.licet.dialect.cryptolens;

import dev.licet.core.license.KeyTerms;
import dev.licet.core.license.UseKeys;
import dev.licet.core.session.Seat;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Json;
import dev.licet.dialect.MalformedRequest;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;

/// How a client wants to be told of a key.
///
/// @param signed whether a plain object carries a signature
/// @param asBlob whether the key comes as the signed bytes, which always carry one
/// @param metadata whether what its state means is told too
record KeyReply(boolean signed, boolean asBlob, boolean metadata, long modelVersion, Signatures signatures) {

    static KeyReply of(Fields fields, Signatures signatures) {
        boolean asBlob = fields.text("SignMethod")
                .map(method -> switch (method.strip().toLowerCase(Locale.ROOT)) {
                    case "1", "stringsign" -> true;
                    case "0", "linqsign", "none", "null" -> false;
                    default -> throw new MalformedRequest(Fault.MALFORMED, "SignMethod is 0 or 1");
                })
                .orElse(false);
        return new KeyReply(
                fields.flag("Sign"),
                asBlob,
                fields.flag("Metadata"),
                fields.integer("ModelVersion").orElse(1),
                signatures);
    }

    /// @param seats how many of its seats are held
    Answer of(UseKeys.Report report, int seats) {
        return of(KeyDocument.of(report, modelVersion), seats);
    }

    /// To the machine that holds a seat.
    Answer of(UseKeys.Report report, Seat seat, int seats) {
        return of(KeyDocument.of(report, seat, modelVersion), seats);
    }

    private Answer of(KeyDocument document, int seats) {
        UseKeys.Report report = document.report();
        return Answer.of(200, Json.MEDIA_TYPE, Json.object(json -> {
            Replies.writeSuccess(json);
            if (asBlob) {
                byte[] blob = document.blob();
                json.writeStringProperty("licenseKey", Base64.getEncoder().encodeToString(blob));
                json.writeStringProperty("signature", signatures.ofBlob(report.signingKey(), blob));
            } else {
                json.writeName("licenseKey");
                document.writeObject(
                        json, signed ? signatures.ofText(report.signingKey(), document.canonicalText()) : "");
            }
            if (metadata) {
                json.writeObjectPropertyStart("metadata");
                writeMetadata(json, report, seats);
                json.writeStringProperty("signature", metadataSignature(report, seats));
                json.writeEndObject();
            }
        }));
    }

    /// A text of its own, so that a client can keep it: what was told, when, and the signature over that.
    private String metadataSignature(UseKeys.Report report, int seats) {
        byte[] data = Json.object(json -> writeMetadata(json, report, seats));
        byte[] envelope = Json.object(json -> {
            json.writeStringProperty("Data", Base64.getEncoder().encodeToString(data));
            json.writeStringProperty("Signature", signatures.ofMetadata(report.signingKey(), data));
            json.writeNumberProperty("Date", report.signedAt().getEpochSecond());
            json.writeNumberProperty("Version", 1);
        });
        return Base64.getEncoder().encodeToString(envelope);
    }

    private static void writeMetadata(JsonGenerator json, UseKeys.Report report, int seats) {
        KeyTerms terms = report.use().terms();
        boolean expired = terms.hasPeriod() && terms.isExpired(report.at());
        json.writeNumberProperty("activatedMachines", report.use().activations().size());
        json.writeObjectPropertyStart("licenseStatus");
        json.writeBooleanProperty("isValid", !terms.blocked() && !expired);
        json.writeNumberProperty("reasonForInvalidity", terms.blocked() ? 2 : expired ? 1 : 0);
        json.writeBooleanProperty("trial", terms.machinesExtend());
        json.writeBooleanProperty("timeLimited", terms.hasPeriod());
        json.writeNumberProperty(
                "timeLeft",
                Math.max(0, Duration.between(report.at(), terms.expiresAt()).toDays()));
        json.writeEndObject();
        json.writeNumberProperty("usedFloatingMachines", seats);
    }
}
