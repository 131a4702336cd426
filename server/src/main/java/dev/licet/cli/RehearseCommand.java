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
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/// Serves a directory that is thrown away, and calls what programs call most. The launcher runs this once after a
/// build, with the JVM noting which classes it took (its AOT cache), so that later starts take half the time.
@Command(name = "rehearse", hidden = true, description = "Start and stop once, for the JVM's AOT cache.")
final class RehearseCommand implements Callable<Integer> {
    private static final int ROUNDS = 50;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("licet-rehearsal");
        try {
            Path data = directory.resolve("data");
            FirstCredentials first = Wiring.initialise(data, Clock.systemUTC());
            Map<Setting, String> flags = Map.of(
                    Setting.DATA, data.toString(), Setting.PORT, "0", Setting.TLS_PORT, "0", Setting.HOST, "127.0.0.1");
            Settings settings = Settings.of(Optional.empty(), Map.of(), flags);
            try (Wiring server = Wiring.open(settings, Clock.systemUTC());
                    HttpClient client = HttpClient.newHttpClient()) {
                String token = URLEncoder.encode(first.accessToken(), UTF_8);
                for (int i = 0; i < ROUNDS; i++) {
                    post(client, server, "/api/ai/RegisterEvent", "EventName=start&token=" + token);
                    post(
                            client,
                            server,
                            "/rest/v1/",
                            "method=veoh.people.logEvent&keys=a&values=b&eventName=play" + "&apiKey=" + first.apiKey());
                    post(client, server, "/health/ready", "");
                }
                post(client, server, "/api/ai/GetEvents", "token=" + token);
            }
            return 0;
        } finally {
            try (Stream<Path> paths = Files.walk(directory)) {
                for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private static void post(HttpClient client, Wiring server, String target, String form)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + target));
        if (form.isEmpty()) {
            request.GET();
        } else {
            request.header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(form));
        }
        client.send(request.build(), HttpResponse.BodyHandlers.discarding());
    }
}
