package dev.licet.store.embedded;

import dev.licet.store.sql.move.EntityTables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.OptionalLong;

/// The entities of a SQLite file, row by row.
final class SqliteTables extends EntityTables {
    SqliteTables(Connection connection) {
        super(connection);
    }

    @Override
    protected OptionalLong lastId(String table, String column) throws SQLException {
        try (PreparedStatement statement =
                connection().prepareStatement("SELECT seq FROM sqlite_sequence WHERE name = ?")) {
            statement.setString(1, table);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
            }
        }
    }

    @Override
    protected void goOnAfter(String table, String column, long id) throws SQLException {
        try (PreparedStatement forget = connection().prepareStatement("DELETE FROM sqlite_sequence WHERE name = ?");
                PreparedStatement note = connection().prepareStatement("INSERT INTO sqlite_sequence VALUES (?, ?)")) {
            forget.setString(1, table);
            forget.executeUpdate();
            note.setString(1, table);
            note.setLong(2, id);
            note.executeUpdate();
        }
    }

    @Override
    protected Optional<String> refuses(String text) {
        return Optional.empty();
    }
}
