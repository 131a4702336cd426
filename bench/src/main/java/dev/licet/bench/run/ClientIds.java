package dev.licet.bench.run;

import dev.licet.bench.run.Licet.Credentials;
import dev.licet.bench.run.Wrk.Load;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// `ids`: what it costs that an event with a client's id counts once.
final class ClientIds implements Measure {
    private static final String EVENTS = "/v1/events";

    @Override
    public String name() {
        return "ids";
    }

    @Override
    public String question() {
        return """
                What does it cost that an event with a client's id counts once? POST /v1/events, one event a request, \
                1,024 connections, each event with an id of its own; over the same server and the same events without \
                an id, which have the text that would be the id as their machine.""";
    }

    @Override
    public List<Figure> figures() {
        return List.of(Figure.ratio("events", "events/s", "without ids", Target.atLeast(0.5, 0.8)));
    }

    @Override
    public Contest prepare(Kit kit) throws Exception {
        Path data = kit.directory().resolve("data");
        Credentials credentials = Licet.initialise(kit, data);
        Licet licet = Licet.start(kit, data);
        String probe = """
                {"id":"probe","name":"start","product":"prd_%d","key":"%s","value":1,"currency":"USD"}""".formatted(credentials.product(), credentials.licenseKey());
        Probe.post(
                Probe.client(),
                licet.url(EVENTS),
                probe,
                Map.of("Content-Type", Bodies.JSON, "Authorization", "Bearer " + credentials.accessToken()));
        kit.warmUp(load(licet, credentials, "machine"), SingleEvents.CONNECTIONS);
        kit.warmUp(load(licet, credentials, "id"), SingleEvents.CONNECTIONS);
        licet.settle();
        return new Contest() {
            @Override
            public List<Pair> round(boolean yardstickFirst) throws Exception {
                return List.of(Contest.inTurn(yardstickFirst, () -> rate("machine"), () -> rate("id")));
            }

            private double rate(String field) throws Exception {
                double rate = kit.requestsPerSecond(load(licet, credentials, field), SingleEvents.CONNECTIONS);
                licet.settle();
                return rate;
            }

            @Override
            public void close() {
                licet.close();
            }
        };
    }

    /// No two have a text in common.
    private static Load load(Licet licet, Credentials credentials, String field) {
        return new Load(
                "events.lua",
                licet.url(EVENTS),
                List.of(
                        credentials.accessToken(),
                        "prd_" + credentials.product(),
                        credentials.licenseKey(),
                        UUID.randomUUID().toString(),
                        field),
                Duration.ZERO);
    }
}
