package dev.licet.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// The API of a running server.
final class RemoteApi implements Api {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpClient client;
    private final String url;
    private final String token;

    private RemoteApi(HttpClient client, String url, String token) {
        this.client = client;
        this.url = url;
        this.token = token;
    }

    /// @param certificate a PEM file to trust; empty for the system's
    static RemoteApi open(String url, String token, Optional<Path> certificate) {
        HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(PATIENCE);
        certificate.ifPresent(path -> builder.sslContext(trusting(path)));
        return new RemoteApi(builder.build(), url.replaceAll("/+$", ""), token);
    }

    /// Trusts this certificate and no other.
    private static SSLContext trusting(Path certificate) {
        try (InputStream in = Files.newInputStream(certificate)) {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            trusted.setCertificateEntry(
                    "server", CertificateFactory.getInstance("X.509").generateCertificate(in));
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new CliFailure(Cli.WRONG_USE, "can't read the certificate " + certificate + ": " + e.getMessage());
        }
    }

    @Override
    public Reply call(String verb, String pathAndQuery, String body) {
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + pathAndQuery))
                    .timeout(PATIENCE)
                    .header("Authorization", "Bearer " + token)
                    .method(
                            verb,
                            body.isEmpty()
                                    ? HttpRequest.BodyPublishers.noBody()
                                    : HttpRequest.BodyPublishers.ofString(body));
            if (!body.isEmpty()) {
                request.header("Content-Type", "application/json");
            }
            HttpResponse<byte[]> response = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            return new Reply(response.statusCode(), MAPPER.readTree(response.body()));
        } catch (IllegalArgumentException e) {
            throw new CliFailure(Cli.WRONG_USE, "'" + url + "' is not the URL of a server");
        } catch (SSLHandshakeException e) {
            throw new CliFailure(
                    Cli.FAILED,
                    "can't trust the certificate of " + url + "; if the server made its own, give that with"
                            + " --cacert DIR/tls/cert.pem");
        } catch (IOException e) {
            throw new CliFailure(
                    Cli.FAILED,
                    "can't reach " + url + (e.getMessage() == null ? "; does it run there?" : ": " + e.getMessage()));
        } catch (JacksonException e) {
            throw new CliFailure(Cli.FAILED, url + " does not answer like a Licet server");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliFailure(Cli.FAILED, "interrupted");
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
