package dev.licet.bench.run;

import dev.licet.bench.StoreFill;
import dev.licet.bench.run.Licet.Credentials;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A server with the events of a month, that is asked what they add up to.
record Vendor(Licet licet, Credentials credentials, HttpClient client) implements AutoCloseable {
    private static final int EVENTS = 10_000_000;
    private static final int FEW_EVENTS = 200_000;
    private static final Duration LIMIT = Duration.ofMinutes(30);
    /// Events a second.
    private static final int SLOWEST_FILL = 20_000;
    /// More often than it counts by days.
    private static final Duration CALM = Duration.ofSeconds(3);

    /// As many as `--backlog` says if that is more.
    static int events(Kit kit) {
        return kit.options().quick()
                ? FEW_EVENTS
                : Math.max(EVENTS, kit.options().backlog());
    }

    static Vendor start(Kit kit) throws IOException, InterruptedException {
        return start(kit, events(kit));
    }

    static Vendor start(Kit kit, int events) throws IOException, InterruptedException {
        Path data = kit.directory().resolve("data");
        Credentials credentials = Licet.initialise(kit, data);
        Kit.Tool.run(
                LIMIT.plusSeconds(events / SLOWEST_FILL),
                kit.java(
                                StoreFill.class.getName(),
                                List.of(),
                                List.of(data.toString(), Integer.toString(events), credentials.accountNumber()))
                        .toArray(String[]::new));
        Vendor vendor = new Vendor(Licet.start(kit, data), credentials, Probe.client());
        vendor.awaitCalm();
        return vendor;
    }

    /// Waits until it has loaded and counted what it has taken.
    private void awaitCalm() throws IOException, InterruptedException {
        long end = System.nanoTime() + LIMIT.toNanos();
        Duration before;
        do {
            before = licet.process().processorTime();
            Thread.sleep(CALM.toMillis());
        } while (licet.process().processorTime().minus(before).toMillis() > 200 && System.nanoTime() < end);
    }

    /// @param zone `UTC` is the account's own; any other name of it has the same days, but none that are counted
    void ask(String kind, String more, String zone) throws IOException, InterruptedException {
        Probe.post(
                client,
                licet.url("/v1/insights/" + kind),
                """
                {"from":"2026-09-22","until":"2026-10-20","zone":"%s"%s}""".formatted(zone, more),
                Map.of("Content-Type", Bodies.JSON, "Authorization", "Bearer " + credentials.accessToken()));
    }

    @Override
    public void close() {
        client.close();
        licet.close();
    }
}
