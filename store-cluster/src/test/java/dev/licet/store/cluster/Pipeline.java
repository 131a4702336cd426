package dev.licet.store.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.Outcome;
import dev.licet.core.event.EventFilter;
import dev.licet.core.event.EventQuery;
import dev.licet.core.event.Placed;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.store.postgres.PostgresDatabase;
import dev.licet.store.postgres.PostgresServer;
import dev.licet.store.postgres.PostgresStore;
import dev.licet.store.sql.entity.ChangeLog;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// For tests of the way from the intake through three brokers into the table, on real engines.
abstract class Pipeline {
    static final AccountNumber ACCOUNT = new AccountNumber(123_456_789_012_345L);
    static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final AtomicInteger NAMES = new AtomicInteger();
    private static Optional<KafkaServers> running = Optional.empty();

    static KafkaServers kafka;

    Path directory;
    Map<String, Object> settings;
    Admin admin;
    EventTopic topic;
    DataSource source;
    ClickHouse clickHouse;
    EventTable table;
    EventReads reads;
    TopicProgress progress;
    EventIntake intake;
    final List<Sink> sinks = new ArrayList<>();

    /// The same brokers for all classes. They end with the process.
    @BeforeAll
    static void startKafka() throws Exception {
        if (running.isEmpty()) {
            running = Optional.of(KafkaServers.start(3));
        }
        kafka = running.get();
    }

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        this.directory = directory;
        settings = EventTopic.settings(kafka.addresses(), Map.of());
        admin = Admin.create(settings);
        source = PostgresStore.source(PostgresServer.address(directory), "licet", Optional.empty());
        PostgresDatabase.open(source, 1, ChangeLog.keepingAll()).close();
        topic = EventTopic.of(admin, shape("events-" + NAMES.incrementAndGet())).agreed(source::getConnection);
        ClickHouseServer server = ClickHouseServer.shared();
        clickHouse = server.client(server.database(directory));
        table = new EventTable(clickHouse, Optional.empty());
        table.make();
        progress = new TopicProgress(topic, admin, source::getConnection, Duration.ZERO);
        reads = new EventReads(table, progress, directory);
        intake = new EventIntake(topic, settings, source::getConnection, 1_000, 16L << 20, Duration.ofSeconds(10));
        intake.start();
    }

    @AfterEach
    void stop() {
        intake.close();
        sinks.forEach(Sink::close);
        clickHouse.close();
        admin.close();
    }

    static EventTopic.Shape shape(String name) {
        return new EventTopic.Shape(name, 4, 3, 2, Duration.ofDays(7));
    }

    Sink sink(String name) throws IOException {
        return sink(name, new Sink.Settings(500, 64L << 20, Duration.ofMillis(200)));
    }

    Sink sink(String name, Sink.Settings of) throws IOException {
        Sink sink =
                new Sink(topic, settings, admin, table, source::getConnection, directory.resolve(name), of, () -> {});
        sinks.add(sink);
        sink.start();
        return sink;
    }

    static UsageEvent event(String name, Optional<String> clientId) {
        return event(name, clientId, Optional.empty(), "{\"zero\":\"\\u0000\"}");
    }

    static UsageEvent event(String name, Optional<String> clientId, Optional<String> machine, String metadata) {
        return new UsageEvent(
                ACCOUNT,
                "rest",
                clientId,
                Instant.parse("2026-03-01T12:00:00Z"),
                Optional.of(name),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                machine,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.of(7),
                Optional.empty(),
                Optional.of(metadata));
    }

    Outcome<List<Placed>> append(Submission submission) {
        return intake.submit(submission).await();
    }

    List<Placed> append(UsageEvent... events) {
        return placed(append(new Submission(List.of(events), Instant.now())));
    }

    static List<Placed> placed(Outcome<List<Placed>> outcome) {
        return ((Outcome.Success<List<Placed>>) outcome).value();
    }

    List<RecordedEvent> all() throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!progress.inserted().isAll() && System.nanoTime() < end) {
            Thread.sleep(50);
        }
        assertThat(progress.inserted().isAll()).isTrue();
        return reads.find(EventQuery.of(ACCOUNT, EventFilter.ALL, 1_000_000)).events();
    }

    void run(String sql) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    long number(String sql) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    /// As if its process was gone.
    void close(Sink sink) {
        sink.close();
        sinks.remove(sink);
    }

    List<String> names() throws InterruptedException {
        return all().stream()
                .map(one -> one.event().name().orElseThrow())
                .sorted()
                .toList();
    }
}
