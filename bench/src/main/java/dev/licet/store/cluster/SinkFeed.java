package dev.licet.store.cluster;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.store.postgres.PostgresDatabase;
import dev.licet.store.sql.entity.ChangeLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.postgresql.ds.PGSimpleDataSource;

/// A topic full of events with a sink for them, and the same events as rows for bare inserts.
public final class SinkFeed implements AutoCloseable {
    private static final int ROWS = 100_000;
    private static final int REQUEST = 1000;
    private static final int PARTITIONS = 6;
    /// As a sink's defaults are.
    private static final Sink.Settings SETTINGS = new Sink.Settings(ROWS, 64L << 20, Duration.ofSeconds(1));

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final String brokers;
    private final ClickHouseServer clickHouse;
    private final Path directory;
    private final int events;

    private SinkFeed(String brokers, ClickHouseServer clickHouse, Path directory, int events) {
        this.brokers = brokers;
        this.clickHouse = clickHouse;
        this.directory = directory;
        this.events = events;
    }

    /// @param directory for rows, and for what a sink knows of ids @param events of each topic
    public static SinkFeed prepare(String brokers, String database, Path directory, int events) throws Exception {
        Files.createDirectories(directory);
        SinkFeed feed = new SinkFeed(brokers, ClickHouseServer.alone(), directory, events);
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(database);
        PostgresDatabase.open(source, 1, ChangeLog.keepingAll()).close();
        for (boolean withIds : List.of(false, true)) {
            feed.fill(withIds, source);
            feed.write(withIds);
        }
        return feed;
    }

    private static EventTopic.Shape shape(boolean withIds) {
        return new EventTopic.Shape(withIds ? "with-ids" : "without-ids", PARTITIONS, 1, 1, Duration.ofDays(1));
    }

    private void fill(boolean withIds, PGSimpleDataSource source) throws Exception {
        Map<String, Object> settings = EventTopic.settings(brokers, Map.of());
        try (Admin admin = Admin.create(settings)) {
            EventTopic topic = EventTopic.of(admin, shape(withIds));
            try (EventIntake intake = new EventIntake(
                    topic,
                    settings,
                    () -> PostgresDatabase.writing(source),
                    16_384,
                    64L << 20,
                    Duration.ofSeconds(10))) {
                intake.start();
                List<Runnable> answers = new ArrayList<>();
                for (int sent = 0; sent < events; sent += REQUEST) {
                    var answer = intake.submit(new Submission(IntakeFeed.batch(withIds), Instant.now()));
                    answers.add(answer::await);
                    if (answers.size() == 16) {
                        answers.forEach(Runnable::run);
                        answers.clear();
                    }
                }
                answers.forEach(Runnable::run);
            }
        }
    }

    private Path rows(boolean withIds, int batch) {
        return directory.resolve((withIds ? "with-ids-" : "without-ids-") + batch);
    }

    private void write(boolean withIds) throws IOException {
        long id = 1;
        for (int batch = 0; batch < events / ROWS; batch++) {
            EventRows rows = new EventRows();
            while (rows.count() < ROWS) {
                for (UsageEvent event : IntakeFeed.batch(withIds)) {
                    rows.add(new RecordedEvent(id, Instant.now(), event), new EventRows.Source((int) (id % 6), id++));
                }
            }
            try (var file = FileChannel.open(rows(withIds, batch), CREATE_NEW, WRITE)) {
                file.write(rows.bytes());
            }
        }
    }

    private EventTable table(ClickHouse client) {
        EventTable table = new EventTable(client, Optional.empty());
        table.make();
        return table;
    }

    private String database() {
        return clickHouse.database(directory.resolve(UUID.randomUUID().toString()));
    }

    /// Inserts rows that were written before. @return rows a second
    public double inserts(boolean withIds) throws IOException {
        String database = database();
        try (ClickHouse client = clickHouse.client(database)) {
            EventTable table = table(client);
            long began = System.nanoTime();
            for (int batch = 0; batch < events / ROWS; batch++) {
                client.insert(
                        "event",
                        EventTable.COLUMNS,
                        ByteBuffer.wrap(Files.readAllBytes(rows(withIds, batch))),
                        "batch-" + batch,
                        Map.of());
            }
            double rate = events / ((System.nanoTime() - began) / 1e9);
            finish(database, table);
            return rate;
        }
    }

    /// Brings all events of the topic into the table. @param database of PostgreSQL, empty
    /// @return rows a second, from the first insert on
    public double sink(boolean withIds, String database) throws Exception {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(database);
        String ofClickHouse = database();
        ClusterStore.Addresses addresses = new ClusterStore.Addresses(
                source,
                brokers,
                Map.of(),
                shape(withIds),
                clickHouse.settings(ofClickHouse, ClickHouseServer.PASSWORD),
                Optional.empty());
        double rate;
        try (Sink sink = ClusterStore.sink(
                        addresses, directory.resolve(UUID.randomUUID().toString()), SETTINGS);
                Connection connection = DriverManager.getConnection(database)) {
            long first = await(connection, sink, 1);
            long began = System.nanoTime();
            await(connection, sink, events);
            rate = (events - first) / ((System.nanoTime() - began) / 1e9);
        }
        try (ClickHouse client = clickHouse.client(ofClickHouse)) {
            finish(ofClickHouse, table(client));
        }
        return rate;
    }

    /// Waits until so many are in the table. @return how many are
    private static long await(Connection connection, Sink sink, long least) throws SQLException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try (Statement statement = connection.createStatement();
                    ResultSet sum = statement.executeQuery("SELECT coalesce(sum(inserted), 0) FROM sink_plan")) {
                sum.next();
                if (sum.getLong(1) >= least) {
                    return sum.getLong(1);
                }
            }
            if (System.nanoTime() > end) {
                throw new IllegalStateException("the sink does not bring the events: " + sink.check());
            }
            Thread.sleep(20);
        }
    }

    /// Counts what is there, and takes it away, so that what is merged of it does not burden the next one.
    private void finish(String database, EventTable table) {
        long there = table.database()
                .ask("SELECT count() FROM event", List.of(), row -> row.number(1))
                .getFirst();
        if (there != events) {
            throw new IllegalStateException(there + " events of " + events + " are in the table");
        }
        try (ClickHouse client = clickHouse.client("default")) {
            client.run("DROP DATABASE " + database + " SYNC");
        }
    }

    @Override
    public void close() {
        // ClickHouse ends with this process.
    }
}
