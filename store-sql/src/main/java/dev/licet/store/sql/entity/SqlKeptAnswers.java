package dev.licet.store.sql.entity;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.RequestId;
import dev.licet.core.once.Fingerprint;
import dev.licet.core.once.KeptAnswers;
import dev.licet.core.once.RequestKey;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/// The table of kept answers. A change runs on the writing thread, inside the transaction that keeps its answer.
final class SqlKeptAnswers implements KeptAnswers {
    private final Database database;

    SqlKeptAnswers(Database database) {
        this.database = database;
    }

    private record Row(Fingerprint content, byte[] answer) {}

    @Override
    public Outcome<Kept> once(RequestKey key, Instant at, Supplier<Change> change) {
        String request = RequestId.current();
        return database.writeUnremembered(sql -> {
            Optional<Row> kept = sql.first(
                    "SELECT content, answer FROM kept_answer WHERE name = ?",
                    row -> new Row(Fingerprint.of(row.getBytes(1)), row.getBytes(2)),
                    key.name().toBytes());
            if (kept.isPresent()) {
                return kept.get().content().equals(key.content())
                        ? Outcome.success(new Kept(kept.get().answer(), true))
                        : Outcome.refused(new Refusal.RequestKeyReused());
            }
            Change done = ScopedValue.where(RequestId.CURRENT, request).call(change::get);
            if (done.made()) {
                sql.update(
                        "INSERT INTO kept_answer VALUES (?, ?, ?, ?)",
                        key.name().toBytes(),
                        key.content().toBytes(),
                        done.answer(),
                        Micros.of(at));
            }
            return Outcome.success(new Kept(done.answer(), false));
        });
    }

    @Override
    public void forgetKeptBefore(Instant then) {
        database.writeUnremembered(sql -> sql.update("DELETE FROM kept_answer WHERE kept_at < ?", Micros.of(then)));
    }
}
