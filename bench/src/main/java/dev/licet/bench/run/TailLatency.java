package dev.licet.bench.run;

import dev.licet.bench.run.Wrk.Load;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// `latency`: how long one in a hundred waits, over what the disk itself takes for one in a hundred syncs.
final class TailLatency implements Measure {
    private static final double P99 = 0.99;
    private static final int CONNECTIONS = 256;

    @Override
    public String name() {
        return "latency";
    }

    @Override
    public String question() {
        return """
                How long does the slowest in a hundred single events take, at a quarter of the highest rate? \
                RegisterEvent as a form at fixed times (open loop over 256 connections), timed from when each was due; \
                over the same percentile of 4 KiB written into a preallocated file on the same disk and synced, one \
                after the other. The highest rate is that of 1,024 connections with one request in flight each, taken \
                first.""";
    }

    @Override
    public List<Figure> figures() {
        return List.of(Figure.ratio("p99", "ms", "disk sync", Target.atMost(15, 6)));
    }

    @Override
    public Contest prepare(Kit kit) throws Exception {
        Path data = kit.directory().resolve("data");
        String event = Bodies.event(Licet.initialise(kit, data));
        Path body = kit.file("event", event);
        Licet licet = Licet.start(kit, data);
        Load load = Load.same(licet.url(Bodies.REGISTER_EVENT), Bodies.FORM, body);
        kit.warmUp(load, SingleEvents.CONNECTIONS);
        licet.settle();
        double quarter = kit.requestsPerSecond(load, SingleEvents.CONNECTIONS) / 4;
        Duration length = Duration.ofSeconds(kit.options().seconds());
        licet.settle();
        OpenLoop.run(licet.port(), Bodies.REGISTER_EVENT, event, quarter, CONNECTIONS, Duration.ofSeconds(1));
        licet.settle();
        return new Contest() {
            @Override
            public List<Pair> round(boolean yardstickFirst) throws Exception {
                return List.of(Contest.inTurn(
                        yardstickFirst,
                        () -> DiskSync.measure(kit.directory(), length).percentile(P99),
                        () -> {
                            double p99 = OpenLoop.run(
                                            licet.port(), Bodies.REGISTER_EVENT, event, quarter, CONNECTIONS, length)
                                    .percentile(P99);
                            licet.settle();
                            return p99;
                        }));
            }

            @Override
            public List<String> notes() {
                return List.of(String.format(Locale.ROOT, "a quarter of the highest rate: %,.0f events/s", quarter));
            }

            @Override
            public void close() {
                licet.close();
            }
        };
    }
}
