package dev.licet.server;

import dev.licet.core.SteadyClock;
import dev.licet.core.store.Store;
import dev.licet.server.config.Settings;
import dev.licet.server.config.Settings.PostgresSettings;
import dev.licet.store.embedded.EmbeddedStore;
import dev.licet.store.embedded.JournalSettings;
import dev.licet.store.postgres.PostgresStore;
import dev.licet.store.sql.InsightSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/// The store that settings ask for: in the data directory, or in PostgreSQL.
final class Stores {
    private Stores() {}

    /// @param nanos how time passes, as [System#nanoTime]
    static Store open(Settings settings, Clock clock, LongSupplier nanos) {
        Optional<PostgresSettings> postgres = settings.postgres();
        if (postgres.isPresent()) {
            return open(postgres.get(), settings, clock, nanos);
        }
        return EmbeddedStore.open(
                settings.data(),
                eventSettings(settings.events()),
                insightSettings(settings.insights()),
                settings.auditRetention(),
                clock,
                nanos);
    }

    private static PostgresStore open(PostgresSettings postgres, Settings settings, Clock clock, LongSupplier nanos) {
        Settings.EventSettings events = settings.events();
        Path scratch = settings.data().resolve("exports");
        try {
            deleteTree(scratch); // what an end in between has left
            Files.createDirectories(scratch);
        } catch (IOException e) {
            throw new UncheckedIOException("can't write to " + settings.data() + ": " + e.getMessage(), e);
        }
        return PostgresStore.open(
                PostgresStore.source(postgres.address(), postgres.user(), postgres.password()),
                new PostgresStore.Settings(
                        events.queueRequests(),
                        events.queueBytes(),
                        insightSettings(settings.insights()),
                        Optional.of(events.retention()),
                        settings.auditRetention(),
                        scratch),
                clock,
                new SteadyClock(clock, nanos));
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static EmbeddedStore.EventSettings eventSettings(Settings.EventSettings settings) {
        JournalSettings journal = new JournalSettings(
                settings.queueRequests(), settings.queueBytes(), settings.diskFloor(), settings.maxUnloaded());
        return new EmbeddedStore.EventSettings(
                settings.retention(), settings.archive(), settings.queryMemory(), journal);
    }

    private static InsightSettings insightSettings(Settings.InsightSettings settings) {
        return new InsightSettings(settings.timeout(), settings.atOnce(), settings.mostWaiting());
    }

    /// Fills a store that has nothing in it yet. Of several nodes that start at once, one does.
    ///
    /// @return what the filling gave; empty where something is in it
    static <T> Optional<T> fillIfNew(Settings settings, Clock clock, Function<Store, T> fill) {
        if (settings.postgres().isEmpty()) {
            return EmbeddedStore.exists(settings.data())
                    ? Optional.empty()
                    : Optional.of(EmbeddedStore.create(settings.data(), fill));
        }
        try (Store store = open(settings, clock, System::nanoTime)) {
            return store.transactions()
                    .run(() -> store.accounts().list().isEmpty() ? Optional.of(fill.apply(store)) : Optional.empty());
        }
    }
}
