package dev.licet.store.cluster;

import static java.lang.System.Logger.Level.DEBUG;

import dev.licet.core.checkup.Checkup;
import dev.licet.core.checkup.Finding;
import dev.licet.store.postgres.PostgresStore;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/// Looks at each of the engines, and at what the sinks have done; then tries all of them together.
final class ClusterCheckup implements Checkup {
    private static final System.Logger LOG = System.getLogger(ClusterCheckup.class.getName());
    /// What it takes to take away what was made.
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ClusterStore.Addresses addresses;
    private final Clock clock;
    private final KafkaCheckup kafka;
    private final ClickHouseCheckup clickHouse;
    private final Checkup postgres;
    private final CountDownLatch ended = new CountDownLatch(1);
    private boolean isUsable;
    private volatile boolean isClosed;
    private volatile @Nullable Thread running;

    /// @param kept how long events are
    ClusterCheckup(ClusterStore.Addresses addresses, Duration kept, Clock clock) {
        this.addresses = addresses;
        this.clock = clock;
        this.kafka = new KafkaCheckup(addresses.kafka(), addresses.kafkaSettings(), addresses.shape(), clock);
        this.clickHouse = new ClickHouseCheckup(
                addresses.clickHouse(), addresses.cluster().map(EventTable.Cluster::new), clock);
        this.postgres = PostgresStore.checkup(addresses.postgres(), kept, clock, this::tryIn);
    }

    @Override
    public void run(Consumer<Finding> told) {
        Consumer<Finding> tell = finding -> {
            if (!isClosed) {
                told.accept(finding);
            }
        };
        running = Thread.currentThread();
        try {
            boolean hasKafka = kafka.look(tell);
            if (hasKafka) {
                new SinkCheckup(addresses, clock).look(tell);
            }
            isUsable = clickHouse.look(tell) & hasKafka;
            postgres.run(tell);
        } catch (RuntimeException e) {
            tell.accept(Finding.broken("doctor", "could not go on: " + e.getMessage(), "report this"));
        } finally {
            running = null;
            ended.countDown();
        }
    }

    private void tryIn(DataSource one, DataSource other, Consumer<Finding> tell) {
        if (isUsable) {
            new ScratchCluster(addresses, kafka, clickHouse, clock).run(one, other, tell);
        } else {
            tell.accept(Finding.warning(
                    "promises", "not tried, because of what is told above", "mend that, and run this again"));
        }
    }

    /// Has a run take away what it has made, and waits for that.
    @Override
    public void close() {
        isClosed = true;
        Thread runs = running;
        if (runs != null && runs != Thread.currentThread()) {
            runs.interrupt();
            try {
                if (!ended.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    LOG.log(DEBUG, "a topic, a database or a schema may be left, which the next run tells");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        postgres.close();
    }
}
