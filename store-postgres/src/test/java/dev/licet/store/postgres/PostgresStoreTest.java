package dev.licet.store.postgres;

import dev.licet.core.store.Store;
import dev.licet.core.store.StoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// With the embedded store's events, which are tried again beside it.
@EnabledIf("dev.licet.store.postgres.PostgresServer#isToBeTried")
class PostgresStoreTest extends StoreContract {
    @TempDir
    static Path directory;

    @Override
    protected Store open() {
        return TestStore.open(directory);
    }
}
