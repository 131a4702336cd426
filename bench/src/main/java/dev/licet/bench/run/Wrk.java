package dev.licet.bench.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The load generator: one thread, a fixed number of connections, each with one request in flight.
final class Wrk {
    private final Path scripts;

    Wrk(Path scripts) {
        this.scripts = scripts;
    }

    /// What is sent.
    ///
    /// @param script in `bench/lua` @param arguments the script's
    /// @param leadIn comes before the duration of a run, and what is sent in it does not count
    record Load(String script, String url, List<String> arguments, Duration leadIn) {

        /// The same body each time.
        static Load same(String url, String contentType, Path body) {
            return new Load("same.lua", url, List.of(contentType, body.toString()), Duration.ZERO);
        }

        /// The bodies of the file in turn, one a line.
        static Load inTurn(String url, String contentType, Path bodies, Duration leadIn) {
            return new Load(
                    "turns.lua",
                    url,
                    List.of(contentType, bodies.toString(), Long.toString(leadIn.toSeconds())),
                    leadIn);
        }

        /// The same with an access token.
        static Load inTurn(String url, String contentType, Path bodies, Duration leadIn, String accessToken) {
            return new Load(
                    "turns.lua",
                    url,
                    List.of(contentType, bodies.toString(), Long.toString(leadIn.toSeconds()), accessToken),
                    leadIn);
        }

        /// A POST without a body to each path of the file in turn, one a line.
        ///
        /// @param root of the server
        static Load paths(String root, String accessToken, Path paths, Duration leadIn) {
            return new Load(
                    "paths.lua",
                    root,
                    List.of(accessToken, paths.toString(), Long.toString(leadIn.toSeconds())),
                    leadIn);
        }
    }

    record Outcome(double requestsPerSecond, long requests) {}

    /// @throws IOException when any request failed: such a run says nothing
    Outcome run(Load load, int connections, Duration duration) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "wrk",
                "-t1",
                "-c" + connections,
                "-d" + duration.plus(load.leadIn()).toSeconds() + "s",
                "--timeout",
                "20s",
                "-s",
                scripts.resolve(load.script()).toString(),
                load.url(),
                "--"));
        command.addAll(load.arguments());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(Map.of("LUA_PATH", scripts + "/?.lua"));
        Process process = builder.start();
        try {
            if (!process.waitFor(duration.toSeconds() + 60, TimeUnit.SECONDS)) {
                throw new IOException("wrk did not end");
            }
            return outcome(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        } finally {
            process.destroyForcibly();
        }
    }

    /// The line that each script prints at its end.
    private static Outcome outcome(String output) throws IOException {
        String[] words = output.lines()
                .filter(line -> line.startsWith("DONE "))
                .findFirst()
                .orElseThrow(() -> new IOException("wrk failed:\n" + output))
                .split(" ");
        long requests = Long.parseLong(words[1]);
        long micros = Long.parseLong(words[2]);
        long failures = Long.parseLong(words[3]);
        if (failures > 0) {
            throw new IOException(failures + " of " + requests + " requests failed:\n" + output);
        }
        return new Outcome(requests * 1e6 / micros, requests);
    }
}
