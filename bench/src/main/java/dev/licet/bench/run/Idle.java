package dev.licet.bench.run;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// `idle`: what a server costs that nobody asks.
final class Idle implements Measure {
    @Override
    public String name() {
        return "idle";
    }

    @Override
    public String question() {
        return """
                How much of a core does an idle server use? User and system time of the process over a minute in \
                which nothing is asked, half a minute after its start.""";
    }

    @Override
    public List<Figure> figures() {
        return List.of(Figure.value("processor", "% of a core", Target.atMost(1, 0.2)));
    }

    @Override
    public Contest prepare(Kit kit) throws Exception {
        Path data = kit.directory().resolve("data");
        Licet.initialise(kit, data);
        Licet licet = Licet.start(kit, data);
        Thread.sleep(kit.options().quiet());
        Duration watched = kit.options().idle();
        return new Contest() {
            @Override
            public List<Pair> round(boolean yardstickFirst) throws Exception {
                Duration before = licet.process().processorTime();
                Thread.sleep(watched);
                Duration used = licet.process().processorTime().minus(before);
                return List.of(Pair.alone(100.0 * used.toMillis() / watched.toMillis()));
            }

            @Override
            public List<String> notes() {
                return List.of("watched for " + watched.toSeconds() + " s in each round");
            }

            @Override
            public void close() {
                licet.close();
            }
        };
    }
}
