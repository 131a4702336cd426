package dev.licet.proof;

import dev.licet.server.TestServer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import javax.net.ssl.SSLContext;
import tools.jackson.databind.JsonNode;

/// Where a server can be reached, and with what.
///
/// @param credentials as `init` prints them
record Target(int port, int tlsPort, SSLContext trusting, JsonNode credentials) {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final String FORM = "application/x-www-form-urlencoded";

    static Target of(dev.licet.cli.Processes.Running server, Path data, JsonNode credentials) {
        return new Target(
                server.port("http"),
                server.port("https"),
                TestServer.trusting(data.resolve("tls").resolve("cert.pem")),
                credentials);
    }

    /// A credential as a form spells it.
    String form(String name) {
        return URLEncoder.encode(text(name), StandardCharsets.UTF_8);
    }

    String text(String name) {
        return credentials.get(name).asString();
    }

    Line connect(boolean tls) throws IOException {
        Socket socket = tls
                ? trusting.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), tlsPort)
                : new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        return new Line(
                socket,
                new BufferedInputStream(socket.getInputStream()),
                "Bearer " + credentials.get("access_token").asString());
    }

    /// One connection: a request, its answer, the next request.
    record Line(Socket socket, InputStream in, String bearer) implements AutoCloseable {

        TestServer.Reply form(String path, String form) throws IOException {
            return exchange("POST", path, Map.of("Content-Type", FORM), form);
        }

        TestServer.Reply get(String path) throws IOException {
            return exchange("GET", path, Map.of("Authorization", bearer), "");
        }

        TestServer.Reply exchange(String verb, String path, Map<String, String> headers, String body)
                throws IOException {
            byte[] request = TestServer.request(verb, path, headers, body.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().write(request);
            socket.getOutputStream().flush();
            return TestServer.read(in);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
