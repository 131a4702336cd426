package dev.licet.store.postgres;

import dev.licet.core.identity.Caller;
import dev.licet.core.store.InsightsContract;
import dev.licet.core.store.Store;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("dev.licet.store.postgres.PostgresServer#isToBeTried")
class PostgresInsightsTest extends InsightsContract {
    private static final List<String> ZONES = List.of("UTC", "Europe/Prague", "America/New_York", "Asia/Kolkata");

    @Override
    protected Store open(Path directory) {
        return TestStores.open(directory);
    }

    /// Counts by days, by this calendar or that.
    @Override
    protected void meanwhile(Store opened, Caller of, Random random) throws Exception {
        if (random.nextInt(3) == 0) {
            opened.accounts().setZone(of.account(), ZoneId.of(ZONES.get(random.nextInt(ZONES.size()))));
        }
        ((PostgresStore) opened).roller().count(1 + random.nextInt(300), random.nextInt(3) == 0);
    }
}
