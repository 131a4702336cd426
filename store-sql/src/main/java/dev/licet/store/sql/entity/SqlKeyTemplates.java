package dev.licet.store.sql.entity;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.TemplateId;
import dev.licet.core.license.KeyTemplate;
import dev.licet.core.license.KeyTemplates;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/// The table of what keys are issued with under a name.
final class SqlKeyTemplates implements KeyTemplates {
    private final Database database;

    SqlKeyTemplates(Database database) {
        this.database = database;
    }

    @Override
    public KeyTemplate add(AccountNumber account, ProductId product, KeyTemplate.Content content) {
        long id = database.writeUnremembered(sql -> sql.insert(
                """
                INSERT INTO key_template (account, product, name, period, features, named_features, machines_extend,
                  max_machines, allowed_machines, overdraft, churn_most, churn_window)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                account.value(),
                product.value(),
                content.name(),
                content.period(),
                content.features().bits(),
                KeyColumns.lines(content.features().named()),
                content.machinesExtend(),
                content.machines().most(),
                KeyColumns.lines(content.machines().allowed()),
                content.machines().overdraft(),
                KeyColumns.churnMost(content.machines()),
                KeyColumns.churnWindow(content.machines())));
        return new KeyTemplate(new TemplateId(id), product, content);
    }

    @Override
    public Optional<KeyTemplate> find(AccountNumber account, TemplateId id) {
        return database.read(sql -> sql.first(
                "SELECT * FROM key_template WHERE id = ? AND account = ?",
                SqlKeyTemplates::row,
                id.value(),
                account.value()));
    }

    @Override
    public List<KeyTemplate> list(AccountNumber account, long after, int most) {
        return database.read(sql -> sql.all(
                "SELECT * FROM key_template WHERE account = ? AND id > ? ORDER BY id LIMIT ?",
                SqlKeyTemplates::row,
                account.value(),
                after,
                most));
    }

    @Override
    public boolean remove(AccountNumber account, TemplateId id) {
        return database.writeUnremembered(sql ->
                sql.update("DELETE FROM key_template WHERE id = ? AND account = ?", id.value(), account.value()) == 1);
    }

    private static KeyTemplate row(Row row) throws SQLException {
        return new KeyTemplate(
                new TemplateId(row.getLong("id")),
                new ProductId(row.getLong("product")),
                new KeyTemplate.Content(
                        row.getString("name"),
                        row.getInt("period"),
                        KeyColumns.features(row),
                        row.getBoolean("machines_extend"),
                        KeyColumns.machines(row)));
    }
}
