package dev.licet.bench.run;

import dev.licet.bench.StoreFeed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/// `reopen`: how soon a killed server is back when none of its last events had been loaded.
///
/// The state is made from real parts: a server makes the directory and stops; a copy of its event table is kept; the
/// store is fed and killed; the kept event table, which knows none of those events, is put back. That is what a
/// server leaves whose loader did nothing since.
final class Reopen implements Measure {
    private static final String TABLE = "events.duckdb";
    private static final Duration LIMIT = Duration.ofMinutes(5);

    @Override
    public String name() {
        return "reopen";
    }

    @Override
    public String question() {
        return """
                How soon is a killed server back, with a million acknowledged events that it had not loaded into its \
                event table? From the start of `./licet serve` until it takes an event, and until all can be queried \
                (/health/ready).""";
    }

    @Override
    public List<Figure> figures() {
        return List.of(
                Figure.value("intake", "s", Target.atMost(1, 0.5)),
                Figure.value("all", "s", Target.atMost(8, 5)),
                Figure.ratioForInformation("intake beside that of any start", "s", "nothing to load"));
    }

    @Override
    public Contest prepare(Kit kit) throws Exception {
        Path killed = kit.directory().resolve("killed");
        byte[] event = request(Bodies.event(Licet.initialise(kit, killed)));
        Licet.start(kit, killed).close();
        Path clean = kit.directory().resolve("clean");
        Kit.Tool.run(LIMIT, "cp", "-a", killed.toString(), clean.toString());
        Path before = kit.directory().resolve("before");
        Files.createDirectories(before);
        copyTable(killed, before);
        feedAndKill(kit, killed);
        deleteTable(killed);
        copyTable(before, killed);
        return new Contest() {
            @Override
            public List<Pair> round(boolean yardstickFirst) throws Exception {
                double anyStart;
                try (Licet licet = Licet.begin(kit, clean)) {
                    anyStart = intake(licet, event);
                }
                Path data = kit.directory().resolve("data");
                Kit.Tool.run(LIMIT, "cp", "-a", killed.toString(), data.toString());
                Kit.Tool.run(LIMIT, "sync", "-f", data.toString());
                try (Licet licet = Licet.begin(kit, data)) {
                    return reopened(kit, licet, event, anyStart);
                } finally {
                    Kit.delete(data);
                }
            }

            @Override
            public List<String> notes() {
                return List.of(
                        String.format(
                                "%,d events were not loaded", kit.options().backlog()),
                        "The files were in the page cache, as after a kill; after a power loss they would not be.");
            }

            @Override
            public void close() {}
        };
    }

    private static List<Pair> reopened(Kit kit, Licet licet, byte[] event, double anyStart)
            throws IOException, InterruptedException {
        long began = System.nanoTime();
        double intake = intake(licet, event);
        await(licet, began, () -> Probe.status(licet.port(), "/health/ready"));
        double all = seconds(began);
        double loaded = licet.metric("licet_events_queryable");
        if (loaded < kit.options().backlog()) {
            throw new IOException("ready, but with " + loaded + " events");
        }
        return List.of(Pair.alone(intake), Pair.alone(all), new Pair(OptionalDouble.of(anyStart), intake));
    }

    /// Until it has taken an event.
    private static double intake(Licet licet, byte[] event) throws IOException, InterruptedException {
        long began = System.nanoTime();
        await(licet, began, () -> Probe.status(licet.port(), event));
        return seconds(began);
    }

    private interface Question {
        int status() throws IOException;
    }

    private static void await(Licet licet, long began, Question question) throws IOException, InterruptedException {
        while (question.status() != 200) {
            licet.process().check();
            if (seconds(began) > LIMIT.toSeconds()) {
                throw new IOException("not ready in time");
            }
            Thread.sleep(5);
        }
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }

    private static byte[] request(String form) {
        return ("POST " + Bodies.REGISTER_EVENT + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: "
                        + Bodies.FORM + "\r\nContent-Length: " + form.length() + "\r\n\r\n" + form)
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static void feedAndKill(Kit kit, Path data) throws IOException, InterruptedException {
        Path log = kit.directory().resolve("feed.log");
        Server feed = Server.start(
                "feed",
                log,
                Map.of(),
                kit.java(
                        StoreFeed.class.getName(),
                        List.of(),
                        List.of(
                                data.toString(),
                                "count",
                                Integer.toString(kit.options().backlog()))));
        long end = System.nanoTime() + LIMIT.toNanos();
        while (Files.readAllLines(log).stream().noneMatch(line -> line.startsWith("DONE "))) {
            feed.check();
            if (System.nanoTime() > end) {
                feed.kill();
                throw new IOException("the events were not appended in time");
            }
            Thread.sleep(20);
        }
        feed.kill();
    }

    private static void copyTable(Path from, Path to) throws IOException {
        for (Path file : tableFiles(from)) {
            Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    private static void deleteTable(Path data) throws IOException {
        for (Path file : tableFiles(data)) {
            Files.delete(file);
        }
    }

    /// The event table and its log.
    private static List<Path> tableFiles(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> String.valueOf(file.getFileName()).startsWith(TABLE))
                    .toList();
        }
    }
}
