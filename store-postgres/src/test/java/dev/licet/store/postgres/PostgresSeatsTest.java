package dev.licet.store.postgres;

import dev.licet.core.store.SeatsContract;
import dev.licet.core.store.Store;
import java.nio.file.Path;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

@EnabledIf("dev.licet.store.postgres.PostgresServer#isToBeTried")
class PostgresSeatsTest extends SeatsContract {
    @TempDir
    Path directory;

    @Override
    protected Store open() {
        return TestStores.open(directory);
    }
}
