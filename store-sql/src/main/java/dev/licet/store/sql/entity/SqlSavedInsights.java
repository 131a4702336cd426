package dev.licet.store.sql.entity;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.SavedId;
import dev.licet.core.insight.Saved;
import dev.licet.core.insight.SavedInsights;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The table of saved insights and dashboards.
final class SqlSavedInsights implements SavedInsights {
    private final Database database;

    SqlSavedInsights(Database database) {
        this.database = database;
    }

    @Override
    public Saved add(AccountNumber account, Saved.Type type, String name, String content, Instant at) {
        long id = database.writeUnremembered(sql -> sql.insert(
                "INSERT INTO saved_insight (account, type, name, content, created_at) VALUES (?, ?, ?, ?, ?)",
                account.value(),
                text(type),
                name,
                content,
                Micros.of(at)));
        return new Saved(new SavedId(id), account, type, name, content, Micros.instant(Micros.of(at)));
    }

    @Override
    public Optional<Saved> find(AccountNumber account, Saved.Type type, SavedId id) {
        return database.read(sql -> sql.first(
                "SELECT * FROM saved_insight WHERE id = ? AND account = ? AND type = ?",
                SqlSavedInsights::row,
                id.value(),
                account.value(),
                text(type)));
    }

    @Override
    public List<Saved> list(AccountNumber account, Saved.Type type, long after, int most) {
        return database.read(sql -> sql.all(
                "SELECT * FROM saved_insight WHERE account = ? AND type = ? AND id > ? ORDER BY id LIMIT ?",
                SqlSavedInsights::row,
                account.value(),
                text(type),
                after,
                most));
    }

    @Override
    public int count(AccountNumber account) {
        return database.read(sql -> sql.first(
                        "SELECT count(*) FROM saved_insight WHERE account = ?",
                        row -> (int) row.getLong(1),
                        account.value())
                .orElseThrow());
    }

    @Override
    public void change(Saved saved) {
        database.writeUnremembered(sql -> sql.update(
                "UPDATE saved_insight SET name = ?, content = ? WHERE id = ?",
                saved.name(),
                saved.content(),
                saved.id().value()));
    }

    @Override
    public void remove(SavedId id) {
        database.writeUnremembered(sql -> sql.update("DELETE FROM saved_insight WHERE id = ?", id.value()));
    }

    private static String text(Saved.Type type) {
        return type.name().toLowerCase(Locale.ROOT);
    }

    private static Saved row(Row row) throws SQLException {
        return new Saved(
                new SavedId(row.getLong("id")),
                new AccountNumber(row.getLong("account")),
                Saved.Type.valueOf(row.getString("type").toUpperCase(Locale.ROOT)),
                row.getString("name"),
                row.getString("content"),
                Micros.instant(row, "created_at"));
    }
}
