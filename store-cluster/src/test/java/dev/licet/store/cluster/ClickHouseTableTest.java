package dev.licet.store.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.event.EventFilter;
import dev.licet.core.event.EventQuery;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import dev.licet.core.once.Fingerprint;
import dev.licet.store.postgres.EventDays;
import dev.licet.store.postgres.PostgresDatabase;
import dev.licet.store.postgres.PostgresServer;
import dev.licet.store.postgres.PostgresStore;
import dev.licet.store.sql.entity.ChangeLog;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

@EnabledIf("dev.licet.store.cluster.TestStore#isToBeTried")
class ClickHouseTableTest {
    static final int PARTITION = 3;
    private static final AccountNumber ACCOUNT = new AccountNumber(AccountNumber.FIRST);
    private static final Instant DAY = Instant.parse("2026-03-01T12:00:00Z");
    private static final Uuid TOPIC = Uuid.randomUuid();
    private static final ProductId PRODUCT = new ProductId(7);

    private ClickHouse database;
    private EventTable table;
    private Path directory;

    @BeforeEach
    void open(@TempDir Path scratch) {
        directory = scratch;
        ClickHouseServer server = ClickHouseServer.shared();
        database = server.client(server.database(scratch));
        table = new EventTable(database, Optional.empty());
        table.make();
        table.make();
    }

    @AfterEach
    void close() {
        database.close();
    }

    static RecordedEvent event(long id, Instant receivedAt, Instant at, Optional<ProductId> product) {
        return new RecordedEvent(
                id,
                receivedAt,
                new UsageEvent(
                        ACCOUNT,
                        "rest",
                        Optional.of("id-" + id),
                        at,
                        Optional.of("name"),
                        Optional.empty(),
                        product,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        OptionalLong.of(Long.MAX_VALUE),
                        Optional.empty(),
                        Optional.of("{}")));
    }

    static EventRows rows(List<RecordedEvent> events) {
        EventRows rows = new EventRows();
        events.forEach(event -> rows.add(event, new EventRows.Source(PARTITION, offset(event.id()))));
        return rows;
    }

    static long offset(long id) {
        return 1_000 + id;
    }

    /// Over three days.
    private static List<RecordedEvent> events(long first, long last) {
        return LongStream.rangeClosed(first, last)
                .mapToObj(id -> event(id, DAY.plus(Duration.ofDays(id % 3)), DAY, Optional.empty()))
                .toList();
    }

    private long count() {
        return database.ask("SELECT count() FROM event", List.of(), row -> row.number(1))
                .getFirst();
    }

    private EventReads reads() {
        EventProgress all = new EventProgress() {
            @Override
            public long acknowledged() {
                return Long.MAX_VALUE;
            }

            @Override
            public Inserted inserted() {
                return new Inserted(Long.MAX_VALUE, Optional.empty(), true);
            }
        };
        return new EventReads(table, all, directory);
    }

    @Test
    void insertSentAgain_isThereOnce_ofWhateverSize() {
        List<RecordedEvent> few = events(1, 10);
        List<RecordedEvent> many = events(11, 100_010);
        for (int i = 0; i < 3; i++) {
            table.insert(rows(few), "topic-0-1-10");
            table.insert(rows(many), "topic-0-11-100010");
        }

        assertThat(count()).isEqualTo(100_010);
    }

    /// Blocks are numbered over all days, of which there are three.
    @Test
    void anInsert_isOneBlockOfEachDay() {
        table.insert(rows(events(1, 100_000)), "topic-0-1-100000");

        assertThat(database.ask("SELECT max(max_block_number) FROM " + table.parts(), List.of(), row -> row.number(1)))
                .containsExactly(3L);
    }

    @Test
    void insertWithAnotherToken_isAnotherInsert() {
        table.insert(rows(events(1, 3)), "one");
        table.insert(rows(events(4, 6)), "two");

        assertThat(count()).isEqualTo(6);
        database.run("OPTIMIZE TABLE event FINAL");
        assertThat(count()).isEqualTo(6);
    }

    @Test
    void sameRowsInTwoInserts_fallTogetherWhenTheyAreMerged() {
        table.insert(rows(events(1, 9)), "one");
        table.insert(rows(events(1, 9)), "two");

        database.run("OPTIMIZE TABLE event FINAL");
        assertThat(count()).isEqualTo(9);
    }

    @Test
    void moreRowsThanABlock_areRefused() {
        EventRows rows = new EventRows();
        RecordedEvent one = event(1, DAY, DAY, Optional.empty());
        for (int i = 0; i < EventTable.MOST_ROWS; i++) {
            rows.add(one, new EventRows.Source(0, i));
        }
        assertThatThrownBy(() -> rows.add(one, new EventRows.Source(0, 0)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("1000000 rows");
    }

    @Test
    void whereRowsCameFrom_andWhatTheirClientsCallThem_isThere() {
        table.insert(rows(events(1, 1)), "one");

        Fingerprint print = UsageEvent.fingerprint(ACCOUNT, "id-1");
        assertThat(database.ask(
                        "SELECT kafka_partition, kafka_offset, fingerprint FROM event",
                        List.of(),
                        row -> row.number(1) + " " + row.number(2) + " " + row.get(3)))
                .containsExactly("3 1001 " + new UUID(print.high(), print.low()));
    }

    @Test
    void timesThatTheEngineDoesNotHave_areKeptAsTheyAre() {
        List<Instant> times = List.of(
                Instant.parse("-4000-01-01T00:00:00.000001Z"),
                Instant.parse("1899-12-31T23:59:59.999999Z"),
                Instant.parse("2299-12-31T23:59:59.999999Z"),
                Instant.parse("+200000-01-01T00:00:00Z"));
        EventRows rows = new EventRows();
        for (int i = 0; i < times.size(); i++) {
            rows.add(event(i + 1, DAY, times.get(i), Optional.empty()), new EventRows.Source(0, i));
        }
        table.insert(rows, "times");

        assertThat(reads().find(EventQuery.of(ACCOUNT, EventFilter.ALL, 10))
                        .events()
                        .reversed())
                .extracting(found -> found.event().at())
                .isEqualTo(times);
        assertThat(database.ask(
                        "SELECT toString(happened_at) FROM event ORDER BY id",
                        List.of(),
                        row -> row.text(1).orElseThrow()))
                .containsExactly(
                        "1900-01-01 00:00:00.000000",
                        "1900-01-01 00:00:00.000000",
                        "2299-12-31 23:59:59.999999",
                        "2299-12-31 23:59:59.999999");
        EventFilter since =
                EventFilter.builder().from(Optional.of(times.get(3))).build();
        assertThat(reads().find(EventQuery.of(ACCOUNT, since, 10)).events()).hasSize(1);
    }

    @Test
    @EnabledIf("dev.licet.store.postgres.PostgresServer#isToBeTried")
    void days_areListed_dropped_andLoseSomeProducts() throws SQLException {
        DataSource source = PostgresStore.source(PostgresServer.address(directory), "licet", Optional.empty());
        PostgresDatabase.open(source, 1, ChangeLog.keepingAll()).close();
        EventRows rows = new EventRows();
        for (int i = 0; i < 9; i++) {
            Optional<ProductId> product = i < 3 ? Optional.of(PRODUCT) : Optional.empty();
            Instant at = DAY.plus(Duration.ofDays(i % 3));
            rows.add(event(i + 1, at, at, product), new EventRows.Source(0, i));
        }
        table.insert(rows, "days");
        LocalDate first = LocalDate.of(2026, 3, 1);
        CountTables counts = new CountTables(table);
        counts.make();
        try (EventDays days =
                ClusterDays.open(counts, new EventChanges(source::getConnection), TOPIC, source::getConnection)) {
            assertThat(days.withEvents(first)).containsExactly(first, first.plusDays(1), first.plusDays(2));

            days.drop(first);
            assertThat(days.withEvents(first)).containsExactly(first.plusDays(1), first.plusDays(2));
            assertThat(count()).isEqualTo(6);

            assertThat(days.delete(first.plusDays(1), "product IN (7)")).isEqualTo(1);
            assertThat(days.delete(first.plusDays(1), "product IN (7)")).isZero();
            assertThat(days.delete(first.plusDays(2), "(product IS NULL OR product NOT IN (7))"))
                    .isEqualTo(2);
            assertThat(count()).isEqualTo(3);
        }
    }

    @Test
    void disk_isTold() {
        Instant now = Clock.systemUTC().instant();
        assertThat(reads().disk(now, 5, Optional.empty()).events()).isZero();
        table.insert(rows(List.of(event(1, now.minusSeconds(7200), now, Optional.empty()))), "one");

        var disk = reads().disk(now, 5, Optional.of(Duration.ofDays(30)));
        assertThat(disk.events()).isEqualTo(1);
        assertThat(disk.lately().events()).isEqualTo(1);
        assertThat(disk.table()).isPositive();
        assertThat(disk.entities()).isEqualTo(5);
        assertThat(disk.forecast()).isPresent();
    }

    @Test
    void tablesOfManyNodes_areWhatTheEngineReads() {
        EventTable many = new EventTable(database, Optional.of(new EventTable.Cluster("licet")));
        List<String> statements = many.statements();

        assertThat(statements).hasSize(4);
        assertThat(statements.getFirst())
                .startsWith("CREATE TABLE IF NOT EXISTS event_local ON CLUSTER 'licet' (")
                .contains("ENGINE = ReplicatedReplacingMergeTree("
                        + "'/clickhouse/tables/{shard}/{database}/{table}', '{replica}')")
                .contains("PARTITION BY toYYYYMMDD(received_at)")
                .contains("ORDER BY (account, id)")
                .contains("SETTINGS replicated_deduplication_window = 100000,"
                        + " replicated_deduplication_window_seconds = 604800,");
        assertThat(statements.get(1))
                .isEqualTo("CREATE TABLE IF NOT EXISTS event ON CLUSTER 'licet' AS event_local\n"
                        + "ENGINE = Distributed('licet', currentDatabase(), event_local, cityHash64(account, id))");
        assertThat(statements.getLast())
                .isEqualTo("CREATE TABLE IF NOT EXISTS event_gone ON CLUSTER 'licet' AS event_gone_local\n"
                        + "ENGINE = Distributed('licet', currentDatabase(), event_gone_local,"
                        + " cityHash64(kafka_partition, kafka_offset))");
        assertThat(many.syncs()).first().isEqualTo("SYSTEM SYNC REPLICA ON CLUSTER 'licet' event_local LIGHTWEIGHT");
        for (String statement :
                Stream.concat(statements.stream(), many.syncs().stream()).toList()) {
            assertThat(database.ask(
                            "SELECT formatQuery(?)",
                            List.of(statement),
                            row -> row.text(1).orElseThrow()))
                    .hasSize(1);
        }
        CountTables counts = new CountTables(many);
        assertThat(counts.statements())
                .hasSize(4)
                .satisfiesOnlyOnce(
                        statement -> assertThat(statement)
                                .startsWith("CREATE TABLE IF NOT EXISTS day_active_local ON CLUSTER 'licet' (")
                                .contains(
                                        "ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')"));
        List<String> ofCounts = new ArrayList<>(counts.statements());
        ofCounts.add(counts.awaiting("day_sum"));
        for (String statement : ofCounts) {
            assertThat(database.ask(
                            "SELECT formatQuery(?)",
                            List.of(statement),
                            row -> row.text(1).orElseThrow()))
                    .hasSize(1);
        }
        assertThatThrownBy(() -> new EventTable.Cluster("it's")).isInstanceOf(IllegalArgumentException.class);
    }

    /// There are no other nodes here: it is looked at that the engine has these settings, and bears them on one node.
    @Test
    void settingsOfManyNodes_areThoseOfTheEngine() {
        EventTable many = new EventTable(database, Optional.of(new EventTable.Cluster("licet")));
        for (int i = 0; i < 2; i++) {
            many.insert(rows(events(1, 3)), "one");
        }
        assertThat(count()).isEqualTo(3);

        List<String> settings = new ArrayList<>(List.of("insert_quorum_timeout"));
        settings.addAll(EventTable.BY_MOST.keySet());
        settings.addAll(EventTable.BY_ALL_THAT_ARE_THERE.keySet());
        assertThat(database.ask(
                        "SELECT name FROM system.settings",
                        List.of(),
                        row -> row.text(1).orElseThrow()))
                .containsAll(settings);
        assertThat(database.ask(
                        "SELECT name FROM system.merge_tree_settings",
                        List.of(),
                        row -> row.text(1).orElseThrow()))
                .contains(
                        "non_replicated_deduplication_window",
                        "replicated_deduplication_window",
                        "replicated_deduplication_window_seconds");
    }
}
