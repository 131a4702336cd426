package dev.licet.core.identity;

import java.security.GeneralSecurityException;
import java.security.Signature;

/// Signs with the keys of accounts. Most of what an activation costs is this, so a server may have a faster one than
/// the JDK's. Safe for threads.
@FunctionalInterface
public interface Signer {
    /// The JDK's own.
    Signer OF_THE_JDK = (key, algorithm, bytes) -> {
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key.privateKey());
            signature.update(bytes);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK can't sign by " + algorithm, e);
        }
    };

    /// @param algorithm as the JDK names it: `SHA256withRSA`, `SHA512withRSA`
    byte[] sign(SigningKey key, String algorithm, byte[] bytes);
}
