package dev.licet.store.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.AtOnce;
import dev.licet.core.Unavailable;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.SigningKey;
import dev.licet.core.license.KeyForm;
import dev.licet.core.removal.Removal;
import dev.licet.core.removal.Removals.Asked;
import dev.licet.store.postgres.PostgresDatabase;
import dev.licet.store.postgres.PostgresServer;
import dev.licet.store.postgres.PostgresStore;
import dev.licet.store.sql.InsightSettings;
import dev.licet.store.sql.Turns;
import dev.licet.store.sql.entity.ChangeLog;
import dev.licet.store.sql.entity.Entities;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import javax.sql.DataSource;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

@EnabledIf("dev.licet.store.cluster.TestStore#isToBeTried")
class ClusterRemovalsTest {
    private static final AccountNumber ACCOUNT = new AccountNumber(AccountNumber.FIRST);
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final Asked ASKED = new Asked("asked for it", "test", NOW);
    private static final Uuid TOPIC = Uuid.randomUuid();
    private static final String KEY = KeyForm.checked("0123456789ABCDEFGHJKMNP");

    private PostgresDatabase entities;
    private ClickHouse database;
    private EventTable table;
    private Turns turns;
    private ClusterRemovals removals;
    private volatile long acknowledged;
    private volatile long inserted;

    @BeforeEach
    void open(@TempDir Path directory) {
        DataSource source = PostgresStore.source(PostgresServer.address(directory), "licet", Optional.empty());
        entities = PostgresDatabase.open(source, 1, ChangeLog.keepingAll());
        turns = new Turns("insight", InsightSettings.DEFAULT);
        Entities.of(entities, turns, Optional.empty())
                .accounts()
                .add(new Account(ACCOUNT, "account", SigningKey.generate(), false, NOW));
        ClickHouseServer server = ClickHouseServer.shared();
        database = server.client(server.database(directory));
        table = new EventTable(database, Optional.empty());
        table.make();
        EventProgress progress = new EventProgress() {
            @Override
            public long acknowledged() {
                return acknowledged;
            }

            @Override
            public Inserted inserted() {
                return new Inserted(inserted, Optional.empty(), inserted == acknowledged);
            }
        };
        CountTables counts = new CountTables(table);
        counts.make();
        removals = new ClusterRemovals(
                entities,
                source,
                counts,
                new EventChanges(source::getConnection),
                new EventReads(table, progress, directory),
                progress,
                new SinkErasures(TOPIC),
                Clock.systemUTC());
        removals.start();
    }

    @AfterEach
    void close() {
        removals.close();
        turns.close();
        database.close();
        entities.close();
    }

    private void insert(long id, String key) {
        EventRows rows = new EventRows();
        rows.add(
                new RecordedEvent(
                        id,
                        NOW,
                        new UsageEvent(
                                ACCOUNT,
                                "rest",
                                Optional.empty(),
                                NOW,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(key),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                OptionalLong.empty(),
                                Optional.empty(),
                                Optional.empty())),
                new EventRows.Source(0, id));
        table.insert(rows, "event-" + id);
        inserted = id;
        acknowledged = Math.max(acknowledged, id);
    }

    private List<Long> ids() {
        return database.ask("SELECT id FROM event ORDER BY id", List.of(), row -> row.number(1));
    }

    private Removal awaitDone(Removal asked) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (System.nanoTime() < end) {
            Removal now = removals.find(ACCOUNT, asked.id()).orElseThrow();
            if (now.done().isPresent()) {
                return now;
            }
            Thread.sleep(20);
        }
        throw new AssertionError("not done");
    }

    @Test
    void erasureOfAKey_takesAllItsSpellings() throws InterruptedException {
        insert(1, KEY);
        insert(2, " " + KEY.toLowerCase(Locale.ROOT).replace('0', 'o').replace('1', 'l') + " ");
        insert(3, KEY.replace("-", ""));
        insert(4, "another");
        insert(5, KEY.substring(1));

        Removal done = awaitDone(removals.erase(ACCOUNT, Removal.Kind.KEY, KEY, ASKED));

        assertThat(ids()).containsExactly(4L, 5L);
        assertThat(done.done().orElseThrow().events()).isEqualTo(3);
        assertThat(done.done().orElseThrow().first()).contains(NOW);
        assertThat(removals.erase(ACCOUNT, Removal.Kind.KEY, "none has it", ASKED)
                        .done())
                .isEmpty();
    }

    @Test
    void erasure_takesTheBytesOfWhatWasVoidedBefore() throws InterruptedException {
        insert(1, "key");
        insert(2, "another");
        removals.takeOut(ACCOUNT, Set.of(1L), ASKED);
        assertThat(ids()).containsExactly(2L);
        String written = "SELECT count() FROM event WHERE key = 'key' SETTINGS apply_deleted_mask = 0";
        assertThat(database.ask(written, List.of(), row -> row.number(1)))
                .as("voided, and there")
                .containsExactly(1L);

        awaitDone(removals.erase(ACCOUNT, Removal.Kind.KEY, "key", ASKED));

        assertThat(database.ask(written, List.of(), row -> row.number(1))).containsExactly(0L);
        assertThat(ids()).containsExactly(2L);
    }

    @Test
    void erasure_waitsForEventsThatAreOnTheirWay_andSparesLaterOnes() throws InterruptedException {
        insert(1, "key");
        acknowledged = 2;
        Removal asked = removals.erase(ACCOUNT, Removal.Kind.KEY, "key", ASKED);
        Thread.sleep(1_500); // three times as long as it takes to be looked at
        assertThat(removals.find(ACCOUNT, asked.id()).orElseThrow().done()).isEmpty();
        assertThat(ids()).containsExactly(1L);

        insert(2, "key");
        insert(3, "key");
        assertThat(awaitDone(asked).done().orElseThrow().events()).isEqualTo(2);
        assertThat(ids()).containsExactly(3L);
    }

    @Test
    void eventOnItsWay_isNotVoidedNow() {
        insert(1, "key");
        acknowledged = 2;

        assertThatThrownBy(() -> removals.takeOut(ACCOUNT, Set.of(1L, 2L), ASKED))
                .isInstanceOf(Unavailable.class);
        assertThat(removals.takeOut(ACCOUNT, Set.of(1L, 3L), ASKED)
                        .orElseThrow()
                        .events())
                .containsExactly(1L);
        assertThat(ids()).isEmpty();
    }

    private long deletions() {
        return database.ask(
                        "SELECT count() FROM system.mutations WHERE database = currentDatabase() AND table = 'event'",
                        List.of(),
                        row -> row.number(1))
                .getFirst();
    }

    @Test
    void erasuresThatAreAskedForTogether_areOneDeletion() throws InterruptedException {
        insert(1, "key 1");
        insert(2, "key 2");
        insert(3, "key 3");
        insert(4, "another");
        acknowledged = 5;
        List<Removal> asked = List.of(
                removals.erase(ACCOUNT, Removal.Kind.KEY, "key 1", ASKED),
                removals.erase(ACCOUNT, Removal.Kind.KEY, "key 2", ASKED),
                removals.erase(ACCOUNT, Removal.Kind.KEY, "key 3", ASKED));

        insert(5, "key 3");
        for (Removal one : asked) {
            awaitDone(one);
        }

        assertThat(awaitDone(asked.getLast()).done().orElseThrow().events()).isEqualTo(2);
        assertThat(ids()).containsExactly(4L);
        assertThat(deletions()).isEqualTo(1);
    }

    @Test
    void voidsOfManyAtOnce_areAllDone_byFewerDeletions() {
        for (int id = 1; id <= 64; id++) {
            insert(id, "key");
        }

        List<Removal> done = AtOnce.run(
                64, i -> removals.takeOut(ACCOUNT, Set.of(i + 1L), ASKED).orElseThrow());

        assertThat(done).allMatch(removal -> removal.done().isPresent());
        assertThat(ids()).isEmpty();
        assertThat(deletions()).isLessThan(64);
    }

    @Test
    void whileADeletionGoesOn_noOtherIsBegun() throws InterruptedException {
        insert(1, "key");
        for (int id = 2; id < 8; id++) {
            insert(id, "another");
        }
        database.run("OPTIMIZE TABLE event FINAL");
        // Looks at each of them twice.
        database.run(Map.of("mutations_sync", "0"), "ALTER TABLE event DELETE WHERE id > 1 AND sleepEachRow(0.4) = 0");
        Removal asked = removals.erase(ACCOUNT, Removal.Kind.KEY, "key", ASKED);
        Removal later = removals.takeOut(ACCOUNT, Set.of(1L), ASKED).orElseThrow();

        assertThat(deletions()).isEqualTo(1);
        assertThat(later.done()).isEmpty();
        assertThat(removals.find(ACCOUNT, asked.id()).orElseThrow().done()).isEmpty();

        awaitDone(later);
        awaitDone(asked);
        assertThat(ids()).isEmpty();
    }
}
