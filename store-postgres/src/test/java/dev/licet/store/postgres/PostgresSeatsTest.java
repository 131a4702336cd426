package dev.licet.store.postgres;

import dev.licet.core.store.SeatsContract;
import dev.licet.core.store.Store;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class PostgresSeatsTest extends SeatsContract {
    @TempDir
    Path directory;

    @BeforeAll
    static void require() {
        PostgresServer.require();
    }

    @Override
    protected Store open() {
        return TestStore.open(directory);
    }
}
