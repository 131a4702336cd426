package dev.licet.bench.run;

import dev.licet.bench.run.Licet.Credentials;
import dev.licet.bench.run.Wrk.Load;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `check`: whether what was bought may run, over a server that answers at once.
final class Checks implements Measure {
    private static final List<Integer> CONNECTIONS = List.of(64, 1024);
    private static final int AT_ONCE = 64;
    /// One of so many checks is a first play.
    private static final int FIRST_OF = 20;
    /// More checks than are answered in a second, so that no first play comes round a second time.
    private static final int CHECKS_A_SECOND = 30_000;
    /// To sell takes longer than to check.
    private static final int MOST_FIRST_PLAYS = 10_000;

    private static final int KNOWN_VIEWERS = 5_000;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Override
    public String name() {
        return "check";
    }

    @Override
    public String question() {
        return """
                How many checks a second does Licet answer? POST /v1/checks with an access token over plain HTTP, of \
                viewers who bought a rental that begins with its first play. One check of twenty is a first play: its \
                time begins, and that and its line in the record of changes are on disk before the answer. The others \
                are of 5,000 viewers whose time runs. Over raw Netty that answers the same requests at once.""";
    }

    @Override
    public List<Figure> figures() {
        return CONNECTIONS.stream()
                .map(connections -> Figure.ratio(
                        connections + " connections", "requests/s", "raw Netty", Target.atLeast(0.40, 0.65)))
                .toList();
    }

    @Override
    public Contest prepare(Kit kit) throws Exception {
        Path data = kit.directory().resolve("data");
        Credentials credentials = Licet.initialise(kit, data);
        Licet licet = Licet.start(kit, data);
        RawNetty netty = RawNetty.start(kit);
        Shop shop = new Shop(kit, licet, credentials);
        List<String> known = shop.viewers("known", KNOWN_VIEWERS);
        for (int connections : CONNECTIONS) {
            Load warm = shop.load(licet.url("/v1/checks"), known, kit.options().warmUp());
            kit.warmUp(warm, connections);
            kit.warmUp(shop.load(netty.url("/v1/checks"), known, Duration.ZERO), connections);
        }
        licet.settle();
        Duration length = Duration.ofSeconds(kit.options().seconds());
        return new Contest() {
            @Override
            public List<Pair> round(boolean yardstickFirst) throws Exception {
                List<Pair> pairs = new ArrayList<>();
                for (int connections : CONNECTIONS) {
                    Load load = shop.load(licet.url("/v1/checks"), known, length);
                    Load same = Load.inTurn(
                            netty.url("/v1/checks"),
                            Bodies.JSON,
                            Path.of(load.arguments().get(1)),
                            Duration.ZERO,
                            credentials.accessToken());
                    licet.settle();
                    pairs.add(Contest.inTurn(
                            yardstickFirst,
                            () -> kit.requestsPerSecond(same, connections),
                            () -> kit.requestsPerSecond(load, connections)));
                }
                return pairs;
            }

            @Override
            public void close() {
                shop.close();
                netty.close();
                licet.close();
            }
        };
    }

    /// Sells to new viewers.
    private static final class Shop implements AutoCloseable {
        private final Kit kit;
        private final Licet licet;
        private final Credentials credentials;
        private final Map<String, String> headers;
        private final HttpClient client = Probe.client();
        private final String license;
        private int loads;

        Shop(Kit kit, Licet licet, Credentials credentials) throws IOException, InterruptedException {
            this.kit = kit;
            this.licet = licet;
            this.credentials = credentials;
            this.headers = Map.of("Content-Type", Bodies.JSON, "Authorization", "Bearer " + credentials.accessToken());
            String wanted = """
                    {"name":"48 hours","type":"rental","price":{"amount":"3.99","currency":"EUR"},\
                    "term":{"count":48,"unit":"hour"},"begins":"firstPlay"}""";
            JsonNode made = JSON.readTree(Probe.post(client, licet.url("/v1/licenses"), wanted, headers));
            this.license = made.path("id").asString();
        }

        /// Checks of new viewers, who have not played.
        List<String> viewers(String name, int count) throws InterruptedException, ExecutionException {
            try (ExecutorService executor = Executors.newFixedThreadPool(AT_ONCE)) {
                List<Future<String>> checks = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    String viewer = name + "-" + i;
                    checks.add(executor.submit(() -> check(viewer)));
                }
                List<String> all = new ArrayList<>();
                for (Future<String> each : checks) {
                    all.add(each.get());
                }
                return all;
            }
        }

        private String check(String viewer) throws IOException, InterruptedException {
            String bought = """
                    {"license":"%s","product":"prd_%d","title":"Metropolis","viewer":"%s"}""".formatted(license, credentials.product(), viewer);
            JsonNode purchase = JSON.readTree(Probe.post(client, licet.url("/v1/purchases"), bought, headers));
            if (!purchase.path("standing").asString().equals("waiting")) {
                throw new IOException("not sold: " + purchase);
            }
            return """
                    {"product":"prd_%d","title":"Metropolis","viewer":"%s"}""".formatted(credentials.product(), viewer);
        }

        /// Checks for so long, of which some are first plays.
        Load load(String url, List<String> known, Duration length)
                throws IOException, InterruptedException, ExecutionException {
            int count = (int) Math.max(1, length.toSeconds()) * CHECKS_A_SECOND;
            int plays = length.isZero() ? 0 : Math.min(count / FIRST_OF, MOST_FIRST_PLAYS);
            List<String> first = viewers("viewer-" + loads, plays);
            Random random = new Random(loads++);
            List<String> all = new ArrayList<>(first);
            while (all.size() < count) {
                all.add(known.get(random.nextInt(known.size())));
            }
            Collections.shuffle(all, random);
            Path file = kit.file("checks-" + loads, String.join("\n", all) + "\n");
            return Load.inTurn(url, Bodies.JSON, file, Duration.ZERO, credentials.accessToken());
        }

        @Override
        public void close() {
            client.close();
        }
    }
}
