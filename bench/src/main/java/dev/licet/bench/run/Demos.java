package dev.licet.bench.run;

import dev.licet.bench.StoreFeed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `demo`: how fast a made-up vendor is made, over its store fed with one and the same event. Each measurement has a
/// directory and a process of its own.
final class Demos implements Measure {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final Pattern MADE = Pattern.compile("events can be queried after [0-9.]+ s \\(([0-9,]+)/s\\)");

    @Override
    public String name() {
        return "demo";
    }

    @Override
    public String question() {
        return """
                How fast does `./licet demo` make its data: customers, licenses, purchases, and as many different events \
                as --backlog says? From an open store until all can be queried; over as many copies of one event given \
                to the same journal and loader by 16 threads of one process.""";
    }

    @Override
    public List<Figure> figures() {
        return List.of(Figure.ratio("demo", "events/s", "one event repeated", Target.atLeast(0.5, 0.7)));
    }

    @Override
    public Contest prepare(Kit kit) {
        return new Contest() {
            @Override
            public List<Pair> round(boolean yardstickFirst) throws Exception {
                return List.of(Contest.inTurn(yardstickFirst, () -> repeated(kit), () -> made(kit)));
            }

            @Override
            public List<String> notes() {
                return List.of(String.format("%,d events a side", kit.options().backlog()));
            }

            @Override
            public void close() {}
        };
    }

    private static double repeated(Kit kit) throws IOException, InterruptedException {
        Path data = kit.directory().resolve("repeated");
        List<String> command = kit.java(
                StoreFeed.class.getName(),
                List.of(),
                List.of(
                        data.toString(),
                        "repeated",
                        Integer.toString(Batches.CONNECTIONS),
                        Integer.toString(kit.options().backlog())));
        String[] words = Kit.Tool.run(LIMIT, Map.of(), command).strip().split(" ");
        Kit.delete(data);
        return Double.parseDouble(words[1]) / Double.parseDouble(words[2]);
    }

    private static double made(Kit kit) throws IOException, InterruptedException {
        Path data = kit.directory().resolve("made");
        Path log = kit.directory().resolve("demo.log");
        Files.deleteIfExists(log);
        try (Server demo = Server.start("demo", log, Licet.environment(kit), Licet.demo(kit, data))) {
            return rate(demo, log);
        } finally {
            Kit.delete(data);
        }
    }

    private static double rate(Server demo, Path log) throws IOException, InterruptedException {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (System.nanoTime() < end) {
            Matcher made = MADE.matcher(Files.readString(log));
            if (made.find()) {
                return Double.parseDouble(made.group(1).replace(",", ""));
            }
            demo.check();
            Thread.sleep(50);
        }
        throw new IOException("the demo was not made in time");
    }
}
