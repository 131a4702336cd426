package dev.licet.server.security;

import dev.licet.server.config.Settings.CertificateFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;

/// The certificate of a server that was given none: made at its first start, kept in `tls/`, made anew when it
/// is about to expire. Clients trust it by name, as in `curl --cacert`.
public final class SelfSignedCertificate {
    private static final Duration RENEW_BEFORE = Duration.ofDays(30);

    private SelfSignedCertificate() {}

    /// @param host the address that the server listens on
    public static CertificateFiles in(Path dataDirectory, String host, Clock clock) {
        Path directory = dataDirectory.resolve("tls");
        CertificateFiles files = new CertificateFiles(directory.resolve("cert.pem"), directory.resolve("key.pem"));
        try {
            if (!Files.exists(files.key()) || !Files.exists(files.chain()) || isAboutToExpire(files.chain(), clock)) {
                Files.createDirectories(directory);
                CertificateMaker.make(files, host, clock.instant());
            }
            return files;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("can't make a certificate in " + directory + ": " + e.getMessage(), e);
        }
    }

    private static boolean isAboutToExpire(Path chain, Clock clock) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(chain)) {
            X509Certificate certificate =
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
            return certificate
                    .getNotAfter()
                    .toInstant()
                    .isBefore(clock.instant().plus(RENEW_BEFORE));
        }
    }
}
