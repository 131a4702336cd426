package dev.licet.bench.run;

import dev.licet.bench.StoreFeed;
import dev.licet.bench.run.Wrk.Load;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// `batch`: events a thousand a request, over the store fed in its own process. Each measurement has a directory and
/// a process of its own, so that neither side works on what the other left.
final class Batches implements Measure {
    static final int CONNECTIONS = 16;
    private static final int LOADING_SECONDS = 600;

    @Override
    public String name() {
        return "batch";
    }

    @Override
    public String question() {
        return """
                What does the server cost on top of its store? RegisterEvents with 1,000 events a request as JSON, \
                sustained, by 16 connections; over the same events given to the store's event log by 16 threads of \
                one process. The event table is loaded all the while on both sides, and neither may be more than a million \
                events ahead of it. The second figure counts until the last event can be queried.""";
    }

    @Override
    public List<Figure> figures() {
        return List.of(
                Figure.ratio("acknowledged", "events/s", "the store alone", Target.atLeast(0.5, 0.8)),
                Figure.ratioForInformation("queryable", "events/s", "the store alone"));
    }

    private record Rates(double acknowledged, double queryable) {}

    @Override
    public Contest prepare(Kit kit) {
        return new Contest() {
            @Override
            public List<Pair> round(boolean yardstickFirst) throws Exception {
                Rates first = yardstickFirst ? alone(kit) : served(kit);
                Rates second = yardstickFirst ? served(kit) : alone(kit);
                Rates yardstick = yardstickFirst ? first : second;
                Rates licet = yardstickFirst ? second : first;
                return List.of(
                        Pair.of(yardstick.acknowledged(), licet.acknowledged()),
                        Pair.of(yardstick.queryable(), licet.queryable()));
            }

            @Override
            public List<String> notes() {
                return List.of("sustained for " + kit.options().sustain().toSeconds() + " s a side");
            }

            @Override
            public void close() {}
        };
    }

    private static Rates alone(Kit kit) throws IOException, InterruptedException {
        Path data = kit.directory().resolve("alone");
        Options options = kit.options();
        List<String> command = kit.java(
                StoreFeed.class.getName(),
                List.of(),
                List.of(
                        data.toString(),
                        "timed",
                        Integer.toString(CONNECTIONS),
                        Long.toString(options.warmUp().toSeconds()),
                        Long.toString(options.sustain().toSeconds())));
        Duration limit = options.warmUp().plus(options.sustain()).plusSeconds(LOADING_SECONDS);
        String[] words = Kit.Tool.run(limit, Map.of(), command).strip().split(" ");
        Kit.delete(data);
        double events = Double.parseDouble(words[1]);
        return new Rates(events / Double.parseDouble(words[2]), events / Double.parseDouble(words[3]));
    }

    private static Rates served(Kit kit) throws Exception {
        Path data = kit.directory().resolve("served");
        Path body = kit.file("batch", Bodies.batch(Licet.initialise(kit, data)));
        try (Licet licet = Licet.start(kit, data)) {
            Load load = Load.same(licet.url(Bodies.REGISTER_EVENTS), Bodies.JSON, body);
            kit.warmUp(load, CONNECTIONS);
            awaitLoaded(licet);
            long before = System.nanoTime();
            Wrk.Outcome outcome = kit.wrk().run(load, CONNECTIONS, kit.options().sustain());
            awaitLoaded(licet);
            double untilLoaded = (System.nanoTime() - before) / 1e9;
            return new Rates(
                    outcome.requestsPerSecond() * Bodies.BATCH, outcome.requests() * Bodies.BATCH / untilLoaded);
        } finally {
            Kit.delete(data);
        }
    }

    private static void awaitLoaded(Licet licet) throws IOException, InterruptedException {
        long end = System.nanoTime() + LOADING_SECONDS * 1_000_000_000L;
        while (licet.metric("licet_events_queryable") < licet.metric("licet_events_acknowledged")) {
            if (System.nanoTime() > end) {
                throw new IOException("Licet did not load its events in time");
            }
            Thread.sleep(20);
        }
    }
}
