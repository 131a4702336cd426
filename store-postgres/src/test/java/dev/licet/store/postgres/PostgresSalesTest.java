package dev.licet.store.postgres;

import dev.licet.core.store.SalesContract;
import dev.licet.core.store.Store;
import dev.licet.store.sql.entity.ChangeLog;
import java.nio.file.Path;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("dev.licet.store.postgres.PostgresServer#isToBeTried")
class PostgresSalesTest extends SalesContract {
    @Override
    protected Store open(Path directory) {
        return TestStores.open(directory);
    }

    @Override
    protected void untell(Path closed) {
        try (PostgresDatabase database = PostgresDatabase.open(PostgresServer.of(closed), 1, ChangeLog.keepingAll())) {
            database.write(sql -> sql.update("UPDATE payment SET told = FALSE"));
        }
    }
}
