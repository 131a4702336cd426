package dev.licet.store.sql.entity;

import java.util.List;
import java.util.stream.Collectors;

/// The tables whose changes are recorded, and what is told of their rows. An engine has triggers on them, so that
/// nothing that writes can leave a change out; they tell [ChangeLog].
///
/// What changes all the time and says nothing of what is there is left out: sessions and pings, quotas, the log of
/// calls, kept answers.
public final class Audited {

    /// How much is told of a column.
    public enum Telling {
        VALUE,
        /// True or false.
        FLAG,
        /// That there is something, and that it changed.
        SECRET
    }

    /// @param name in the table @param told its name in what is told
    public record Column(String name, String told, Telling telling) {

        /// @param text the column's name: `?name` is a flag, `!name` a secret
        private static Column of(String text) {
            String bare = text.replaceFirst("^[?!]", "");
            Telling telling = switch (text.charAt(0)) {
                case '?' -> Telling.FLAG;
                case '!' -> Telling.SECRET;
                default -> Telling.VALUE;
            };
            return new Column(bare, camelCase(bare), telling);
        }

        private static String camelCase(String column) {
            StringBuilder name = new StringBuilder();
            for (String word : column.split("_")) {
                name.append(name.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
            }
            return name.toString();
        }
    }

    /// @param account of a row, as SQL in which `ROW` stands for it @param id of a row, in the same way
    /// @param columns what is told
    /// @param counting columns by which a change of a row is one; empty for any. A statement that sets none of them
    /// wakes no trigger
    public record Table(
            String name, String kind, String account, String id, List<Column> columns, List<String> counting) {

        /// @param row OLD or NEW
        public String accountOf(String row) {
            return account.replace("ROW", row);
        }

        /// @param row OLD or NEW
        public String idOf(String row) {
            return id.replace("ROW", row);
        }

        /// The part of an update's trigger that says which statements wake it.
        public String ofColumnsThatCount() {
            return counting.isEmpty() ? "" : " OF " + String.join(", ", counting);
        }

        /// The condition of an update's trigger; empty for none.
        public String whenOneDiffers() {
            return counting.stream()
                    .map(column -> "OLD." + column + " IS DISTINCT FROM NEW." + column)
                    .collect(Collectors.joining(" OR "));
        }
    }

    private static Table table(String name, String kind, String... columns) {
        return table(name, kind, "ROW.account", "ROW.id", List.of(columns), List.of());
    }

    private static Table table(
            String name, String kind, String account, String id, List<String> columns, List<String> counting) {
        return new Table(
                name, kind, account, id, columns.stream().map(Column::of).toList(), counting);
    }

    private static final String OF_KEY = "(SELECT account FROM license_key WHERE id = ROW.key)";

    public static final List<Table> TABLES = List.of(
            table("account", "account", "ROW.number", "ROW.number", List.of("name", "zone", "?revoked"), List.of()),
            table("user", "user", "username", "!password", "permissions", "?revoked"),
            table(
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
            table(
                    "access_token",
                    "token",
                    "name",
                    "permissions",
                    "product",
                    "key_lock",
                    "parent",
                    "expires_at",
                    "?revoked"),
            table("product", "product", "name", "?whole_values", "?revoked", "retention"),
            table(
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
            table(
                    "activation",
                    "activation",
                    OF_KEY,
                    "ROW.key || ' ' || ROW.machine",
                    List.of("friendly_name", "address", "activated_at"),
                    List.of()),
            table("customer", "customer", "name", "email", "company_name", "notes", "!secret"),
            table("data_object", "dataObject", "kind", "owner", "machine", "name", "text", "number"),
            table("saved_insight", "savedInsight", "type", "name", "content"),
            table("message", "message", "channel", "content", "at"),
            table(
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
            table(
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
            table(
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
            table(
                    "payment",
                    "payment",
                    "(SELECT account FROM purchase WHERE id = ROW.purchase)",
                    "ROW.id",
                    List.of("purchase", "kind", "amount", "currency", "paid_at"),
                    List.of()),
            table(
                    "removal",
                    "erasure",
                    "ROW.account",
                    "ROW.id",
                    List.of("kind", "reason", "asked_by", "asked_at", "up_to", "events", "done_at"),
                    List.of("done_at")),
            table("file_key", "fileKey", "endorsed_by", "created_at"),
            table("license_file", "file", "key", "machine", "file_key", "issued_at", "valid_until"),
            // Not by its id: who knows that may ping it, and give it back. Nor a ping.
            table(
                    "seat",
                    "seat",
                    OF_KEY,
                    "ROW.key || ' ' || ROW.machine",
                    List.of("key", "machine", "end_user", "friendly_name", "?overdraft", "since", "borrowed_until"),
                    List.of("since", "end_user", "overdraft", "borrowed_until")));

    private Audited() {}
}
