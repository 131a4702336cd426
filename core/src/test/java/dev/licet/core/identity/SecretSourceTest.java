package dev.licet.core.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class SecretSourceTest {
    private final SecretSource secrets = new SecretSource(new SecureRandom());

    @Test
    void apiKey_isAnUpperCaseGuid() {
        eachMatches(() -> secrets.apiKey().value(), "[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}");
    }

    @Test
    void accessToken_isTheBase64OfAListOfANumberAndASecret() {
        eachMatches(
                () -> new String(
                        Base64.getDecoder().decode(secrets.accessToken().value()), StandardCharsets.UTF_8),
                "\\[\"[1-9][0-9]{0,8}\",\"[A-Za-z0-9+/]{40}\"]");
    }

    @Test
    void userToken_isUrlSafe() {
        eachMatches(() -> secrets.userToken().value(), "[A-Za-z0-9_-]{32}");
    }

    @Test
    void password_isFifteenLettersAndDigits() {
        eachMatches(() -> secrets.password().value(), "[A-Za-z0-9]{15}");
    }

    @Test
    void sessionKey_isFifteenLettersAndDigits() {
        eachMatches(() -> secrets.sessionKey(15).value(), "[A-Za-z0-9]{15}");
    }

    @Test
    void licenseKey_isFourGroupsOfLettersThatAreNotMixedUp() {
        eachMatches(secrets::licenseKey, "[A-HJ-NP-Z]{5}(-[A-HJ-NP-Z]{5}){3}");
    }

    @Test
    void accountNumber_isFifteenDigits() {
        eachMatches(() -> secrets.accountNumber().toString(), "[1-9][0-9]{14}");
    }

    @Test
    void requestId_isSixteenHexDigits() {
        eachMatches(secrets::requestId, "[0-9a-f]{16}");
    }

    @Test
    void secret_isNotShown() {
        Secret password = secrets.password();

        assertThat(password.toString()).doesNotContain(password.value());
        assertThat(SecretHash.of(password).toString()).isEqualTo("(hidden)");
    }

    @Test
    void secretHash_isTheSha256() {
        SecretHash hash = SecretHash.of(new Secret("abc"));

        assertThat(hash.toBytes())
                .asHexString()
                .isEqualToIgnoringCase("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(SecretHash.fromBytes(hash.toBytes())).isEqualTo(hash).hasSameHashCodeAs(hash);
        assertThat(SecretHash.of(new Secret("abd"))).isNotEqualTo(hash);
    }

    private static void eachMatches(Supplier<String> source, String form) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            String made = source.get();
            assertThat(made).matches(form);
            assertThat(seen.add(made)).as("%s was made before", made).isTrue();
        }
    }
}
