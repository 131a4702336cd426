package dev.licet.server.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.TestClock;
import dev.licet.server.config.Settings.CertificateFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Date;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SelfSignedCertificateTest {
    private final TestClock clock = new TestClock();

    @TempDir
    Path directory;

    private CertificateFiles files(String host) {
        return SelfSignedCertificate.in(directory, host, clock);
    }

    private static X509Certificate read(Path chain) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(chain)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    @Test
    void certificate_isGoodNow_andSignsItself() throws Exception {
        X509Certificate certificate = read(files("127.0.0.1").chain());
        certificate.checkValidity(Date.from(clock.instant()));
        certificate.verify(certificate.getPublicKey());
    }

    @Test
    void certificate_namesThisMachine_andTheHost() throws Exception {
        assertThat(read(files("licet.example").chain()).getSubjectAlternativeNames())
                .extracting(name -> name.get(1).toString())
                .containsExactly("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1", "licet.example");
    }

    @Test
    void certificate_hasWhatStrictClientsAskFor() throws Exception {
        X509Certificate certificate = read(files("127.0.0.1").chain());
        assertThat(certificate.getBasicConstraints()).isGreaterThanOrEqualTo(0);
        assertThat(certificate.getKeyUsage()[5]).as("keyCertSign").isTrue();
        assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(certificate.getExtensionValue("2.5.29.14"))
                .as("subject key id")
                .isNotNull();
        assertThat(certificate.getExtensionValue("2.5.29.35"))
                .as("authority key id")
                .isNotNull();
    }

    @Test
    void key_isReadableByItsOwnerAlone() throws Exception {
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(files("127.0.0.1").key())))
                .isEqualTo("rw-------");
    }

    @Test
    void certificate_stays_untilItIsAboutToExpire() throws Exception {
        X509Certificate first = read(files("127.0.0.1").chain());
        clock.advance(Duration.ofDays(3600));
        assertThat(read(files("127.0.0.1").chain())).isEqualTo(first);
        clock.advance(Duration.ofDays(40));
        assertThat(read(files("127.0.0.1").chain())).isNotEqualTo(first);
    }
}
