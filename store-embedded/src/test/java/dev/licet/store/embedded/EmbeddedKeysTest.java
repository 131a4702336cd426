package dev.licet.store.embedded;

import dev.licet.core.store.KeysContract;
import dev.licet.core.store.Store;
import java.nio.file.Path;

class EmbeddedKeysTest extends KeysContract {
    @Override
    protected Store open(Path directory) {
        return EmbeddedStore.open(directory);
    }
}
