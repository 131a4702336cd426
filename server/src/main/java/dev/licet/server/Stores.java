package dev.licet.server;

import dev.licet.core.SteadyClock;
import dev.licet.core.checkup.Checkup;
import dev.licet.core.store.MoveProgress;
import dev.licet.core.store.MoveReport;
import dev.licet.core.store.Store;
import dev.licet.server.config.Settings;
import dev.licet.server.config.Settings.ClickHouseSettings;
import dev.licet.server.config.Settings.ClusterSettings;
import dev.licet.server.config.Settings.KafkaSettings;
import dev.licet.server.config.Settings.PostgresSettings;
import dev.licet.server.config.WrongSetting;
import dev.licet.store.cluster.ClickHouse;
import dev.licet.store.cluster.ClusterStore;
import dev.licet.store.cluster.EventTopic;
import dev.licet.store.cluster.Sink;
import dev.licet.store.embedded.EmbeddedStore;
import dev.licet.store.embedded.JournalSettings;
import dev.licet.store.postgres.PostgresStore;
import dev.licet.store.sql.InsightSettings;
import dev.licet.store.sql.move.Move;
import dev.licet.store.sql.move.MoveSource;
import dev.licet.store.sql.move.MoveTarget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/// The store that settings ask for: in the data directory, in PostgreSQL, or in that with events in ClickHouse.
final class Stores {
    private static final Duration CONNECTING = Duration.ofSeconds(5);
    /// How long one statement of a trial may take.
    private static final Duration TRYING = Duration.ofSeconds(20);
    /// The same of a move, which may read all there is.
    private static final Duration MOVING = Duration.ofMinutes(30);
    /// How long a question waits for events that are on their way to ClickHouse.
    private static final Duration PATIENCE = Duration.ofMillis(300);

    private Stores() {}

    /// @param nanos how time passes, as [System#nanoTime]
    static Store open(Settings settings, Clock clock, LongSupplier nanos) {
        if (settings.readOnly() && settings.postgres().isEmpty() && !EmbeddedStore.exists(settings.data())) {
            throw new WrongSetting(settings.data() + " has no data of Licet, and 'read-only' makes none");
        }
        Optional<PostgresSettings> postgres = settings.postgres();
        if (settings.cluster().isPresent()) {
            return openCluster(settings, clock, nanos);
        }
        if (postgres.isPresent()) {
            return open(postgres.get(), settings, clock, nanos);
        }
        EmbeddedStore store = EmbeddedStore.open(
                settings.data(),
                eventSettings(settings.events()),
                insightSettings(settings.insights()),
                settings.auditRetention(),
                clock,
                nanos);
        if (settings.readOnly()) {
            store.holdStill();
        }
        return store;
    }

    private static PostgresStore open(PostgresSettings postgres, Settings settings, Clock clock, LongSupplier nanos) {
        Settings.EventSettings events = settings.events();
        return PostgresStore.open(
                PostgresStore.source(postgres.address(), postgres.user(), postgres.password()),
                new PostgresStore.Settings(
                        events.queueRequests(),
                        events.queueBytes(),
                        insightSettings(settings.insights()),
                        Optional.of(events.retention()),
                        settings.auditRetention(),
                        scratch(settings)),
                settings.readOnly(),
                clock,
                new SteadyClock(clock, nanos));
    }

    private static ClusterStore openCluster(Settings settings, Clock clock, LongSupplier nanos) {
        Settings.EventSettings events = settings.events();
        ClusterSettings cluster = settings.cluster().orElseThrow();
        return ClusterStore.open(
                addresses(settings, settings.insights().timeout().plus(CONNECTING)),
                new ClusterStore.Settings(
                        events.queueRequests(),
                        events.queueBytes(),
                        cluster.kafka().silence(),
                        insightSettings(settings.insights()),
                        cluster.clickHouse().countEvents(),
                        Optional.of(events.retention()),
                        settings.auditRetention(),
                        PATIENCE,
                        scratch(settings)),
                settings.readOnly(),
                clock,
                new SteadyClock(clock, nanos));
    }

    /// @param timeout of a statement to ClickHouse
    private static ClusterStore.Addresses addresses(Settings settings, Duration timeout) {
        PostgresSettings postgres = settings.postgres().orElseThrow();
        ClusterSettings cluster = settings.cluster().orElseThrow();
        KafkaSettings kafka = cluster.kafka();
        ClickHouseSettings clickHouse = cluster.clickHouse();
        return new ClusterStore.Addresses(
                PostgresStore.source(postgres.address(), postgres.user(), postgres.password()),
                kafka.brokers(),
                kafka.clients(),
                new EventTopic.Shape(
                        kafka.topic(), kafka.partitions(), kafka.replicas(), kafka.minInSync(), kafka.retention()),
                new ClickHouse.Settings(
                        clickHouse.addresses(),
                        clickHouse.database(),
                        clickHouse.user(),
                        clickHouse.password(),
                        CONNECTING,
                        timeout,
                        clickHouse.workTimeout()),
                clickHouse.cluster());
    }

    /// Starts what brings events from Kafka into ClickHouse.
    static Sink sink(Settings settings) {
        ClusterSettings cluster = settings.cluster().orElseThrow();
        try {
            return ClusterStore.sink(
                    addresses(settings, settings.insights().timeout().plus(CONNECTING)),
                    settings.data().resolve("sink"),
                    new Sink.Settings(cluster.sinkRows(), cluster.sinkBytes(), cluster.sinkInterval()));
        } catch (IOException e) {
            throw new UncheckedIOException("can't write to " + settings.data() + ": " + e.getMessage(), e);
        }
    }

    /// A directory for files that are being exported, empty.
    private static Path scratch(Settings settings) {
        Path scratch = settings.data().resolve("exports");
        try {
            deleteTree(scratch); // what an end in between has left
            return Files.createDirectories(scratch);
        } catch (IOException e) {
            throw new UncheckedIOException("can't write to " + settings.data() + ": " + e.getMessage(), e);
        }
    }

    /// Has sinks bring what ClickHouse lacks. @param since it came to Kafka @return how many events they look at
    static long refill(Settings settings, Optional<Instant> since) {
        return ClusterStore.refill(addresses(settings, TRYING), since);
    }

    /// What looks at where these settings keep all.
    static Checkup checkup(Settings settings, Clock clock) {
        Settings.EventSettings events = settings.events();
        if (settings.cluster().isPresent()) {
            return ClusterStore.checkup(addresses(settings, TRYING), events.retention(), clock);
        }
        return settings.postgres()
                .map(postgres -> PostgresStore.checkup(
                        postgres.address(), postgres.user(), postgres.password(), events.retention(), clock))
                .orElseGet(() -> EmbeddedStore.checkup(
                        settings.data(), events.diskFloor(), settings.http().maxConnections(), clock));
    }

    /// Brings all that is where the first settings say to where the others say.
    static MoveReport move(Settings from, Settings to, MoveProgress progress) {
        try (MoveSource source = source(from);
                MoveTarget target = target(to)) {
            return Move.run(source, target, progress);
        }
    }

    private static MoveSource source(Settings settings) {
        if (settings.cluster().isPresent()) {
            return ClusterStore.toMoveFrom(addresses(settings, MOVING));
        }
        return settings.postgres()
                .map(postgres -> PostgresStore.toMoveFrom(
                        PostgresStore.source(postgres.address(), postgres.user(), postgres.password())))
                .orElseGet(() -> EmbeddedStore.toMoveFrom(settings.data()));
    }

    private static MoveTarget target(Settings settings) {
        if (settings.cluster().isPresent()) {
            return ClusterStore.toMoveInto(addresses(settings, MOVING));
        }
        return settings.postgres()
                .map(postgres -> PostgresStore.toMoveInto(
                        PostgresStore.source(postgres.address(), postgres.user(), postgres.password())))
                .orElseGet(() -> EmbeddedStore.toMoveInto(settings.data()));
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static EmbeddedStore.EventSettings eventSettings(Settings.EventSettings settings) {
        JournalSettings journal = new JournalSettings(
                settings.queueRequests(), settings.queueBytes(), settings.diskFloor(), settings.maxUnloaded());
        return new EmbeddedStore.EventSettings(
                settings.retention(), settings.archive(), settings.queryMemory(), journal);
    }

    private static InsightSettings insightSettings(Settings.InsightSettings settings) {
        return new InsightSettings(settings.timeout(), settings.atOnce(), settings.mostWaiting());
    }

    /// Fills a store that has nothing in it yet. Of several nodes that start at once, one does.
    ///
    /// @return what the filling gave; empty where something is in it
    static <T> Optional<T> fillIfNew(Settings settings, Clock clock, Function<Store, T> fill) {
        if (settings.readOnly()) {
            return Optional.empty(); // what is empty stays so
        }
        if (settings.postgres().isEmpty()) {
            return EmbeddedStore.exists(settings.data())
                    ? Optional.empty()
                    : Optional.of(EmbeddedStore.create(settings.data(), fill));
        }
        try (Store store = open(settings, clock, System::nanoTime)) {
            return store.transactions()
                    .run(() -> store.accounts().list().isEmpty() ? Optional.of(fill.apply(store)) : Optional.empty());
        }
    }
}
