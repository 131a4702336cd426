package dev.licet.store.embedded;

import dev.licet.core.store.SalesContract;
import dev.licet.core.store.Store;
import java.nio.file.Path;

class EmbeddedSalesTest extends SalesContract {
    @Override
    protected Store open(Path directory) {
        return EmbeddedStore.open(directory);
    }

    @Override
    protected void untell(Path closed) {
        try (SqliteDatabase database = SqliteDatabase.open(closed.resolve("entities.db"))) {
            database.write(sql -> sql.update("UPDATE payment SET told = 0"));
        }
    }
}
