package dev.licet.bench.run;

import dev.licet.bench.run.Wrk.Load;
import dev.licet.store.cluster.BenchClickHouse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// `cost-postgres` and `cost-cluster`: what events cost on one, two and four servers with the same engines.
final class GrowingNodes implements Measure {
    private static final List<Integer> COUNTS = List.of(1, 2, 4);
    private static final int CONNECTIONS = 16;
    private static final Duration LOADED = Duration.ofMinutes(5);

    /// Whose processor time is told, in the order of the figures.
    private final List<String> parts;

    private final boolean isCluster;

    private GrowingNodes(boolean isCluster) {
        this.isCluster = isCluster;
        this.parts = isCluster
                ? List.of("servers", "PostgreSQL", "Kafka", "sink", "ClickHouse")
                : List.of("servers", "PostgreSQL");
    }

    static GrowingNodes onPostgres() {
        return new GrowingNodes(false);
    }

    static GrowingNodes onCluster() {
        return new GrowingNodes(true);
    }

    @Override
    public String name() {
        return isCluster ? "cost-cluster" : "cost-postgres";
    }

    @Override
    public String question() {
        return """
                What does a million events cost when there are more servers, on the same engines? RegisterEvents with 1,000 \
                events a request as JSON over HTTP, by 16 connections in all, to one, two and four servers; processor time \
                of all that takes part, until the last event can be queried. All share one machine, with who sends: the \
                rates say what it can do at once, not what more machines would; what a million costs can be multiplied.""";
    }

    @Override
    public List<Figure> figures() {
        List<Figure> figures = new ArrayList<>();
        for (int count : COUNTS) {
            String servers = count == 1 ? "1 server" : count + " servers";
            figures.add(Figure.valueForInformation(servers + ", acknowledged", "events/s"));
            for (String part : parts) {
                figures.add(
                        Figure.valueForInformation(servers + ", processor time of " + part, "s for a million events"));
            }
        }
        return figures;
    }

    /// The engines, which run.
    private record Engines(
            Postgres postgres, Optional<Server> kafka, Optional<BenchClickHouse> clickHouse, List<String> settings) {

        static Engines start(Kit kit, boolean isCluster) throws Exception {
            Postgres postgres = Postgres.start(kit);
            postgres.createDatabase("licet");
            List<String> settings = new ArrayList<>(List.of(
                    "--postgres", "postgresql://127.0.0.1:" + postgres.port() + "/licet", "--postgres-user", "bench"));
            if (!isCluster) {
                return new Engines(postgres, Optional.empty(), Optional.empty(), settings);
            }
            int port = Probe.freePort();
            Server kafka = KafkaPeer.broker(kit, port);
            BenchClickHouse clickHouse = BenchClickHouse.start();
            Path password = Files.writeString(kit.directory().resolve("clickhouse-password"), clickHouse.password());
            settings.addAll(List.of("--kafka", "127.0.0.1:" + port, "--kafka-partitions", "6"));
            settings.addAll(List.of("--kafka-replicas", "1", "--kafka-min-in-sync", "1"));
            settings.addAll(List.of("--clickhouse", clickHouse.address(), "--clickhouse-user", clickHouse.user()));
            settings.addAll(List.of("--clickhouse-password-file", password.toString()));
            settings.addAll(List.of("--clickhouse-database", clickHouse.database()));
            return new Engines(postgres, Optional.of(kafka), Optional.of(clickHouse), settings);
        }

        void close() throws IOException {
            kafka.ifPresent(Server::close);
            postgres.close();
        }
    }

    @Override
    public Contest prepare(Kit kit) throws Exception {
        Engines engines = Engines.start(kit, isCluster);
        List<Licet> nodes = new ArrayList<>();
        for (int i = 0; i < COUNTS.getLast(); i++) {
            nodes.add(Licet.node(kit, "node-" + i, engines.settings()));
        }
        Optional<Server> sink = isCluster ? Optional.of(Licet.sink(kit, "sink", engines.settings())) : Optional.empty();
        Path body = kit.file("batch", Bodies.batch(Licet.printedBy(kit, "node-0")));
        for (Licet node : nodes) {
            kit.warmUp(load(node, body), CONNECTIONS / COUNTS.getLast());
        }
        awaitLoaded(nodes, sink);
        return new Contest() {
            @Override
            public List<Pair> round(boolean yardstickFirst) throws Exception {
                List<Pair> pairs = new ArrayList<>();
                for (int count : COUNTS) {
                    pairs.addAll(measure(kit, nodes.subList(0, count), nodes, body, engines, sink));
                }
                return pairs;
            }

            @Override
            public List<String> notes() {
                return List.of(
                        "servers that are not asked are there all the while, and their time counts, too",
                        isCluster
                                ? "one broker, 6 partitions, one sink, ClickHouse's engine in one process"
                                : "one PostgreSQL without a standby");
            }

            @Override
            public void close() throws IOException {
                sink.ifPresent(Server::close);
                nodes.forEach(Licet::close);
                engines.close();
            }
        };
    }

    private static Load load(Licet node, Path body) {
        return Load.same(node.url(Bodies.REGISTER_EVENTS), Bodies.JSON, body);
    }

    private List<Pair> measure(
            Kit kit, List<Licet> asked, List<Licet> nodes, Path body, Engines engines, Optional<Server> sink)
            throws Exception {
        List<Duration> before = used(nodes, engines, sink);
        double rate = 0;
        long events = 0;
        try (ExecutorService senders = Executors.newFixedThreadPool(asked.size())) {
            List<Future<Wrk.Outcome>> outcomes = new ArrayList<>();
            for (Licet node : asked) {
                outcomes.add(senders.submit(() -> kit.wrk()
                        .run(
                                load(node, body),
                                CONNECTIONS / asked.size(),
                                Duration.ofSeconds(kit.options().seconds()))));
            }
            for (Future<Wrk.Outcome> outcome : outcomes) {
                rate += outcome.get().requestsPerSecond() * Bodies.BATCH;
                events += outcome.get().requests() * Bodies.BATCH;
            }
        }
        awaitLoaded(nodes, sink);
        List<Duration> after = used(nodes, engines, sink);
        List<Pair> pairs = new ArrayList<>();
        pairs.add(Pair.alone(rate));
        for (int i = 0; i < parts.size(); i++) {
            pairs.add(Pair.alone(after.get(i).minus(before.get(i)).toMillis() * 1e3 / events));
        }
        return pairs;
    }

    /// Processor time so far, of the parts in their order.
    private static List<Duration> used(List<Licet> nodes, Engines engines, Optional<Server> sink) throws IOException {
        Duration servers = Duration.ZERO;
        for (Licet node : nodes) {
            servers = servers.plus(node.process().processorTime());
        }
        List<Duration> used = new ArrayList<>();
        used.add(servers);
        used.add(engines.postgres().process().processorTimeOfAll());
        if (sink.isPresent()) {
            used.add(engines.kafka().orElseThrow().processorTime());
            used.add(sink.get().processorTime());
            used.add(Server.processorTime(engines.clickHouse().orElseThrow().pid(), 2));
        }
        return used;
    }

    private static void awaitLoaded(List<Licet> nodes, Optional<Server> sink) throws IOException, InterruptedException {
        long end = System.nanoTime() + LOADED.toNanos();
        Licet one = nodes.getFirst();
        while (one.metric("licet_events_queryable") < one.metric("licet_events_acknowledged")) {
            if (sink.isPresent()) {
                sink.get().check();
            }
            if (System.nanoTime() > end) {
                throw new IOException("the events were not loaded in time");
            }
            Thread.sleep(100);
        }
    }
}
