package dev.licet.server;

import dev.licet.core.TestClock;
import dev.licet.dialect.Dialect;
import dev.licet.server.config.Setting;
import dev.licet.server.config.Settings;
import dev.licet.store.cluster.Sink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A real server on real sockets of the loopback address, on any free ports, with its data in a directory of the
/// test and a clock that the test moves.
public final class TestServer implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int PATIENCE_MILLIS = 20_000;

    private final Path data;
    private final TestClock clock;
    private final FirstCredentials first;
    private final Map<Setting, String> settings;
    private Wiring wiring;

    private TestServer(Path data, TestClock clock, FirstCredentials first, Map<Setting, String> settings) {
        this.data = data;
        this.clock = clock;
        this.first = first;
        this.settings = settings;
        this.wiring = open();
    }

    /// A new server. @param data an empty directory
    public static TestServer start(Path data) {
        return start(data, Map.of());
    }

    public static TestServer start(Path data, Map<Setting, String> settings) {
        TestClock clock = new TestClock();
        FirstCredentials first =
                Wiring.initialiseIfNew(inForce(data, settings), clock).orElseThrow();
        return new TestServer(data, clock, first, settings);
    }

    /// Another node of the same database, with the same clock. @param data an empty directory
    public TestServer another(Path data) {
        return new TestServer(data, clock, first, settings);
    }

    /// What brings events from Kafka into ClickHouse, by the settings of this server. @param data an empty directory
    public Sink sink(Path data) {
        return Stores.sink(inForce(data, settings));
    }

    private Wiring open() {
        return Wiring.open(inForce(data, settings), clock, clock::nanos);
    }

    private static Settings inForce(Path data, Map<Setting, String> settings) {
        Map<Setting, String> flags = new EnumMap<>(Setting.class);
        flags.put(Setting.DATA, data.toString());
        flags.put(Setting.PORT, "0");
        flags.put(Setting.TLS_PORT, "0");
        flags.putAll(settings);
        return Settings.of(Optional.empty(), Map.of(), flags);
    }

    /// Stops the server and starts it again on the same data, on other ports.
    public void restart() {
        wiring.close();
        wiring = open();
    }

    public TestClock clock() {
        return clock;
    }

    public FirstCredentials first() {
        return first;
    }

    public int port() {
        return wiring.port();
    }

    public int tlsPort() {
        return wiring.tlsPort();
    }

    public List<Dialect> dialects() {
        return wiring.dialects();
    }

    public Path data() {
        return data;
    }

    /// Stops it for good; other threads may be in the middle of a request.
    @Override
    public void close() {
        wiring.close();
    }

    /// What came back. Names of headers are in lower case.
    public record Reply(int status, Map<String, String> headers, String body) {
        public JsonNode json() {
            return JSON.readTree(body);
        }
    }

    /// A new connection, plain or TLS.
    public Socket connect(boolean tls) throws IOException {
        Socket socket = tls
                ? trusting().getSocketFactory().createSocket(InetAddress.getByName("127.0.0.1"), tlsPort())
                : new Socket(InetAddress.getByName("127.0.0.1"), port());
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        return socket;
    }

    /// Trusts the server's own certificate and no other.
    public SSLContext trusting() {
        return trusting(data.resolve("tls").resolve("cert.pem"));
    }

    /// Trusts this certificate and no other.
    public static SSLContext trusting(Path certificate) {
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
            throw new IllegalStateException(e);
        }
    }

    /// Has a server that may work on one request (`max-requests` = 1) wait for the rest of one.
    public Socket holdTheOnlyRequest() throws IOException {
        Socket socket = connect(false);
        socket.getOutputStream()
                .write(
                        "POST /api/ai/RegisterEvent HTTP/1.1\r\nHost: licet\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n"
                                .getBytes(StandardCharsets.UTF_8));
        if (!line(socket.getInputStream()).contains(" 100 ")) {
            throw new IllegalStateException("the request was not let in");
        }
        return socket;
    }

    /// Sends these bytes on a connection of their own and reads one answer.
    public Reply exchange(boolean tls, byte[] request) {
        try (Socket socket = connect(tls)) {
            socket.getOutputStream().write(request);
            socket.getOutputStream().flush();
            return read(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Reply get(String target) {
        return exchange(false, ("GET " + target + " HTTP/1.1\r\nHost: licet\r\n\r\n").getBytes(StandardCharsets.UTF_8));
    }

    public Reply post(boolean tls, String target, String form) {
        return send(tls, "POST", target, Map.of("Content-Type", "application/x-www-form-urlencoded"), form);
    }

    public Reply send(boolean tls, String verb, String target, Map<String, String> headers, String body) {
        return exchange(tls, request(verb, target, headers, body.getBytes(StandardCharsets.UTF_8)));
    }

    /// Calls our own API with the first access token.
    public JsonNode manage(String verb, String target, String json) {
        Reply reply = send(
                true,
                verb,
                target,
                Map.of("Content-Type", "application/json", "Authorization", "Bearer " + first.accessToken()),
                json);
        if (reply.status() >= 300) {
            throw new IllegalStateException(verb + " " + target + ": " + reply);
        }
        return reply.json();
    }

    /// The names of the first account's events, newest first, at most 100.
    public List<String> eventNames() {
        Reply reply = post(true, "/api/ai/GetEvents", token() + "&Limit=100");
        List<String> names = new ArrayList<>();
        reply.json()
                .get("events")
                .forEach(event -> names.add(event.get("eventName").asString()));
        return names;
    }

    /// The first access token as a form spells it: `token=…`.
    public String token() {
        return "token=" + URLEncoder.encode(first.accessToken(), StandardCharsets.UTF_8);
    }

    public static byte[] request(String verb, String target, Map<String, String> headers, byte[] body) {
        StringBuilder head = new StringBuilder(verb + " " + target + " HTTP/1.1\r\nHost: licet\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(head.toString().getBytes(StandardCharsets.UTF_8));
        bytes.writeBytes(body);
        return bytes.toByteArray();
    }

    /// Reads one answer; passes over a 100 Continue.
    public static Reply read(InputStream in) throws IOException {
        String status = line(in);
        if (status.isEmpty()) {
            throw new IOException("the connection was closed without an answer");
        }
        int code = Integer.parseInt(status.split(" ")[1]);
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        if (code == 100) {
            return read(in);
        }
        if ("chunked".equals(headers.get("transfer-encoding"))) {
            return new Reply(code, headers, new String(chunks(in), StandardCharsets.UTF_8));
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        return new Reply(code, headers, new String(in.readNBytes(length), StandardCharsets.UTF_8));
    }

    private static byte[] chunks(InputStream in) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (true) {
            String size = line(in);
            if (size.isEmpty()) {
                throw new IOException("the answer is cut");
            }
            byte[] chunk = in.readNBytes(Integer.parseInt(size, 16));
            all.writeBytes(chunk);
            line(in);
            if (chunk.length == 0) {
                return all.toByteArray();
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            if (c != '\r') {
                line.write(c);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }
}
