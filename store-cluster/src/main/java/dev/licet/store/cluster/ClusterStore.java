package dev.licet.store.cluster;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.licet.core.Outcome;
import dev.licet.core.Pending;
import dev.licet.core.Unavailable;
import dev.licet.core.checkup.Checkup;
import dev.licet.core.disk.DiskUse;
import dev.licet.core.event.EventExport;
import dev.licet.core.event.EventFilter;
import dev.licet.core.event.EventLog;
import dev.licet.core.event.EventPage;
import dev.licet.core.event.EventQuery;
import dev.licet.core.event.Placed;
import dev.licet.core.event.Submission;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.insight.Insights;
import dev.licet.core.removal.Removals;
import dev.licet.store.postgres.EventKeeper;
import dev.licet.store.postgres.EventPlace;
import dev.licet.store.postgres.PostgresDatabase;
import dev.licet.store.postgres.PostgresStore;
import dev.licet.store.sql.InsightSettings;
import dev.licet.store.sql.Turns;
import dev.licet.store.sql.entity.ChangeLog;
import dev.licet.store.sql.entity.Entities;
import dev.licet.store.sql.entity.Sql;
import dev.licet.store.sql.entity.SqlStore;
import dev.licet.store.sql.move.MoveSource;
import dev.licet.store.sql.move.MoveTarget;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/// A store on several engines: entities, sessions and seats in PostgreSQL, events through Kafka into
/// ClickHouse. Any number of nodes may have it open; [sinks][Sink] bring the events from the one into the
/// other.
public final class ClusterStore extends SqlStore {
    private static final int PROGRESS_CONNECTIONS = 4;
    private static final int CONNECT_SECONDS = 5;

    private final PostgresDatabase database;
    private final Engines engines;
    private final Turns turns;
    private final EventIntake intake;
    private final Log events;
    private final ClusterInsights insights;
    private final ClusterRemovals removals;
    private final EventKeeper keeper;
    private final EventCounter counter;
    private final HikariDataSource pool;
    private final TopicWatch watch;
    private final Clock clock;
    private final Optional<Duration> kept;

    /// Where the engines are.
    ///
    /// @param kafka brokers, as `host:9092,host:9092` @param kafkaSettings of every client of it, such as for
    /// TLS
    /// @param shape of the topic, if it is not there yet @param cluster of ClickHouse, as its own settings call
    /// it, when the table is to be on all of its nodes
    public record Addresses(
            DataSource postgres,
            String kafka,
            Map<String, String> kafkaSettings,
            EventTopic.Shape shape,
            ClickHouse.Settings clickHouse,
            Optional<String> cluster) {
        public Addresses {
            kafkaSettings = Map.copyOf(kafkaSettings);
        }
    }

    /// What a store takes on.
    ///
    /// @param queueRequests how many requests may wait to be sent @param queueBytes how many bytes they may
    /// take, and what is on its way as many @param silence how long Kafka may say nothing until events are refused
    /// @param countedAtOnce the most events of a day that are counted by one statement
    /// @param kept how long events and what was held are kept; empty for ever
    /// @param changesKept how long the record of changes is
    /// @param patience how long a question waits for events that are on their way
    /// @param scratch a directory of this process for files that are being exported
    public record Settings(
            int queueRequests,
            long queueBytes,
            Duration silence,
            InsightSettings insights,
            long countedAtOnce,
            Optional<Duration> kept,
            Duration changesKept,
            Duration patience,
            Path scratch) {}

    /// What is open of Kafka and ClickHouse.
    record Engines(
            Map<String, Object> kafka,
            Admin admin,
            EventTopic topic,
            ClickHouse clickHouse,
            CountTables counts,
            TableMaker maker)
            implements AutoCloseable {

        /// @throws IllegalStateException when one of them can't be reached, or the database has its events itself
        static Engines open(Addresses addresses) {
            return open(addresses, () -> PostgresDatabase.writing(addresses.postgres()), true);
        }

        /// The same for who moves the database, or reads it alone: as long as somebody moves it, nobody has a
        /// connection to write by.
        static Engines openBesideAMove(Addresses addresses) {
            return open(addresses, addresses.postgres()::getConnection, false);
        }

        /// @param takesEvents so that its ids have to be new, and that it may wait for ClickHouse
        private static Engines open(Addresses addresses, EventIntake.Connections connections, boolean takesEvents) {
            try (Connection connection = connections.open()) {
                EventPlace.KAFKA.claim(connection);
            } catch (SQLException e) {
                throw new IllegalStateException("can't reach the database: " + e.getMessage(), e);
            }
            Deque<AutoCloseable> opened = new ArrayDeque<>();
            try {
                Map<String, Object> kafka = EventTopic.settings(addresses.kafka(), addresses.kafkaSettings());
                Map<String, Object> asking = new HashMap<>(kafka);
                asking.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 5_000); // who asks waits for that
                asking.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 4_000);
                // Less than that, so that another broker is asked when the machine of one is gone.
                asking.put(AdminClientConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG, 2_000);
                Admin admin = Admin.create(asking);
                opened.push(admin);
                EventTopic topic = EventTopic.of(admin, addresses.shape()).agreed(connections);
                ClickHouse clickHouse = new ClickHouse(addresses.clickHouse());
                opened.push(clickHouse);
                EventTable table =
                        new EventTable(clickHouse, addresses.cluster().map(EventTable.Cluster::new));
                CountTables counts = new CountTables(table);
                TableMaker maker = new TableMaker(() -> {
                    table.make();
                    counts.make();
                    if (takesEvents) {
                        keepIdsAhead(table, topic, admin, connections);
                    }
                });
                opened.push(maker);
                maker.make(takesEvents && hasBrought(topic, connections));
                return new Engines(kafka, admin, topic, clickHouse, counts, maker);
            } catch (RuntimeException e) {
                closeAll(opened, e);
                throw e;
            }
        }

        /// Whether some sink has brought events of the topic to ClickHouse.
        private static boolean hasBrought(EventTopic topic, EventIntake.Connections connections) {
            try (Sql sql = new Sql(connections.open())) {
                return new SinkPlans(sql, topic.id())
                        .progress().values().stream().anyMatch(progress -> progress.inserted() > 0);
            } catch (SQLException e) {
                throw new IllegalStateException("can't reach the database: " + e.getMessage(), e);
            }
        }

        private static void keepIdsAhead(
                EventTable table, EventTopic topic, Admin admin, EventIntake.Connections connections) {
            long last = table.unhurried().lastId();
            if (last == 0) {
                return;
            }
            long inKafka = topic.ends(admin).values().stream()
                            .mapToLong(Long::longValue)
                            .sum()
                    - topic.starts(admin).values().stream()
                            .mapToLong(Long::longValue)
                            .sum();
            try (Sql sql = new Sql(connections.open())) {
                EventIds.goOnAfter(sql, last, inKafka);
            } catch (SQLException e) {
                throw new IllegalStateException("can't reach the database: " + e.getMessage(), e);
            }
        }

        private static void closeAll(Deque<AutoCloseable> opened, RuntimeException why) {
            for (AutoCloseable one : opened) {
                try {
                    one.close();
                } catch (Exception e) {
                    why.addSuppressed(e);
                }
            }
        }

        EventTable table() {
            return counts.events();
        }

        @Override
        public void close() {
            maker.close();
            clickHouse.close();
            admin.close();
        }
    }

    private ClusterStore(
            PostgresDatabase database,
            Engines engines,
            Turns turns,
            Addresses addresses,
            Settings settings,
            Clock clock) {
        super(Entities.of(database, turns, settings.kept()));
        DataSource source = addresses.postgres();
        this.database = database;
        this.engines = engines;
        this.turns = turns;
        this.clock = clock;
        this.kept = settings.kept();
        this.pool = pool(source);
        this.watch = new TopicWatch(engines.topic(), engines.admin());
        this.intake = new EventIntake(
                engines.topic(),
                engines.kafka(),
                () -> PostgresDatabase.writing(source),
                settings.queueRequests(),
                settings.queueBytes(),
                settings.silence());
        TopicProgress progress =
                new TopicProgress(engines.topic(), engines.admin(), pool::getConnection, settings.patience());
        EventReads reads = new EventReads(engines.table(), progress, settings.scratch());
        this.events = new Log(reads, progress);
        this.insights = new ClusterInsights(
                engines.clickHouse(),
                progress,
                new NotedCounts(pool::getConnection),
                turns,
                settings.insights().timeout());
        EventChanges changes = new EventChanges(() -> PostgresDatabase.writing(source));
        this.removals = new ClusterRemovals(
                database,
                source,
                engines.counts(),
                changes,
                reads,
                progress,
                new SinkErasures(engines.topic().id()),
                clock);
        this.keeper = new EventKeeper(
                source,
                () -> ClusterDays.open(
                        engines.counts().unhurried(),
                        changes,
                        engines.topic().id(),
                        () -> PostgresDatabase.patient(source)),
                settings.kept(),
                () -> Entities.retentions(database),
                clock);
        this.counter = new EventCounter(source, engines.counts().unhurried(), settings.countedAtOnce());
    }

    private static HikariDataSource pool(DataSource source) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("progress");
        config.setDataSource(source);
        config.setMaximumPoolSize(PROGRESS_CONNECTIONS);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(Duration.ofSeconds(CONNECT_SECONDS).toMillis());
        return new HikariDataSource(config);
    }

    /// Opens it, with its tables and the topic made or brought up to this version.
    ///
    /// @throws IllegalStateException when an engine can't be reached
    /// @param steady for how long something lasts
    public static ClusterStore open(Addresses addresses, Settings settings, Clock clock, Clock steady) {
        return open(addresses, PostgresStore.READERS, settings, false, clock, steady);
    }

    /// Does the same. @param isReadOnly whether to write nothing, so that it can be moved meanwhile
    public static ClusterStore open(
            Addresses addresses, Settings settings, boolean isReadOnly, Clock clock, Clock steady) {
        return open(addresses, PostgresStore.READERS, settings, isReadOnly, clock, steady);
    }

    /// @param readers connections to PostgreSQL that read entities
    static ClusterStore open(
            Addresses addresses, int readers, Settings settings, boolean isReadOnly, Clock clock, Clock steady) {
        ChangeLog changes = new ChangeLog(clock, steady, settings.changesKept());
        PostgresDatabase database = isReadOnly
                ? PostgresDatabase.openReadOnly(addresses.postgres(), readers, changes)
                : PostgresDatabase.open(addresses.postgres(), readers, changes);
        Turns turns = new Turns("insight", settings.insights());
        try {
            Engines engines = isReadOnly ? Engines.openBesideAMove(addresses) : Engines.open(addresses);
            try {
                ClusterStore store = new ClusterStore(database, engines, turns, addresses, settings, clock);
                if (isReadOnly) {
                    store.intake.holdStill();
                    return store;
                }
                store.intake.start();
                store.removals.start();
                store.keeper.start();
                store.counter.start();
                return store;
            } catch (Throwable e) {
                engines.close();
                throw e;
            }
        } catch (Throwable e) {
            turns.close();
            database.close();
            throw e;
        }
    }

    /// Reads a store for a move.
    public static MoveSource toMoveFrom(Addresses addresses) {
        return PostgresStore.toMoveFrom(addresses.postgres(), () -> ClusterEvents.open(addresses));
    }

    /// Fills a store by a move.
    public static MoveTarget toMoveInto(Addresses addresses) {
        return ClusterTarget.open(addresses);
    }

    /// Looks at engines that are to be used, or are. @param kept how long events are
    public static Checkup checkup(Addresses addresses, Duration kept, Clock clock) {
        return new ClusterCheckup(addresses, kept, clock);
    }

    /// Has sinks look again at what Kafka still has, and bring what ClickHouse lacks of it.
    ///
    /// @param since when it was sent to Kafka; empty for all
    /// @return how many events they look at
    /// @throws IllegalStateException when an engine can't be reached, or a batch stays half inserted
    public static long refill(Addresses addresses, Optional<Instant> since) {
        try (Engines engines = Engines.open(addresses)) {
            return Refill.ask(
                    engines.topic(), engines.admin(), () -> PostgresDatabase.writing(addresses.postgres()), since);
        }
    }

    /// Opens what brings events from Kafka into ClickHouse, and starts it.
    ///
    /// @param directory of this process alone, for what it knows of ids
    /// @throws IllegalStateException when an engine can't be reached
    public static Sink sink(Addresses addresses, Path directory, Sink.Settings settings) throws IOException {
        PostgresDatabase.open(addresses.postgres(), 1, ChangeLog.keepingAll()).close(); // has its tables now
        Engines engines = Engines.open(addresses);
        try {
            Sink sink = new Sink(
                    engines.topic(),
                    engines.kafka(),
                    engines.admin(),
                    engines.table(),
                    () -> PostgresDatabase.writing(addresses.postgres()),
                    directory,
                    settings,
                    engines::close);
            sink.start();
            return sink;
        } catch (IOException | RuntimeException e) {
            engines.close();
            throw e;
        }
    }

    private final class Log implements EventLog {
        private final EventReads reads;
        private final TopicProgress progress;

        Log(EventReads reads, TopicProgress progress) {
            this.reads = reads;
            this.progress = progress;
        }

        @Override
        public Outcome<List<Placed>> append(Submission submission) {
            requireTopic();
            return intake.submit(submission).await();
        }

        @Override
        public Pending<List<Placed>> submit(Submission submission) {
            if (submission.isOnce()) {
                throw new IllegalArgumentException("the ids of a submission have to be looked up");
            }
            requireTopic();
            return intake.submit(submission).map(outcome -> ((Outcome.Success<List<Placed>>) outcome).value());
        }

        /// One that Kafka made by itself may lose what it takes.
        private void requireTopic() {
            watch.wrong().ifPresent(wrong -> {
                throw new Unavailable(wrong, Unavailable.SOON);
            });
        }

        @Override
        public EventPage find(EventQuery query) {
            return reads.find(query);
        }

        @Override
        public EventExport export(AccountNumber account, EventFilter filter) {
            return reads.export(account, filter);
        }

        /// Others bring the events to where they can be asked for.
        @Override
        public long readyAt() {
            return 0;
        }

        @Override
        public long lastAcknowledged() {
            return progress.acknowledged();
        }

        @Override
        public long lastQueryable() {
            return progress.inserted().last();
        }
    }

    @Override
    public EventLog events() {
        return events;
    }

    @Override
    public Insights insights() {
        return insights;
    }

    @Override
    public Removals removals() {
        return removals;
    }

    @Override
    public DiskUse disk() {
        return events.reads.disk(clock.instant(), 0, kept);
    }

    /// Not of ClickHouse: without it all goes on but for questions about events. Nor of Kafka: without it all goes
    /// on but for events.
    @Override
    public Optional<String> check() {
        return database.check().or(watch::wrong);
    }

    @Override
    public Optional<String> refusesEvents() {
        return intake.check();
    }

    @Override
    public void close() {
        intake.close();
        removals.close();
        keeper.close();
        counter.close();
        turns.close();
        pool.close();
        engines.close();
        database.close();
    }
}
