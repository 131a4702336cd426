package dev.licet.cli;

import dev.licet.server.config.Setting;
import dev.licet.store.cluster.ClickHouseServer;
import dev.licet.store.cluster.KafkaServers;
import dev.licet.store.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Where events are that go through Kafka into ClickHouse.
public final class EventEngines {
    private EventEngines() {}

    /// @param directory of the test, which has a database of its own
    public static Map<Setting, String> settings(KafkaServers kafka, ClickHouseServer clickHouse, Path directory)
            throws IOException {
        Path password = Files.writeString(directory.resolve("clickhouse-password"), ClickHouseServer.PASSWORD);
        return Map.of(
                Setting.KAFKA,
                kafka.addresses(),
                Setting.CLICKHOUSE,
                clickHouse.address().toString(),
                Setting.CLICKHOUSE_DATABASE,
                clickHouse.database(directory),
                Setting.CLICKHOUSE_USER,
                ClickHouseServer.USER,
                Setting.CLICKHOUSE_PASSWORD_FILE,
                password.toString());
    }

    /// The whole of the profile: with a database of the PostgreSQL that tests share, and the one broker that they do.
    public static Map<Setting, String> small(ClickHouseServer clickHouse, Path directory) throws IOException {
        return small(KafkaServers.shared(), clickHouse, directory);
    }

    /// The same with a broker of the test's own.
    public static Map<Setting, String> small(KafkaServers kafka, ClickHouseServer clickHouse, Path directory)
            throws IOException {
        Map<Setting, String> all = new EnumMap<>(settings(kafka, clickHouse, directory));
        all.put(Setting.POSTGRES, PostgresServer.address(directory));
        all.put(
                Setting.KAFKA_TOPIC,
                "events-" + Integer.toHexString(directory.toString().hashCode()));
        all.put(Setting.KAFKA_PARTITIONS, "2");
        all.put(Setting.KAFKA_REPLICAS, "1");
        all.put(Setting.KAFKA_MIN_IN_SYNC, "1");
        return all;
    }

    /// As arguments of a command, with the ClickHouse that tests share.
    public static List<String> arguments(KafkaServers kafka, Path directory) throws IOException {
        return arguments(settings(kafka, ClickHouseServer.shared(), directory));
    }

    public static List<String> arguments(Map<Setting, String> settings) {
        return settings.entrySet().stream()
                .flatMap(setting -> Stream.of("--" + setting.getKey().key(), setting.getValue()))
                .toList();
    }
}
