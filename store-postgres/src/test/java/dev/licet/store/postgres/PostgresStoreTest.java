package dev.licet.store.postgres;

import dev.licet.core.store.Store;
import dev.licet.core.store.StoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

@EnabledIf("dev.licet.store.postgres.PostgresServer#isToBeTried")
class PostgresStoreTest extends StoreContract {
    @TempDir
    static Path directory;

    @Override
    protected Store open() {
        return TestStores.open(directory);
    }
}
