package dev.licet.store.postgres;

import dev.licet.core.store.ExportContract;
import dev.licet.core.store.Store;
import java.nio.file.Path;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("dev.licet.store.postgres.PostgresServer#isToBeTried")
class PostgresExportTest extends ExportContract {
    @Override
    protected Store open(Path directory) {
        return TestStores.open(directory);
    }
}
