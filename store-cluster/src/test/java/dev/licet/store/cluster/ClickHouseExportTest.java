package dev.licet.store.cluster;

import dev.licet.core.store.ExportContract;
import dev.licet.core.store.Store;
import java.nio.file.Path;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("dev.licet.store.cluster.TestStore#isToBeTried")
class ClickHouseExportTest extends ExportContract {
    @Override
    protected Store open(Path directory) {
        return TestStore.open(directory);
    }
}
