package dev.licet.store.embedded;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// Entities that were read lately, such as the token that every request shows. Exact: what was read before the last
/// change of any entity is read again, so a revoked token is good for nobody once its revocation was acknowledged.
/// Only what was found is remembered. Safe for threads.
final class Remembered<K, V> {
    private static final int MAX = 10_000;

    private record Entry<V>(V value, long version) {}

    private final ConcurrentHashMap<K, Entry<V>> entries = new ConcurrentHashMap<>();
    private final Database database;

    Remembered(Database database) {
        this.database = database;
    }

    /// @param read asks the database
    Optional<V> find(K key, Supplier<Optional<V>> read) {
        if (database.isInTransaction()) {
            return read.get(); // it may have changed what it now asks for
        }
        // Before the reading: a change that comes in between makes the entry old.
        long version = database.version();
        Entry<V> entry = entries.get(key);
        if (entry != null && entry.version() == version) {
            return Optional.of(entry.value());
        }
        Optional<V> found = read.get();
        if (found.isPresent()) {
            if (entries.size() >= MAX) {
                entries.clear();
            }
            entries.put(key, new Entry<>(found.get(), version));
        }
        return found;
    }
}
