package dev.licet.store.cluster;

import dev.licet.core.Unavailable;
import dev.licet.core.once.Fingerprint;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/// The table of events, on one node or on many, and beside it the one of events that are in no answer any more: where
/// they came from and what they were called.
///
/// Of rows with the same account and id one is left, some time: what is inserted has none twice, so questions
/// need not look for them. A part has the events of one day of receipt. Who changes rows [notes][CountParts] it.
record EventTable(ClickHouse database, Optional<Cluster> cluster) {
    /// Of one insert, which has to be one block.
    static final int MOST_ROWS = 1_000_000;

    /// How many inserts back one that comes again is known, and on many nodes for how long. Who takes over looks at
    /// what is there; one that hung while another took over does not.
    private static final String KNOWN_INSERTS = "deduplication_window = 100000";

    private static final String KNOWN_FOR = "replicated_deduplication_window_seconds = " + 7 * 86_400;

    /// An insert is answered when most replicas have it. Those of several sinks go on beside each other.
    static final Map<String, String> BY_MOST = Map.of("insert_quorum", "auto", "insert_quorum_parallel", "1");

    /// Of nodes: those that are away have it done when they are back.
    static final Map<String, String> BY_ALL_THAT_ARE_THERE = Map.of("distributed_ddl_output_mode", "throw_only_active");

    /// To insert what was inserted before, and is not there.
    private static final int MOST_ATTEMPTS = 5;
    private static final int LATELY_DAYS = 2;

    private static final String NAME = "event";

    /// Of what was removed before its day: sent again, it does not count.
    private static final String GONE = "event_gone";

    /// On many nodes the rows are in here, and the table itself has none.
    private static final String LOCAL = "_local";

    /// In the order of [EventRows].
    static final List<String> COLUMNS = List.of(
            "id",
            "received_at",
            "account",
            "source",
            "client_id",
            "fingerprint",
            "happened_us",
            "happened_at",
            "name",
            "feature",
            "product",
            "key",
            "machine",
            "end_user",
            "session",
            "user",
            "application",
            "value",
            "currency",
            "metadata",
            "kafka_partition",
            "kafka_offset");

    private static final String DEFINITIONS = """
              id              Int64,
              received_at     DateTime64(6, 'UTC'),
              account         Int64,
              source          LowCardinality(String),
              client_id       Nullable(String),
              fingerprint     Nullable(UUID) COMMENT 'under which it is known, so that it counts once',
              happened_us     Int64 COMMENT 'since 1970, by the clock of the client',
              happened_at     DateTime64(6, 'UTC') COMMENT 'the same, or the first or last that this type can be',
              name            LowCardinality(Nullable(String)),
              feature         LowCardinality(Nullable(String)),
              product         Nullable(Int64),
              key             Nullable(String),
              machine         Nullable(String),
              end_user        Nullable(String),
              session         Nullable(String),
              user            Nullable(Int64),
              application     Nullable(Int64),
              value           Nullable(Int64),
              currency        LowCardinality(Nullable(String)),
              metadata        Nullable(String),
              metadata_size   UInt32 MATERIALIZED ifNull(length(metadata), 0),
              kafka_partition Int32,
              kafka_offset    Int64,
              INDEX received received_at TYPE minmax GRANULARITY 1,
              INDEX happened happened_at TYPE minmax GRANULARITY 1,
              INDEX happened_exactly happened_us TYPE minmax GRANULARITY 1""";

    private static final List<String> GONE_COLUMNS =
            List.of("id", "received_at", "fingerprint", "kafka_partition", "kafka_offset");

    private static final String GONE_DEFINITIONS = """
              id              Int64,
              received_at     DateTime64(6, 'UTC'),
              fingerprint     Nullable(UUID),
              kafka_partition Int32,
              kafka_offset    Int64""";

    /// What came from a partition between two offsets.
    private static final String CAME = " WHERE kafka_partition = ? AND kafka_offset >= ? AND kafka_offset < ?";

    /// Nodes that have it together. @param name of the cluster, as ClickHouse's own settings have it
    record Cluster(String name) {
        Cluster {
            if (!name.matches("[A-Za-z0-9_.-]{1,100}")) {
                throw new IllegalArgumentException("not the name of a cluster: " + name);
            }
        }
    }

    /// The same for statements that no caller waits for.
    EventTable unhurried() {
        return new EventTable(database.unhurried(), cluster);
    }

    /// Makes the tables if they are not there.
    void make() {
        statements().forEach(statement -> database.run(statement));
    }

    List<String> statements() {
        List<String> statements = new ArrayList<>(made(NAME, DEFINITIONS, "account, id"));
        statements.addAll(made(GONE, GONE_DEFINITIONS, "kafka_partition, kafka_offset"));
        return statements;
    }

    private List<String> made(String name, String definitions, String key) {
        if (cluster.isEmpty()) {
            // A plain table forgets what was inserted, unless it is told not to.
            return List.of(rows(name, definitions, "ReplacingMergeTree", key, "non_replicated_" + KNOWN_INSERTS));
        }
        return List.of(
                rows(
                        name + LOCAL,
                        definitions,
                        replicated("ReplacingMergeTree"),
                        key,
                        "replicated_" + KNOWN_INSERTS + ", " + KNOWN_FOR),
                "CREATE TABLE IF NOT EXISTS " + name + on() + " AS " + name + LOCAL + "\nENGINE = Distributed('"
                        + cluster.get().name() + "', currentDatabase(), " + name + LOCAL + ", cityHash64(" + key
                        + "))");
    }

    /// What is inserted is on the disk when that is answered.
    ///
    /// @param known the settings of which inserts are known again
    private String rows(String name, String definitions, String engine, String key, String known) {
        return "CREATE TABLE IF NOT EXISTS " + name + on() + " (\n" + definitions + "\n) ENGINE = " + engine
                + "\nPARTITION BY toYYYYMMDD(received_at)\nORDER BY (" + key + ")\nSETTINGS " + known
                + ", fsync_after_insert = 1, fsync_part_directory = 1";
    }

    /// The engine of a table that several nodes have.
    static String replicated(String engine) {
        return "Replicated" + engine + "('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')";
    }

    /// What comes after a name in a statement that is to be done on all nodes.
    String on() {
        return cluster.map(nodes -> " ON CLUSTER '" + nodes.name() + "'").orElse("");
    }

    /// Inserts rows that are not there. @param token the same rows with the same token count once
    void insert(EventRows rows, String token) {
        database.insert(NAME, COLUMNS, rows.bytes(), token, ofInserts());
    }

    /// Inserts what is missing of something that was sent before, and not answered.
    @FunctionalInterface
    interface Missing {
        /// @return whether nothing was missing
        boolean insert(String token) throws SQLException, IOException;
    }

    /// Inserts what is not there of what may have been inserted.
    ///
    /// By its own token first: whoever inserts it still does not add to that. But a ClickHouse that was killed
    /// may know a token whose rows it has lost, and may have forgotten one whose rows it has. So it is looked at
    /// what is there before and afterwards, and what is missing then gets another token.
    static void insertAgain(String token, Missing missing) throws SQLException, IOException {
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            if (missing.insert(attempt == 0 ? token : token + "-" + attempt)) {
                return;
            }
        }
        throw new Unavailable("ClickHouse takes inserts and has nothing of them", Unavailable.SOON);
    }

    /// Inserts what events are called that are left out.
    void insert(GoneRows rows, String token) {
        database.insert(GONE, GONE_COLUMNS, rows.bytes(), token, ofInserts());
    }

    private Map<String, String> ofInserts() {
        return cluster.isPresent() ? BY_MOST : Map.of();
    }

    /// Waits for all replicas that are there to have what was inserted, so that none that is asked lacks some of it.
    void sync() {
        if (cluster.isPresent()) {
            syncs().forEach(statement -> database.run(BY_ALL_THAT_ARE_THERE, statement));
        }
    }

    /// Waits for all replicas to be there, too: what was inserted and not answered may be on one alone.
    void syncWithAll() {
        if (cluster.isPresent()) {
            syncs().forEach(statement -> database.run(statement));
        }
    }

    List<String> syncs() {
        return Stream.of(NAME, GONE)
                .map(table -> "SYSTEM SYNC REPLICA" + on() + " " + local(table) + " LIGHTWEIGHT")
                .toList();
    }

    /// The [hours][CountParts#hour] in which these were received.
    List<Long> hours(String condition, Object... arguments) {
        return database.ask(
                "SELECT DISTINCT " + CountParts.HOUR + " FROM " + NAME + " WHERE " + condition,
                List.of(arguments),
                row -> row.number(1));
    }

    /// Waits until all that was deleted is.
    void settle() {
        database.run("ALTER TABLE " + local(NAME) + on() + " DELETE WHERE 1 = 0");
    }

    /// Takes rows out of all answers. Their bytes go when their part is merged.
    void delete(String condition, Object... arguments) {
        remember(condition, arguments);
        database.run("DELETE FROM " + local(NAME) + on() + " WHERE " + condition, arguments);
    }

    /// Writes parts anew without these rows.
    void erase(String condition, Object... arguments) {
        remember(condition, arguments);
        database.run("ALTER TABLE " + local(NAME) + on() + " DELETE WHERE " + condition, arguments);
    }

    /// Writes parts anew without the rows that were [deleted][#delete] from them, whose bytes are there else.
    void eraseDeleted() {
        if (database.ask(
                        "SELECT count() FROM " + parts(NAME) + " AND has_lightweight_delete",
                        List.of(),
                        row -> row.number(1))
                .equals(List.of(0L))) {
            return;
        }
        database.run("ALTER TABLE " + local(NAME) + on() + " APPLY DELETED MASK");
    }

    /// Keeps where they came from and what they are called, before they go. Done again, it adds the same rows.
    private void remember(String condition, Object... arguments) {
        sync();
        String columns = String.join(", ", GONE_COLUMNS);
        database.run(
                ofInserts(),
                "INSERT INTO " + GONE + " (" + columns + ") SELECT " + columns + " FROM " + NAME + " WHERE "
                        + condition,
                arguments);
    }

    /// With what is known of events up to then. @param partition a day, as `20261231`
    void drop(String partition) {
        drop(NAME, partition);
        database.ask(
                        "SELECT DISTINCT partition FROM " + parts(GONE) + " AND partition <= ?",
                        List.of(partition),
                        row -> row.text(1).orElseThrow())
                .forEach(day -> drop(GONE, day));
    }

    private void drop(String table, String partition) {
        database.run("ALTER TABLE " + local(table) + on() + " DROP PARTITION " + Integer.parseInt(partition));
    }

    /// Whether what was deleted still has to go from some part on some node.
    ///
    /// @throws Unavailable when it does not go
    boolean isBeingChanged() {
        String table = cluster.map(nodes -> "clusterAllReplicas('" + nodes.name() + "', system.mutations)")
                .orElse("system.mutations");
        List<String> reasons = database.ask(
                "SELECT latest_fail_reason FROM " + table + " WHERE NOT is_done AND NOT is_killed"
                        + " AND database = currentDatabase() AND table = '" + local(NAME) + "'",
                List.of(),
                row -> row.text(1).orElse(""));
        for (String reason : reasons) {
            if (!reason.isEmpty()) {
                throw new Unavailable(
                        "a deletion in ClickHouse fails, see its table system.mutations",
                        Unavailable.SOON,
                        new IllegalStateException(reason));
            }
        }
        return !reasons.isEmpty();
    }

    /// Some of the fingerprints that were seen from an offset on, in the order of their offsets.
    List<Seen> known(int partition, long from, long until, int most) {
        return database.ask(
                "SELECT toString(assumeNotNull(fingerprint)), kafka_offset FROM ("
                        + "SELECT fingerprint, kafka_offset FROM " + NAME + CAME + " UNION ALL "
                        + "SELECT fingerprint, kafka_offset FROM " + GONE + CAME
                        + ") WHERE fingerprint IS NOT NULL ORDER BY kafka_offset LIMIT " + most,
                List.of((long) partition, from, until, (long) partition, from, until),
                row -> {
                    UUID print = UUID.fromString(row.text(1).orElseThrow());
                    return new Seen(
                            new Fingerprint(print.getMostSignificantBits(), print.getLeastSignificantBits()),
                            row.number(2));
                });
    }

    /// Which ids are there already, of those that come after one, up to another.
    Set<Long> ids(long after, long upTo) {
        return new HashSet<>(database.ask(
                "SELECT id FROM " + NAME + " WHERE id > ? AND id <= ?", List.of(after, upTo), row -> row.number(1)));
    }

    /// Which events of a batch are there already, or were. @param received of its first event, in microseconds, and its
    /// last
    Set<Long> there(int partition, long first, long until, long received, long receivedLast) {
        String at = CAME + " AND received_at BETWEEN fromUnixTimestamp64Micro(?, 'UTC')"
                + " AND fromUnixTimestamp64Micro(?, 'UTC')";
        List<Long> once = List.of((long) partition, first, until, received, receivedLast);
        return new HashSet<>(database.ask(
                "SELECT id FROM " + NAME + at + " UNION ALL SELECT id FROM " + GONE + at,
                Stream.concat(once.stream(), once.stream()).toList(),
                row -> row.number(1)));
    }

    /// The offset of the last event of a partition.
    record Last(int partition, long offset) {}

    List<Last> lasts() {
        return database.ask(
                "SELECT kafka_partition, max(kafka_offset) FROM " + NAME + " GROUP BY kafka_partition",
                List.of(),
                row -> new Last((int) row.number(1), row.number(2)));
    }

    /// The highest id that was received lately; 0 when there is none.
    long lastId() {
        return database.ask(
                        "SELECT max(id) FROM " + NAME + " WHERE received_at >= (SELECT max(received_at) FROM " + NAME
                                + ") - INTERVAL " + LATELY_DAYS + " DAY",
                        List.of(),
                        row -> row.number(1))
                .getFirst();
    }

    /// The lowest that is known of a partition. @param id of an event
    record Lowest(int partition, long offset, long id) {}

    List<Lowest> lowest() {
        return database.ask(
                "SELECT kafka_partition, min(kafka_offset), min(id) FROM"
                        + " (SELECT kafka_partition, kafka_offset, id FROM " + NAME
                        + " UNION ALL SELECT kafka_partition, kafka_offset, id FROM " + GONE
                        + ") GROUP BY kafka_partition",
                List.of(),
                row -> new Lowest((int) row.number(1), row.number(2), row.number(3)));
    }

    String local() {
        return local(NAME);
    }

    private String local(String table) {
        return cluster.isEmpty() ? table : table + LOCAL;
    }

    /// The table of what there is of parts, on all nodes, as a condition's beginning.
    String parts() {
        return parts(NAME);
    }

    private String parts(String of) {
        String table = cluster.map(nodes -> "cluster('" + nodes.name() + "', system.parts)")
                .orElse("system.parts");
        return table + " WHERE active AND database = currentDatabase() AND table = '" + local(of) + "'";
    }
}
