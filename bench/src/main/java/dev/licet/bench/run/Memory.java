package dev.licet.bench.run;

import dev.licet.bench.run.Wrk.Load;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// `memory`: what is resident, idle and under full load. Each side is started anew in each round.
final class Memory implements Measure {
    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String question() {
        return """
                How much memory is resident? Idle, half a minute after the start; and at most under single events \
                from 1,024 connections, after the warm-up; over raw Netty in the same state with the same -Xmx.""";
    }

    @Override
    public List<Figure> figures() {
        return List.of(
                Figure.ratio("idle", "MiB", "raw Netty", Target.atMost(5, 3)),
                Figure.ratio("under load", "MiB", "raw Netty", Target.atMost(3, 2)));
    }

    private record Resident(double idle, double loaded) {}

    @Override
    public Contest prepare(Kit kit) throws Exception {
        Path data = kit.directory().resolve("data");
        Path body = kit.file("event", Bodies.event(Licet.initialise(kit, data)));
        return new Contest() {
            @Override
            public List<Pair> round(boolean yardstickFirst) throws Exception {
                Resident first = yardstickFirst ? ofNetty() : ofLicet();
                Resident second = yardstickFirst ? ofLicet() : ofNetty();
                Resident netty = yardstickFirst ? first : second;
                Resident licet = yardstickFirst ? second : first;
                return List.of(Pair.of(netty.idle(), licet.idle()), Pair.of(netty.loaded(), licet.loaded()));
            }

            private Resident ofNetty() throws Exception {
                try (RawNetty netty = RawNetty.start(kit)) {
                    return resident(netty.process(), Load.same(netty.url("/"), Bodies.FORM, body));
                }
            }

            private Resident ofLicet() throws Exception {
                try (Licet licet = Licet.start(kit, data)) {
                    return resident(licet.process(), Load.same(licet.url(Bodies.REGISTER_EVENT), Bodies.FORM, body));
                }
            }

            private Resident resident(Server server, Load load) throws Exception {
                Thread.sleep(kit.options().quiet());
                double idle = server.residentMiB();
                kit.warmUp(load, SingleEvents.CONNECTIONS);
                CompletableFuture<Double> most = new CompletableFuture<>();
                Thread watching = Thread.startVirtualThread(() -> {
                    try {
                        most.complete(
                                mostOf(server, Duration.ofSeconds(kit.options().seconds())));
                    } catch (Exception e) {
                        most.completeExceptionally(e);
                    }
                });
                kit.requestsPerSecond(load, SingleEvents.CONNECTIONS);
                watching.join();
                return new Resident(idle, most.join());
            }

            @Override
            public void close() {}
        };
    }

    private static double mostOf(Server server, Duration length) throws Exception {
        long end = System.nanoTime() + length.toNanos();
        double most = 0;
        while (System.nanoTime() < end) {
            most = Math.max(most, server.residentMiB());
            Thread.sleep(100);
        }
        return most;
    }
}
