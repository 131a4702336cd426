package dev.licet.store.cluster;

import java.util.List;
import java.util.Optional;

/// The table of events, on one node or on many.
///
/// Of rows with the same account and id one is left, some time: what is inserted has none twice, so questions
/// need not look for them. A part has the events of one day of receipt.
record EventTable(ClickHouse database, Optional<Cluster> cluster) {
    /// Of one insert, which has to be one block.
    static final int MOST_ROWS = 1_000_000;

    /// How many inserts back one that comes again is known.
    private static final int KNOWN_INSERTS = 10_000;

    private static final String NAME = "event";

    /// On many nodes the rows are in here, and the table itself has none.
    private static final String LOCAL = "event_local";

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
              INDEX happened happened_at TYPE minmax GRANULARITY 1,
              INDEX happened_exactly happened_us TYPE minmax GRANULARITY 1""";

    /// Nodes that have it together. @param name of the cluster, as ClickHouse's own settings have it
    record Cluster(String name) {
        Cluster {
            if (!name.matches("[A-Za-z0-9_.-]{1,100}")) {
                throw new IllegalArgumentException("not the name of a cluster: " + name);
            }
        }
    }

    /// Makes the table if it is not there.
    void make() {
        statements().forEach(database::run);
    }

    List<String> statements() {
        if (cluster.isEmpty()) {
            // A plain table forgets what was inserted, unless it is told not to.
            return List.of(rows(NAME, "", "ReplacingMergeTree", "non_replicated_deduplication_window"));
        }
        String on = on();
        return List.of(
                rows(
                        LOCAL,
                        on,
                        "ReplicatedReplacingMergeTree"
                                + "('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')",
                        "replicated_deduplication_window"),
                "CREATE TABLE IF NOT EXISTS " + NAME + on + " AS " + LOCAL + "\nENGINE = Distributed('"
                        + cluster.get().name() + "', currentDatabase(), " + LOCAL + ", cityHash64(account, id))");
    }

    /// What is inserted is on the disk when that is answered.
    ///
    /// @param window the setting of how many inserts are known again
    private static String rows(String name, String on, String engine, String window) {
        return "CREATE TABLE IF NOT EXISTS " + name + on + " (\n" + DEFINITIONS + "\n) ENGINE = " + engine
                + "\nPARTITION BY toYYYYMMDD(received_at)\nORDER BY (account, id)\nSETTINGS " + window
                + " = " + KNOWN_INSERTS + ", fsync_after_insert = 1, fsync_part_directory = 1";
    }

    /// What comes after the name of a table of rows in a statement that changes it.
    private String on() {
        return cluster.map(nodes -> " ON CLUSTER '" + nodes.name() + "'").orElse("");
    }

    /// Inserts rows that are not there. @param token the same rows with the same token count once
    void insert(EventRows rows, String token) {
        database.insert(NAME, COLUMNS, rows.bytes(), token);
    }

    /// Takes rows out of all answers. Their bytes go when their part is merged.
    void delete(String condition, Object... arguments) {
        database.run("DELETE FROM " + local() + on() + " WHERE " + condition, arguments);
    }

    /// Writes parts anew without these rows.
    void erase(String condition, Object... arguments) {
        database.run("ALTER TABLE " + local() + on() + " DELETE WHERE " + condition, arguments);
    }

    /// @param partition a day, as `20261231`
    void drop(String partition) {
        database.run("ALTER TABLE " + local() + on() + " DROP PARTITION " + Integer.parseInt(partition));
    }

    private String local() {
        return cluster.isEmpty() ? NAME : LOCAL;
    }

    /// The table of what there is of parts, on all nodes, as a condition's beginning.
    String parts() {
        String table = cluster.map(nodes -> "cluster('" + nodes.name() + "', system.parts)")
                .orElse("system.parts");
        return table + " WHERE active AND database = currentDatabase() AND table = '" + local() + "'";
    }
}
