package dev.licet.store.postgres;

import dev.licet.core.store.Store;
import dev.licet.store.sql.InsightSettings;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;

/// Stores for the contracts.
final class TestStores {
    private TestStores() {}

    /// The same one for the same directory.
    static Store open(Path directory) {
        return open(PostgresServer.of(directory), directory);
    }

    /// A node of its own.
    static PostgresStore open(DataSource source) {
        return open(source, Path.of(System.getProperty("java.io.tmpdir")));
    }

    private static PostgresStore open(DataSource source, Path exports) {
        return PostgresStore.open(
                source,
                new PostgresStore.Settings(
                        16_384, 64L << 20, InsightSettings.DEFAULT, Optional.empty(), Duration.ofDays(400), exports),
                Clock.systemUTC(),
                Clock.systemUTC());
    }
}
