package dev.licet.store.cluster;

import dev.licet.core.TestClock;
import dev.licet.core.identity.Caller;
import dev.licet.core.store.InsightsContract;
import dev.licet.core.store.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("dev.licet.store.cluster.TestStore#isToBeTried")
class ClickHouseInsightsTest extends InsightsContract {
    private static final List<String> ZONES = List.of("UTC", "Europe/Prague", "America/New_York", "Asia/Kolkata");

    /// Each request in another hour, since what is counted is by hours of receipt.
    @Override
    protected Store open(Path directory) {
        return TestStore.open(directory, Duration.ofHours(1));
    }

    /// Each takes a tenth of a second here.
    @Override
    protected int cases() {
        return super.cases() / 2;
    }

    /// Counts more hours, and those anew whose events were changed, by this calendar or that.
    @Override
    protected void meanwhile(Store opened, Caller of, Random random) throws Exception {
        if (random.nextInt(3) == 0) {
            opened.accounts().setZone(of.account(), ZoneId.of(ZONES.get(random.nextInt(ZONES.size()))));
        }
        EventCounter counter = ((TestStore) opened).counter();
        counter.count(CountParts.hour(TestClock.START) + random.nextInt(40), 10 + random.nextInt(40));
        if (random.nextInt(5) == 0) {
            counter.clean();
        }
    }
}
