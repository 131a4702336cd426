package dev.licet.bench.run;

import dev.licet.store.cluster.IntakeFeed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `cluster-intake`: the intake of the profile with Kafka, over Kafka's own producer benchmark.
final class ClusterIntake implements Measure {
    private static final int RECORDS = 4_000_000;
    private static final int FEW_RECORDS = 400_000;
    /// Of the producer's benchmark, before those that count: it starts anew each time.
    private static final int WARM_UP = 4;
    private static final String TOPIC = "bench-events";
    private static final Pattern RATE = Pattern.compile("([0-9.]+) records/sec");

    @Override
    public String name() {
        return "cluster-intake";
    }

    @Override
    public String question() {
        return """
                How many events a second does the intake of a store on Kafka take, over Kafka's own producer benchmark \
                (ProducerPerformance) to the same topic? One broker, 6 partitions, acks=all, idempotent, lz4, batches of \
                128 KiB; both send the same 100,000 values over and over, which were made before. The intake is in this process and gets batches of 1,000 events by 16 \
                threads, has ids from a PostgreSQL and answers when all of a batch is acknowledged; once without ids of \
                clients, and once with. Both are warm: of the benchmark's records the first quarter does not count.""";
    }

    @Override
    public List<Figure> figures() {
        return List.of(
                Figure.ratio("without ids", "events/s", "ProducerPerformance", Target.atLeast(0.6, 0.8)),
                Figure.ratio("with ids", "events/s", "ProducerPerformance", Target.atLeast(0.6, 0.8)));
    }

    @Override
    public Contest prepare(Kit kit) throws Exception {
        int port = Probe.freePort();
        Server broker = KafkaPeer.broker(kit, port);
        Postgres postgres = Postgres.start(kit);
        postgres.createDatabase("licet");
        String brokers = "127.0.0.1:" + port;
        IntakeFeed feed = IntakeFeed.open(brokers, TOPIC, postgres.url("licet"));
        for (boolean withIds : List.of(false, true)) {
            IntakeFeed.values(values(kit, withIds), withIds);
            feed.rate(kit.options().seconds(), withIds);
        }
        return new Contest() {
            @Override
            public List<Pair> round(boolean yardstickFirst) throws Exception {
                List<Pair> pairs = new ArrayList<>();
                for (boolean withIds : List.of(false, true)) {
                    pairs.add(Contest.inTurn(
                            yardstickFirst,
                            () -> producer(kit, brokers, values(kit, withIds)),
                            () -> feed.rate(kit.options().seconds(), withIds)));
                }
                return pairs;
            }

            @Override
            public void close() throws IOException {
                feed.close();
                postgres.close();
                broker.close();
            }
        };
    }

    private static Path values(Kit kit, boolean withIds) {
        return kit.directory().resolve(withIds ? "values-with-ids" : "values");
    }

    /// What it says at its end.
    private static double producer(Kit kit, String brokers, Path values) throws IOException, InterruptedException {
        int records = kit.options().quick() ? FEW_RECORDS : RECORDS;
        String said = Kit.Tool.run(
                Kit.START,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + kit.options().heap(),
                "-cp",
                kit.peer("kafka") + "/*",
                "org.apache.kafka.tools.ProducerPerformance",
                "--topic",
                TOPIC,
                "--num-records",
                Integer.toString(records),
                "--warmup-records",
                Integer.toString(records / WARM_UP),
                "--throughput",
                "-1",
                "--payload-file",
                values.toString(),
                "--producer-props",
                "bootstrap.servers=" + brokers,
                "acks=all",
                "enable.idempotence=true",
                "linger.ms=2",
                "batch.size=131072",
                "compression.type=lz4",
                "buffer.memory=134217728");
        Matcher rate = RATE.matcher(said);
        double last = 0;
        while (rate.find()) {
            last = Double.parseDouble(rate.group(1));
        }
        if (last == 0) {
            throw new IllegalStateException("the producer's benchmark says no rate: " + said);
        }
        return last;
    }
}
