package dev.licet.store.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import javax.sql.DataSource;
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
        removals = new ClusterRemovals(
                entities, source, table, new EventReads(table, progress, directory), progress, Clock.systemUTC());
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
}
