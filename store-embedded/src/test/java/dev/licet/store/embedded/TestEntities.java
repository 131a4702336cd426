package dev.licet.store.embedded;

import dev.licet.store.sql.InsightSettings;
import dev.licet.store.sql.Turns;
import dev.licet.store.sql.entity.Database;
import dev.licet.store.sql.entity.Entities;
import dev.licet.store.sql.entity.SingleWriter;
import java.nio.file.Path;
import java.util.Optional;

/// Entities in SQLite, for tests of what no store has to be opened for.
public final class TestEntities {
    private TestEntities() {}

    public static SingleWriter open(Path file) {
        return SqliteDatabase.open(file);
    }

    /// Of seats, there is no use to be asked for.
    static Entities of(Database database) {
        Turns closed = new Turns("test", InsightSettings.DEFAULT);
        closed.close();
        return Entities.of(database, closed, Optional.empty());
    }
}
