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
    private final Map<String, PreparedStatement> prepared = new HashMap<>();

    Sql(Connection connection) {
        this.connection = connection;
    }

    /// A value out of the current row.
    @FunctionalInterface
    interface Row<T> {
        T map(ResultSet row) throws SQLException;
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

    <T> Optional<T> first(String sql, Row<T> mapping, @Nullable Object... arguments) throws SQLException {
        return all(sql, mapping, arguments).stream().findFirst();
    }

    <T> List<T> all(String sql, Row<T> mapping, @Nullable Object... arguments) throws SQLException {
        try (ResultSet rows = statement(sql, arguments).executeQuery()) {
            List<T> all = new ArrayList<>();
            while (rows.next()) {
                all.add(mapping.map(rows));
            }
            return all;
        }
    }

    /// A pattern for `LIKE … ESCAPE '\\'` that matches what contains that text.
    static String containing(String text) {
        return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%";
    }

    private PreparedStatement statement(String sql, @Nullable Object... arguments) throws SQLException {
        PreparedStatement statement = prepared.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            prepared.put(sql, statement);
        }
        for (int i = 0; i < arguments.length; i++) {
            statement.setObject(i + 1, arguments[i]);
        }
        return statement;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
