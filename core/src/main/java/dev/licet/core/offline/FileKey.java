package dev.licet.core.offline;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.FileKeyId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/// A pair of Ed25519 that an account's license files are signed with, until a newer one is made. Its public part stays
/// published, for the files that it signed.
///
/// @param endorsement by the pair before it: programs that trust that one can trust this one; empty for the first
public record FileKey(
        FileKeyId id, AccountNumber account, Pair pair, Optional<Endorsement> endorsement, Instant createdAt) {

    /// @param signature of [#endorsed]
    public record Endorsement(FileKeyId by, byte[] signature) {}

    /// How it goes by outside, as the files name it.
    public String name() {
        return name(id);
    }

    public static String name(FileKeyId id) {
        return "fky_" + id;
    }

    /// What the pair before it signs.
    public static byte[] endorsed(FileKeyId id, Pair pair) {
        return ("licet-file-key: 1\nid: " + name(id) + "\nkey: " + pair.publicKey()).getBytes(StandardCharsets.UTF_8);
    }

    /// A private and a public key.
    public static final class Pair {
        private static final String ALGORITHM = "Ed25519";

        private final byte[] pkcs8;
        private final byte[] x509;

        /// @param pkcs8 the private one @param x509 the public one
        public Pair(byte[] pkcs8, byte[] x509) {
            this.pkcs8 = pkcs8.clone();
            this.x509 = x509.clone();
        }

        public static Pair generate() {
            try {
                KeyPair pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
                return new Pair(pair.getPrivate().getEncoded(), pair.getPublic().getEncoded());
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every JDK has Ed25519", e);
            }
        }

        /// X.509 in Base64.
        public String publicKey() {
            return Base64.getEncoder().encodeToString(x509);
        }

        public byte[] toPkcs8() {
            return pkcs8.clone();
        }

        public byte[] toX509() {
            return x509.clone();
        }

        public byte[] sign(byte[] text) {
            try {
                Signature signing = Signature.getInstance(ALGORITHM);
                signing.initSign(KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(pkcs8)));
                signing.update(text);
                return signing.sign();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("a stored key can't sign", e);
            }
        }

        /// Its public part alone.
        @Override
        public String toString() {
            return publicKey();
        }
    }
}
