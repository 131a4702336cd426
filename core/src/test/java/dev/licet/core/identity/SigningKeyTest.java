package dev.licet.core.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SigningKeyTest {
    private static final SigningKey KEY = SigningKey.generate();
    private static final Pattern XML = Pattern.compile(
            "<RSAKeyValue><Modulus>([A-Za-z0-9+/=]+)</Modulus><Exponent>([A-Za-z0-9+/=]+)</Exponent></RSAKeyValue>");

    @Test
    void publicKeyXml_hasTheMagnitudesWithoutASign() {
        Matcher xml = XML.matcher(KEY.publicKeyXml());

        assertThat(xml.matches()).isTrue();
        assertThat(Base64.getDecoder().decode(xml.group(1))).hasSize(256);
        assertThat(xml.group(2)).isEqualTo("AQAB");
    }

    @Test
    void publicKeyXml_verifiesWhatThePrivateKeySigned() throws Exception {
        byte[] text = "a license".getBytes(StandardCharsets.UTF_8);
        Signature signer = Signature.getInstance("SHA256withRSA");
        signer.initSign(KEY.privateKey());
        signer.update(text);
        byte[] signature = signer.sign();

        Matcher xml = XML.matcher(KEY.publicKeyXml());
        assertThat(xml.matches()).isTrue();
        Signature verifier = Signature.getInstance("SHA256withRSA");
        verifier.initVerify(KeyFactory.getInstance("RSA")
                .generatePublic(new RSAPublicKeySpec(
                        new BigInteger(1, Base64.getDecoder().decode(xml.group(1))),
                        new BigInteger(1, Base64.getDecoder().decode(xml.group(2))))));
        verifier.update(text);
        assertThat(verifier.verify(signature)).isTrue();
    }

    @Test
    void fromPkcs8_isTheSameKey() {
        SigningKey again = SigningKey.fromPkcs8(KEY.toPkcs8());

        assertThat(again.publicKeyXml()).isEqualTo(KEY.publicKeyXml());
        assertThat(again.privateKey()).isEqualTo(KEY.privateKey());
    }

    @Test
    void fromPkcs8_garbage_isRefused() {
        assertThatThrownBy(() -> SigningKey.fromPkcs8(new byte[] {1, 2, 3}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void generate_makesAnotherKeyEachTime() {
        assertThat(SigningKey.generate().publicKeyXml()).isNotEqualTo(KEY.publicKeyXml());
    }

    @Test
    void toString_showsNothing() {
        assertThat(KEY.toString()).isEqualTo("(hidden)");
    }
}
