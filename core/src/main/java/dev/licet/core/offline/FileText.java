package dev.licet.core.offline;

import dev.licet.core.identity.Account;
import dev.licet.core.license.Features;
import dev.licet.core.license.KeyTerms;
import dev.licet.core.license.LicenseKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// The text of license files (docs/offline.md).
final class FileText {
    private FileText() {}

    static String of(
            Account account, LicenseKey key, KeyTerms terms, Optional<Instant> end, LicenseFile file, FileKey signer) {
        SignedText text = new SignedText("licet-license-file: 1")
                .line("file", "fil_" + file.id())
                .line("account", account.number().toString())
                .line("product", "prd_" + key.product())
                .encoded("key", key.key())
                .encoded("machine", file.machine())
                .line("issued-at", file.issuedAt().toString())
                .line("valid-until", file.validUntil().toString());
        end.ifPresent(at -> text.line("expires-at", at.toString()));
        text.line("features", features(terms.features()));
        file.seat().ifPresent(seat -> text.line("seat", "seat_" + seat));
        return text.line("secret", Base64.getEncoder().encodeToString(secret(account, key, file.machine())))
                .signed(signer);
    }

    private static String features(Features features) {
        List<String> names = new ArrayList<>();
        for (int feature = 1; feature <= Features.COUNT; feature++) {
            if (features.has(feature)) {
                names.add("F" + feature);
            }
        }
        features.named().forEach(name -> names.add(SignedText.encoded(name)));
        return String.join(",", names);
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
