package dev.licet.core.identity;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;

/// The RSA pair of an account, 2048 bits (some clients take no other size). Its private part signs what
/// clients verify offline.
public final class SigningKey {
    private final RSAPrivateCrtKey privateKey;
    private final RSAPublicKey publicKey;

    private SigningKey(RSAPrivateCrtKey privateKey) throws GeneralSecurityException {
        this.privateKey = privateKey;
        this.publicKey = (RSAPublicKey) KeyFactory.getInstance("RSA")
                .generatePublic(new RSAPublicKeySpec(privateKey.getModulus(), privateKey.getPublicExponent()));
    }

    public static SigningKey generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return new SigningKey((RSAPrivateCrtKey) generator.generateKeyPair().getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK can't make RSA keys", e);
        }
    }

    public static SigningKey fromPkcs8(byte[] encoded) {
        try {
            return new SigningKey(
                    (RSAPrivateCrtKey) KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(encoded)));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not the PKCS #8 form of an RSA key", e);
        }
    }

    public byte[] toPkcs8() {
        return privateKey.getEncoded();
    }

    public PrivateKey privateKey() {
        return privateKey;
    }

    public RSAPublicKey publicKey() {
        return publicKey;
    }

    /// The public part as the licensing clients read it: `<RSAKeyValue>` with modulus and exponent in base64.
    public String publicKeyXml() {
        return "<RSAKeyValue><Modulus>" + base64(publicKey.getModulus()) + "</Modulus><Exponent>"
                + base64(publicKey.getPublicExponent()) + "</Exponent></RSAKeyValue>";
    }

    private static String base64(BigInteger number) {
        byte[] bytes = number.toByteArray();
        int sign = bytes[0] == 0 ? 1 : 0;
        byte[] magnitude = new byte[bytes.length - sign];
        System.arraycopy(bytes, sign, magnitude, 0, magnitude.length);
        return Base64.getEncoder().encodeToString(magnitude);
    }

    @Override
    public String toString() {
        return "(hidden)";
    }
}
