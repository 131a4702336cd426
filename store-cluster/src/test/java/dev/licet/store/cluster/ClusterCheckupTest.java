package dev.licet.store.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.checkup.Checkup;
import dev.licet.core.checkup.Finding;
import dev.licet.core.checkup.Finding.State;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.store.postgres.PostgresServer;
import dev.licet.store.postgres.PostgresStore;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// Engines that are as they should be, and what is told once something about one of them is wrong.
@EnabledIf("dev.licet.store.cluster.TestStore#isToBeTried")
@Timeout(180)
class ClusterCheckupTest {
    private static final Sink.Settings OF_SINK = new Sink.Settings(100_000, 64L << 20, Duration.ofSeconds(1));
    private static final AtomicInteger NAMES = new AtomicInteger();
    private static PostgresServer postgres;
    private static KafkaServers kafka;
    private static ClickHouseServer clickHouse;

    @BeforeAll
    static void start() throws Exception {
        postgres = PostgresServer.alone("fsync=on", "max_locks_per_transaction=1024");
        kafka = KafkaServers.start(3);
        clickHouse = ClickHouseServer.shared();
    }

    @AfterAll
    static void stop() {
        kafka.close();
        postgres.close();
    }

    private static EventTopic.Shape shape(String topic) {
        return new EventTopic.Shape(topic, 3, 3, 2, Duration.ofDays(7));
    }

    private static ClusterStore.Addresses addresses(Path directory) throws Exception {
        int number = NAMES.incrementAndGet();
        postgres.execute("CREATE DATABASE d" + number);
        return new ClusterStore.Addresses(
                PostgresStore.source(
                        "postgresql://127.0.0.1:" + postgres.port() + "/d" + number, "licet", Optional.empty()),
                kafka.addresses(),
                Map.of(),
                shape("events-" + number),
                clickHouse.settings(clickHouse.database(directory), ClickHouseServer.PASSWORD),
                Optional.empty());
    }

    private static List<Finding> found(ClusterStore.Addresses addresses) {
        List<Finding> found = new ArrayList<>();
        try (Checkup checkup = ClusterStore.checkup(addresses, Duration.ofDays(400), Clock.systemUTC())) {
            checkup.run(found::add);
        }
        assertThat(found.toString()).doesNotContain(ClickHouseServer.PASSWORD);
        return found;
    }

    private static void has(List<Finding> found, String about, State state, String... words) {
        assertThat(found).anySatisfy(finding -> {
            assertThat(finding.about()).isEqualTo(about);
            assertThat(finding.state()).as(finding.toString()).isEqualTo(state);
            for (String word : words) {
                assertThat(finding.says() + " -> " + finding.todo()).contains(word);
            }
        });
    }

    private static void keepsAllPromises(List<Finding> found) {
        for (String promise : List.of("insert", "rollback", "events", "once", "times", "seats", "sessions")) {
            has(found, promise, State.OK);
        }
    }

    private static List<String> left() throws Exception {
        List<String> left = new ArrayList<>();
        try (Admin admin = admin();
                ClickHouse outside = clickHouse.client("default")) {
            // What was deleted takes a moment to be gone from all brokers.
            for (int i = 0; i < 100; i++) {
                left.clear();
                admin.listTopics().names().get().stream()
                        .filter(name -> name.contains("-doctor-"))
                        .forEach(left::add);
                if (left.isEmpty()) {
                    break;
                }
                Thread.sleep(100);
            }
            admin.listGroups().all().get().stream()
                    .map(group -> group.groupId())
                    .filter(name -> name.contains("-doctor-"))
                    .forEach(left::add);
            left.addAll(outside.ask(
                    "SELECT name FROM system.databases WHERE name LIKE '%doctor%'",
                    List.of(), row -> row.text(1).orElseThrow()));
        }
        return left;
    }

    private static Admin admin() {
        return Admin.create(EventTopic.settings(kafka.addresses(), Map.of()));
    }

    @Test
    void healthyEngines_areOkInAll_andNothingIsLeft(@TempDir Path directory) throws Exception {
        ClusterStore.Addresses addresses = addresses(directory);

        List<Finding> found = found(addresses);

        assertThat(found)
                .filteredOn(finding -> finding.state() != State.OK)
                .extracting(Finding::about)
                .containsExactly("rights"); // of PostgreSQL: the user of tests is a superuser
        has(found, "kafka version", State.OK, "4.");
        has(found, "kafka topic", State.OK, "not there yet");
        has(found, "kafka settings", State.OK, "on 2 brokers");
        has(found, "kafka clock", State.OK, " ms ", "broker 2");
        has(found, "sink", State.OK, "no topic yet");
        has(found, "clickhouse table", State.OK, "none yet");
        has(found, "clickhouse clock", State.OK, " ms ");
        keepsAllPromises(found);
        assertThat(left()).isEmpty();
        assertThat(postgres.ask(
                        "d" + NAMES.get(),
                        "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                                + " OR relnamespace::regnamespace::text LIKE '%doctor%'"))
                .isEqualTo("0");
    }

    @Test
    void storeInUse_isTriedBesideIt_andItsSinkIsLookedAt(@TempDir Path directory) throws Exception {
        ClusterStore.Addresses addresses = addresses(directory);
        try (Sink ignored = ClusterStore.sink(addresses, directory.resolve("sink"), OF_SINK)) {
            awaitSink(addresses);
            List<Finding> running = found(addresses);

            has(running, "sink", State.OK, "1 run, 0 events wait");
            has(running, "kafka topic", State.OK, "3 partitions on 3 brokers each");
            has(running, "kafka replicas", State.OK, "3 of 3");
            has(running, "kafka rights", State.OK);
            has(running, "clickhouse table", State.OK, "knows inserts again");
            has(running, "tables", State.OK, "the newest");
            keepsAllPromises(running);
        }

        has(looksAtSink(addresses), "sink", State.WARNING, "0 run", "start one");
    }

    private static void awaitSink(ClusterStore.Addresses addresses) throws Exception {
        try (Admin admin = admin()) {
            for (int i = 0; i < 300; i++) {
                if (SinkCheckup.sinks(admin, addresses.shape().name()).orElse(0) == 1) {
                    return;
                }
                Thread.sleep(100);
            }
        }
        throw new AssertionError("no sink takes part");
    }

    /// Into the first partition.
    private static void send(ClusterStore.Addresses addresses, int events) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                EventTopic.settings(addresses.kafka(), Map.of()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int i = 0; i < events; i++) {
                producer.send(new ProducerRecord<>(addresses.shape().name(), 0, null, EventJson.write(recorded())))
                        .get();
            }
        }
    }

    /// As Kafka does with those that were kept long enough.
    private static void letGo(ClusterStore.Addresses addresses, long events) throws Exception {
        try (Admin admin = admin()) {
            admin.deleteRecords(Map.of(
                            new TopicPartition(addresses.shape().name(), 0), RecordsToDelete.beforeOffset(events)))
                    .all()
                    .get();
        }
    }

    private static RecordedEvent recorded() {
        Instant at = Instant.parse("2026-03-01T12:00:00Z");
        return new RecordedEvent(
                1,
                at,
                new UsageEvent(
                        new AccountNumber(AccountNumber.FIRST),
                        "rest",
                        Optional.empty(),
                        at,
                        Optional.of("used"),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        OptionalLong.empty(),
                        Optional.empty(),
                        Optional.empty()));
    }

    private static List<Finding> looksAtSink(ClusterStore.Addresses addresses) {
        List<Finding> found = new ArrayList<>();
        new SinkCheckup(addresses, Clock.systemUTC()).look(found::add);
        return found;
    }

    @Test
    void eventsThatKafkaLetGoBeforeTheyWereInserted_areBroken(@TempDir Path directory) throws Exception {
        ClusterStore.Addresses addresses = addresses(directory);
        ClusterStore.sink(addresses, directory.resolve("sink"), OF_SINK).close();
        send(addresses, 5);
        has(looksAtSink(addresses), "sink", State.WARNING, "5 events wait");

        letGo(addresses, 3);

        has(
                looksAtSink(addresses),
                "sink",
                State.BROKEN,
                "events of " + addresses.shape().name(),
                "went out of Kafka");
    }

    @Test
    void interruptedRun_leavesNothing(@TempDir Path directory) throws Exception {
        ClusterStore.Addresses addresses = addresses(directory);
        List<Finding> found = new ArrayList<>();
        try (Checkup checkup = ClusterStore.checkup(addresses, Duration.ofDays(400), Clock.systemUTC())) {
            Thread run = new Thread(() -> checkup.run(finding -> {
                synchronized (found) {
                    found.add(finding);
                    found.notifyAll();
                }
            }));
            run.start();
            synchronized (found) {
                while (found.stream().noneMatch(finding -> finding.about().equals("rollback"))) {
                    found.wait(60_000);
                }
            }
            checkup.close();
            run.join(10_000);
            assertThat(run.isAlive()).isFalse();
        }
        assertThat(found).noneMatch(finding -> finding.about().equals("sessions"));
        assertThat(left()).isEmpty();
        assertThat(postgres.ask("d" + NAMES.get(), "SELECT count(*) FROM pg_namespace WHERE nspname LIKE '%doctor%'"))
                .isEqualTo("0");
    }

    private static List<Finding> topicWith(Map<String, String> settings) throws Exception {
        String name = "topic-" + NAMES.incrementAndGet();
        Map<String, String> all = new HashMap<>(EventTopic.wanted(shape(name)).configs());
        all.putAll(settings);
        try (Admin admin = admin()) {
            admin.createTopics(List.of(new NewTopic(name, 3, (short) 3).configs(all)))
                    .all()
                    .get();
            return looksAtKafka(kafka.addresses(), name);
        }
    }

    private static List<Finding> looksAtKafka(String brokers, String topic) {
        List<Finding> found = new ArrayList<>();
        new KafkaCheckup(brokers, Map.of(), shape(topic), Clock.systemUTC()).look(found::add);
        return found;
    }

    @Test
    void topicThatWasMadeByOthers_isToldWhatWouldLoseEvents() throws Exception {
        has(
                topicWith(Map.of("min.insync.replicas", "1")),
                "kafka settings",
                State.BROKEN,
                "min.insync.replicas is 1",
                "--add-config min.insync.replicas=2");
        has(topicWith(Map.of("min.insync.replicas", "3")), "kafka settings", State.WARNING, "3 of 3 replicas");
        List<Finding> wrong = topicWith(Map.of(
                "cleanup.policy", "compact",
                "unclean.leader.election.enable", "true",
                "retention.ms", "60000",
                "retention.bytes", "1000000",
                "max.message.bytes", "1048588"));
        has(wrong, "kafka settings", State.BROKEN, "cleanup.policy is compact");
        has(wrong, "kafka settings", State.BROKEN, "unclean.leader.election.enable is true");
        has(wrong, "kafka settings", State.BROKEN, "retention.ms is 60000");
        has(wrong, "kafka settings", State.WARNING, "retention.bytes is 1000000");
        has(wrong, "kafka settings", State.BROKEN, "max.message.bytes is 1048588");
        has(
                topicWith(
                        Map.of("retention.ms", Long.toString(Duration.ofDays(1).toMillis()))),
                "kafka settings",
                State.WARNING,
                "kept 24 h",
                "168 h");
    }

    @Test
    void brokersThatAreAway_areTold() throws Exception {
        String name = "topic-" + NAMES.incrementAndGet();
        try (KafkaServers three = KafkaServers.start(3);
                Admin admin = Admin.create(EventTopic.settings(three.addresses(), Map.of()))) {
            EventTopic.of(admin, shape(name));
            three.kill(1);
            while (admin.describeCluster().nodes().get().size() == 3) {
                Thread.sleep(100);
            }
            List<Finding> found = looksAtKafka(three.addresses(), name);

            has(found, "kafka brokers", State.WARNING, "2 for 3");
            has(found, "kafka replicas", State.WARNING, "2 of 3");
            assertThat(found)
                    .filteredOn(finding -> finding.about().matches("kafka 127.*"))
                    .hasSize(3)
                    .anySatisfy(finding -> assertThat(finding.state()).isEqualTo(State.WARNING));
        }
    }

    @Test
    void kafkaThatIsNotThere_isTold() throws Exception {
        int nobody;
        try (ServerSocket socket = new ServerSocket(0)) {
            nobody = socket.getLocalPort();
        }
        has(
                looksAtKafka("127.0.0.1:" + nobody, "topic"),
                "kafka 127.0.0.1:" + nobody,
                State.BROKEN,
                "security.protocol");
    }

    private static List<Finding> looksAtClickHouse(ClickHouse.Settings settings, String... cluster) {
        List<Finding> found = new ArrayList<>();
        new ClickHouseCheckup(
                        settings,
                        cluster.length == 0 ? Optional.empty() : Optional.of(new EventTable.Cluster(cluster[0])),
                        Clock.systemUTC())
                .look(found::add);
        assertThat(found.toString()).doesNotContain(ClickHouseServer.PASSWORD);
        return found;
    }

    @Test
    void clickHouseThatDoesNotLetIn_orHasNoDatabase_isTold(@TempDir Path directory) throws Exception {
        String about = "clickhouse " + clickHouse.address().getAuthority();
        String database = clickHouse.database(directory);
        has(
                looksAtClickHouse(clickHouse.settings(database, "wrong")),
                about,
                State.BROKEN,
                "Authentication failed",
                "clickhouse-password-file");
        has(
                looksAtClickHouse(clickHouse.settings("nowhere", ClickHouseServer.PASSWORD)),
                about,
                State.BROKEN,
                "CREATE DATABASE `nowhere`");
        int nobody;
        try (ServerSocket socket = new ServerSocket(0)) {
            nobody = socket.getLocalPort();
        }
        ClickHouse.Settings settings = clickHouse.settings(database, ClickHouseServer.PASSWORD);
        has(
                looksAtClickHouse(settings.at(URI.create("http://127.0.0.1:" + nobody), Duration.ofSeconds(5))),
                "clickhouse 127.0.0.1:" + nobody,
                State.BROKEN,
                "not reached");
        has(looksAtClickHouse(settings, "nowhere"), "clickhouse cluster", State.BROKEN, "knows no cluster nowhere");
    }

    @Test
    void tableThatDoesNotKnowInsertsAgain_orIsAnother_isTold(@TempDir Path directory) throws Exception {
        ClickHouse.Settings settings = clickHouse.settings(clickHouse.database(directory), ClickHouseServer.PASSWORD);
        try (ClickHouse inside = new ClickHouse(settings)) {
            new EventTable(inside, Optional.empty()).make();
            inside.run("ALTER TABLE event MODIFY SETTING non_replicated_deduplication_window = 0,"
                    + " fsync_after_insert = 0");
            List<Finding> found = looksAtClickHouse(settings);
            has(found, "clickhouse table", State.BROKEN, "counts twice", "MODIFY SETTING");
            has(found, "clickhouse table", State.WARNING, "fsync_after_insert is off");
            inside.run("ALTER TABLE event MODIFY SETTING non_replicated_deduplication_window = 10");
            has(looksAtClickHouse(settings), "clickhouse table", State.WARNING, "after so many");

            inside.run("DROP TABLE event");
            inside.run("CREATE TABLE event (id Int64) ENGINE = MergeTree ORDER BY id");
            has(looksAtClickHouse(settings), "clickhouse table", State.BROKEN, "is not as this version makes it");
        }
    }

    @Test
    void userWhoseProfileIsOtherwise_isTold() throws Exception {
        has(
                withProfile("async_insert=1,insert_deduplicate=0"),
                "clickhouse settings",
                State.WARNING,
                "async_insert = 1, insert_deduplicate = 0");
        has(withProfile("readonly=2"), "clickhouse rights", State.BROKEN, "may only read");
    }

    /// Which shows that it is worth to be told.
    @Test
    void profileWithoutDeduplication_isBroken_andHasAnInsertTwice(@TempDir Path directory) throws Exception {
        ClickHouseServer server = ClickHouseServer.withProfile("deduplicate_insert=disable");
        ClickHouse.Settings settings = server.settings(server.database(directory), ClickHouseServer.PASSWORD);

        has(looksAtClickHouse(settings), "clickhouse settings", State.BROKEN, "deduplicate_insert is disable");

        try (ClickHouse inside = new ClickHouse(settings)) {
            EventTable table = new EventTable(inside, Optional.empty());
            table.make();
            RecordedEvent event = recorded();
            for (int i = 0; i < 2; i++) {
                EventRows rows = new EventRows();
                rows.add(event, new EventRows.Source(0, 0));
                table.insert(rows, "the same");
            }
            assertThat(inside.ask("SELECT count() FROM event", List.of(), row -> row.number(1)))
                    .containsExactly(2L);
        } finally {
            server.kill();
        }
    }

    private static List<Finding> withProfile(String profile) throws Exception {
        ClickHouseServer server = ClickHouseServer.withProfile(profile);
        try {
            return looksAtClickHouse(server.settings("default", ClickHouseServer.PASSWORD));
        } finally {
            server.kill();
        }
    }
}
