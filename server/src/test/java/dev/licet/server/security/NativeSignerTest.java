package dev.licet.server.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.licet.core.identity.Signer;
import dev.licet.core.identity.SigningKey;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NativeSignerTest {
    private static final NativeSigner SIGNER = new NativeSigner();

    /// This kind of signature has no chance in it: there is one right one.
    @ParameterizedTest
    @ValueSource(strings = {"SHA256withRSA", "SHA512withRSA"})
    void signatures_areTheJdks(String algorithm) {
        Random random = new Random(20261127);
        for (int i = 0; i < 20; i++) {
            SigningKey key = i % 5 == 0 ? SigningKey.generate() : SigningKey.fromPkcs8(KEY.toPkcs8());
            byte[] bytes = new byte[random.nextInt(2000)];
            random.nextBytes(bytes);

            assertThat(SIGNER.sign(key, algorithm, bytes)).isEqualTo(Signer.OF_THE_JDK.sign(key, algorithm, bytes));
        }
    }

    private static final SigningKey KEY = SigningKey.generate();

    @Test
    void library_isUsedWhereItRuns() {
        assumeTrue(
                System.getProperty("os.name").equals("Linux")
                        && System.getProperty("os.arch").equals("amd64"),
                "SKIPPED: the library is for Linux on x86-64");

        assertThat(SIGNER.isNative()).isTrue();
    }
}
