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
                Figure.value("intake", "s", Target.atMost(1, 0.5)), Figure.value("all", "s", Target.atMost(8, 5)));
    }

    @Override
    public Contest prepare(Kit kit) throws Exception {
        Path killed = kit.directory().resolve("killed");
        byte[] event = request(Bodies.event(Licet.initialise(kit, killed)));
        Licet.start(kit, killed).close();
        Path before = kit.directory().resolve("before");
        Files.createDirectories(before);
        copyTable(killed, before);
        feedAndKill(kit, killed);
        deleteTable(killed);
        copyTable(before, killed);
        return new Contest() {
            @Override
            public List<Pair> round(boolean yardstickFirst) throws Exception {
                Path data = kit.directory().resolve("data");
                Kit.Tool.run(LIMIT, "cp", "-a", killed.toString(), data.toString());
                Kit.Tool.run(LIMIT, "sync", "-f", data.toString());
                try (Licet licet = Licet.begin(kit, data)) {
                    return reopened(kit, licet, event);
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

    private static List<Pair> reopened(Kit kit, Licet licet, byte[] event) throws IOException, InterruptedException {
        long began = System.nanoTime();
        double intake = 0;
        while (true) {
            if (intake == 0 && Probe.status(licet.port(), event) == 200) {
                intake = seconds(began);
            }
            if (intake > 0 && Probe.status(licet.port(), "/health/ready") == 200) {
                break;
            }
            licet.process().check();
            if (seconds(began) > LIMIT.toSeconds()) {
                throw new IOException("not ready in time");
            }
            Thread.sleep(5);
        }
        double all = seconds(began);
        double loaded = licet.metric("licet_events_queryable");
        if (loaded < kit.options().backlog()) {
            throw new IOException("ready, but with " + loaded + " events");
        }
        return List.of(Pair.alone(intake), Pair.alone(all));
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
