package dev.licet.store.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.Outcome;
import dev.licet.core.Unavailable;
import dev.licet.core.event.EventFilter;
import dev.licet.core.event.EventQuery;
import dev.licet.core.event.Placed;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.once.Fingerprint;
import dev.licet.core.once.RequestKey;
import dev.licet.store.postgres.PostgresDatabase;
import dev.licet.store.postgres.PostgresServer;
import dev.licet.store.postgres.PostgresStore;
import dev.licet.store.sql.entity.ChangeLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// From the intake through three brokers into the table, on real engines.
@EnabledIf("dev.licet.store.cluster.TestStore#isToBeTried")
class SinkTest {
    private static final AccountNumber ACCOUNT = new AccountNumber(123_456_789_012_345L);
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final AtomicInteger NAMES = new AtomicInteger();
    private static KafkaServers kafka;

    private Path directory;
    private Map<String, Object> settings;
    private Admin admin;
    private EventTopic topic;
    private DataSource source;
    private ClickHouse clickHouse;
    private EventTable table;
    private EventReads reads;
    private TopicProgress progress;
    private EventIntake intake;
    private final List<Sink> sinks = new ArrayList<>();

    @BeforeAll
    static void startKafka() throws Exception {
        kafka = KafkaServers.start(3);
    }

    @AfterAll
    static void stopKafka() {
        kafka.close();
    }

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        this.directory = directory;
        settings = EventTopic.settings(kafka.addresses(), Map.of());
        admin = Admin.create(settings);
        topic = EventTopic.of(admin, shape("events-" + NAMES.incrementAndGet()));
        source = PostgresStore.source(PostgresServer.address(directory), "licet", Optional.empty());
        PostgresDatabase.open(source, 1, ChangeLog.keepingAll()).close();
        ClickHouseServer server = ClickHouseServer.shared();
        clickHouse = server.client(server.database(directory));
        table = new EventTable(clickHouse, Optional.empty());
        table.make();
        progress = new TopicProgress(topic, admin, source::getConnection, Duration.ZERO);
        reads = new EventReads(table, progress, directory);
        intake = new EventIntake(topic, settings, source::getConnection, 1_000, 16L << 20);
        intake.start();
    }

    @AfterEach
    void stop() {
        intake.close();
        sinks.forEach(Sink::close);
        clickHouse.close();
        admin.close();
    }

    private static EventTopic.Shape shape(String name) {
        return new EventTopic.Shape(name, 4, 3, 2, Duration.ofDays(7));
    }

    private Sink sink(String name) throws IOException {
        Sink sink = new Sink(
                topic,
                settings,
                table,
                source::getConnection,
                directory.resolve(name),
                new Sink.Settings(500, Duration.ofMillis(200)),
                () -> {});
        sinks.add(sink);
        sink.start();
        return sink;
    }

    private static UsageEvent event(String name, Optional<String> clientId) {
        return new UsageEvent(
                ACCOUNT,
                "rest",
                clientId,
                Instant.parse("2026-03-01T12:00:00Z"),
                Optional.of(name),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.of(7),
                Optional.empty(),
                Optional.of("{\"zero\":\"\\u0000\"}"));
    }

    private Outcome<List<Placed>> append(Submission submission) {
        return intake.submit(submission).await();
    }

    private List<Placed> append(UsageEvent... events) {
        return placed(append(new Submission(List.of(events), Instant.now())));
    }

    private static List<Placed> placed(Outcome<List<Placed>> outcome) {
        return ((Outcome.Success<List<Placed>>) outcome).value();
    }

    private List<RecordedEvent> all() throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!progress.inserted().isAll() && System.nanoTime() < end) {
            Thread.sleep(50);
        }
        assertThat(progress.inserted().isAll()).isTrue();
        return reads.find(EventQuery.of(ACCOUNT, EventFilter.ALL, 1_000_000)).events();
    }

    private List<String> names() throws InterruptedException {
        return all().stream()
                .map(one -> one.event().name().orElseThrow())
                .sorted()
                .toList();
    }

    @Test
    void whatWasAcknowledged_comesIntoTheTable_asItWas() throws Exception {
        sink("one");
        UsageEvent event = event("used \u0000 ü", Optional.of("id"));
        Instant at = Instant.parse("2026-03-02T01:02:03.456789Z");

        List<Placed> placed = placed(append(new Submission(List.of(event), at)));

        assertThat(all()).containsExactly(new RecordedEvent(placed.getFirst().id(), at, event));
        assertThat(progress.inserted().last()).isEqualTo(placed.getFirst().id());
        assertThat(progress.inserted().receivedAt()).contains(at);
    }

    @Test
    void whatIsSentAgain_countsOnce_inTheSameBatchAndLater() throws Exception {
        append(event("a", Optional.of("1")), event("b", Optional.of("1")), event("c", Optional.of("2")));
        sink("one");
        assertThat(names()).containsExactly("a", "c");

        append(event("d", Optional.of("2")), event("e", Optional.of("3")), event("f", Optional.empty()));

        assertThat(names()).containsExactly("a", "c", "e", "f");
    }

    @Test
    void request_withAKey_countsOnce_andWithAnotherContentIsRefused() throws Exception {
        sink("one");
        RequestKey key = RequestKey.of(List.of("caller"), "key", Fingerprint.of("content"));
        List<UsageEvent> events = List.of(event("a", Optional.empty()), event("b", Optional.empty()));

        List<Placed> first = placed(append(new Submission(events, Instant.now(), Optional.of(key))));
        List<Placed> again = placed(append(new Submission(events, Instant.now(), Optional.of(key))));
        Outcome<List<Placed>> other = append(new Submission(
                events,
                Instant.now(),
                Optional.of(RequestKey.of(List.of("caller"), "key", Fingerprint.of("another content")))));

        assertThat(again)
                .isEqualTo(first.stream()
                        .map(placed -> new Placed(placed.id(), false))
                        .toList());
        assertThat(other).isInstanceOf(Outcome.Refused.class);
        assertThat(names()).containsExactly("a", "b");
    }

    @Test
    void whoTakesOver_insertsTheSameBatchAgain_andKnowsWhatTheOtherKnew() throws Exception {
        List<UsageEvent> events = IntStream.range(0, 1_200)
                .mapToObj(i -> event("event " + i, Optional.of("id " + i)))
                .toList();
        Sink first = sink("first");
        append(new Submission(events, Instant.now()));
        all();
        first.close();
        sinks.clear();
        // As if it had ended before it could note what it had inserted.
        try (var connection = source.getConnection();
                var statement = connection.createStatement()) {
            assertThat(statement.executeUpdate("UPDATE sink_plan SET inserted = first"))
                    .isPositive();
        }

        sink("second");
        append(new Submission(events, Instant.now()));
        append(event("new", Optional.of("new")));

        assertThat(names()).hasSize(1_201).doesNotHaveDuplicates();
    }

    @Test
    void brokerAndSinksThatAreKilledOrCome_loseNothingAndCountNothingTwice() throws Exception {
        ConcurrentSkipListSet<String> acknowledged = new ConcurrentSkipListSet<>();
        AtomicInteger sent = new AtomicInteger();
        AtomicBoolean ends = new AtomicBoolean();
        List<Thread> senders = IntStream.range(0, 8)
                .mapToObj(sender -> Thread.ofVirtual().start(() -> {
                    while (!ends.get()) {
                        String name = "event " + sent.incrementAndGet();
                        for (boolean isDone = false; !isDone && !ends.get(); ) {
                            try {
                                append(event(name, Optional.of(name)), event(name + " b", Optional.of(name + " b")));
                                acknowledged.add(name);
                                acknowledged.add(name + " b");
                                isDone = true;
                            } catch (Unavailable again) {
                                Thread.onSpinWait();
                            }
                        }
                    }
                }))
                .toList();
        Sink one = sink("one");
        Thread.sleep(2_000);
        kafka.kill(1);
        Sink two = sink("two");
        Thread.sleep(4_000);
        one.close();
        sinks.remove(one);
        Thread.sleep(1_000);
        kafka.startAgain(1);
        sink("one");
        Thread.sleep(4_000);
        two.close();
        sinks.remove(two);
        ends.set(true);
        for (Thread sender : senders) {
            sender.join();
        }

        List<String> stored = names();

        assertThat(acknowledged).hasSizeGreaterThan(500);
        assertThat(stored).doesNotHaveDuplicates();
        assertThat(new HashSet<>(stored)).containsAll(acknowledged);
        assertThat(stored.size() - acknowledged.size())
                .as("sent, and its sender gone before the answer")
                .isBetween(0, 2 * 8);
    }
}
