package dev.licet.store.postgres;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/// Asks a server for single values of SQL expressions, or for the one column of a query.
record Asking(Statement statement) {

    /// A NULL is an empty text.
    String text(String expression) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT (" + expression + ")::text")) {
            row.next();
            String text = row.getString(1);
            return text == null ? "" : text;
        }
    }

    /// A NULL is 0.
    long number(String expression) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT (" + expression + ")::bigint")) {
            row.next();
            return row.getLong(1);
        }
    }

    boolean isTrue(String expression) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT (" + expression + ")::boolean")) {
            row.next();
            return row.getBoolean(1);
        }
    }

    List<String> texts(String query) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
        }
        return texts;
    }
}
