package dev.licet.store.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.licet.core.Outcome;
import dev.licet.core.Pending;
import dev.licet.core.Unavailable;
import dev.licet.core.event.Placed;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.store.postgres.PostgresDatabase;
import dev.licet.store.postgres.PostgresServer;
import dev.licet.store.postgres.PostgresStore;
import dev.licet.store.sql.entity.ChangeLog;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// A topic that somebody else has made or changed, and an intake whose broker is away; with one broker.
@EnabledIf("dev.licet.store.postgres.PostgresServer#isToBeTried")
class EventTopicTest {
    private static KafkaServers kafka;

    private Admin admin;
    private DataSource source;
    private Map<String, Object> settings;

    @BeforeAll
    static void startKafka() throws Exception {
        kafka = KafkaServers.start(1);
    }

    @AfterAll
    static void stopKafka() {
        kafka.close();
    }

    @BeforeEach
    void start(@TempDir Path directory) {
        settings = EventTopic.settings(kafka.addresses(), Map.of());
        admin = Admin.create(settings);
        source = PostgresStore.source(PostgresServer.address(directory), "licet", Optional.empty());
        PostgresDatabase.open(source, 1, ChangeLog.keepingAll()).close();
    }

    @AfterEach
    void stop() {
        admin.close();
    }

    private static EventTopic.Shape shape(String name, int minInSync) {
        return new EventTopic.Shape(name, 2, 1, minInSync, Duration.ofDays(7));
    }

    private EventTopic topic(String name) {
        return EventTopic.of(admin, shape(name, 1));
    }

    private void make(String name, Map<String, String> configs) throws Exception {
        admin.createTopics(List.of(new NewTopic(name, 2, (short) 1).configs(configs)))
                .all()
                .get();
    }

    @Test
    void topicThatLosesEvents_isRefused_withAllThatIsToBeDone() throws Exception {
        make("compact", Map.of("cleanup.policy", "compact", "unclean.leader.election.enable", "true"));

        assertThatThrownBy(() -> EventTopic.of(admin, shape("compact", 2)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the topic compact has cleanup.policy compact")
                .hasMessageContaining("set it to delete")
                .hasMessageContaining("set unclean.leader.election.enable to false")
                .hasMessageContaining("set min.insync.replicas to 2, or the setting 'kafka-min-in-sync' to 1")
                .hasMessageContaining("has 1 replicas")
                .hasMessageContaining("set max.message.bytes to 8388608");
    }

    @Test
    void topicThatIsLessThanAskedFor_isTaken() throws Exception {
        make(
                "less",
                Map.of(
                        "retention.ms",
                        "3600000",
                        "retention.bytes",
                        "1000000",
                        "max.message.bytes",
                        Integer.toString(EventTopic.MOST_BYTES)));

        assertThat(EventTopic.of(admin, new EventTopic.Shape("less", 12, 3, 1, Duration.ofDays(7)))
                        .partitions())
                .isEqualTo(2);
    }

    @Test
    void topicThatIsMadeHere_isTakenAgain() {
        assertThat(topic("made")).isEqualTo(topic("made"));
    }

    @Test
    void partitionsThatAreAddedLater_getNothing() throws Exception {
        EventTopic before = topic("grown").agreed(source::getConnection);
        admin.createPartitions(Map.of("grown", NewPartitions.increaseTo(6)))
                .all()
                .get();

        EventTopic grown = topic("grown");
        for (int i = 0; i < 100 && grown.partitions() < 6; i++) { // until the broker has heard of them
            Thread.sleep(50);
            grown = topic("grown");
        }
        EventTopic after = grown.agreed(source::getConnection);

        assertThat(grown.partitions()).isEqualTo(6);
        assertThat(after).isEqualTo(before);
        try (EventIntake intake =
                new EventIntake(after, settings, source::getConnection, 1_000, 16L << 20, Duration.ofSeconds(10))) {
            intake.start();
            for (int i = 0; i < 10; i++) {
                intake.submit(submission(i, 20, 10)).await();
            }
        }
        Map<TopicPartition, Long> ends = grown.ends(admin);
        assertThat(ends.values().stream().mapToLong(end -> end).sum()).isEqualTo(200);
        assertThat(ends.get(new TopicPartition("grown", 0))).isPositive();
        assertThat(ends.get(new TopicPartition("grown", 1))).isPositive();
        byte[] key = Pipeline.event("a", Optional.of("a"))
                .fingerprint()
                .orElseThrow()
                .toBytes();
        assertThat(after.partition(key)).isEqualTo(before.partition(key));
    }

    @Test
    void databaseThatHasEventsItself_isRefused(@TempDir Path directory) throws Exception {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE event_position SET last_id = 1, events_in = 'postgres'");
        }
        ClusterStore.Addresses addresses = new ClusterStore.Addresses(
                source,
                kafka.addresses(),
                Map.of(),
                shape("refused", 1),
                new ClickHouse.Settings(
                        List.of(URI.create("http://127.0.0.1:1")),
                        "default",
                        "default",
                        Optional.empty(),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1)),
                Optional.empty());

        assertThatThrownBy(() -> ClusterStore.sink(
                                addresses, directory, new Sink.Settings(1_000, 1 << 20, Duration.ofSeconds(1)))
                        .close())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("start without the settings 'kafka' and 'clickhouse'");
        assertThat(admin.listTopics().names().get()).as("it is not made").doesNotContain("refused");

        try (EventIntake intake = new EventIntake(
                topic("refused"), settings, source::getConnection, 1_000, 16L << 20, Duration.ofSeconds(10))) {
            intake.start();
            assertThatThrownBy(() -> intake.submit(submission(1, 1, 10)).await())
                    .as("one that ran before")
                    .isInstanceOf(Unavailable.class);
        }
    }

    @Test
    void whileKafkaIsAsked_noConnectionIsHeld() throws Exception {
        Map<String, Object> away = EventTopic.settings("127.0.0.1:1", Map.of());
        away.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 4_000);
        away.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 3_000);
        HikariConfig config = new HikariConfig();
        config.setDataSource(source);
        config.setMaximumPoolSize(1);
        try (Admin asked = Admin.create(away);
                HikariDataSource pool = new HikariDataSource(config);
                ExecutorService executor = Executors.newSingleThreadExecutor()) {
            EventTopic topic = new EventTopic("away", Uuid.randomUuid(), 1);
            TopicProgress progress = new TopicProgress(topic, asked, pool::getConnection, Duration.ZERO);
            Future<?> answer = executor.submit(() -> progress.inserted());
            Thread.sleep(1_500);

            assertThat(answer.isDone()).isFalse();
            assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
            assertThatThrownBy(answer::get).hasCauseInstanceOf(Unavailable.class);
        }
    }

    /// Every other event has an id.
    private static Submission submission(int number, int events, int bytes) {
        return new Submission(
                IntStream.range(0, events)
                        .mapToObj(i -> event(number + " " + i, bytes))
                        .toList(),
                Instant.now());
    }

    private static UsageEvent event(String name, int bytes) {
        Optional<String> id = name.hashCode() % 2 == 0 ? Optional.of(name) : Optional.empty();
        return Pipeline.event(name, id, Optional.empty(), "{\"bytes\":\"" + "x".repeat(bytes) + "\"}");
    }

    @Test
    void whileBrokersAreAway_soMuchIsTaken_andTheRestRefused_untilTheyAreBack() throws Exception {
        EventTopic topic = topic("away").agreed(source::getConnection);
        Set<Long> acknowledged = new HashSet<>();
        int refused = 0;
        try (EventIntake intake =
                new EventIntake(topic, settings, source::getConnection, 1_000, 256 << 10, Duration.ofSeconds(60))) {
            intake.start();
            acknowledged.addAll(ids(intake.submit(submission(0, 10, 1_000))));
            kafka.kill(0);
            List<Pending<Outcome<List<Placed>>>> taken = new ArrayList<>();
            try {
                long begun = System.nanoTime();
                for (int i = 1; i <= 400; i++) {
                    try {
                        taken.add(intake.submit(submission(i, 10, 1_000)));
                    } catch (Unavailable e) {
                        refused++;
                    }
                }
                assertThat(Duration.ofNanos(System.nanoTime() - begun))
                        .as("nobody waits for room")
                        .isLessThan(Duration.ofSeconds(5));
                // What waits and what is on its way, with some room for a group that has just been taken.
                assertThat(taken.size()).isBetween(10, 150);
                assertThat(refused).isEqualTo(400 - taken.size());
            } finally {
                kafka.startAgain(0); // which the other tests need, too
            }
            for (Pending<Outcome<List<Placed>>> one : taken) {
                acknowledged.addAll(ids(one)); // all that was taken has waited for them
            }
            acknowledged.addAll(awaitTaken(intake));
            assertThat(intake.check()).isEmpty();
        }
        assertThat(stored(topic)).containsAll(acknowledged);
        assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(20);
        assertThat(refused).isPositive();
    }

    @Test
    void brokersThatAreAwayForTooLong_haveAllRefusedAtOnce_untilTheyAreBack() throws Exception {
        EventTopic topic = topic("silent").agreed(source::getConnection);
        Duration silence = Duration.ofSeconds(2);
        Set<Long> acknowledged = new HashSet<>();
        try (EventIntake intake = new EventIntake(topic, settings, source::getConnection, 1_000, 1 << 20, silence)) {
            intake.start();
            acknowledged.addAll(ids(intake.submit(submission(0, 10, 100))));
            kafka.kill(0);
            try {
                long begun = System.nanoTime();
                Pending<Outcome<List<Placed>>> first = intake.submit(submission(1, 10, 100));
                while (intake.check().isEmpty()) {
                    Thread.sleep(10);
                }
                Duration until = Duration.ofNanos(System.nanoTime() - begun);
                assertThat(until).isBetween(silence.minusMillis(100), silence.multipliedBy(2));
                assertThatThrownBy(() -> ids(first)).isInstanceOf(Unavailable.class);
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(silence.multipliedBy(6));

                List<Pending<Outcome<List<Placed>>>> tried = new ArrayList<>();
                int refused = 0;
                for (int i = 0; i < 100; i++) {
                    try {
                        tried.add(intake.submit(submission(2, 10, 100)));
                    } catch (Unavailable e) {
                        refused++;
                    }
                    Thread.sleep(10);
                }
                assertThat(refused).as("at once, but for a few").isGreaterThan(80);
                for (Pending<Outcome<List<Placed>>> one : tried) {
                    assertThatThrownBy(() -> ids(one)).isInstanceOf(Unavailable.class);
                }
            } finally {
                kafka.startAgain(0); // which the other tests need, too
            }
            acknowledged.addAll(awaitTaken(intake));
            assertThat(intake.check()).isEmpty();
        }
        assertThat(stored(topic)).containsAll(acknowledged);
    }

    private static List<Long> ids(Pending<Outcome<List<Placed>>> pending) {
        return ((Outcome.Success<List<Placed>>) pending.await())
                .value().stream().map(Placed::id).toList();
    }

    private static List<Long> awaitTaken(EventIntake intake) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (true) {
            try {
                return ids(intake.submit(submission(1_000, 10, 1_000)));
            } catch (Unavailable e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
                Thread.sleep(100);
            }
        }
    }

    private List<Long> stored(EventTopic topic) {
        Map<TopicPartition, Long> ends = topic.ends(admin);
        List<Long> ids = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(ends.keySet());
            consumer.seekToBeginning(ends.keySet());
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    ids.add(EventJson.read(ByteBuffer.wrap(record.value())).id());
                }
            }
        }
        return ids;
    }
}
