package dev.licet.cli;

import dev.licet.store.cluster.ClickHouseServer;
import dev.licet.store.cluster.KafkaServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Where events are that go through Kafka into ClickHouse.
public final class EventEngines {
    private EventEngines() {}

    /// As arguments of a command. @param directory of the test, which has a database of its own
    public static List<String> settings(KafkaServers kafka, Path directory) throws IOException {
        ClickHouseServer clickHouse = ClickHouseServer.shared();
        return List.of(
                "--kafka",
                kafka.addresses(),
                "--clickhouse",
                clickHouse.address().toString(),
                "--clickhouse-database",
                clickHouse.database(directory),
                "--clickhouse-user",
                ClickHouseServer.USER,
                "--clickhouse-password-file",
                Files.writeString(directory.resolve("clickhouse-password"), ClickHouseServer.PASSWORD)
                        .toString());
    }
}
