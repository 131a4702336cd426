package dev.licet.store.cluster;

import dev.licet.core.store.Store;
import dev.licet.store.postgres.PostgresServer;
import dev.licet.store.postgres.PostgresStore;
import dev.licet.store.sql.InsightSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Stores of the whole profile for the contracts: PostgreSQL, one broker of Kafka, ClickHouse, and a sink.
final class TestCluster {
    static final long COUNTED_AT_ONCE = 20_000_000;

    private TestCluster() {}

    /// The same one for the same directory.
    static Store open(Path directory) {
        try {
            ClusterStore.Addresses addresses =
                    addresses(directory, KafkaServers.shared().addresses(), 1);
            Sink sink = ClusterStore.sink(
                    addresses, directory.resolve("sink"), new Sink.Settings(1_000, 64L << 20, Duration.ofMillis(1)));
            return withSink(
                    ClusterStore.open(
                            addresses,
                            new ClusterStore.Settings(
                                    16_384,
                                    64L << 20,
                                    Duration.ofSeconds(10),
                                    InsightSettings.DEFAULT,
                                    TestCluster.COUNTED_AT_ONCE,
                                    Optional.empty(),
                                    Duration.ofDays(400),
                                    Duration.ofSeconds(30),
                                    directory),
                            Clock.systemUTC(),
                            Clock.systemUTC()),
                    sink);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A store that ends its sink with itself.
    private static Store withSink(Store store, Sink sink) {
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        sink.close();
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /// @param replicas of each event
    static ClusterStore.Addresses addresses(Path directory, String brokers, int replicas) {
        ClickHouseServer server = ClickHouseServer.shared();
        return new ClusterStore.Addresses(
                PostgresStore.source(PostgresServer.address(directory), "licet", Optional.empty()),
                brokers,
                Map.of(),
                new EventTopic.Shape(
                        "events-" + Integer.toHexString(directory.toString().hashCode()),
                        2,
                        replicas,
                        Math.min(2, replicas),
                        Duration.ofDays(7)),
                server.settings(server.database(directory), ClickHouseServer.PASSWORD),
                Optional.empty());
    }
}
