package dev.licet.store.embedded;

import dev.licet.core.store.SeatsContract;
import dev.licet.core.store.Store;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedSeatsTest extends SeatsContract {
    @TempDir
    Path directory;

    @Override
    protected Store open() {
        return EmbeddedStore.open(directory);
    }
}
