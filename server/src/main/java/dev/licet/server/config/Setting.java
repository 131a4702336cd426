package dev.licet.server.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// Every setting: its key, its default, and what it is for. `docs/settings.md` has the same table, and a test
/// holds the two together.
public enum Setting {
    DATA("data", "licet-data", "The directory that everything is kept in."),
    POSTGRES(
            "postgres",
            "",
            "The address of a PostgreSQL database that all is kept in, as postgresql://host:5432/database; several hosts have commas between them. Empty: all is in the data directory."),
    POSTGRES_USER("postgres-user", "licet", "The user of the PostgreSQL database."),
    POSTGRES_PASSWORD_FILE(
            "postgres-password-file",
            "",
            "The file that has the password of the PostgreSQL database, in its first line. Empty: without one."),
    KAFKA(
            "kafka",
            "",
            "The brokers of a Kafka that events go through, as host:9092,host:9092; with 'postgres' and 'clickhouse'. Empty: events are where all else is."),
    KAFKA_CONFIG_FILE(
            "kafka-config-file",
            "",
            "A properties file with further settings of Kafka's clients, such as for TLS and logins. Empty: none."),
    KAFKA_TOPIC("kafka-topic", "licet-events", "The name of the topic of events. It is made if it is not there."),
    KAFKA_PARTITIONS(
            "kafka-partitions",
            "12",
            "How many partitions the topic of events gets when it is made, for good: those that are added later get no events; 4096 at most."),
    KAFKA_REPLICAS("kafka-replicas", "3", "How many brokers have each event, when the topic is made."),
    KAFKA_MIN_IN_SYNC(
            "kafka-min-in-sync",
            "2",
            "How many brokers have an event before it is acknowledged; not more than 'kafka-replicas'. A topic that is there and asks for fewer is refused."),
    KAFKA_RETENTION(
            "kafka-retention",
            "7d",
            "How long Kafka keeps events, when the topic is made: longer than a ClickHouse that is lost takes to come back."),
    KAFKA_SILENCE(
            "kafka-silence",
            "10s",
            "How long Kafka may say nothing while events wait for it, until more are answered 503 at once; from 1s to 60s. One that waits is given up after three times as long."),
    CLICKHOUSE(
            "clickhouse",
            "",
            "The addresses of a ClickHouse that events are asked in, as http://host:8123, with commas between those of replicas; with 'postgres' and 'kafka'."),
    CLICKHOUSE_DATABASE("clickhouse-database", "default", "The database of ClickHouse, which has to be there."),
    CLICKHOUSE_USER("clickhouse-user", "default", "The user of ClickHouse."),
    CLICKHOUSE_PASSWORD_FILE(
            "clickhouse-password-file",
            "",
            "The file that has the password of ClickHouse, in its first line. Empty: without one."),
    CLICKHOUSE_CLUSTER(
            "clickhouse-cluster",
            "",
            "The name of a cluster, as ClickHouse's own settings have it, whose nodes all have the table. Empty: one node has it."),
    COUNT_EVENTS(
            "count-events",
            "20000000",
            "The most events of a day that one statement of ClickHouse counts; of a day with more, each hour is counted by its own."),
    CLICKHOUSE_WORK_TIMEOUT(
            "clickhouse-work-timeout",
            "10m",
            "How long a statement of ClickHouse may take that no caller waits for: counting, erasing, letting go, learning ids. Then it is tried again."),
    SINK_ROWS("sink-rows", "100000", "The most events of one insert into ClickHouse; 1000000 at most."),
    SINK_BYTES(
            "sink-bytes",
            "64MiB",
            "The most memory that the events of one insert into ClickHouse take, about; 1GiB at most. A sink holds four times as many while ClickHouse is away."),
    SINK_INTERVAL(
            "sink-interval",
            "1s",
            "How long it is from one insert of a partition to the next, unless there is enough for one before."),
    READ_ONLY(
            "read-only",
            "false",
            "Whether the server only reads: all that writes is answered 503, and its data can be moved meanwhile."),
    HOST("host", "127.0.0.1", "The address to listen on; 0.0.0.0 for all."),
    PORT("port", "8080", "The port for HTTP; 0 for any free one."),
    TLS_PORT("tls-port", "8443", "The port for HTTPS; 0 for any free one."),
    TLS_CERT(
            "tls-cert",
            "",
            "The PEM file of the certificate chain. Empty: one is made and kept in the data directory."),
    TLS_KEY("tls-key", "", "The PEM file of the certificate's private key (PKCS #8)."),
    TRUSTED_PROXIES(
            "trusted-proxies",
            "",
            "Addresses or networks (10.0.0.0/8), separated by commas, whose X-Forwarded-For and X-Forwarded-Proto are believed."),
    LOG_LEVEL("log-level", "info", "error, warning, info or debug; debug follows each request."),
    SESSION_TIMEOUT("session-timeout", "30m", "How long a session lives without a ping."),
    ROTATE_ON_PING("rotate-on-ping", "false", "Whether each ping gives a new session key."),
    ROTATION_GRACE("rotation-grace", "1m", "How long the session key before it stays good."),
    SESSION_KEY_LENGTH("session-key-length", "15", "How many letters and digits a session key has; 15 to 128."),
    USER_TOKEN_LIFETIME("user-token-lifetime", "24h", "How long a userToken is good."),
    RETENTION("retention", "400d", "How long events are kept from their receipt; 30d at least."),
    ARCHIVE(
            "archive",
            "true",
            "Whether events go from the journal into Parquet files of archive/; else the journal keeps them all, until an erasure."),
    QUERY_MEMORY("query-memory", "1GiB", "The most memory that questions about events take; 128MiB at least."),
    INSIGHT_TIMEOUT(
            "insight-timeout",
            "30s",
            "How long an insight may take, with its wait for others; then it is answered 503."),
    MAX_INSIGHTS(
            "max-insights", "1", "How many insights are worked on at once; the others wait, and accounts take turns."),
    MAX_INSIGHTS_WAITING(
            "max-insights-waiting", "8", "How many insights of one account may wait; more are answered 503."),
    MAX_INSIGHT_ROWS("max-insight-rows", "10000", "The most rows of an insight."),
    MAX_INSIGHT_FILTERS("max-insight-filters", "20", "The most filters of an insight, and of each step of a funnel."),
    MAX_INSIGHT_STEPS("max-insight-steps", "10", "The most steps of a funnel, and the depth of paths; 2 at least."),
    MAX_INSIGHT_SEATS(
            "max-insight-seats", "500000", "The most seats that were held in the time of an insight about their use."),
    MAX_LIVE_VIEWS("max-live-views", "50", "How many may watch events in the console at once."),
    MAX_SAVED_INSIGHTS("max-saved-insights", "1000", "The most saved insights and dashboards of an account."),
    CURRENCY("currency", "USD", "The currency of prices that come without one."),
    CRYPTOLENS_ERROR_STATUS(
            "cryptolens-error-status",
            "200",
            "The HTTP status of the cryptolens dialect's errors: 200, or 4xx for one that fits the error."),
    CRYPTOLENS_GET_WRITES(
            "cryptolens-get-writes",
            "true",
            "Whether the cryptolens dialect takes GET for what stores something; POST always."),
    TEXTS(
            "texts",
            "",
            "A properties file of texts that answers have instead of their own: veoh.442, videntity.3.name, videntity.3.detail and the like."),
    VIDENTITY_CONTENT_TYPE(
            "videntity-content-type",
            "application/xhtml+xml; charset=utf-8",
            "The Content-Type of the videntity dialect's answers."),
    LOGIN_FAILURES(
            "login-failures",
            "20",
            "Wrong passwords from one address for one account in a window; then it has to wait."),
    LOGIN_WINDOW("login-window", "1m", "How long wrong passwords count, and how long one has to wait."),
    PASSWORD_QUEUE("password-queue", "4096", "How many password checks may wait at once; more are answered 503."),
    MAX_CONNECTIONS("max-connections", "20000", "How many connections may be open at once; more are closed."),
    MAX_REQUESTS("max-requests", "10000", "How many requests may be worked on at once; more are answered 503."),
    MAX_BODY("max-body", "8MiB", "The largest body of a request, packed and unpacked."),
    MAX_BODIES(
            "max-bodies",
            "64MiB",
            "The most memory that the bodies of all requests take at once; more are answered 503."),
    MAX_STREAM("max-stream", "1GiB", "The largest body of a request that is read as it comes, packed and unpacked."),
    STREAM_WINDOW(
            "stream-window",
            "256KiB",
            "The most memory that a body or an answer takes that is passed on as it comes; 32KiB to 16MiB."),
    MIN_STREAM_RATE(
            "min-stream-rate",
            "1KiB",
            "The least a second that a client has to send of a body that is read as it comes, over a request-timeout."),
    MAX_REQUEST_LINE("max-request-line", "16KiB", "The longest request line."),
    MAX_HEADERS("max-headers", "32KiB", "The most that all headers of a request take."),
    REQUEST_TIMEOUT("request-timeout", "30s", "How long a client may take to send a request, or be silent."),
    MAX_PARAMETERS("max-parameters", "1000", "The most parameters of a request."),
    MAX_NAME("max-name", "256", "The most characters of a name, a key or a machine code."),
    MAX_CURRENCY("max-currency", "16", "The most characters of a currency."),
    MAX_METADATA("max-metadata", "64KiB", "The largest metadata text, or value of a logged event."),
    MAX_EVENTS("max-events", "10000", "The most events of one call."),
    JOURNAL_QUEUE_REQUESTS(
            "journal-queue-requests",
            "16384",
            "How many requests with events may wait to be written; one account may have three times as many waiting as are free. More are answered 503."),
    JOURNAL_QUEUE_BYTES(
            "journal-queue-bytes",
            "64MiB",
            "The most memory that the events that wait to be written take, shared in the same way; more are answered 503."),
    DISK_FLOOR(
            "disk-floor",
            "512MiB",
            "How much of the disk has to be free for events to be taken, and a quarter of it for anything else to be written; below it they are answered 503. 0 for no floor."),
    MIN_SEAT_INTERVAL("min-seat-interval", "1s", "The shortest interval that a seat may be held for without a ping."),
    MAX_SEAT_INTERVAL("max-seat-interval", "30d", "The longest interval that a seat may be held for without a ping."),
    MAX_SEATS(
            "max-seats",
            "10000",
            "The most seats of one license key that may be held at once, whatever the key allows."),
    MAX_SEAT_QUEUE("max-seat-queue", "1000", "The most machines that may wait for a seat of one license key."),
    MAX_DATA_OBJECTS(
            "max-data-objects", "100", "The most data objects of one account, product, license key or machine."),
    CALL_LOG_RETENTION("call-log-retention", "400d", "How long the log of calls about license keys is kept."),
    MAX_FILE_VALIDITY("max-file-validity", "366d", "The longest that a license file may be good for."),
    AUDIT_RETENTION("audit-retention", "400d", "How long the record of changes is kept; 30d at least."),
    MAX_UNLOADED(
            "max-unloaded",
            "1000000",
            "How many events may be acknowledged that can't be queried yet. Beyond that events are taken as fast as they are loaded: each group of them waits for up to 50 ms."),
    DISK_WARNING(
            "disk-warning",
            "14d",
            "When the disk has room for fewer days of events than that, as they come, the log warns of it once a day."),
    MAX_VOID("max-void", "1000", "The most events that one call may void."),
    MAX_LINE("max-line", "256KiB", "The longest line of a body of events that is read line by line."),
    MAX_STREAM_EVENTS("max-stream-events", "1000000", "The most events of one call whose body is read line by line."),
    MAX_EXPORTS("max-exports", "2", "How many exports of events may run at once; more are answered 503."),
    STOP_TIMEOUT("stop-timeout", "25s", "How long a stop waits for requests in flight.");

    private final String key;
    private final String defaultText;
    private final String meaning;

    Setting(String key, String defaultText, String meaning) {
        this.key = key;
        this.defaultText = defaultText;
        this.meaning = meaning;
    }

    public String key() {
        return key;
    }

    public String defaultText() {
        return defaultText;
    }

    public String meaning() {
        return meaning;
    }

    /// The name of the environment variable, such as `LICET_TLS_PORT`.
    public String variable() {
        return "LICET_" + key.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    static Optional<Setting> ofKey(String key) {
        return Arrays.stream(values())
                .filter(setting -> setting.key.equals(key))
                .findFirst();
    }
}
