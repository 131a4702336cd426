package dev.licet.store.postgres;

import dev.licet.store.sql.move.EntityTables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.OptionalLong;

/// The entities of a database, row by row.
final class PostgresTables extends EntityTables {
    PostgresTables(Connection connection) {
        super(connection);
    }

    @Override
    protected OptionalLong lastId(String table, String column) throws SQLException {
        Optional<String> sequence = sequence(table, column);
        if (sequence.isEmpty()) {
            return OptionalLong.empty();
        }
        try (Statement statement = connection().createStatement();
                ResultSet row = statement.executeQuery("SELECT last_value, is_called FROM " + sequence.get())) {
            row.next();
            return row.getBoolean(2) ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
        }
    }

    @Override
    protected void goOnAfter(String table, String column, long id) throws SQLException {
        Optional<String> sequence = sequence(table, column);
        if (sequence.isPresent() && id > 0) {
            try (PreparedStatement statement = connection().prepareStatement("SELECT setval(?::regclass, ?)")) {
                statement.setString(1, sequence.get());
                statement.setLong(2, id);
                statement.execute();
            }
        }
    }

    private Optional<String> sequence(String table, String column) throws SQLException {
        try (PreparedStatement statement = connection().prepareStatement("SELECT pg_get_serial_sequence(?, ?)")) {
            statement.setString(1, quoted(table));
            statement.setString(2, column);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return Optional.ofNullable(row.getString(1));
            }
        }
    }

    @Override
    protected Optional<String> refuses(String text) {
        return text.indexOf(0) < 0
                ? Optional.empty()
                : Optional.of("a text with a zero character, which PostgreSQL does not keep");
    }
}
