package dev.licet.bench.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// `start`: from the start of a process to its first answer.
final class StartUp implements Measure {
    private static final int TRAINING_REQUESTS = 120;

    @Override
    public String name() {
        return "start";
    }

    @Override
    public String question() {
        return """
                How long does a start take, from the process to the first HTTP answer? `./licet serve` on an \
                initialised directory, asked for /health/live every 2 ms; over raw Netty with an AOT cache from a \
                training run of 120 requests.""";
    }

    @Override
    public List<Figure> figures() {
        return List.of(Figure.ratio("first answer", "ms", "raw Netty", Target.atMost(2.5, 1.5)));
    }

    @Override
    public Contest prepare(Kit kit) throws Exception {
        Path cache = train(kit);
        Path data = kit.directory().resolve("data");
        Licet.initialise(kit, data);
        startLicet(kit, data); // makes the certificate, the event table, and whatever cache the launcher keeps
        startLicet(kit, data);
        startNetty(kit, cache);
        return new Contest() {
            @Override
            public List<Pair> round(boolean yardstickFirst) throws Exception {
                return List.of(
                        Contest.inTurn(yardstickFirst, () -> startNetty(kit, cache), () -> startLicet(kit, data)));
            }

            @Override
            public void close() {}
        };
    }

    private static Path train(Kit kit) throws IOException, InterruptedException {
        Path cache = kit.directory().resolve("netty.aot");
        try (RawNetty netty = RawNetty.begin(kit, List.of("-XX:AOTCacheOutput=" + cache), List.of(), "http")) {
            netty.process().awaitAnswer(netty.port(), "/", 200, Kit.START);
            for (int i = 0; i < TRAINING_REQUESTS; i++) {
                Probe.status(netty.port(), "/");
            }
        }
        if (!Files.exists(cache)) {
            throw new IOException("the training run left no AOT cache");
        }
        return cache;
    }

    private static double startNetty(Kit kit, Path cache) throws IOException, InterruptedException {
        long before = System.nanoTime();
        try (RawNetty netty =
                RawNetty.begin(kit, List.of("-XX:AOTCache=" + cache, "-XX:AOTMode=on"), List.of(), "http")) {
            netty.process().awaitAnswer(netty.port(), "/", 200, Kit.START);
            return (System.nanoTime() - before) / 1e6;
        }
    }

    private static double startLicet(Kit kit, Path data) throws IOException, InterruptedException {
        long before = System.nanoTime();
        try (Licet licet = Licet.begin(kit, data)) {
            licet.process().awaitAnswer(licet.port(), "/health/live", 200, Kit.START);
            return (System.nanoTime() - before) / 1e6;
        }
    }
}
