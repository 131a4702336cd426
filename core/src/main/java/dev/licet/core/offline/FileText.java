package dev.licet.core.offline;

import dev.licet.core.identity.Account;
import dev.licet.core.license.Features;
import dev.licet.core.license.KeyTerms;
import dev.licet.core.license.LicenseKey;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// The text of license files: lines of a name and a value, and the signature of what is before it (docs/offline.md).
final class FileText {
    private FileText() {}

    static String of(
            Account account, LicenseKey key, KeyTerms terms, Optional<Instant> end, LicenseFile file, FileKey signer) {
        StringBuilder text = new StringBuilder("licet-license-file: 1");
        line(text, "file", "fil_" + file.id());
        line(text, "account", account.number().toString());
        line(text, "product", "prd_" + key.product());
        line(text, "key", encoded(key.key()));
        line(text, "machine", encoded(file.machine()));
        line(text, "issued-at", file.issuedAt().toString());
        line(text, "valid-until", file.validUntil().toString());
        end.ifPresent(at -> line(text, "expires-at", at.toString()));
        line(text, "features", features(terms.features()));
        file.seat().ifPresent(seat -> line(text, "seat", "seat_" + seat));
        line(text, "secret", Base64.getEncoder().encodeToString(secret(account, key, file.machine())));
        line(text, "signed-with", signer.name());
        byte[] signature = signer.pair().sign(text.toString().getBytes(StandardCharsets.UTF_8));
        line(text, "signature", Base64.getEncoder().encodeToString(signature));
        return text.append('\n').toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append('\n').append(name).append(": ").append(value);
    }

    private static String features(Features features) {
        List<String> names = new ArrayList<>();
        for (int feature = 1; feature <= Features.COUNT; feature++) {
            if (features.has(feature)) {
                names.add("F" + feature);
            }
        }
        features.named().forEach(name -> names.add(encoded(name)));
        return String.join(",", names);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /// What signs the record of use of a key on a machine: always the same, and known to nobody who has no file of
    /// them.
    static byte[] secret(Account account, LicenseKey key, String machine) {
        return code(account.signingKey().toPkcs8(), "offline use of key " + key.id() + " on " + machine);
    }

    static byte[] code(byte[] secret, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC with SHA-256", e);
        }
    }
}
