package dev.licet.bench.run;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// `intake`: how long an event waits while questions are answered.
final class IntakeBesideInsights implements Measure {
    private static final double P99 = 0.99;
    private static final double A_SECOND = 10_000;
    private static final int CONNECTIONS = 256;

    @Override
    public String name() {
        return "intake";
    }

    @Override
    public String question() {
        return """
                How long does the slowest in a hundred single events take at 10,000 a second (open loop, timed from \
                when each was due) while insights are answered one after the other from ten million events: breakdown, \
                actives, revenue and retention? Over the same without any insight.""";
    }

    @Override
    public List<Figure> figures() {
        return List.of(Figure.ratioForInformation("p99 beside insights", "ms", "without"));
    }

    @Override
    public Contest prepare(Kit kit) throws Exception {
        Vendor vendor = Vendor.start(kit);
        String event = Bodies.event(vendor.credentials());
        Duration length = Duration.ofSeconds(kit.options().seconds());
        AtomicInteger asked = new AtomicInteger();
        OpenLoop.run(vendor.licet().port(), Bodies.REGISTER_EVENT, event, A_SECOND / 2, CONNECTIONS, length);
        OpenLoop.run(vendor.licet().port(), Bodies.REGISTER_EVENT, event, A_SECOND, CONNECTIONS, length);
        return new Contest() {
            @Override
            public List<Pair> round(boolean yardstickFirst) throws Exception {
                return List.of(Contest.inTurn(yardstickFirst, this::alone, this::besideInsights));
            }

            private double alone() throws Exception {
                vendor.licet().settle();
                return OpenLoop.run(vendor.licet().port(), Bodies.REGISTER_EVENT, event, A_SECOND, CONNECTIONS, length)
                        .percentile(P99);
            }

            private double besideInsights() throws Exception {
                AtomicBoolean ends = new AtomicBoolean();
                CompletableFuture<Void> questions = CompletableFuture.runAsync(() -> ask(vendor, ends, asked));
                try {
                    return alone();
                } finally {
                    ends.set(true);
                    questions.join();
                }
            }

            @Override
            public List<String> notes() {
                return List.of(String.format(Locale.ROOT, "%,d insights were answered meanwhile", asked.get()));
            }

            @Override
            public void close() {
                vendor.close();
            }
        };
    }

    private static void ask(Vendor vendor, AtomicBoolean ends, AtomicInteger asked) {
        try {
            while (!ends.get()) {
                vendor.ask("breakdown", ",\"by\":\"feature\"", "Etc/UTC");
                vendor.ask("actives", "", "Etc/UTC");
                vendor.ask("revenue", "", "Etc/UTC");
                vendor.ask("retention", ",\"unit\":\"week\"", "Etc/UTC");
                asked.addAndGet(4);
            }
        } catch (Exception e) {
            throw new IllegalStateException("an insight failed", e);
        }
    }
}
