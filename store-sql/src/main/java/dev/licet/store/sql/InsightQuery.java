package dev.licet.store.sql;

import dev.licet.core.insight.Start;
import dev.licet.core.insight.Table;
import dev.licet.core.insight.Table.Column;
import dev.licet.core.insight.Table.Type;
import dev.licet.core.insight.Unit;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A question as a statement of SQL, whose rows are those of the answer with one column more: the number of
/// events that the whole answer rests on.
///
/// @param arguments of the statement, in their order: texts and numbers
/// @param columns of the answer; a start is in seconds since 1970, as if its clocks were those of UTC
/// @param unit of the starts
public record InsightQuery(String sql, List<Object> arguments, List<Column> columns, Unit unit) {
    public InsightQuery {
        arguments = List.copyOf(arguments);
        columns = List.copyOf(columns);
    }

    /// What it finds. @param events that it rests on
    public record Counted(Table table, long events) {}

    /// Is told the statement before it runs, so that it can be cancelled.
    public interface Watch {
        void runs(java.sql.Statement statement);
    }

    /// What an engine has found, row by row.
    public interface Cursor<E extends Exception> {
        /// @return whether there is one more, which is the one that cells are of then
        boolean next() throws E;

        /// @param column from 1 on
        @Nullable
        Object cell(int column) throws E;
    }

    public Counted run(Connection connection, Watch watch) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < arguments.size(); i++) {
                statement.setObject(i + 1, arguments.get(i));
            }
            watch.runs(statement);
            try (ResultSet rows = statement.executeQuery()) {
                return read(new Cursor<SQLException>() {
                    @Override
                    public boolean next() throws SQLException {
                        return rows.next();
                    }

                    @Override
                    public @Nullable Object cell(int column) throws SQLException {
                        return rows.getObject(column);
                    }
                });
            }
        }
    }

    public <E extends Exception> Counted read(Cursor<E> rows) throws E {
        long events = 0;
        List<List<@Nullable Object>> table = new ArrayList<>();
        while (rows.next()) {
            List<@Nullable Object> row = new ArrayList<>(columns.size());
            for (int i = 0; i < columns.size(); i++) {
                row.add(cell(rows.cell(i + 1), columns.get(i).type()));
            }
            table.add(row);
            events = rows.cell(columns.size() + 1) instanceof Number number ? number.longValue() : 0;
        }
        return new Counted(new Table(columns, table), events);
    }

    private @Nullable Object cell(@Nullable Object value, Type type) {
        if (value == null) {
            return null;
        }
        return switch (type) {
            case TEXT -> value;
            case COUNT -> ((Number) value).longValue();
            case NUMBER, MONEY ->
                value instanceof BigDecimal number
                        ? number
                        : value instanceof BigInteger whole
                                ? new BigDecimal(whole)
                                : BigDecimal.valueOf(((Number) value).longValue());
            case START -> new Start(unit, LocalDateTime.ofEpochSecond(((Number) value).longValue(), 0, ZoneOffset.UTC));
        };
    }
}
