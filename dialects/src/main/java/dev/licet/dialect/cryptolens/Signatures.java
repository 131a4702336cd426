package dev.licet.dialect.cryptolens;

import dev.licet.core.identity.Signer;
import dev.licet.core.identity.SigningKey;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// The signatures that clients check, all RSA with PKCS #1 v1.5 padding, in base64.
record Signatures(Signer signer) {

    /// Over the bytes of a key's JSON.
    String ofBlob(SigningKey key, byte[] blob) {
        return sign(key, "SHA256withRSA", blob);
    }

    /// Over a key's canonical text.
    String ofText(SigningKey key, String text) {
        return sign(key, "SHA256withRSA", text.getBytes(StandardCharsets.UTF_16LE));
    }

    /// Over the bytes of what is told about a key.
    String ofMetadata(SigningKey key, byte[] metadata) {
        return sign(key, "SHA512withRSA", metadata);
    }

    private String sign(SigningKey key, String algorithm, byte[] bytes) {
        return Base64.getEncoder().encodeToString(signer.sign(key, algorithm, bytes));
    }
}
