package dev.licet.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.server.config.Settings.ClusterSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Where Kafka and ClickHouse are, and what is refused.
class ClusterSettingsTest {
    private static final Map<Setting, String> ALL = Map.of(
            Setting.POSTGRES,
            "postgresql://db:5432/licet",
            Setting.KAFKA,
            "one:9092,two:9092",
            Setting.CLICKHOUSE,
            "http://one:8123,https://two:8443");

    private static Settings settings(Map<Setting, String> more) {
        Map<Setting, String> all = new HashMap<>(ALL);
        all.putAll(more);
        return Settings.of(Optional.empty(), Map.of(), all);
    }

    @Test
    void withoutThem_eventsAreWhereAllElseIs() {
        assertThat(Settings.of(Optional.empty(), Map.of(), Map.of()).cluster()).isEmpty();
    }

    @Test
    void addressesAndDefaults() {
        ClusterSettings cluster = settings(Map.of()).cluster().orElseThrow();

        assertThat(cluster.kafka().brokers()).isEqualTo("one:9092,two:9092");
        assertThat(cluster.kafka().topic()).isEqualTo("licet-events");
        assertThat(cluster.kafka().replicas()).isEqualTo(3);
        assertThat(cluster.kafka().minInSync()).isEqualTo(2);
        assertThat(cluster.kafka().clients()).isEmpty();
        assertThat(cluster.clickHouse().addresses())
                .containsExactly(URI.create("http://one:8123"), URI.create("https://two:8443"));
        assertThat(cluster.clickHouse().password()).isEmpty();
        assertThat(cluster.clickHouse().cluster()).isEmpty();
        assertThat(cluster.clickHouse().countEvents()).isEqualTo(20_000_000);
        assertThat(cluster.clickHouse().workTimeout()).isEqualTo(Duration.ofMinutes(10));
        assertThat(cluster.sinkRows()).isEqualTo(100_000);
        assertThat(cluster.sinkBytes()).isEqualTo(64L << 20);
        assertThat(cluster.sinkInterval()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void secrets_comeFromFiles_andAreInNoText(@TempDir Path directory) throws IOException {
        Path password = Files.writeString(directory.resolve("password"), "a secret\n");
        Path config = Files.writeString(directory.resolve("kafka"), "sasl.jaas.config=another secret\n");
        ClusterSettings cluster = settings(Map.of(
                        Setting.CLICKHOUSE_PASSWORD_FILE,
                        password.toString(),
                        Setting.KAFKA_CONFIG_FILE,
                        config.toString()))
                .cluster()
                .orElseThrow();

        assertThat(cluster.clickHouse().password()).contains("a secret");
        assertThat(cluster.kafka().clients()).containsExactly(Map.entry("sasl.jaas.config", "another secret"));
        assertThat(cluster.toString()).doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POSTGRES", "KAFKA", "CLICKHOUSE"})
    void oneWithoutTheOthers_isRefused(String missing) {
        assertThatThrownBy(() -> settings(Map.of(Setting.valueOf(missing), "")))
                .isInstanceOf(WrongSetting.class)
                .hasMessageContaining("go together");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "KAFKA | one",
                "KAFKA | kafka://one:9092",
                "KAFKA | one:9092,",
                "KAFKA_TOPIC | a b",
                "KAFKA_PARTITIONS | 0",
                "KAFKA_PARTITIONS | 4097",
                "KAFKA_REPLICAS | 1",
                "KAFKA_MIN_IN_SYNC | 4",
                "KAFKA_RETENTION | long",
                "KAFKA_SILENCE | 999ms",
                "KAFKA_SILENCE | 61s",
                "KAFKA_CONFIG_FILE | /no/such/file",
                "CLICKHOUSE | one:8123",
                "CLICKHOUSE | http://one:8123,",
                "CLICKHOUSE_PASSWORD_FILE | /no/such/file",
                "COUNT_EVENTS | 0",
                "CLICKHOUSE_WORK_TIMEOUT | 0s",
                "SINK_ROWS | 1000001",
                "SINK_BYTES | 0",
                "SINK_BYTES | 1025MiB",
                "SINK_INTERVAL | -1s"
            })
    void whatCantBe_isRefused(Setting setting, String value) {
        assertThatThrownBy(() -> settings(Map.of(setting, value)))
                .isInstanceOf(WrongSetting.class)
                .hasMessageContaining(setting.key());
    }

    @Test
    void passwordInAnAddress_isRefused_andNotRepeated() {
        assertThatThrownBy(() -> settings(Map.of(Setting.CLICKHOUSE, "http://user:hidden@one:8123")))
                .isInstanceOf(WrongSetting.class)
                .hasMessageNotContaining("hidden");
    }
}
