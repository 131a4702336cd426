package dev.licet.store.postgres;

import dev.licet.store.sql.entity.Audited;
import dev.licet.store.sql.entity.ChangeLog;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The triggers on what is [Audited]. They are the database's, and tell by notices whoever it is that writes: a
/// connection gets its own alone, each with the statement that it is of. So what was rolled back is known to
/// be.
final class PostgresTriggers {
    private static final String MARKER = "licet_changed";
    /// Between the parts of a notice. In JSON it is escaped, and what may have it otherwise comes last.
    private static final String BETWEEN = "\u001f";

    private static final int PARTS = 6;

    private PostgresTriggers() {}

    /// Has the database tell of changes, if it does not yet; to be called in a transaction that nothing else
    /// writes beside.
    static void make(Connection connection) throws SQLException {
        List<String> all = Audited.TABLES.stream()
                .flatMap(table -> statements(table).stream())
                .toList();
        String hash = hash(String.join(";\n", all));
        try (Statement statement = connection.createStatement()) {
            if (isMade(statement, hash)) {
                return;
            }
            for (String sql : all) {
                statement.executeUpdate(sql);
            }
            statement.executeUpdate("DELETE FROM audit_triggers");
            statement.executeUpdate("INSERT INTO audit_triggers VALUES ('" + hash + "')");
        }
    }

    private static boolean isMade(Statement statement, String hash) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT hash FROM audit_triggers")) {
            return row.next() && row.getString(1).equals(hash);
        }
    }

    private static String hash(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// What a writing connection's notices go to.
    static Consumer<String> hearing(ChangeLog changes) {
        return notice -> {
            if (!notice.startsWith(MARKER + BETWEEN)) {
                return;
            }
            String[] parts = notice.split(BETWEEN, PARTS);
            if (parts.length != PARTS) {
                throw new IllegalStateException("the database tells of a change in words that are not known");
            }
            changes.saw(parts[1], Long.parseLong(parts[2]), parts[5], row(parts[3]), row(parts[4]));
        };
    }

    private static @Nullable String row(String json) {
        return json.isEmpty() ? null : json;
    }

    private static List<String> statements(Audited.Table table) {
        String condition = table.whenOneDiffers();
        List<String> all = new ArrayList<>();
        all.add(function(table, "insert", "''", told(table, "NEW", ""), "NEW"));
        all.add(function(table, "delete", told(table, "OLD", ""), "''", "OLD"));
        all.add(function(table, "update", told(table, "OLD", ""), told(table, "NEW", "OLD"), "NEW"));
        all.add(trigger(table, "insert", "", ""));
        all.add(trigger(table, "delete", "", ""));
        all.add(trigger(
                table, "update", table.ofColumnsThatCount(), condition.isEmpty() ? "" : " WHEN (" + condition + ")"));
        return all;
    }

    private static String function(Audited.Table table, String action, String before, String after, String row) {
        return "CREATE OR REPLACE FUNCTION " + name(table, action) + "() RETURNS trigger LANGUAGE plpgsql AS $licet$\n"
                + "BEGIN\n  RAISE NOTICE USING MESSAGE = concat_ws(chr(31), '" + MARKER + "', '" + table.kind() + "', "
                + "coalesce(" + table.accountOf(row) + ", 0),\n    " + before + ",\n    " + after + ",\n    "
                + table.idOf(row)
                + ");\n  RETURN NULL;\nEND $licet$";
    }

    private static String trigger(Audited.Table table, String action, String of, String when) {
        return "CREATE OR REPLACE TRIGGER " + name(table, action) + " AFTER " + action + of + " ON \"" + table.name()
                + "\" FOR EACH ROW" + when + " EXECUTE FUNCTION " + name(table, action) + "()";
    }

    private static String name(Audited.Table table, String action) {
        return "audit_" + table.name() + "_" + action;
    }

    /// JSON letter by letter as SQLite writes it, so that the record of changes reads the same.
    ///
    /// @param other the row before it; empty for none
    private static String told(Audited.Table table, String row, String other) {
        return table.columns().stream()
                .map(column -> "'\"" + column.told() + "\":' || " + value(column, row, other))
                .collect(Collectors.joining(" || ',' || ", "'{' || ", " || '}'"));
    }

    private static String value(Audited.Column column, String row, String other) {
        String value = row + "." + column.name();
        return switch (column.telling()) {
            case VALUE -> "coalesce(to_json(" + value + ")::text, 'null')";
            case FLAG -> value + "::text";
            case SECRET ->
                other.isEmpty()
                        ? "'\"…\"'"
                        : "CASE WHEN " + value + " IS NOT DISTINCT FROM " + other + "." + column.name()
                                + " THEN '\"…\"' ELSE '\"changed\"' END";
        };
    }
}
