package dev.licet.store.embedded;

import dev.licet.store.sql.entity.Audited;
import dev.licet.store.sql.entity.ChangeLog;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;
import org.sqlite.Function;

/// The triggers on what is [Audited]. The writing connection has them for itself; they call a function of ours.
final class SqliteTriggers {
    private static final String FUNCTION = "licet_changed";

    private SqliteTriggers() {}

    /// Has a connection tell of what it changes.
    static void watch(Connection connection, ChangeLog changes) throws SQLException {
        Function.create(connection, FUNCTION, new Function() {
            @Override
            protected void xFunc() throws SQLException {
                changes.saw(value_text(0), value_long(1), value_text(2), value_text(3), value_text(4));
                result();
            }
        });
        try (Statement statement = connection.createStatement()) {
            for (Audited.Table table : Audited.TABLES) {
                for (String trigger : triggers(table)) {
                    statement.executeUpdate(trigger);
                }
            }
        }
    }

    private static List<String> triggers(Audited.Table table) {
        String condition = table.whenOneDiffers();
        return List.of(
                trigger(table, "INSERT", "", "", "NULL, " + told(table, "NEW", ""), "NEW"),
                trigger(table, "DELETE", "", "", told(table, "OLD", "") + ", NULL", "OLD"),
                trigger(
                        table,
                        "UPDATE",
                        table.ofColumnsThatCount(),
                        condition.isEmpty() ? "" : " WHEN " + condition,
                        told(table, "OLD", "") + ", " + told(table, "NEW", "OLD"),
                        "NEW"));
    }

    /// @param of of which columns, as SQL @param when which changes, as SQL
    private static String trigger(Audited.Table table, String action, String of, String when, String told, String row) {
        return "CREATE TEMP TRIGGER audit_" + table.name() + "_" + action + " AFTER " + action + of + " ON main.\""
                + table.name() + "\"" + when + " BEGIN SELECT " + FUNCTION + "('" + table.kind() + "', "
                + table.accountOf(row) + ", " + table.idOf(row) + ", " + told + "); END";
    }

    /// @param other the row before it; empty for none
    private static String told(Audited.Table table, String row, String other) {
        return table.columns().stream()
                .map(column -> "'" + column.told() + "', " + value(column, row, other))
                .collect(Collectors.joining(", ", "json_object(", ")"));
    }

    private static String value(Audited.Column column, String row, String other) {
        String value = row + "." + column.name();
        return switch (column.telling()) {
            case VALUE -> value;
            case FLAG -> "json(iif(" + value + ", 'true', 'false'))";
            case SECRET ->
                other.isEmpty() ? "'…'" : "iif(" + value + " IS " + other + "." + column.name() + ", '…', 'changed')";
        };
    }
}
