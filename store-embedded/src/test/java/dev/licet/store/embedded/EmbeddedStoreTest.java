package dev.licet.store.embedded;

import dev.licet.core.store.Store;
import dev.licet.core.store.StoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedStoreTest extends StoreContract {
    @TempDir
    static Path directory;

    @Override
    protected Store open() {
        return EmbeddedStore.open(directory);
    }
}
