package dev.licet.server.http;

import dev.licet.core.identity.SecretSource;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Dialect;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Request;
import dev.licet.dialect.Route;
import dev.licet.server.TestServer;
import dev.licet.server.config.Setting;
import dev.licet.server.config.Settings;
import dev.licet.server.config.Settings.CertificateFiles;
import dev.licet.server.security.SelfSignedCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/// The wire alone, on real sockets, with a dialect of the test's own.
final class TestWire implements AutoCloseable {
    private final HttpWire wire;
    private final SSLContext trusting;

    private TestWire(HttpWire wire, SSLContext trusting) {
        this.wire = wire;
        this.trusting = trusting;
    }

    static TestWire open(Path directory, Dialect dialect, Map<Setting, String> settings) {
        Map<Setting, String> flags = new EnumMap<>(Setting.class);
        flags.put(Setting.PORT, "0");
        flags.put(Setting.TLS_PORT, "0");
        flags.putAll(settings);
        CertificateFiles certificate = SelfSignedCertificate.in(directory, "127.0.0.1", Clock.systemUTC());
        HttpWire wire = HttpWire.open(
                EventLoops.start(),
                Settings.of(Optional.empty(), Map.of(), flags).http(),
                certificate,
                List.of(dialect),
                new SecretSource(new SecureRandom()),
                (name, status, took) -> {},
                Duration.ofSeconds(5));
        return new TestWire(wire, TestServer.trusting(certificate.chain()));
    }

    /// A dialect that claims all paths, streams all bodies but those of `/whole…`, and refuses in plain words.
    abstract static class Plain implements Dialect {
        @Override
        public String name() {
            return "plain";
        }

        @Override
        public boolean claims(String path) {
            return true;
        }

        @Override
        public List<Route> routes() {
            return List.of();
        }

        @Override
        public boolean streams(Request head) {
            return !head.path().startsWith("/whole");
        }

        @Override
        public final Answer answer(Request request) {
            try {
                return say(request);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        abstract Answer say(Request request) throws IOException;

        @Override
        public Answer refuse(Request request, Fault fault) {
            return PlainFaults.answer(fault);
        }
    }

    Socket connect(boolean tls) throws IOException {
        InetAddress here = InetAddress.getByName("127.0.0.1");
        Socket socket =
                tls ? trusting.getSocketFactory().createSocket(here, wire.tlsPort()) : new Socket(here, wire.port());
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        return socket;
    }

    /// Sends these bytes on a connection of their own and reads one answer.
    TestServer.Reply exchange(boolean tls, byte[] request) throws IOException {
        try (Socket socket = connect(tls)) {
            Requests.write(socket, request);
            return TestServer.read(socket.getInputStream());
        }
    }

    HttpClient http2() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_2)
                .sslContext(trusting)
                .build();
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + wire.tlsPort() + path));
    }

    long bodyBytes() {
        return wire.bodyBytes();
    }

    /// Whether bodies and answers take no memory any more, now or soon.
    boolean isFreeSoon() throws InterruptedException {
        for (int i = 0; i < 50 && bodyBytes() > 0; i++) {
            Thread.sleep(100);
        }
        return bodyBytes() == 0;
    }

    @Override
    public void close() {
        wire.close();
    }
}
