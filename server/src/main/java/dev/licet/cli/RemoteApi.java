package dev.licet.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;

/// The API of a running server.
final class RemoteApi implements Api {
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
    public Got send(String verb, String pathAndQuery, String contentType, byte[] body, Duration patience) {
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + pathAndQuery))
                    .timeout(patience)
                    .header("Authorization", "Bearer " + token)
                    .method(
                            verb,
                            body.length == 0
                                    ? HttpRequest.BodyPublishers.noBody()
                                    : HttpRequest.BodyPublishers.ofByteArray(body));
            if (body.length > 0) {
                request.header("Content-Type", contentType);
            }
            HttpResponse<InputStream> response =
                    client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            response.headers().map().forEach((name, values) -> headers.put(name, values.getFirst()));
            return new Got(response.statusCode(), headers, out -> copy(response, out));
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
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliFailure(Cli.FAILED, "interrupted");
        }
    }

    private static void copy(HttpResponse<InputStream> response, OutputStream out) throws IOException {
        try (InputStream in = response.body()) {
            in.transferTo(out);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
