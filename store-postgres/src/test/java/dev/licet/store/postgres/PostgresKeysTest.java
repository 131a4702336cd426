package dev.licet.store.postgres;

import dev.licet.core.store.KeysContract;
import dev.licet.core.store.Store;
import java.nio.file.Path;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("dev.licet.store.postgres.PostgresServer#isToBeTried")
class PostgresKeysTest extends KeysContract {
    @Override
    protected Store open(Path directory) {
        return TestStores.open(directory);
    }
}
