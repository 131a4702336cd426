package dev.licet.store.embedded;

import dev.licet.store.sql.entity.Row;
import dev.licet.store.sql.entity.Sql;
import dev.licet.store.sql.entity.SqlRemovals;
import java.sql.SQLException;

/// What was removed. It is asked before an event is added, whatever it is added from.
final class SqliteRemovals extends SqlRemovals implements Removed.Source {
    private final SqliteDatabase database;
    /// No event above it is removed. Raised before what raises it is committed.
    private volatile long highest;

    SqliteRemovals(SqliteDatabase database) {
        super(database);
        this.database = database;
        this.highest = database.read(sql -> sql.first(
                        "SELECT max(coalesce((SELECT max(up_to) FROM removal WHERE subject IS NOT NULL), 0),"
                                + " coalesce((SELECT max(event) FROM removed_event), 0))",
                        row -> row.getLong(1))
                .orElseThrow());
    }

    @Override
    protected void decided(long upTo) {
        highest = Math.max(highest, upTo); // by the database's one writer
    }

    /// What is deleted here is overwritten, too.
    @Override
    protected int forget(Sql sql, String delete, Object... arguments) throws SQLException {
        sql.first("PRAGMA secure_delete = 1", row -> row.getInt(1));
        int forgotten = super.forget(sql, delete, arguments);
        sql.first("PRAGMA secure_delete = 0", row -> row.getInt(1));
        return forgotten;
    }

    /// Of an erasure from when it was counted on: what is loaded before that counts, and goes with the
    /// others.
    @Override
    public Removed of(IdRange ids) {
        if (ids.first() > highest) {
            return Removed.NOTHING;
        }
        return database.read(sql -> new Removed(
                salt(),
                sql.all(
                        "SELECT event FROM removed_event WHERE event BETWEEN ? AND ?",
                        row -> row.getLong(1),
                        ids.first(),
                        ids.last()),
                sql.all(
                        "SELECT * FROM removal WHERE subject IS NOT NULL AND events IS NOT NULL AND up_to >= ?",
                        SqliteRemovals::erasure,
                        ids.first())));
    }

    private static Removed.Erasure erasure(Row row) throws SQLException {
        return new Removed.Erasure(row.getLong("id"), kind(row), row.getString("subject"), row.getLong("up_to"));
    }

    /// Whether anything of an erasure is left to do.
    boolean isPending() {
        return database.read(sql -> sql.first("SELECT 1 FROM removal WHERE done_at IS NULL LIMIT 1", row -> 1)
                .isPresent());
    }

    /// What is left to do: erasures, and voids that a crash left.
    Removed pending() {
        return database.read(sql -> new Removed(
                salt(),
                sql.all(
                        "SELECT event FROM removed_event JOIN removal ON removal.id = removal WHERE done_at IS NULL",
                        row -> row.getLong(1)),
                sql.all(
                        "SELECT * FROM removal WHERE subject IS NOT NULL AND done_at IS NULL",
                        SqliteRemovals::erasure)));
    }
}
