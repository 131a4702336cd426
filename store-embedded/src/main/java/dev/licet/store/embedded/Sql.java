package dev.licet.store.embedded;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A connection to the entities, and the statements that were used on it, each prepared once: that costs more than
/// most of them do. All SQL is text of ours, so there are few. For one thread at a time.
final class Sql implements AutoCloseable {
    private final Connection connection;
    private final Map<String, Prepared> prepared = new HashMap<>();

    /// @param columns where those that were asked for stand in its rows
    private record Prepared(PreparedStatement statement, Map<String, Integer> columns) {}

    Sql(Connection connection) {
        this.connection = connection;
    }

    /// A value out of the current row.
    @FunctionalInterface
    interface Mapping<T> {
        T map(Row row) throws SQLException;
    }

    /// Runs a statement without a result, such as BEGIN.
    void execute(String sql) throws SQLException {
        statement(sql).execute();
    }

    /// Runs a statement that changes rows. @return how many
    int update(String sql, @Nullable Object... arguments) throws SQLException {
        return statement(sql, arguments).executeUpdate();
    }

    /// Runs an INSERT. @return the id that the row got
    long insert(String sql, @Nullable Object... arguments) throws SQLException {
        return first(sql + " RETURNING id", row -> row.getLong(1), arguments).orElseThrow();
    }

    <T> Optional<T> first(String sql, Mapping<T> mapping, @Nullable Object... arguments) throws SQLException {
        return all(sql, mapping, arguments).stream().findFirst();
    }

    <T> List<T> all(String sql, Mapping<T> mapping, @Nullable Object... arguments) throws SQLException {
        Prepared query = prepared(sql, arguments);
        try (ResultSet rows = query.statement.executeQuery()) {
            List<T> all = new ArrayList<>();
            Row row = new Row(rows, query.columns);
            while (rows.next()) {
                all.add(mapping.map(row));
            }
            return all;
        }
    }

    /// A pattern for `LIKE … ESCAPE '\\'` that matches what contains that text.
    static String containing(String text) {
        return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%";
    }

    private PreparedStatement statement(String sql, @Nullable Object... arguments) throws SQLException {
        return prepared(sql, arguments).statement;
    }

    private Prepared prepared(String sql, @Nullable Object... arguments) throws SQLException {
        Prepared known = prepared.get(sql);
        if (known == null) {
            known = new Prepared(connection.prepareStatement(sql), new HashMap<>());
            prepared.put(sql, known);
        }
        for (int i = 0; i < arguments.length; i++) {
            known.statement.setObject(i + 1, arguments[i]);
        }
        return known;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
