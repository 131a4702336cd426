package dev.licet.store.postgres;

import dev.licet.core.store.Store;
import dev.licet.store.sql.InsightSettings;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/// Stores for the contracts.
final class TestStores {
    private TestStores() {}

    /// The same one for the same directory.
    static Store open(Path directory) {
        return PostgresStore.open(
                PostgresServer.of(directory),
                new PostgresStore.Settings(
                        16_384, 64L << 20, InsightSettings.DEFAULT, Optional.empty(), Duration.ofDays(400), directory),
                Clock.systemUTC(),
                Clock.systemUTC());
    }
}
