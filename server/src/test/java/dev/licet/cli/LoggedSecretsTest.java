package dev.licet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
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
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a server that logs everything writes while callers send secrets in every place they can think of: none
/// of them, and no line that a caller made up.
class LoggedSecretsTest {
    private static final String FORGED = "2026-01-01T00:00:00.000Z ERROR forged Exchange: forged";

    @TempDir
    Path directory;

    private final List<String> secrets = new ArrayList<>();
    private int count;

    private String secret() {
        String secret = "Geheim" + (++count) + "Zq" + Long.toHexString(0x5eed_c0ffeeL * count);
        secrets.add(secret);
        return secret;
    }

    private String secret(String known) {
        secrets.add(known);
        return known;
    }

    @Test
    void secrets_areNotLogged_andLinesCantBeForged() throws Exception {
        String data = directory.resolve("data").toString();
        JsonNode first = new JsonMapper()
                .readTree(Processes.run(directory, "init", "--data", data, "--json")
                        .out());
        String token = secret(first.get("access_token").stringValue());
        try (Processes.Running server = Processes.start(
                        directory,
                        Map.of(),
                        "serve",
                        "--data",
                        data,
                        "--port",
                        "0",
                        "--tls-port",
                        "0",
                        "--log-level",
                        "debug",
                        "--max-body",
                        "64KiB",
                        "--request-timeout",
                        "2s",
                        "--trusted-proxies",
                        "127.0.0.1")
                .awaitErr("serving http")) {
            int port = server.port("http");
            int tlsPort = server.port("https");
            SSLContext trusting = trusting();
            try (ExecutorService clients =
                    Executors.newFixedThreadPool(32, Thread.ofVirtual().factory())) {
                for (byte[] request : requests(first, token)) {
                    clients.execute(() -> send(port, Optional.empty(), request));
                    clients.execute(() -> send(tlsPort, Optional.of(trusting), request));
                }
            }
            useEverything(tlsPort, trusting, first);
            byte[] plain = get("/api/ai/RegisterEvent?token=" + secret(), "");
            send(server.port("https"), Optional.empty(), plain);
            Processes.Ended ended = server.terminate();
            assertThat(ended.err()).contains("DEBUG", "POST", "/v1/users", "/v1/users/{user}");
            assertThat(secrets).hasSizeGreaterThan(40);
            String log = ended.err().toLowerCase(Locale.ROOT);
            for (String secret : secrets) {
                byte[] bytes = secret.getBytes(StandardCharsets.ISO_8859_1);
                assertThat(log)
                        .doesNotContain(secret.toLowerCase(Locale.ROOT))
                        .doesNotContain(HexFormat.of().formatHex(bytes))
                        .doesNotContain(Base64.getEncoder()
                                .encodeToString(bytes)
                                .replace("=", "")
                                .toLowerCase(Locale.ROOT));
            }
            assertThat(ended.err().lines()).noneMatch(line -> line.startsWith(FORGED));
            assertThat(ended.err().lines())
                    .allMatch(line -> line.matches("20[0-9-]+T[0-9:.]+Z (DEBUG|INFO|WARN|ERROR) \\S+ \\S+: .*"));
        }
    }

    private List<byte[]> requests(JsonNode first, String token) {
        List<byte[]> all = new ArrayList<>();
        String apiKey = secret(first.get("api_key").stringValue());
        String password = secret(first.get("password").stringValue());
        String user = first.get("username").stringValue();
        String form = "Content-Type: application/x-www-form-urlencoded\r\n";
        String json = "Content-Type: application/json\r\n";
        String encoded = URLEncoder.encode(token, StandardCharsets.UTF_8);
        for (String path : List.of(
                "/api/ai/RegisterEvent",
                "/api/ai/RegisterEvents",
                "/api/ai/GetEvents",
                "/api/ai/Nothing",
                "/rest/v1/",
                "/session/login",
                "/session/ping",
                "/session/logout",
                "/v1/users",
                "/v1/nothing",
                "/health/live",
                "/metrics",
                "/nothing")) {
            all.add(get(path + "?token=" + secret() + "&apiKey=" + apiKey + "&password=" + password, ""));
            all.add(get(path + "?token=" + encoded, "Authorization: Bearer " + secret() + "\r\n"));
            all.add(post(path, form, "token=" + encoded + "&Metadata=" + secret() + "&session_key=" + secret()));
            all.add(post(
                    path,
                    form,
                    "username=" + user + "&password=" + password + "&account_number=1&token=%zz" + secret()));
            all.add(post(
                    path,
                    form,
                    "method=veoh.people.authenticate&apiKey=" + secret() + "&username=" + user + "&password="
                            + secret()));
            all.add(post(path, json, "{\"token\":\"" + token + "\",\"Metadata\":\"" + secret() + "\"}"));
            all.add(post(path, json, "{\"token\":\"" + secret() + "\",\"" + secret() + "\":" + secret() + "}"));
            all.add(post(path, json, "{\"token\":\"" + secret()));
            all.add(post(
                    path,
                    "Authorization: Bearer " + token + "\r\nCookie: a=" + secret() + "\r\nX-Api-Key: " + secret()
                            + "\r\n" + json,
                    "{\"username\":5,\"" + secret() + "\":1}"));
            all.add(post(path + "/" + secret(), form, "token=" + encoded));
            all.add(post(path + ";" + secret(), "Content-Type: " + secret() + "\r\n", "x"));
            all.add(post(path, "Host: " + secret() + "\r\n", "x"));
            all.add(post(
                    path, form + "X-Forwarded-For: " + secret() + "\r\n", "token=" + encoded + "&Value=" + secret()));
            all.add(post(path, form, "token=" + secret() + "&x=" + "x".repeat(70_000)));
            all.add(post(path, form, "token=" + encoded + "&EventName=%0d%0a" + FORGED.replace(" ", "+") + "%0d%0a"));
            all.add(get(path + "%0d%0a" + FORGED.replace(" ", "%20"), "X-Forwarded-For: x\r\n"));
            all.add(get(path + "?a=\u2028" + FORGED.replace(" ", "%20"), "X-\u0085" + FORGED + ": y\r\n"));
        }
        all.add(post(
                "/v1/users", "Authorization: Bearer " + token + "\r\n" + json, "{\"username\":\"" + secret() + "\"}"));
        all.add(bytes("DELETE /v1/users/" + secret() + " HTTP/1.1\r\nHost: licet\r\nConnection: close\r\n"
                + "Authorization: Bearer " + token + "\r\n\r\n"));
        all.add(bytes(secret() + " / HTTP/1.1\r\nHost: licet\r\nConnection: close\r\n\r\n"));
        all.add(bytes("GET /" + secret() + "\r\n\r\n"));
        all.add(bytes("GET / HTTP/1.1\r\nHost: licet\r\n" + secret() + "\r\n\r\n"));
        all.add(bytes("GET / HTTP/1.1\r\nHost: licet\r\nContent-Length: " + secret() + "\r\n\r\n"));
        all.add(bytes("POST / HTTP/1.1\r\nHost: licet\r\nTransfer-Encoding: chunked\r\n\r\n" + secret() + "\r\n"));
        all.add(bytes(FORGED + "\r\n" + FORGED + "\r\n\r\n"));
        return all;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] get(String target, String headers) {
        return bytes("GET " + target + " HTTP/1.1\r\nHost: licet\r\nConnection: close\r\n" + headers + "\r\n");
    }

    private static byte[] post(String target, String headers, String body) {
        return bytes("POST " + target + " HTTP/1.1\r\nHost: licet\r\nConnection: close\r\n" + headers
                + "Content-Length: " + bytes(body).length + "\r\n\r\n" + body);
    }

    /// What a client with the right credentials does, with the session key and the userToken that it is given.
    private void useEverything(int tlsPort, SSLContext trusting, JsonNode first) {
        String form = "Content-Type: application/x-www-form-urlencoded\r\n";
        String gateway = "/rest/v1/?apiKey=" + first.get("api_key").stringValue() + "&method=veoh.people.";
        String pair = "j_username=" + first.get("username").stringValue() + "&j_password="
                + first.get("password").stringValue();
        String event = "&keys=a&values=" + secret() + "&eventName=" + secret();
        String answer = send(tlsPort, Optional.of(trusting), post(gateway + "authenticate", form, pair));
        String userToken = secret(answer.replaceAll("(?s).*userToken=\"([^\"]+)\".*", "$1"));
        for (String who : List.of(pair, "userToken=" + userToken, "userToken=x" + userToken)) {
            assertThat(send(tlsPort, Optional.of(trusting), post(gateway + "logEvent", form, who + event)))
                    .contains("<rsp");
        }
        String login = "username=" + first.get("username").stringValue() + "&password="
                + first.get("password").stringValue() + "&account_number="
                + first.get("account_number").stringValue();
        answer = send(tlsPort, Optional.of(trusting), post("/session/login", form, login));
        String sessionKey = secret(answer.replaceAll("(?s).*<session_key>(.*)</session_key>.*", "$1"));
        for (String method : List.of("/session/ping", "/session/logout", "/session/ping")) {
            assertThat(send(tlsPort, Optional.of(trusting), post(method, form, "session_key=" + sessionKey)))
                    .contains("<response");
        }
        assertThat(userToken).hasSizeLessThan(60);
        assertThat(sessionKey).hasSize(15);
    }

    /// @return what came back, empty when it was cut off
    private String send(int port, Optional<SSLContext> tls, byte[] request) {
        InetAddress here = InetAddress.getLoopbackAddress();
        try (Socket socket =
                tls.isPresent() ? tls.get().getSocketFactory().createSocket(here, port) : new Socket(here, port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request);
            socket.getOutputStream().flush();
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            socket.getInputStream().transferTo(answer);
            return answer.toString(StandardCharsets.UTF_8);
        } catch (IOException cutOff) {
            return ""; // some of these can't be answered
        }
    }

    private SSLContext trusting() throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (var in =
                Files.newInputStream(directory.resolve("data").resolve("tls").resolve("cert.pem"))) {
            trusted.setCertificateEntry(
                    "server", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }
}
