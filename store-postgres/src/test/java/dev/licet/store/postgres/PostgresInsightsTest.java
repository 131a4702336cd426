package dev.licet.store.postgres;

import dev.licet.core.store.InsightsContract;
import dev.licet.core.store.Store;
import java.nio.file.Path;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("dev.licet.store.postgres.PostgresServer#isToBeTried")
class PostgresInsightsTest extends InsightsContract {
    @Override
    protected Store open(Path directory) {
        return TestStores.open(directory);
    }
}
