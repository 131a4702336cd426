package dev.licet.server.config;

import dev.licet.core.gate.LoginThrottle;
import dev.licet.core.gate.PasswordCheck;
import dev.licet.core.insight.InsightLimits;
import dev.licet.core.session.HoldSeats;
import dev.licet.core.session.KeepSessions;
import dev.licet.core.system.ServerState;
import dev.licet.dialect.Limits;
import dev.licet.dialect.TextTable;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/// The settings in force: defaults, then the file, then environment variables, then flags, each over the one
/// before. A key that is not known stops the start, and so does a value that can't be read.
public final class Settings {
    private static final int MIN_HEAD = 256;
    private static final int MAX_HEAD = 1 << 20;

    private static final int LEAST_WINDOW = 32 << 10;
    private static final int MOST_WINDOW = 16 << 20;

    private static final Duration LEAST_RETENTION = Duration.ofDays(30);
    private static final Duration LEAST_SILENCE = Duration.ofSeconds(1);
    private static final Duration MOST_SILENCE = Duration.ofSeconds(60);
    private static final int MOST_PARTITIONS = 4096;
    private static final int MOST_SINK_ROWS = 1_000_000;
    private static final long MOST_SINK_BYTES = 1L << 30;
    private static final long LEAST_QUERY_MEMORY = 128L << 20;

    private final Map<Setting, String> values;

    private Settings(Map<Setting, String> values) {
        this.values = values;
    }

    public static Settings defaults() {
        return of(Optional.empty(), Map.of(), Map.of());
    }

    /// @param file a properties file @param environment as of the process @param flags by setting
    public static Settings of(Optional<Path> file, Map<String, String> environment, Map<Setting, String> flags) {
        Map<Setting, String> values = new EnumMap<>(Setting.class);
        for (Setting setting : Setting.values()) {
            values.put(setting, setting.defaultText());
        }
        file.ifPresent(path -> values.putAll(ofFile(path)));
        values.putAll(ofEnvironment(environment));
        values.putAll(flags);
        Settings settings = new Settings(values);
        settings.check();
        return settings;
    }

    /// @param what the file is, for the operator
    private static Properties properties(String what, Path path) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(path)) {
            properties.load(reader);
            return properties;
        } catch (NoSuchFileException e) {
            throw new WrongSetting("can't read the " + what + " " + path + ": there is no such file");
        } catch (IOException | IllegalArgumentException e) {
            throw new WrongSetting("can't read the " + what + " " + path + ": " + e.getMessage());
        }
    }

    private static Map<Setting, String> ofFile(Path path) {
        Properties properties = properties("settings file", path);
        Map<Setting, String> values = new EnumMap<>(Setting.class);
        for (String key : properties.stringPropertyNames()) {
            Setting setting = Setting.ofKey(key)
                    .orElseThrow(() -> new WrongSetting(path + " has the unknown setting '" + key + "'; did you mean '"
                            + nearest(key, Setting::key) + "'?"));
            values.put(setting, properties.getProperty(key).strip());
        }
        return values;
    }

    private static Map<Setting, String> ofEnvironment(Map<String, String> environment) {
        Map<Setting, String> values = new EnumMap<>(Setting.class);
        environment.forEach((name, value) -> {
            if (name.startsWith("LICET_") && !name.equals("LICET_JAVA_OPTS")) {
                Setting setting = Arrays.stream(Setting.values())
                        .filter(known -> known.variable().equals(name))
                        .findFirst()
                        .orElseThrow(() -> new WrongSetting("the environment has the unknown setting " + name
                                + "; did you mean " + nearest(name, Setting::variable) + "?"));
                values.put(setting, value.strip());
            }
        });
        return values;
    }

    private static String nearest(String wrong, Function<Setting, String> name) {
        return Arrays.stream(Setting.values())
                .map(name)
                .min(Comparator.comparingInt(known -> distance(wrong, known)))
                .orElseThrow();
    }

    /// How many letters one has to change to come from one word to the other.
    private static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }

    private void check() {
        http();
        sessions();
        seats();
        maxDataObjects();
        maxExports();
        callLogRetention();
        auditRetention();
        maxFileValidity();
        maxVoid();
        diskWarning();
        loginThrottle();
        passwordCheck();
        limits();
        userTokenLifetime();
        currency();
        cryptolensErrorStatus();
        cryptolensGetWrites();
        stopTimeout();
        events();
        insights();
        insightLimits();
        maxSavedInsights();
        maxLiveViews();
        logLevel();
        data();
        postgres();
        cluster();
        readOnly();
        videntityContentType();
        if (http().port() != 0 && http().port() == http().tlsPort()) {
            throw wrong(Setting.TLS_PORT, "another port than 'port'");
        }
        if (bytes(Setting.MAX_BODIES) < bytes(Setting.MAX_BODY)) {
            throw wrong(Setting.MAX_BODIES, "at least 'max-body', which is " + text(Setting.MAX_BODY));
        }
        if (text(Setting.TLS_CERT).isEmpty() != text(Setting.TLS_KEY).isEmpty()) {
            throw new WrongSetting("'tls-cert' and 'tls-key' go together; one of them is missing");
        }
    }

    public String text(Setting setting) {
        return values.getOrDefault(setting, setting.defaultText());
    }

    public Path data() {
        String data = text(Setting.DATA);
        try {
            if (!data.isEmpty()) {
                return Path.of(data);
            }
        } catch (InvalidPathException e) {
            // answered below
        }
        throw wrong(Setting.DATA, "the path of a directory");
    }

    /// The database that all is kept in; empty for the data directory.
    public Optional<PostgresSettings> postgres() {
        String address = text(Setting.POSTGRES);
        if (address.isEmpty()) {
            return Optional.empty();
        }
        if (!address.matches("postgresql://[^/?@\\s]+/[^/?@\\s]+(\\?[^\\s]*)?")) {
            // Without what it is, which may have a password in it.
            throw new WrongSetting("the setting 'postgres' has to be as postgresql://host:5432/database, without a name"
                    + " or password in it");
        }
        if (address.matches("(?i).*[?&](user|password|ssl(key)?password)=.*")) {
            throw new WrongSetting("the setting 'postgres' must not have a name or password in it; they go into"
                    + " 'postgres-user' and the file of 'postgres-password-file'");
        }
        return Optional.of(new PostgresSettings(address, text(Setting.POSTGRES_USER), postgresPassword()));
    }

    /// Whether the server takes no writes.
    public boolean readOnly() {
        return yesOrNo(Setting.READ_ONLY);
    }

    /// @param address as `postgresql://host:5432/database`
    public record PostgresSettings(String address, String user, Optional<String> password) {
        /// Without the password.
        @Override
        public String toString() {
            return user + " of " + address;
        }
    }

    private Optional<String> postgresPassword() {
        return secret(Setting.POSTGRES_PASSWORD_FILE);
    }

    /// The first line of a file.
    private Optional<String> secret(Setting setting) {
        String file = text(setting);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try (Stream<String> lines = Files.lines(Path.of(file))) {
            return lines.findFirst();
        } catch (IOException | UncheckedIOException | InvalidPathException e) {
            throw new WrongSetting("can't read the file of '" + setting.key() + "', " + file + ": " + e.getMessage());
        }
    }

    /// Where events are, beside entities in PostgreSQL; empty when they are where all else is.
    public Optional<ClusterSettings> cluster() {
        if (text(Setting.KAFKA).isEmpty() && text(Setting.CLICKHOUSE).isEmpty()) {
            return Optional.empty();
        }
        if (text(Setting.KAFKA).isEmpty()
                || text(Setting.CLICKHOUSE).isEmpty()
                || text(Setting.POSTGRES).isEmpty()) {
            throw new WrongSetting("'postgres', 'kafka' and 'clickhouse' go together; one of them is missing");
        }
        if (!text(Setting.KAFKA).matches("[^\\s,/@]+:[0-9]{1,5}(,[^\\s,/@]+:[0-9]{1,5})*")) {
            throw wrong(Setting.KAFKA, "as host:9092, with commas between several");
        }
        if (!text(Setting.KAFKA_TOPIC).matches("[A-Za-z0-9._-]{1,200}")) {
            throw wrong(Setting.KAFKA_TOPIC, "of letters, digits, '.', '_' and '-', 200 at most");
        }
        if (count(Setting.KAFKA_PARTITIONS) > MOST_PARTITIONS) {
            throw wrong(Setting.KAFKA_PARTITIONS, MOST_PARTITIONS + " at most");
        }
        if (count(Setting.KAFKA_MIN_IN_SYNC) > count(Setting.KAFKA_REPLICAS)) {
            throw wrong(Setting.KAFKA_MIN_IN_SYNC, "not more than 'kafka-replicas'");
        }
        if (count(Setting.SINK_ROWS) > MOST_SINK_ROWS) {
            throw wrong(Setting.SINK_ROWS, MOST_SINK_ROWS + " at most");
        }
        if (bytes(Setting.SINK_BYTES) > MOST_SINK_BYTES) {
            throw wrong(Setting.SINK_BYTES, "1GiB at most");
        }
        Duration silence = duration(Setting.KAFKA_SILENCE);
        if (silence.compareTo(LEAST_SILENCE) < 0 || silence.compareTo(MOST_SILENCE) > 0) {
            throw wrong(Setting.KAFKA_SILENCE, "from 1s to 60s");
        }
        return Optional.of(new ClusterSettings(
                new KafkaSettings(
                        text(Setting.KAFKA),
                        kafkaConfig(),
                        text(Setting.KAFKA_TOPIC),
                        count(Setting.KAFKA_PARTITIONS),
                        count(Setting.KAFKA_REPLICAS),
                        count(Setting.KAFKA_MIN_IN_SYNC),
                        duration(Setting.KAFKA_RETENTION),
                        silence),
                new ClickHouseSettings(
                        clickHouses(),
                        text(Setting.CLICKHOUSE_DATABASE),
                        text(Setting.CLICKHOUSE_USER),
                        secret(Setting.CLICKHOUSE_PASSWORD_FILE),
                        Optional.of(text(Setting.CLICKHOUSE_CLUSTER)).filter(name -> !name.isEmpty()),
                        count(Setting.COUNT_EVENTS),
                        duration(Setting.CLICKHOUSE_WORK_TIMEOUT)),
                count(Setting.SINK_ROWS),
                bytes(Setting.SINK_BYTES),
                duration(Setting.SINK_INTERVAL)));
    }

    /// @param sinkRows of an insert @param sinkBytes of it @param sinkInterval from one to the next
    public record ClusterSettings(
            KafkaSettings kafka, ClickHouseSettings clickHouse, int sinkRows, long sinkBytes, Duration sinkInterval) {}

    /// @param clients settings of all clients, with secrets @param silence how long Kafka may say nothing
    public record KafkaSettings(
            String brokers,
            Map<String, String> clients,
            String topic,
            int partitions,
            int replicas,
            int minInSync,
            Duration retention,
            Duration silence) {
        public KafkaSettings {
            clients = Map.copyOf(clients);
        }

        /// Without the secrets.
        @Override
        public String toString() {
            return brokers;
        }
    }

    /// @param cluster whose nodes all have the table @param countEvents of a day, by one statement
    /// @param workTimeout of a statement that no caller waits for
    public record ClickHouseSettings(
            List<URI> addresses,
            String database,
            String user,
            Optional<String> password,
            Optional<String> cluster,
            int countEvents,
            Duration workTimeout) {
        public ClickHouseSettings {
            addresses = List.copyOf(addresses);
        }

        /// Without the password.
        @Override
        public String toString() {
            return database + " of " + user + " at " + addresses;
        }
    }

    private Map<String, String> kafkaConfig() {
        String file = text(Setting.KAFKA_CONFIG_FILE);
        if (file.isEmpty()) {
            return Map.of();
        }
        Properties properties;
        try {
            properties = properties("the file of '" + Setting.KAFKA_CONFIG_FILE.key() + "'", Path.of(file));
        } catch (InvalidPathException e) {
            throw wrong(Setting.KAFKA_CONFIG_FILE, "the path of a file");
        }
        Map<String, String> config = new HashMap<>();
        properties.stringPropertyNames().forEach(name -> config.put(name, properties.getProperty(name)));
        return config;
    }

    private List<URI> clickHouses() {
        List<URI> addresses = new ArrayList<>();
        for (String address : text(Setting.CLICKHOUSE).split(",", -1)) {
            if (!address.matches("https?://[^\\s/@?#]+/?")) {
                // Without what it is, which may have a password in it.
                throw new WrongSetting("the setting 'clickhouse' has to be as http://host:8123, without a name or"
                        + " password in it; they go into 'clickhouse-user' and the file of 'clickhouse-password-file'");
            }
            addresses.add(URI.create(address));
        }
        return addresses;
    }

    public Optional<CertificateFiles> certificateFiles() {
        return text(Setting.TLS_CERT).isEmpty()
                ? Optional.empty()
                : Optional.of(new CertificateFiles(Path.of(text(Setting.TLS_CERT)), Path.of(text(Setting.TLS_KEY))));
    }

    /// A certificate chain and its private key, as PEM.
    public record CertificateFiles(Path chain, Path key) {}

    public HttpSettings http() {
        return new HttpSettings(
                host(),
                port(Setting.PORT),
                port(Setting.TLS_PORT),
                trustedProxies(),
                count(Setting.MAX_CONNECTIONS),
                count(Setting.MAX_REQUESTS),
                count(Setting.MAX_PARAMETERS),
                bytes(Setting.MAX_BODY),
                bytes(Setting.MAX_BODIES),
                manyBytes(Setting.MAX_STREAM),
                streamWindow(),
                bytes(Setting.MIN_STREAM_RATE),
                headBytes(Setting.MAX_REQUEST_LINE),
                headBytes(Setting.MAX_HEADERS),
                duration(Setting.REQUEST_TIMEOUT, Duration.ofDays(1)));
    }

    /// @param port 0 for any @param maxBodies bytes of all bodies at once @param minStreamRate bytes a second
    /// @param requestTimeout for a client to send a request, or to be silent between two or within a stream
    public record HttpSettings(
            String host,
            int port,
            int tlsPort,
            Networks trustedProxies,
            int maxConnections,
            int maxRequests,
            int maxParameters,
            int maxBody,
            int maxBodies,
            long maxStream,
            int streamWindow,
            int minStreamRate,
            int maxRequestLine,
            int maxHeaders,
            Duration requestTimeout) {}

    public KeepSessions.Settings sessions() {
        return new KeepSessions.Settings(
                duration(Setting.SESSION_TIMEOUT),
                yesOrNo(Setting.ROTATE_ON_PING),
                duration(Setting.ROTATION_GRACE),
                sessionKeyLength());
    }

    private int sessionKeyLength() {
        return Values.count(text(Setting.SESSION_KEY_LENGTH))
                .filter(length -> length >= 15 && length <= 128)
                .orElseThrow(() -> wrong(Setting.SESSION_KEY_LENGTH, "15 to 128"));
    }

    /// The texts that answers have instead of their own.
    ///
    /// @param known the keys that there are
    public TextTable texts(Set<String> known) {
        String file = text(Setting.TEXTS);
        if (file.isEmpty()) {
            return TextTable.EMPTY;
        }
        Properties properties = properties("file of texts", Path.of(file));
        Map<String, String> texts = new HashMap<>();
        for (String key : properties.stringPropertyNames()) {
            if (!known.contains(key)) {
                throw new WrongSetting(file + " has the unknown text '" + key + "'; there are " + new TreeSet<>(known));
            }
            texts.put(key, properties.getProperty(key));
        }
        return new TextTable(texts);
    }

    public LoginThrottle.Limits loginThrottle() {
        return new LoginThrottle.Limits(
                count(Setting.LOGIN_FAILURES), duration(Setting.LOGIN_WINDOW), LoginThrottle.Limits.DEFAULTS.pairs());
    }

    public PasswordCheck.Limits passwordCheck() {
        PasswordCheck.Limits defaults = PasswordCheck.Limits.DEFAULTS;
        return new PasswordCheck.Limits(
                defaults.concurrent(), count(Setting.PASSWORD_QUEUE), defaults.patience(), defaults.remember());
    }

    public Limits limits() {
        return new Limits(
                count(Setting.MAX_PARAMETERS),
                count(Setting.MAX_NAME),
                count(Setting.MAX_CURRENCY),
                bytes(Setting.MAX_METADATA),
                count(Setting.MAX_EVENTS),
                bytes(Setting.MAX_LINE),
                count(Setting.MAX_STREAM_EVENTS));
    }

    public Duration userTokenLifetime() {
        return duration(Setting.USER_TOKEN_LIFETIME);
    }

    /// How many data objects one owner may have.
    public int maxDataObjects() {
        return count(Setting.MAX_DATA_OBJECTS);
    }

    /// How long the disk should last.
    public Duration diskWarning() {
        return duration(Setting.DISK_WARNING);
    }

    /// How many events one call may void.
    public int maxVoid() {
        return count(Setting.MAX_VOID);
    }

    /// How many exports of events may run at once.
    public int maxExports() {
        return count(Setting.MAX_EXPORTS);
    }

    public Duration callLogRetention() {
        return duration(Setting.CALL_LOG_RETENTION);
    }

    /// For how long a license file may be good.
    public Duration maxFileValidity() {
        return duration(Setting.MAX_FILE_VALIDITY);
    }

    public Duration auditRetention() {
        Duration kept = duration(Setting.AUDIT_RETENTION);
        if (kept.compareTo(Duration.ofDays(30)) < 0) {
            throw wrong(Setting.AUDIT_RETENTION, "at least 30d");
        }
        return kept;
    }

    /// How seats are held.
    public HoldSeats.Settings seats() {
        Duration shortest = duration(Setting.MIN_SEAT_INTERVAL);
        Duration longest = duration(Setting.MAX_SEAT_INTERVAL);
        if (longest.compareTo(shortest) < 0) {
            throw wrong(Setting.MAX_SEAT_INTERVAL, "as long as min-seat-interval, or longer");
        }
        return new HoldSeats.Settings(shortest, longest, count(Setting.MAX_SEATS), count(Setting.MAX_SEAT_QUEUE));
    }

    /// What insights may take.
    public InsightSettings insights() {
        return new InsightSettings(
                duration(Setting.INSIGHT_TIMEOUT), count(Setting.MAX_INSIGHTS), count(Setting.MAX_INSIGHTS_WAITING));
    }

    /// @param timeout with the wait for others @param mostWaiting of one account
    public record InsightSettings(Duration timeout, int atOnce, int mostWaiting) {}

    /// How large insights may be.
    public InsightLimits insightLimits() {
        int steps = count(Setting.MAX_INSIGHT_STEPS);
        if (steps < 2) {
            throw wrong(Setting.MAX_INSIGHT_STEPS, "2 at least");
        }
        return new InsightLimits(
                count(Setting.MAX_INSIGHT_ROWS),
                count(Setting.MAX_INSIGHT_FILTERS),
                steps,
                count(Setting.MAX_INSIGHT_SEATS));
    }

    /// How many may watch events in the console at once.
    public int maxLiveViews() {
        return count(Setting.MAX_LIVE_VIEWS);
    }

    /// What is in force.
    public List<ServerState.InForce> inForce() {
        return Arrays.stream(Setting.values())
                .map(setting -> new ServerState.InForce(
                        setting.key(), text(setting), text(setting).equals(setting.defaultText()), setting.meaning()))
                .toList();
    }

    /// How many insights and dashboards an account may keep.
    public int maxSavedInsights() {
        return count(Setting.MAX_SAVED_INSIGHTS);
    }

    /// How events are kept.
    public EventSettings events() {
        return new EventSettings(
                retention(),
                yesOrNo(Setting.ARCHIVE),
                queryMemory(),
                count(Setting.JOURNAL_QUEUE_REQUESTS),
                bytes(Setting.JOURNAL_QUEUE_BYTES),
                diskFloor(),
                count(Setting.MAX_UNLOADED));
    }

    /// @param retention from their receipt @param archive in files of their own @param queryMemory bytes
    /// @param queueRequests that may wait to be written @param queueBytes that they may take
    /// @param diskFloor bytes of the disk that have to be free; 0 for none
    /// @param maxUnloaded events that may be acknowledged and not yet queryable
    public record EventSettings(
            Duration retention,
            boolean archive,
            long queryMemory,
            int queueRequests,
            long queueBytes,
            long diskFloor,
            int maxUnloaded) {}

    private Duration retention() {
        Duration retention = duration(Setting.RETENTION);
        if (retention.compareTo(LEAST_RETENTION) < 0) {
            throw wrong(Setting.RETENTION, "30d at least: that is what clients are promised");
        }
        return retention;
    }

    private long queryMemory() {
        return Values.manyBytes(text(Setting.QUERY_MEMORY))
                .filter(bytes -> bytes >= LEAST_QUERY_MEMORY)
                .orElseThrow(() -> wrong(Setting.QUERY_MEMORY, "a size such as 512MiB or 2GiB, 128MiB at least"));
    }

    private long diskFloor() {
        return text(Setting.DISK_FLOOR).equals("0") ? 0 : manyBytes(Setting.DISK_FLOOR);
    }

    public Duration stopTimeout() {
        return duration(Setting.STOP_TIMEOUT, Duration.ofDays(1));
    }

    public String currency() {
        String currency = text(Setting.CURRENCY);
        if (!currency.matches("[A-Z]{3}")) {
            throw wrong(Setting.CURRENCY, "an ISO 4217 code such as EUR");
        }
        return currency;
    }

    public boolean cryptolensGetWrites() {
        return yesOrNo(Setting.CRYPTOLENS_GET_WRITES);
    }

    public boolean cryptolensErrorStatus() {
        return switch (text(Setting.CRYPTOLENS_ERROR_STATUS)) {
            case "200" -> false;
            case "4xx" -> true;
            default -> throw wrong(Setting.CRYPTOLENS_ERROR_STATUS, "200 or 4xx");
        };
    }

    public String videntityContentType() {
        String type = text(Setting.VIDENTITY_CONTENT_TYPE);
        if (!type.matches("[\\x21-\\x7e][\\x20-\\x7e]*")) {
            throw wrong(Setting.VIDENTITY_CONTENT_TYPE, "a media type such as text/xml; charset=utf-8");
        }
        return type;
    }

    public String logLevel() {
        String level = text(Setting.LOG_LEVEL);
        if (!List.of("error", "warning", "info", "debug").contains(level)) {
            throw wrong(Setting.LOG_LEVEL, "error, warning, info or debug");
        }
        return level;
    }

    private String host() {
        String host = text(Setting.HOST);
        if (!host.matches("[A-Za-z0-9.:%_-]+")) {
            throw wrong(Setting.HOST, "an address or a name of this machine");
        }
        return host;
    }

    private Networks trustedProxies() {
        try {
            return Networks.parse(text(Setting.TRUSTED_PROXIES));
        } catch (IllegalArgumentException e) {
            throw wrong(Setting.TRUSTED_PROXIES, "addresses or networks, separated by commas");
        }
    }

    private int port(Setting setting) {
        return Values.count(text(setting))
                .filter(port -> port <= 65_535)
                .orElseThrow(() -> wrong(setting, "a port, 0 to 65535"));
    }

    private int count(Setting setting) {
        return Values.count(text(setting))
                .filter(count -> count > 0)
                .orElseThrow(() -> wrong(setting, "a whole number above 0"));
    }

    private int bytes(Setting setting) {
        return Values.bytes(text(setting)).orElseThrow(() -> wrong(setting, "a size such as 512KiB or 8MiB"));
    }

    private long manyBytes(Setting setting) {
        return Values.manyBytes(text(setting)).orElseThrow(() -> wrong(setting, "a size such as 8MiB or 1GiB"));
    }

    private int streamWindow() {
        int bytes = bytes(Setting.STREAM_WINDOW);
        if (bytes < LEAST_WINDOW || bytes > MOST_WINDOW) {
            throw wrong(Setting.STREAM_WINDOW, "32KiB to 16MiB");
        }
        return bytes;
    }

    private Duration duration(Setting setting) {
        return Values.duration(text(setting)).orElseThrow(() -> wrong(setting, Values.DURATION_RULE));
    }

    private Duration duration(Setting setting, Duration most) {
        Duration duration = duration(setting);
        if (duration.compareTo(most) > 0) {
            throw wrong(setting, "at most " + most.toHours() + "h");
        }
        return duration;
    }

    /// Of a request's head, which the library keeps in memory without counting it.
    private int headBytes(Setting setting) {
        int bytes = bytes(setting);
        if (bytes < MIN_HEAD || bytes > MAX_HEAD) {
            throw wrong(setting, "256 to 1MiB");
        }
        return bytes;
    }

    private boolean yesOrNo(Setting setting) {
        return switch (text(setting)) {
            case "true", "yes", "1" -> true;
            case "false", "no", "0" -> false;
            default -> throw wrong(setting, "true or false");
        };
    }

    private WrongSetting wrong(Setting setting, String rule) {
        return new WrongSetting(
                "the setting '" + setting.key() + "' is '" + text(setting) + "', but has to be " + rule);
    }
}
