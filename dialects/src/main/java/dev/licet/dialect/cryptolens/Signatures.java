package dev.licet.dialect.cryptolens;

import dev.licet.core.identity.SigningKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.util.Base64;

/// The signatures that clients check, all RSA with PKCS #1 v1.5 padding, in base64.
final class Signatures {
    private Signatures() {}

    /// Over the bytes of a key's JSON.
    static String ofBlob(SigningKey key, byte[] blob) {
        return sign(key, "SHA256withRSA", blob);
    }

    /// Over a key's canonical text.
    static String ofText(SigningKey key, String text) {
        return sign(key, "SHA256withRSA", text.getBytes(StandardCharsets.UTF_16LE));
    }

    /// Over the bytes of what is told about a key.
    static String ofMetadata(SigningKey key, byte[] metadata) {
        return sign(key, "SHA512withRSA", metadata);
    }

    private static String sign(SigningKey key, String algorithm, byte[] bytes) {
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key.privateKey());
            signature.update(bytes);
            return Base64.getEncoder().encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK can't sign with RSA", e);
        }
    }
}
