package dev.licet.store.embedded;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;

/// The tables whose changes are recorded, and what is told of their rows. The writing connection has triggers
/// of its own on them, so that nothing that writes can leave a change out; they call a function that
/// [ChangeLog] gives it.
///
/// What changes all the time and says nothing of what is there is left out: sessions and pings, quotas, the log of
/// calls, kept answers.
final class Audited {
    static final String FUNCTION = "licet_changed";

    /// @param account of a row, as SQL in which `ROW` stands for it @param id of a row, in the same way
    /// @param columns what is told: `?name` is true or false, `!name` a secret, of which it is told that it changed
    /// @param counting columns by which a change of a row is one; empty for any. A statement that sets none of them
    /// wakes no trigger
    private record Table(
            String name, String kind, String account, String id, List<String> columns, List<String> counting) {

        Table(String name, String kind, String... columns) {
            this(name, kind, "ROW.account", "ROW.id", List.of(columns), List.of());
        }

        String of(String row, String other) {
            return columns.stream()
                    .map(column -> pair(column, row, other))
                    .collect(Collectors.joining(", ", "json_object(", ")"));
        }

        private static String pair(String column, String row, String other) {
            String bare = column.replaceFirst("^[?!]", "");
            String value = switch (column.charAt(0)) {
                case '?' -> "json(iif(" + row + "." + bare + ", 'true', 'false'))";
                case '!' ->
                    other.isEmpty()
                            ? "'…'"
                            : "iif(" + row + "." + bare + " IS " + other + "." + bare + ", '…', 'changed')";
                default -> row + "." + bare;
            };
            return "'" + camelCase(bare) + "', " + value;
        }

        private static String camelCase(String column) {
            StringBuilder name = new StringBuilder();
            for (String word : column.split("_")) {
                name.append(name.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
            }
            return name.toString();
        }

        private String columnsThatCount() {
            return counting.isEmpty() ? "" : " OF " + String.join(", ", counting);
        }

        private String whenOneDiffers() {
            return counting.isEmpty()
                    ? ""
                    : counting.stream()
                            .map(column -> "OLD." + column + " IS NOT NEW." + column)
                            .collect(Collectors.joining(" OR ", " WHEN ", ""));
        }

        /// @param of of which columns, as SQL @param when which changes, as SQL
        private String trigger(String action, String of, String when, String told, String row) {
            return "CREATE TEMP TRIGGER audit_" + name + "_" + action + " AFTER " + action + of + " ON main." + name
                    + when + " BEGIN SELECT " + FUNCTION + "('" + kind + "', " + account.replace("ROW", row)
                    + ", " + id.replace("ROW", row) + ", " + told + "); END";
        }

        List<String> triggers() {
            return List.of(
                    trigger("INSERT", "", "", "NULL, " + of("NEW", ""), "NEW"),
                    trigger("DELETE", "", "", of("OLD", "") + ", NULL", "OLD"),
                    trigger(
                            "UPDATE",
                            columnsThatCount(),
                            whenOneDiffers(),
                            of("OLD", "") + ", " + of("NEW", "OLD"),
                            "NEW"));
        }
    }

    private static final String OF_KEY = "(SELECT account FROM license_key WHERE id = ROW.key)";

    private static final List<Table> TABLES = List.of(
            new Table("account", "account", "ROW.number", "ROW.number", List.of("name", "zone", "?revoked"), List.of()),
            new Table("user", "user", "username", "!password", "permissions", "?revoked"),
            new Table(
                    "application",
                    "application",
                    "owner",
                    "name",
                    "?may_write",
                    "?partner",
                    "quota_calls",
                    "quota_window",
                    "gap",
                    "expires_at",
                    "?revoked"),
            new Table(
                    "access_token",
                    "token",
                    "name",
                    "permissions",
                    "product",
                    "key_lock",
                    "parent",
                    "expires_at",
                    "?revoked"),
            new Table("product", "product", "name", "?whole_values", "?revoked", "retention"),
            new Table(
                    "license_key",
                    "key",
                    "product",
                    "key",
                    "expires_at",
                    "period",
                    "features",
                    "named_features",
                    "notes",
                    "?blocked",
                    "?machines_extend",
                    "max_machines",
                    "allowed_machines",
                    "overdraft",
                    "churn_most",
                    "churn_window",
                    "customer",
                    "license",
                    "begun_at",
                    "terms"),
            new Table(
                    "activation",
                    "activation",
                    OF_KEY,
                    "ROW.key || ' ' || ROW.machine",
                    List.of("friendly_name", "address", "activated_at"),
                    List.of()),
            new Table("customer", "customer", "name", "email", "company_name", "notes", "!secret"),
            new Table("data_object", "dataObject", "kind", "owner", "machine", "name", "text", "number"),
            new Table("saved_insight", "savedInsight", "type", "name", "content"),
            new Table("message", "message", "channel", "content", "at"),
            new Table(
                    "key_template",
                    "template",
                    "product",
                    "name",
                    "period",
                    "features",
                    "named_features",
                    "?machines_extend",
                    "max_machines",
                    "allowed_machines",
                    "overdraft",
                    "churn_most",
                    "churn_window"),
            new Table(
                    "license",
                    "license",
                    "name",
                    "type",
                    "price",
                    "currency",
                    "term_count",
                    "term_unit",
                    "begins",
                    "renews_from",
                    "grace_count",
                    "grace_unit",
                    "soon_count",
                    "soon_unit",
                    "streams"),
            new Table(
                    "purchase",
                    "purchase",
                    "license",
                    "product",
                    "title",
                    "customer",
                    "viewer",
                    "key",
                    "bought_at",
                    "cancelled_at",
                    "refunded_at"),
            new Table(
                    "payment",
                    "payment",
                    "(SELECT account FROM purchase WHERE id = ROW.purchase)",
                    "ROW.id",
                    List.of("purchase", "kind", "amount", "currency", "paid_at"),
                    List.of()),
            new Table(
                    "removal",
                    "erasure",
                    "ROW.account",
                    "ROW.id",
                    List.of("kind", "reason", "asked_by", "asked_at", "up_to", "events", "done_at"),
                    List.of("done_at")),
            new Table("file_key", "fileKey", "endorsed_by", "created_at"),
            new Table("license_file", "file", "key", "machine", "file_key", "issued_at", "valid_until"),
            // Not by its id: who knows that may ping it, and give it back. Nor a ping.
            new Table(
                    "seat",
                    "seat",
                    OF_KEY,
                    "ROW.key || ' ' || ROW.machine",
                    List.of("key", "machine", "end_user", "friendly_name", "?overdraft", "since", "borrowed_until"),
                    List.of("since", "end_user", "overdraft", "borrowed_until")));

    private Audited() {}

    /// Makes a connection that has the function tell of each change.
    static void watch(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (Table table : TABLES) {
                for (String trigger : table.triggers()) {
                    statement.executeUpdate(trigger);
                }
            }
        }
    }
}
