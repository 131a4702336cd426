package dev.licet.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.licet.server.FirstCredentials;
import dev.licet.server.Wiring;
import dev.licet.server.config.Setting;
import dev.licet.server.config.Settings;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/// Serves a directory that is thrown away, and calls what programs call most. The launcher runs this once after a
/// build, with the JVM noting which classes it took (its AOT cache), so that later starts take half the time.
@Command(name = "rehearse", hidden = true, description = "Start and stop once, for the JVM's AOT cache.")
final class RehearseCommand implements Callable<Integer> {
    private static final int ROUNDS = 50;
    private static final Pattern SESSION_KEY = Pattern.compile("<session_key>(.*)</session_key>");

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("licet-rehearsal");
        try {
            rehearse(directory.resolve("data"));
            return 0;
        } finally {
            try (Stream<Path> paths = Files.walk(directory)) {
                for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private static void rehearse(Path data) throws IOException, InterruptedException {
        FirstCredentials first = Wiring.initialise(data, Clock.systemUTC());
        Map<Setting, String> flags = Map.of(
                Setting.DATA, data.toString(), Setting.PORT, "0", Setting.TLS_PORT, "0", Setting.HOST, "127.0.0.1");
        Settings settings = Settings.of(Optional.empty(), Map.of(), flags);
        try (Wiring server = Wiring.open(settings, Clock.systemUTC());
                HttpClient client = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .sslContext(RemoteApi.trusting(data.resolve("tls").resolve("cert.pem")))
                        .build()) {
            URI plain = URI.create("http://127.0.0.1:" + server.port());
            URI secure = URI.create("https://127.0.0.1:" + server.tlsPort());
            Map<String, String> login = Map.of(
                    "username", first.username(),
                    "password", first.password(),
                    "account_number", first.accountNumber());
            Map<String, String> token = Map.of("token", first.accessToken());
            Map<String, String> event = Map.of(
                    "token", first.accessToken(),
                    "ProductId", Long.toString(first.productId()),
                    "Key", first.licenseKey(),
                    "EventName", "start");
            Map<String, String> logEvent = Map.of(
                    "method",
                    "veoh.people.logEvent",
                    "apiKey",
                    first.apiKey(),
                    "eventName",
                    "play",
                    "keys",
                    "a",
                    "values",
                    "b");
            Matcher key = SESSION_KEY.matcher(post(client, secure.resolve("/session/login"), login));
            Map<String, String> session = Map.of("session_key", key.find() ? key.group(1) : "");
            for (int i = 0; i < ROUNDS; i++) {
                post(client, plain.resolve("/api/ai/RegisterEvent"), event);
                post(client, plain.resolve("/rest/v1/"), logEvent);
                post(client, secure.resolve("/session/ping"), session);
                get(client, plain.resolve("/health/ready"));
            }
            post(client, plain.resolve("/api/ai/GetEvents"), token);
        }
    }

    private static String post(HttpClient client, URI uri, Map<String, String> form)
            throws IOException, InterruptedException {
        String body = form.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
        return send(
                client,
                HttpRequest.newBuilder(uri)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static void get(HttpClient client, URI uri) throws IOException, InterruptedException {
        send(client, HttpRequest.newBuilder(uri));
    }

    private static String send(HttpClient client, HttpRequest.Builder request)
            throws IOException, InterruptedException {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
