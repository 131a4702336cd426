package dev.licet.store.sql.move;

import dev.licet.core.store.MoveProgress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The tables of the entities of one engine, row by row as they are. They have the same columns in all engines. For
/// one thread.
public abstract class EntityTables {
    /// All of them; what refers to rows of another table comes after that one.
    public static final List<String> ALL = List.of(
            "account",
            "user",
            "application",
            "quota",
            "access_token",
            "user_token",
            "product",
            "license",
            "customer",
            "license_key",
            "session",
            "session_key",
            "number_reserve",
            "kept_answer",
            "activation",
            "past_machine",
            "trial",
            "seat",
            "seat_waiter",
            "seat_past",
            "seat_denial",
            "data_object",
            "message",
            "key_template",
            "key_call",
            "purchase",
            "payment",
            "change",
            "change_let_go",
            "file_key",
            "license_file",
            "merged_usage",
            "removal",
            "removed_event",
            "removal_salt",
            "saved_insight");

    private static final int AT_ONCE = 1000;

    private final Connection connection;

    /// @param connection in a transaction
    protected EntityTables(Connection connection) {
        this.connection = connection;
    }

    protected final Connection connection() {
        return connection;
    }

    /// The highest id that the table has ever given; empty where it has given none, or gives none by itself.
    ///
    /// @param column of the ids
    protected abstract OptionalLong lastId(String table, String column) throws SQLException;

    /// Has the table give higher ones from now on.
    protected abstract void goOnAfter(String table, String column, long id) throws SQLException;

    /// Why the engine can't have this text; empty when it can.
    protected abstract Optional<String> refuses(String text);

    long count(String table) throws SQLException {
        return number("SELECT count(*) FROM " + quoted(table));
    }

    /// The first column of the first row of an answer that has one.
    long number(String question) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(question)) {
            row.next();
            return row.getLong(1);
        }
    }

    /// What the installation is known by: it has been there from its beginning, and is in no other.
    String salt() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT salt FROM removal_salt")) {
            row.next();
            return row.getString(1);
        }
    }

    /// Takes out what a new store has by itself, and puts in what the other one has.
    void fillFrom(EntityTables source, MoveProgress progress) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String table : ALL.reversed()) {
                statement.executeUpdate("DELETE FROM " + quoted(table));
            }
        }
        for (String table : ALL) {
            fillFrom(source, table, progress);
        }
    }

    private void fillFrom(EntityTables source, String table, MoveProgress progress) throws SQLException {
        List<Column> columns = columns(table);
        String names = columns.stream().map(column -> quoted(column.name())).collect(Collectors.joining(", "));
        String first = columns.getFirst().name();
        String insert = "INSERT INTO " + quoted(table) + " (" + names + ") VALUES ("
                + columns.stream().map(column -> "?").collect(Collectors.joining(", ")) + ")";
        String select = "SELECT " + names + " FROM " + quoted(table) + " ORDER BY " + quoted(first);
        long all = source.count(table);
        long done = 0;
        try (Statement asking = source.connection.createStatement();
                PreparedStatement adding = connection.prepareStatement(insert)) {
            asking.setFetchSize(AT_ONCE);
            try (ResultSet row = asking.executeQuery(select)) {
                while (row.next()) {
                    for (int i = 0; i < columns.size(); i++) {
                        adding.setObject(i + 1, converted(row.getObject(i + 1), table, columns.get(i)));
                    }
                    adding.addBatch();
                    done++;
                    if (done % AT_ONCE == 0) {
                        adding.executeBatch();
                        progress.at("rows of " + table, done, all);
                    }
                }
            }
            adding.executeBatch();
        }
        OptionalLong last = source.lastId(table, first);
        if (last.isPresent()) {
            goOnAfter(table, first, last.getAsLong());
        }
    }

    private record Column(String name, boolean isBoolean) {}

    private List<Column> columns(String table) throws SQLException {
        List<Column> columns = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet none = statement.executeQuery("SELECT * FROM " + quoted(table) + " WHERE 1 = 0")) {
            ResultSetMetaData all = none.getMetaData();
            for (int i = 1; i <= all.getColumnCount(); i++) {
                int type = all.getColumnType(i);
                columns.add(new Column(all.getColumnName(i), type == Types.BIT || type == Types.BOOLEAN));
            }
        }
        return columns;
    }

    /// What is true or false is a number in some engines.
    private @Nullable Object converted(@Nullable Object value, String table, Column column) {
        return switch (value) {
            case Boolean is when !column.isBoolean() -> is ? 1L : 0L;
            case Number number when column.isBoolean() -> number.longValue() != 0;
            case Number number -> number.longValue();
            case String text -> {
                refuses(text).ifPresent(why -> {
                    throw new IllegalStateException(
                            "the column " + column.name() + " of the table " + table + " has " + why);
                });
                yield text;
            }
            case null -> null;
            default -> value;
        };
    }

    protected static String quoted(String name) {
        return '"' + name + '"';
    }
}
