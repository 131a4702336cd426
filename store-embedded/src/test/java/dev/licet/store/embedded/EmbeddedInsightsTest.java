package dev.licet.store.embedded;

import dev.licet.core.store.InsightsContract;
import dev.licet.core.store.Store;
import java.nio.file.Path;

class EmbeddedInsightsTest extends InsightsContract {
    @Override
    protected Store open(Path directory) {
        return EmbeddedStore.open(directory);
    }
}
