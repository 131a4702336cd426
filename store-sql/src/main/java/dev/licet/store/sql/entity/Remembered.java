package dev.licet.store.sql.entity;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/// Entities that were read lately, such as the token that every request shows. Exact: what was read before the last
/// change of any entity is read again, so a revoked token is good for nobody once its revocation was acknowledged. What
/// [changes often][Database#touch] is read again after a change of itself, too. Work that is being done asks the
/// database for what it may have changed. Only what was found is remembered, and what is not asked for is forgotten
/// first. Safe
/// for threads.
final class Remembered<K, V> {
    private static final int MAX = 20_000;

    private record Entry<V>(V value, long version) {}

    /// What was found or asked for since a half of all was, and what was before.
    private record Generations<K, V>(ConcurrentHashMap<K, Entry<V>> young, ConcurrentHashMap<K, Entry<V>> old) {
        Generations() {
            this(new ConcurrentHashMap<>(), new ConcurrentHashMap<>());
        }
    }

    private volatile Generations<K, V> generations = new Generations<>();
    private final Database database;
    private final Optional<Function<K, Object>> touched;

    /// Of what changes seldom, by work that says so.
    Remembered(Database database) {
        this.database = database;
        this.touched = Optional.empty();
    }

    /// @param touched what a change of that which a key finds touches
    Remembered(Database database, Function<K, Object> touched) {
        this.database = database;
        this.touched = Optional.of(touched);
    }

    /// @param read asks the database
    Optional<V> find(K key, Supplier<Optional<V>> read) {
        Object thing = touched.isPresent() ? touched.get().apply(key) : null;
        if (database.isInTransaction() && database.isChanging(thing)) {
            return read.get();
        }
        // Before the reading: a change that comes in between makes the entry old.
        long version = database.version(thing);
        Generations<K, V> now = generations;
        Entry<V> entry = now.young.get(key);
        if (entry == null) {
            entry = now.old.get(key);
            if (entry != null && entry.version() == version) {
                put(key, entry);
            }
        }
        if (entry != null && entry.version() == version) {
            return Optional.of(entry.value());
        }
        Optional<V> found = read.get();
        found.ifPresent(value -> put(key, new Entry<>(value, version)));
        return found;
    }

    private void put(K key, Entry<V> entry) {
        Generations<K, V> now = generations;
        if (now.young.size() >= MAX / 2) {
            now = new Generations<>(new ConcurrentHashMap<>(), now.young);
            generations = now; // should two threads do this at once, a few are read again
        }
        now.young.put(key, entry);
    }
}
