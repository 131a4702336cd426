package dev.licet.store.cluster;

import dev.licet.core.disk.DiskUse;
import dev.licet.core.event.EventLog;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.insight.Insights;
import dev.licet.core.removal.Removals;
import dev.licet.core.store.Store;
import dev.licet.store.postgres.PostgresDatabase;
import dev.licet.store.postgres.PostgresServer;
import dev.licet.store.postgres.PostgresStore;
import dev.licet.store.sql.InsightSettings;
import dev.licet.store.sql.Rolled;
import dev.licet.store.sql.Turns;
import dev.licet.store.sql.entity.ChangeLog;
import dev.licet.store.sql.entity.Entities;
import dev.licet.store.sql.entity.SqlStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;
import org.apache.kafka.common.Uuid;

/// Entities in PostgreSQL and events in ClickHouse, with [one writer][OneWriter] between them.
final class TestStore extends SqlStore {
    private final PostgresDatabase database;
    private final ClickHouse clickHouse;
    private final OneWriter events;
    private final Turns turns;
    private final ClusterInsights insights;
    private final ClusterRemovals removals;
    private final EventCounter counter;

    /// For questions that look at events alone.
    static final ClusterInsights.Counts NOTHING_COUNTED = new ClusterInsights.Counts() {
        @Override
        public Optional<Rolled> of(AccountNumber account) {
            return Optional.empty();
        }

        @Override
        public boolean still(AccountNumber account, Rolled rolled) {
            throw new IllegalStateException("nothing is");
        }
    };

    private TestStore(
            DataSource source,
            PostgresDatabase database,
            ClickHouse clickHouse,
            Turns turns,
            Path directory,
            Duration apart) {
        super(Entities.of(database, turns, Optional.empty()));
        this.database = database;
        this.clickHouse = clickHouse;
        this.turns = turns;
        EventTable table = new EventTable(clickHouse, Optional.empty());
        table.make();
        CountTables counts = new CountTables(table);
        counts.make();
        this.events = new OneWriter(source, table, directory, apart);
        this.insights = new ClusterInsights(
                clickHouse, events, new NotedCounts(source::getConnection), turns, InsightSettings.DEFAULT.timeout());
        this.removals = new ClusterRemovals(
                database,
                source,
                counts,
                new EventChanges(source::getConnection),
                events.reads(),
                events,
                new SinkErasures(Uuid.randomUuid()),
                Clock.systemUTC());
        this.counter = new EventCounter(source, counts, TestCluster.COUNTED_AT_ONCE);
        removals.start();
    }

    /// Whether there are the engines, or the environment has `NEVER_SKIP_TESTS`.
    static boolean isToBeTried() {
        return PostgresServer.isToBeTried() && ClickHouseServer.isToBeTried();
    }

    /// The same one for the same directory.
    static Store open(Path directory) {
        return open(directory, Duration.ZERO);
    }

    /// @param apart how much later than the one before each request is received, as the table has it
    static TestStore open(Path directory, Duration apart) {
        DataSource source = PostgresStore.source(PostgresServer.address(directory), "licet", Optional.empty());
        ClickHouseServer server = ClickHouseServer.shared();
        return new TestStore(
                source,
                PostgresDatabase.open(source, 1, ChangeLog.keepingAll()),
                server.client(server.database(directory)),
                new Turns("insight", InsightSettings.DEFAULT),
                directory,
                apart);
    }

    EventCounter counter() {
        return counter;
    }

    @Override
    public EventLog events() {
        return events;
    }

    @Override
    public Insights insights() {
        return insights;
    }

    @Override
    public Removals removals() {
        return removals;
    }

    @Override
    public DiskUse disk() {
        return events.reads().disk(Clock.systemUTC().instant(), 0, Optional.empty());
    }

    @Override
    public Optional<String> check() {
        return database.check().or(clickHouse::check);
    }

    @Override
    public void close() {
        removals.close();
        counter.close();
        turns.close();
        clickHouse.close();
        database.close();
    }
}
