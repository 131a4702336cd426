package dev.licet.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.licet.server.FirstCredentials;
import dev.licet.server.Wiring;
import dev.licet.server.security.SelfSignedCertificate;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Has another process serve a directory that is thrown away, and calls what programs call most. The launcher runs this
/// once after a build, and that process notes for later ones which classes it took (the JVM's AOT cache). It does no
/// more than a server does: each class more than that costs every start.
final class RehearseCommand {
    private static final Pattern SERVING = Pattern.compile("serving (http://\\S+) ");
    private static final String HOST = "127.0.0.1";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private RehearseCommand() {}

    static Command command() {
        return Command.of("rehearse", "Start and stop once, for the JVM's AOT cache.", RehearseCommand::run);
    }

    /// @param given after `--`, the java command that serves, but for its arguments
    private static int run(Given given) throws IOException, InterruptedException {
        try (Place place = Place.temporary("licet-rehearsal")) {
            rehearse(given.line().getArgList(), place.directory().resolve("data"));
            return 0;
        }
    }

    private static void rehearse(List<String> java, Path data) throws IOException, InterruptedException {
        FirstCredentials first = Wiring.initialise(data, Clock.systemUTC());
        SelfSignedCertificate.in(data, HOST, Clock.systemUTC());
        List<String> command = new ArrayList<>(java);
        command.addAll(List.of("serve", "--data", data.toString(), "--port", "0", "--tls-port", "0"));
        command.addAll(List.of("--host", HOST, "--log-level", "info"));
        Process server =
                new ProcessBuilder(command).redirectOutput(Redirect.DISCARD).start();
        Thread.ofVirtual().start(() -> endAfter(PATIENCE, server));
        try (BufferedReader log = server.errorReader()) {
            Matcher serving = log.lines()
                    .map(SERVING::matcher)
                    .filter(Matcher::find)
                    .findFirst()
                    .orElseThrow(() -> new CliFailure(Cli.FAILED, "the rehearsal does not serve"));
            call(first, URI.create(serving.group(1)));
            server.toHandle().destroy(); // the process itself would close the log, which is still written to
            log.lines().forEach(line -> {});
            server.waitFor();
        } finally {
            server.destroyForcibly();
        }
    }

    private static void endAfter(Duration patience, Process server) {
        try {
            if (!server.waitFor(patience)) {
                server.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void call(FirstCredentials first, URI server) throws IOException, InterruptedException {
        String event = Stream.of(
                        "token=" + URLEncoder.encode(first.accessToken(), UTF_8),
                        "ProductId=" + first.productId(),
                        "Key=" + first.licenseKey(),
                        "EventName=start")
                .collect(Collectors.joining("&"));
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest register = HttpRequest.newBuilder(server.resolve("/api/ai/RegisterEvent"))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(event))
                    .build();
            HttpRequest live =
                    HttpRequest.newBuilder(server.resolve("/health/live")).build();
            for (HttpRequest request : List.of(register, live)) {
                client.send(request, HttpResponse.BodyHandlers.ofString());
            }
        }
    }
}
