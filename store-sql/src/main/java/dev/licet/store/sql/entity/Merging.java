package dev.licet.store.sql.entity;

import dev.licet.core.Pending;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Writes of the same kind that many ask for: what comes in while a write waits for its turn is written with it, and of
/// one thing once. They cost the writer one request together, instead of one each. `this` guards what waits. Safe for
/// threads.
///
/// @param <K> names the thing that is written @param <V> what to write @param <R> what who asked is told
final class Merging<K, V, R> {

    /// Writes one thing. @return what all who asked for it are told
    @FunctionalInterface
    interface Write<K, V, R> {
        R run(Sql sql, K key, V value) throws SQLException;
    }

    private record Batch<K, V, R>(Map<K, V> values, Pending<Map<K, R>> answers) {}

    private final Database database;
    private final BinaryOperator<V> merge;
    private final Supplier<Write<K, V, R>> writes;
    /// In the writer's queue, and not begun.
    private @Nullable Batch<K, V, R> waiting;

    /// @param merge one value that does for both, of which the second came later
    /// @param writes a new one for all that are written at once, which may remember what none of them changes
    Merging(Database database, BinaryOperator<V> merge, Supplier<Write<K, V, R>> writes) {
        this.database = database;
        this.merge = merge;
        this.writes = writes;
    }

    Pending<R> add(K key, V value) {
        if (database.isInTransaction()) {
            return Pending.done(database.writeUnremembered(sql -> writes.get().run(sql, key, value)));
        }
        return addWaiting(key, value).map(answers -> Objects.requireNonNull(answers.get(key)));
    }

    private synchronized Pending<Map<K, R>> addWaiting(K key, V value) {
        Batch<K, V, R> batch = waiting == null ? begin() : waiting;
        batch.values.merge(key, value, merge);
        return batch.answers;
    }

    private Batch<K, V, R> begin() {
        Map<K, V> values = new HashMap<>();
        Batch<K, V, R> batch = new Batch<>(values, database.submitUnremembered(sql -> {
            take(values);
            Write<K, V, R> write = writes.get();
            Map<K, R> answers = new HashMap<>();
            for (Map.Entry<K, V> entry : values.entrySet()) {
                answers.put(entry.getKey(), write.run(sql, entry.getKey(), entry.getValue()));
            }
            return answers;
        }));
        waiting = batch;
        batch.answers.whenThere(() -> take(values)); // its group may have failed before it was begun
        return batch;
    }

    /// What comes from now on is for another batch.
    private synchronized void take(Map<K, V> values) {
        if (waiting != null && waiting.values == values) {
            waiting = null;
        }
    }
}
