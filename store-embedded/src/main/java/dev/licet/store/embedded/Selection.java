package dev.licet.store.embedded;

import dev.licet.core.event.EventFilter;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import dev.licet.store.sql.entity.Micros;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// A condition on the rows of the event table, with its arguments.
record Selection(String condition, List<Object> arguments) {
    Selection {
        arguments = List.copyOf(arguments);
    }

    static Selection of(AccountNumber account, EventFilter filter) {
        return new Selection("account = ?", List.of(account.value()))
                .and("product = ?", filter.product().map(ProductId::value))
                .and("key = ?", filter.key())
                .and("name = ?", filter.name())
                .and("feature = ?", filter.feature())
                .and("machine = ?", filter.machine())
                .and("end_user = ?", filter.endUser())
                .and("happened_at >= make_timestamp(?)", filter.from().map(Micros::of))
                .and("happened_at < make_timestamp(?)", filter.until().map(Micros::of))
                .and("contains(metadata, ?)", filter.metadataPart());
    }

    Selection above(long id) {
        return and("id > ?", Optional.of(id));
    }

    Selection above(OptionalLong id) {
        return id.isPresent() ? above(id.getAsLong()) : this;
    }

    Selection below(OptionalLong id) {
        return id.isPresent() ? and("id < ?", Optional.of(id.getAsLong())) : this;
    }

    Selection upTo(long id) {
        return and("id <= ?", Optional.of(id));
    }

    /// @param argument empty for no further condition
    private Selection and(String further, Optional<?> argument) {
        if (argument.isEmpty()) {
            return this;
        }
        List<Object> more = new ArrayList<>(arguments);
        more.add(argument.get());
        return new Selection(condition + " AND " + further, more);
    }

    /// A statement with the condition between these two.
    PreparedStatement prepare(Connection connection, String before, String after) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(before + condition + after);
        try {
            for (int i = 0; i < arguments.size(); i++) {
                statement.setObject(i + 1, arguments.get(i));
            }
            return statement;
        } catch (SQLException e) {
            statement.close();
            throw e;
        }
    }
}
