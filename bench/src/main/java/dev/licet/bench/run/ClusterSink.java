package dev.licet.bench.run;

import dev.licet.store.cluster.SinkFeed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// `cluster-sink`: events from Kafka into ClickHouse, over ClickHouse's own inserts.
final class ClusterSink implements Measure {
    private static final int EVENTS = 2_000_000;
    private static final int FEW_EVENTS = 300_000;

    @Override
    public String name() {
        return "cluster-sink";
    }

    @Override
    public String question() {
        return """
                How many events a second does a sink bring from Kafka into ClickHouse, over inserts of the same rows and \
                nothing else? ClickHouse is its engine in one process behind its HTTP interface, with fsync; both insert \
                into a table of the same definition in a fresh database, 100,000 rows at a time in RowBinary. Bare inserts \
                send rows that were written before, one after the other. The sink is in this process, whose heap of 2 GiB \
                is there from the beginning, as docs/sizing.md has it, and reads 6 partitions of one broker, which have all \
                of the events; once without ids of clients, and once with: then each is looked up among those before. Its \
                rate counts from its first insert on.""";
    }

    @Override
    public List<Figure> figures() {
        return List.of(
                Figure.ratio("without ids", "events/s", "inserts", Target.atLeast(0.6, 0.8)),
                Figure.ratio("with ids", "events/s", "inserts", Target.atLeast(0.6, 0.8)));
    }

    @Override
    public Contest prepare(Kit kit) throws Exception {
        int port = Probe.freePort();
        Server broker = KafkaPeer.broker(kit, port);
        Postgres postgres = Postgres.start(kit);
        postgres.createDatabase("intake");
        int events = kit.options().quick() ? FEW_EVENTS : EVENTS;
        SinkFeed feed = SinkFeed.prepare(
                "127.0.0.1:" + port, postgres.url("intake"), kit.directory().resolve("feed"), events);
        rounds(postgres, feed, false);
        return new Contest() {
            @Override
            public List<Pair> round(boolean yardstickFirst) throws Exception {
                return rounds(postgres, feed, yardstickFirst);
            }

            @Override
            public void close() throws IOException {
                feed.close();
                postgres.close();
                broker.close();
            }
        };
    }

    private static List<Pair> rounds(Postgres postgres, SinkFeed feed, boolean yardstickFirst) throws Exception {
        List<Pair> pairs = new ArrayList<>();
        for (boolean withIds : List.of(false, true)) {
            String fresh = "sink_" + System.nanoTime();
            postgres.createDatabase(fresh);
            pairs.add(Contest.inTurn(
                    yardstickFirst, () -> feed.inserts(withIds), () -> feed.sink(withIds, postgres.url(fresh))));
        }
        return pairs;
    }
}
