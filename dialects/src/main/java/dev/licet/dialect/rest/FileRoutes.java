package dev.licet.dialect.rest;

import dev.licet.core.id.ProductId;
import dev.licet.core.license.UseKeys;
import dev.licet.core.offline.FileKey;
import dev.licet.core.offline.IssueFiles;
import dev.licet.core.offline.LicenseFile;
import dev.licet.core.offline.ManageFileKeys;
import dev.licet.core.offline.MergeUsage;
import dev.licet.dialect.Answer;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/// License files for machines without a network, what they are signed with, and what was used meanwhile.
final class FileRoutes {
    private static final Duration USUAL_VALIDITY = Duration.ofDays(30);

    private final IssueFiles issueFiles;
    private final ManageFileKeys fileKeys;
    private final MergeUsage mergeUsage;

    FileRoutes(IssueFiles issueFiles, ManageFileKeys fileKeys, MergeUsage mergeUsage) {
        this.issueFiles = issueFiles;
        this.fileKeys = fileKeys;
        this.mergeUsage = mergeUsage;
    }

    List<Endpoint> endpoints() {
        return List.of(
                new Endpoint("POST", "/v1/files", this::issue),
                new Endpoint("GET", "/v1/files", this::list),
                new Endpoint("POST", "/v1/file-keys", this::rotate),
                new Endpoint("GET", "/v1/file-keys", this::keys),
                Endpoint.onceByItself("POST", "/v1/offline-usage", this::merge));
    }

    private Answer issue(Call call) {
        Body body = call.body();
        IssueFiles.Wanted wanted = new IssueFiles.Wanted(
                body.requiredText("key"),
                new UseKeys.Device(
                        call.name("machine").orElse(""),
                        call.name("friendlyName"),
                        call.request().address()),
                body.duration("validFor").orElse(USUAL_VALIDITY),
                body.flag("borrow").orElse(false));
        return Reply.one(
                call, 201, issueFiles.issue(call.caller(), product(body.text("product")), wanted), (json, issued) -> {
                    write(json, issued.file());
                    // To who took it alone: who knows the id of a seat may give it back.
                    issued.file().seat().ifPresent(seat -> json.writeStringProperty("seat", SeatRoutes.PREFIX + seat));
                    json.writeStringProperty("text", issued.text());
                });
    }

    private static Optional<ProductId> product(Optional<String> text) {
        return text.map(id -> Call.id("prd_", "product", id, ProductId::new));
    }

    private Answer list(Call call) {
        return Reply.cut(
                call,
                issueFiles.list(
                        call.caller(),
                        product(call.query("product")),
                        call.query("key"),
                        call.after(),
                        call.limit() + 1),
                file -> file.id().value(),
                FileRoutes::write);
    }

    private static void write(JsonGenerator json, LicenseFile file) {
        json.writeStringProperty("id", "fil_" + file.id());
        json.writeStringProperty("keyId", "key_" + file.key());
        json.writeStringProperty("machine", file.machine());
        json.writeStringProperty("signedWith", FileKey.name(file.signedWith()));
        json.writeStringProperty("issuedAt", file.issuedAt().toString());
        json.writeStringProperty("validUntil", file.validUntil().toString());
    }

    private Answer rotate(Call call) {
        return Reply.one(call, 201, fileKeys.rotate(call.caller()), FileRoutes::write);
    }

    private Answer keys(Call call) {
        return Reply.page(call, fileKeys.list(call.caller()), key -> key.id().value(), FileRoutes::write);
    }

    private static void write(JsonGenerator json, FileKey key) {
        json.writeStringProperty("id", key.name());
        json.writeStringProperty("publicKey", key.pair().publicKey());
        key.endorsement().ifPresent(endorsement -> {
            json.writeStringProperty("endorsedBy", FileKey.name(endorsement.by()));
            json.writeStringProperty("endorsement", Base64.getEncoder().encodeToString(endorsement.signature()));
        });
        json.writeStringProperty("createdAt", key.createdAt().toString());
    }

    private Answer merge(Call call) {
        Body body = call.body();
        return Reply.one(
                call,
                200,
                mergeUsage.merge(
                        call.caller(),
                        product(body.text("product")),
                        body.requiredText("key"),
                        call.name("machine").orElse(""),
                        body.lines("usage")),
                (json, merge) -> {
                    json.writeNumberProperty("merged", merge.merged());
                    json.writeNumberProperty("last", merge.last());
                });
    }
}
