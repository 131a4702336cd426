package dev.licet.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Where settings come from, which one counts, and what is refused; and that the manual tells the same.
class SettingsTest {
    @TempDir
    Path directory;

    private static Settings flags(Setting setting, String value) {
        return Settings.of(Optional.empty(), Map.of(), Map.of(setting, value));
    }

    private Optional<Path> file(String text) throws IOException {
        return Optional.of(Files.writeString(directory.resolve("licet.properties"), text));
    }

    @Test
    void flags_areOverEnvironment_overFile_overDefaults() throws IOException {
        Optional<Path> file = file("port=1001\ntls-port = 1002\nmax-events=1003\n# a comment\n");
        Map<String, String> environment = Map.of("LICET_TLS_PORT", "2002", "LICET_MAX_EVENTS", "2003", "PATH", "x");
        Settings settings = Settings.of(file, environment, Map.of(Setting.MAX_EVENTS, "3003"));
        assertThat(settings.http().host()).isEqualTo("127.0.0.1");
        assertThat(settings.http().port()).isEqualTo(1001);
        assertThat(settings.http().tlsPort()).isEqualTo(2002);
        assertThat(settings.limits().events()).isEqualTo(3003);
    }

    @Test
    void defaults_areAsTheContractSays() {
        Settings settings = Settings.defaults();
        assertThat(settings.http().port()).isEqualTo(8080);
        assertThat(settings.http().tlsPort()).isEqualTo(8443);
        assertThat(settings.http().maxBody()).isEqualTo(8 << 20);
        assertThat(settings.http().maxBodies()).isEqualTo(64 << 20);
        assertThat(settings.http().maxStream()).isEqualTo(1L << 30);
        assertThat(settings.http().streamWindow()).isEqualTo(256 << 10);
        assertThat(settings.http().minStreamRate()).isEqualTo(1 << 10);
        assertThat(settings.http().maxRequestLine()).isEqualTo(16 << 10);
        assertThat(settings.http().maxHeaders()).isEqualTo(32 << 10);
        assertThat(settings.http().requestTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.limits().parameters()).isEqualTo(1000);
        assertThat(settings.limits().name()).isEqualTo(256);
        assertThat(settings.limits().currency()).isEqualTo(16);
        assertThat(settings.limits().metadata()).isEqualTo(64 << 10);
        assertThat(settings.limits().events()).isEqualTo(10_000);
        assertThat(settings.limits().line()).isEqualTo(256 << 10);
        assertThat(settings.limits().streamEvents()).isEqualTo(1_000_000);
        assertThat(settings.maxExports()).isEqualTo(2);
        assertThat(settings.userTokenLifetime()).isEqualTo(Duration.ofHours(24));
        assertThat(settings.cryptolensErrorStatus()).isFalse();
        assertThat(settings.cryptolensGetWrites()).isTrue();
        assertThat(settings.stopTimeout()).isLessThan(Duration.ofSeconds(30));
    }

    @Test
    void unknownKey_inFile_namesTheNearest() throws IOException {
        Optional<Path> file = file("max-bodi=5\n");
        assertThatThrownBy(() -> Settings.of(file, Map.of(), Map.of()))
                .isInstanceOf(WrongSetting.class)
                .hasMessageContaining("'max-bodi'")
                .hasMessageContaining("did you mean 'max-body'");
    }

    @Test
    void unknownVariable_namesTheNearest() {
        assertThatThrownBy(() -> Settings.of(Optional.empty(), Map.of("LICET_SESSION_TIMOUT", "5m"), Map.of()))
                .isInstanceOf(WrongSetting.class)
                .hasMessageContaining("LICET_SESSION_TIMOUT")
                .hasMessageContaining("did you mean LICET_SESSION_TIMEOUT");
    }

    @Test
    void file_thatIsMissingOrBroken_isRefused() throws IOException {
        assertThatThrownBy(() -> Settings.of(Optional.of(directory.resolve("none")), Map.of(), Map.of()))
                .isInstanceOf(WrongSetting.class)
                .hasMessageContaining("can't read the settings file");
        Optional<Path> broken = file("port=\\uZZZZ\n");
        assertThatThrownBy(() -> Settings.of(broken, Map.of(), Map.of()))
                .isInstanceOf(WrongSetting.class)
                .hasMessageContaining("can't read the settings file");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "DATA | ``",
                "HOST | ``",
                "HOST | a b",
                "PORT | 65536",
                "MIN_SEAT_INTERVAL | 0s",
                "MAX_SEAT_INTERVAL | soon",
                "MAX_SEAT_INTERVAL | 500ms",
                "MAX_SEATS | 0",
                "MAX_SEAT_QUEUE | -1",
                "MAX_UNLOADED | 0",
                "MAX_EXPORTS | 0",
                "MAX_EXPORTS | many",
                "DISK_FLOOR | much",
                "PORT | -1",
                "PORT | http",
                "TLS_PORT | 99999999999",
                "TLS_PORT | 8080",
                "TRUSTED_PROXIES | example.org",
                "TRUSTED_PROXIES | 10.0.0.0/33",
                "TRUSTED_PROXIES | 10.0.0.0/x",
                "TLS_CERT | only-one.pem",
                "TLS_KEY | only-one.pem",
                "LOG_LEVEL | loud",
                "SESSION_TIMEOUT | 30",
                "SESSION_TIMEOUT | 0m",
                "SESSION_TIMEOUT | -5m",
                "ROTATE_ON_PING | maybe",
                "ROTATION_GRACE | soon",
                "USER_TOKEN_LIFETIME | 1 day",
                "RETENTION | 29d",
                "ARCHIVE | perhaps",
                "QUERY_MEMORY | 127MiB",
                "QUERY_MEMORY | 2048GiB",
                "CURRENCY | dollars",
                "CRYPTOLENS_ERROR_STATUS | 500",
                "CRYPTOLENS_GET_WRITES | sometimes",
                "VIDENTITY_CONTENT_TYPE | ``",
                "VIDENTITY_CONTENT_TYPE | text/\u00e9",
                "LOGIN_FAILURES | 0",
                "LOGIN_WINDOW | 1w",
                "PASSWORD_QUEUE | many",
                "MAX_REQUESTS | 0",
                "MAX_BODY | 8MB",
                "MAX_BODY | 4GB",
                "MAX_BODY | 4GiB",
                "MAX_STREAM | 0",
                "MAX_STREAM | 1TiB",
                "STREAM_WINDOW | 16KiB",
                "STREAM_WINDOW | 17MiB",
                "MIN_STREAM_RATE | 0",
                "MIN_STREAM_RATE | 1KiB/s",
                "MAX_BODY | 2048MiB",
                "MAX_BODIES | 0",
                "MAX_BODIES | 1MiB",
                "MAX_REQUEST_LINE | 2MiB",
                "MAX_REQUEST_LINE | 5",
                "MAX_HEADERS | 1024MiB",
                "REQUEST_TIMEOUT | 400d",
                "MAX_PARAMETERS | 1e3",
                "MAX_NAME | 0",
                "MAX_CURRENCY | x",
                "MAX_METADATA | 64kb",
                "MAX_EVENTS | 1.5",
                "MAX_LINE | 0",
                "MAX_STREAM_EVENTS | 1m",
                "STOP_TIMEOUT | never",
            })
    void value_thatCantBe_isRefusedWithKeyAndRule(Setting setting, String value) {
        assertThatThrownBy(() -> flags(setting, value))
                .isInstanceOf(WrongSetting.class)
                .hasMessageContaining(setting.key());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://licet:s3cret@127.0.0.1:5432/licet",
                "postgresql://licet@127.0.0.1:5432/licet",
                "postgresql://127.0.0.1:5432/licet?password=s3cret",
                "postgresql://127.0.0.1:5432/licet?sslmode=require&PASSWORD=s3cret",
                "postgresql://127.0.0.1:5432/licet?user=s3cret",
                "postgresql://127.0.0.1:5432/licet?sslkeypassword=s3cret",
                "jdbc:postgresql://127.0.0.1:5432/s3cret",
                "postgresql://127.0.0.1:5432",
                "s3cret",
            })
    void addressOfPostgres_withAPassword_orThatIsNone_isRefusedWithoutBeingShown(String address) {
        assertThatThrownBy(() -> flags(Setting.POSTGRES, address))
                .isInstanceOf(WrongSetting.class)
                .hasMessageContaining("'postgres'")
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void passwordOfPostgres_isTheFirstLineOfItsFile_andIsHidden() throws IOException {
        Path file = Files.writeString(directory.resolve("password"), "s3cret\nand more\n");
        Settings settings = Settings.of(
                Optional.empty(),
                Map.of(),
                Map.of(
                        Setting.POSTGRES,
                        "postgresql://db1:5432,db2:5432/licet?sslmode=require",
                        Setting.POSTGRES_PASSWORD_FILE,
                        file.toString()));
        Settings.PostgresSettings postgres = settings.postgres().orElseThrow();
        assertThat(postgres.password()).contains("s3cret");
        assertThat(postgres.toString()).doesNotContain("s3cret");
    }

    @ParameterizedTest
    @EnumSource(Setting.class)
    void everySetting_hasAUsefulMeaning(Setting setting) {
        assertThat(setting.key()).matches("[a-z]+(-[a-z]+)*");
        assertThat(setting.variable()).startsWith("LICET_");
        assertThat(setting.meaning()).endsWith(".").doesNotContain("|");
    }

    @ParameterizedTest
    @CsvSource({"embedded, false, false", "postgres, true, false", "cluster, true, true"})
    void settingsOfAnOverlay_areRead(String profile, boolean postgres, boolean cluster) throws IOException {
        Path secret = Files.writeString(directory.resolve("password"), "s3cret\n");
        Map<String, String> environment = new HashMap<>();
        Path overlay = Path.of("..", "deploy", "kubernetes", "overlays", profile, "settings.env");
        try (Stream<String> lines = Files.lines(overlay)) {
            lines.filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("=", 2))
                    .forEach(setting -> environment.put(
                            setting[0], setting[0].endsWith("_PASSWORD_FILE") ? secret.toString() : setting[1]));
        }
        Settings settings = Settings.of(Optional.empty(), environment, Map.of());
        assertThat(settings.postgres().isPresent()).isEqualTo(postgres);
        assertThat(settings.cluster().isPresent()).isEqualTo(cluster);
    }

    @Test
    void manual_saysTheSame() throws IOException {
        Path page = Path.of("..", "docs", "settings.md");
        String table = Arrays.stream(Setting.values())
                .map(setting -> "| `" + setting.key() + "` | `" + setting.variable() + "` | "
                        + (setting.defaultText().isEmpty() ? "" : "`" + setting.defaultText() + "`") + " | "
                        + setting.meaning() + " |\n")
                .collect(Collectors.joining(
                        "", "| Key | Environment variable | Default | Meaning |\n| --- | --- | --- | --- |\n", ""));
        assertThat(Files.readString(page))
                .as("docs/settings.md has to have this table:\n" + table)
                .contains(table)
                .doesNotContain(table + "|");
    }
}
