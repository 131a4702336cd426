package dev.licet.store.postgres;

import dev.licet.core.event.EventFilter;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import dev.licet.store.sql.entity.Micros;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// A condition on the rows of the table of events, with its arguments.
record EventSelection(String condition, List<Object> arguments) {
    EventSelection {
        arguments = List.copyOf(arguments);
    }

    static EventSelection of(AccountNumber account, EventFilter filter) {
        return new EventSelection("account = ?", List.of(account.value()))
                .and("product = ?", filter.product().map(ProductId::value))
                .and("key = ?", filter.key().map(Texts::stored))
                .and("name = ?", filter.name().map(Texts::stored))
                .and("feature = ?", filter.feature().map(Texts::stored))
                .and("machine = ?", filter.machine().map(Texts::stored))
                .and("end_user = ?", filter.endUser().map(Texts::stored))
                .and("happened_us >= ?", filter.from().map(at -> Micros.of(at)))
                .and("happened_us < ?", filter.until().map(at -> Micros.of(at)))
                .and("strpos(metadata, ?) > 0", filter.metadataPart().map(Texts::stored));
    }

    EventSelection above(OptionalLong id) {
        return id.isPresent() ? and("id > ?", Optional.of(id.getAsLong())) : this;
    }

    EventSelection below(OptionalLong id) {
        return id.isPresent() ? and("id < ?", Optional.of(id.getAsLong())) : this;
    }

    EventSelection upTo(long id) {
        return and("id <= ?", Optional.of(id));
    }

    /// @param argument empty for no further condition
    private EventSelection and(String further, Optional<?> argument) {
        if (argument.isEmpty()) {
            return this;
        }
        List<Object> more = new ArrayList<>(arguments);
        more.add(argument.get());
        return new EventSelection(condition + " AND " + further, more);
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

    /// Rows in the order of their ids; ends early once their metadata has so many characters.
    List<RecordedEvent> rows(Connection connection, boolean upwards, int limit, long enough) throws SQLException {
        List<RecordedEvent> found = new ArrayList<>();
        long characters = 0;
        try (PreparedStatement statement = prepare(
                connection, EventRows.SELECT, " ORDER BY id " + (upwards ? "ASC" : "DESC") + " LIMIT " + limit)) {
            statement.setFetchSize(1000);
            try (ResultSet rows = statement.executeQuery()) {
                while (characters < enough && rows.next()) {
                    RecordedEvent row = EventRows.read(rows);
                    found.add(row);
                    characters += row.event().metadata().map(String::length).orElse(0);
                }
            }
        }
        return found;
    }
}
