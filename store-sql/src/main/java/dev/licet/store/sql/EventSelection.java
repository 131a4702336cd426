package dev.licet.store.sql;

import dev.licet.core.event.EventFilter;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;

/// A condition on the rows of the table of events, with its arguments: texts and numbers.
public record EventSelection(String condition, List<Object> arguments) {

    public static final EventSelection ALL = new EventSelection("true", List.of());

    /// What engines say in words of their own: conditions with one argument each.
    ///
    /// @param from that it happened at this microsecond since 1970 or later @param until that it was before
    /// @param part that the metadata contains a text @param text as the table has it @param micros of a time
    public record Words(
            String from, String until, String part, UnaryOperator<String> text, ToLongFunction<Instant> micros) {}

    public EventSelection {
        arguments = List.copyOf(arguments);
    }

    public static EventSelection of(AccountNumber account, EventFilter filter, Words words) {
        UnaryOperator<String> text = words.text();
        return new EventSelection("account = ?", List.of(account.value()))
                .and("product = ?", filter.product().map(ProductId::value))
                .and("key = ?", filter.key().map(text))
                .and("name = ?", filter.name().map(text))
                .and("feature = ?", filter.feature().map(text))
                .and("machine = ?", filter.machine().map(text))
                .and("end_user = ?", filter.endUser().map(text))
                .and(words.from(), filter.from().map(words.micros()::applyAsLong))
                .and(words.until(), filter.until().map(words.micros()::applyAsLong))
                .and(words.part(), filter.metadataPart().map(text));
    }

    public EventSelection above(long id) {
        return and("id > ?", Optional.of(id));
    }

    public EventSelection above(OptionalLong id) {
        return id.isPresent() ? above(id.getAsLong()) : this;
    }

    public EventSelection below(OptionalLong id) {
        return id.isPresent() ? and("id < ?", Optional.of(id.getAsLong())) : this;
    }

    public EventSelection upTo(long id) {
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
    public PreparedStatement prepare(Connection connection, String before, String after) throws SQLException {
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
