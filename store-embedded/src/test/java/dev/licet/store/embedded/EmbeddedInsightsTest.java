package dev.licet.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.identity.Caller;
import dev.licet.core.store.InsightsContract;
import dev.licet.core.store.Store;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Random;

class EmbeddedInsightsTest extends InsightsContract {
    private static final List<String> ZONES = List.of("UTC", "Europe/Prague", "America/New_York", "Asia/Kolkata");

    @Override
    protected Store open(Path directory) {
        return EmbeddedStore.open(directory);
    }

    /// Counts by days, by this calendar or that.
    @Override
    protected void meanwhile(Store opened, Caller of, Random random) throws Exception {
        EmbeddedEventLog log = ((EmbeddedStore) opened).log();
        EventTable table = log.table();
        table.roll(1 + random.nextInt(300), log.zones());
        switch (random.nextInt(5)) {
            case 0 -> table.mergeRolled();
            case 1 -> table.inTransaction(table::forgetRolled);
            case 2, 3 -> {
                opened.accounts().setZone(of.account(), ZoneId.of(ZONES.get(random.nextInt(ZONES.size()))));
                if (random.nextBoolean()) {
                    assertThat(table.rollMoved(log.zones())).isLessThanOrEqualTo(1);
                }
            }
            default -> {}
        }
    }
}
