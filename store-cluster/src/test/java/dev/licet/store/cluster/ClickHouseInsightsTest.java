package dev.licet.store.cluster;

import dev.licet.core.store.InsightsContract;
import dev.licet.core.store.Store;
import java.nio.file.Path;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("dev.licet.store.cluster.TestStore#isToBeTried")
class ClickHouseInsightsTest extends InsightsContract {
    @Override
    protected Store open(Path directory) {
        return TestStore.open(directory);
    }
}
