package dev.licet.store.cluster;

import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import dev.licet.store.postgres.PostgresDatabase;
import dev.licet.store.sql.entity.ChangeLog;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.kafka.clients.admin.Admin;
import org.postgresql.ds.PGSimpleDataSource;

/// Gives batches of events to an intake in this process.
public final class IntakeFeed implements AutoCloseable {
    private static final int BATCH = 1000;
    private static final int SENDERS = 16;
    /// Of different batches, which are made before.
    private static final int BATCHES = 100;
    private static final AccountNumber ACCOUNT = new AccountNumber(123_456_789_012_345L);

    private final EventIntake intake;

    private IntakeFeed(EventIntake intake) {
        this.intake = intake;
    }

    /// @param topic is made, with 6 partitions on one broker @param database its address, whose tables are made
    public static IntakeFeed open(String brokers, String topic, String database) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(database);
        PostgresDatabase.open(source, 1, ChangeLog.keepingAll()).close();
        return open(brokers, topic, source);
    }

    private static IntakeFeed open(String brokers, String topic, DataSource source) {
        Map<String, Object> settings = EventTopic.settings(brokers, Map.of());
        try (Admin admin = Admin.create(settings)) {
            EventTopic made = EventTopic.of(admin, new EventTopic.Shape(topic, 6, 1, 1, Duration.ofDays(1)));
            EventIntake intake = new EventIntake(
                    made, settings, () -> PostgresDatabase.writing(source), 16_384, 64L << 20, Duration.ofSeconds(10));
            intake.start();
            return new IntakeFeed(intake);
        }
    }

    /// Sends batches by 16 threads until the time is over. @return acknowledged events a second
    public double rate(int seconds, boolean withIds) throws Exception {
        List<List<UsageEvent>> batches = batches(withIds);
        AtomicLong sent = new AtomicLong();
        AtomicLong events = new AtomicLong();
        long began = System.nanoTime();
        long end = began + seconds * 1_000_000_000L;
        try (ExecutorService executor = Executors.newFixedThreadPool(SENDERS)) {
            List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < SENDERS; i++) {
                done.add(executor.submit(() -> {
                    while (System.nanoTime() < end) {
                        List<UsageEvent> batch = batches.get((int) (sent.getAndIncrement() % BATCHES));
                        intake.submit(new Submission(batch, Instant.now())).await();
                        events.addAndGet(BATCH);
                    }
                    return 0;
                }));
            }
            for (Future<?> one : done) {
                one.get();
            }
        }
        return events.get() / ((System.nanoTime() - began) / 1e9);
    }

    private static List<List<UsageEvent>> batches(boolean withIds) {
        return Stream.generate(() -> batch(withIds)).limit(BATCHES).toList();
    }

    static List<UsageEvent> batch(boolean withIds) {
        return IntStream.range(0, BATCH).mapToObj(i -> event(i, withIds)).toList();
    }

    private static UsageEvent event(int i, boolean withIds) {
        return new UsageEvent(
                ACCOUNT,
                "rest",
                withIds ? Optional.of(UUID.randomUUID().toString()) : Optional.empty(),
                Instant.ofEpochSecond(1_790_000_000L + i),
                Optional.of(i % 2 == 0 ? "start" : "stop"),
                Optional.of("Feature " + i % 20),
                Optional.of(new ProductId(1)),
                Optional.of("AAAAA-BBBBB-CCCCC-DDDDD"),
                Optional.of("machine-" + i % 97),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.of(i),
                Optional.of("USD"),
                Optional.of("{\"os\":\"linux\",\"version\":\"1.0\",\"locale\":\"en\"}"));
    }

    /// Writes the values of such batches' records, one in a line, for a sender of somebody else's.
    public static void values(Path file, boolean withIds) throws IOException {
        try (var out = new BufferedOutputStream(Files.newOutputStream(file))) {
            long id = 1_000_000;
            for (List<UsageEvent> batch : batches(withIds)) {
                for (UsageEvent event : batch) {
                    out.write(EventJson.write(new RecordedEvent(id++, Instant.now(), event)));
                    out.write('\n');
                }
            }
        }
    }

    @Override
    public void close() {
        intake.close();
    }
}
