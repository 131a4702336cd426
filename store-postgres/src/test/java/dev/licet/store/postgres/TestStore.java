package dev.licet.store.postgres;

import dev.licet.core.disk.DiskUse;
import dev.licet.core.event.EventLog;
import dev.licet.core.insight.Insights;
import dev.licet.core.removal.Removals;
import dev.licet.core.store.Store;
import dev.licet.store.embedded.EmbeddedStore;
import dev.licet.store.sql.InsightSettings;
import dev.licet.store.sql.Turns;
import dev.licet.store.sql.entity.ChangeLog;
import dev.licet.store.sql.entity.Entities;
import dev.licet.store.sql.entity.SqlStore;
import java.nio.file.Path;
import java.util.Optional;

/// Entities in PostgreSQL beside the events of the embedded store: what the contracts of entities need of a store.
final class TestStore extends SqlStore {
    private final PostgresDatabase database;
    private final Turns turns;
    private final Store events;

    private TestStore(PostgresDatabase database, Turns turns, Store events) {
        super(Entities.of(database, turns, Optional.empty()));
        this.database = database;
        this.turns = turns;
        this.events = events;
    }

    static TestStore open(Path directory) {
        return new TestStore(
                PostgresDatabase.open(PostgresServer.of(directory), ChangeLog.keepingAll()),
                new Turns("test", InsightSettings.DEFAULT),
                EmbeddedStore.open(directory));
    }

    @Override
    public EventLog events() {
        return events.events();
    }

    @Override
    public Insights insights() {
        return events.insights();
    }

    @Override
    public Removals removals() {
        return events.removals();
    }

    @Override
    public DiskUse disk() {
        return events.disk();
    }

    @Override
    public Optional<String> check() {
        return database.check().or(events::check);
    }

    @Override
    public void close() {
        turns.close();
        events.close();
        database.close();
    }
}
