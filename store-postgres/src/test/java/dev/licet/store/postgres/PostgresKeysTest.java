package dev.licet.store.postgres;

import dev.licet.core.store.KeysContract;
import dev.licet.core.store.Store;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;

class PostgresKeysTest extends KeysContract {
    @BeforeAll
    static void require() {
        PostgresServer.require();
    }

    @Override
    protected Store open(Path directory) {
        return TestStore.open(directory);
    }
}
