package dev.licet.store.embedded;

import dev.licet.core.store.RemovalsContract;
import dev.licet.core.store.Store;
import java.nio.file.Path;

class EmbeddedRemovalsTest extends RemovalsContract {
    @Override
    protected Store open(Path directory) {
        return EmbeddedStore.open(directory);
    }
}
