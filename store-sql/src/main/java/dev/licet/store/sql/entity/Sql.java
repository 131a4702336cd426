package dev.licet.store.sql.entity;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A connection to the entities, and the statements that were used on it, each prepared once: that costs more than
/// most of them do. All SQL is text of ours, so there are few. For one thread at a time.
public final class Sql implements AutoCloseable {
    private final Connection connection;
    private final Optional<Consumer<String>> hearing;
    private final Map<String, Prepared> prepared = new HashMap<>();

    /// @param columns where those that were asked for stand in its rows
    private record Prepared(PreparedStatement statement, Map<String, Integer> columns) {}

    public Sql(Connection connection) {
        this(connection, Optional.empty());
    }

    /// @param hearing is told what the engine tells of a statement, once that is done
    public Sql(Connection connection, Consumer<String> hearing) {
        this(connection, Optional.of(hearing));
    }

    private Sql(Connection connection, Optional<Consumer<String>> hearing) {
        this.connection = connection;
        this.hearing = hearing;
    }

    /// Whether the engine answers by this connection, within so many seconds.
    public boolean isAnswered(int seconds) throws SQLException {
        return connection.isValid(seconds);
    }

    /// A value out of the current row.
    @FunctionalInterface
    public interface Mapping<T> {
        T map(Row row) throws SQLException;
    }

    /// What is one transaction.
    @FunctionalInterface
    public interface Work<T> {
        T run() throws SQLException;
    }

    /// Runs it as a transaction, which is undone when it fails.
    ///
    /// @param isolation such as READ COMMITTED
    public <T> T inTransaction(String isolation, Work<T> work) throws SQLException {
        execute("BEGIN ISOLATION LEVEL " + isolation);
        try {
            T done = work.run();
            execute("COMMIT");
            return done;
        } catch (Throwable e) {
            try {
                execute("ROLLBACK");
            } catch (SQLException broken) {
                e.addSuppressed(broken);
            }
            throw e;
        }
    }

    /// Runs a statement without a result, such as BEGIN.
    public void execute(String sql) throws SQLException {
        statement(sql).execute();
    }

    /// Runs a statement that changes rows. @return how many
    public int update(String sql, @Nullable Object... arguments) throws SQLException {
        PreparedStatement statement = statement(sql, arguments);
        int rows = statement.executeUpdate();
        hear(statement);
        return rows;
    }

    /// Runs an INSERT. @return the id that the row got
    public long insert(String sql, @Nullable Object... arguments) throws SQLException {
        return first(sql + " RETURNING id", row -> row.getLong(1), arguments).orElseThrow();
    }

    public <T> Optional<T> first(String sql, Mapping<T> mapping, @Nullable Object... arguments) throws SQLException {
        return all(sql, mapping, arguments).stream().findFirst();
    }

    public <T> List<T> all(String sql, Mapping<T> mapping, @Nullable Object... arguments) throws SQLException {
        Prepared query = prepared(sql, arguments);
        try (ResultSet rows = query.statement.executeQuery()) {
            List<T> all = new ArrayList<>();
            Row row = new Row(rows, query.columns);
            while (rows.next()) {
                all.add(mapping.map(row));
            }
            hear(query.statement);
            return all;
        }
    }

    private void hear(PreparedStatement statement) throws SQLException {
        if (hearing.isEmpty()) {
            return;
        }
        for (SQLWarning told = statement.getWarnings(); told != null; told = told.getNextWarning()) {
            hearing.get().accept(Objects.requireNonNullElse(told.getMessage(), ""));
        }
    }

    /// Whether it has broken, as far as it is known here.
    public boolean isClosed() throws SQLException {
        return connection.isClosed();
    }

    /// A pattern for `lower(…) LIKE … ESCAPE '\\'` that matches what contains that text, with capital letters
    /// of ASCII or small ones. The engines' own comparisons differ; what they make of ASCII does not.
    public static String containing(String text) {
        StringBuilder pattern = new StringBuilder("%");
        for (char letter : text.toCharArray()) {
            if (letter == '\\' || letter == '%' || letter == '_') {
                pattern.append('\\');
            }
            pattern.append(letter >= 'A' && letter <= 'Z' ? Character.toLowerCase(letter) : letter);
        }
        return pattern.append('%').toString();
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
