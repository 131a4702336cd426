package dev.licet.store.sql.entity;

import dev.licet.core.Pending;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.DataObjectId;
import dev.licet.core.id.ProductId;
import dev.licet.core.license.KeyCall;
import dev.licet.core.license.KeyCalls;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The table of calls about keys.
final class SqlKeyCalls implements KeyCalls {
    private final Database database;

    SqlKeyCalls(Database database) {
        this.database = database;
    }

    @Override
    public Pending<Boolean> add(AccountNumber account, KeyCall call) {
        return database.submitUnremembered(sql -> sql.update(
                        """
                        INSERT INTO key_call (account, product, key, address, at, state, machine, friendly_name,
                          seat_until, number, object)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                        account.value(),
                        call.product().value(),
                        call.key().orElse(null),
                        call.address(),
                        Micros.of(call.at()),
                        call.state().code(),
                        call.machine(),
                        call.friendlyName().orElse(null),
                        call.seatUntil().map(Micros::of).orElse(null),
                        call.number(),
                        call.object().map(DataObjectId::value).orElse(null))
                == 1);
    }

    @Override
    public List<KeyCall> list(AccountNumber account, Query query) {
        StringBuilder where = new StringBuilder("account = ? AND id > ? AND id < ?");
        List<@Nullable Object> arguments = new ArrayList<>(List.of(account.value(), query.after(), query.before()));
        query.product().ifPresent(product -> and(where, "product = ?", arguments, product.value()));
        query.key().ifPresent(key -> and(where, "key = ?", arguments, key));
        query.machine().ifPresent(machine -> and(where, "machine = ?", arguments, machine));
        query.friendlyName()
                .ifPresent(
                        name -> and(where, "lower(friendly_name) LIKE ? ESCAPE '\\'", arguments, Sql.containing(name)));
        query.from().ifPresent(from -> and(where, "at >= ?", arguments, Micros.of(from)));
        query.until().ifPresent(until -> and(where, "at < ?", arguments, Micros.of(until)));
        if (!query.states().isEmpty()) {
            where.append(" AND state IN (")
                    .append(String.join(", ", Collections.nCopies(query.states().size(), "?")))
                    .append(')');
            arguments.addAll(query.states());
        }
        arguments.add(query.most());
        String order = query.newestFirst() ? "DESC" : "ASC";
        return database.read(sql -> sql.all(
                "SELECT * FROM key_call WHERE " + where + " ORDER BY id " + order + " LIMIT ?",
                SqlKeyCalls::row,
                arguments.toArray()));
    }

    private static void and(StringBuilder where, String condition, List<@Nullable Object> arguments, Object argument) {
        where.append(" AND ").append(condition);
        arguments.add(argument);
    }

    @Override
    public void forgetBefore(Instant then) {
        database.writeUnremembered(sql -> sql.update("DELETE FROM key_call WHERE at < ?", Micros.of(then)));
    }

    private static KeyCall row(Row row) throws SQLException {
        long seatUntil = row.getLong("seat_until");
        boolean hasSeat = !row.wasNull();
        long object = row.getLong("object");
        return new KeyCall(
                row.getLong("id"),
                new ProductId(row.getLong("product")),
                Optional.ofNullable(row.getString("key")),
                row.getString("address"),
                Micros.instant(row, "at"),
                new KeyCall.State(row.getInt("state")),
                row.getString("machine"),
                Optional.ofNullable(row.getString("friendly_name")),
                hasSeat ? Optional.of(Micros.instant(seatUntil)) : Optional.empty(),
                row.getInt("number"),
                object == 0 ? Optional.empty() : Optional.of(new DataObjectId(object)));
    }
}
