package dev.licet.store.embedded;

import dev.licet.core.removal.Removal;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/// Which events are removed, as far as some events are concerned: by their ids, or by what they name.
///
/// @param salt of the hashes
record Removed(String salt, List<Long> events, List<Erasure> erasures) {
    static final Removed NOTHING = new Removed("", List.of(), List.of());

    /// So many go into one statement.
    private static final int AT_ONCE = 5_000;

    Removed {
        events = List.copyOf(events);
        erasures = List.copyOf(erasures);
    }

    /// All events up to one that name something. @param subject the hash of it, of this account and kind
    /// alone
    record Erasure(long removal, Removal.Kind kind, String subject, long upTo) {}

    /// Where it is known what is removed. Asked in each transaction that adds events. Safe for threads.
    @FunctionalInterface
    interface Source {
        Source NONE = ids -> NOTHING;

        Removed of(IdRange ids);
    }

    boolean isEmpty() {
        return events.isEmpty() && erasures.isEmpty();
    }

    /// What was asked for.
    List<Long> removals() {
        return erasures.stream().map(Erasure::removal).toList();
    }

    /// Notes which of these rows it is in `removed`, a table of this connection alone: their ids, and the
    /// erasure that each is of.
    ///
    /// @param rows a table, or a question in brackets
    void mark(Statement statement, String rows) throws SQLException {
        statement.execute("CREATE OR REPLACE TEMP TABLE removed (id BIGINT NOT NULL, removal BIGINT)");
        statement.execute("CREATE OR REPLACE TEMP TABLE erased (kind VARCHAR, removal BIGINT, subject VARCHAR,"
                + " up_to BIGINT)");
        insert(
                statement,
                "removed",
                events.stream().map(id -> "(" + id + ", NULL)").toList());
        insert(statement, "erased", erasures.stream().map(Removed::values).toList());
        for (Removal.Kind kind : erasures.stream().map(Erasure::kind).distinct().toList()) {
            String named = column(kind);
            String hash = "sha256(concat('" + salt + " ', r.account, ' " + kind.label() + " ', " + plain(kind) + "))";
            statement.execute("INSERT INTO removed SELECT r.id, e.removal FROM " + rows + " AS r JOIN erased AS e ON "
                    + hash + " = e.subject WHERE e.kind = '" + kind.label() + "' AND r.id <= e.up_to AND " + named
                    + " IS NOT NULL");
        }
    }

    private static String values(Erasure erasure) {
        return "('" + erasure.kind.label() + "', " + erasure.removal + ", '" + erasure.subject + "', " + erasure.upTo
                + ")";
    }

    private static void insert(Statement statement, String table, List<String> rows) throws SQLException {
        for (int i = 0; i < rows.size(); i += AT_ONCE) {
            statement.execute("INSERT INTO " + table + " VALUES "
                    + String.join(", ", rows.subList(i, Math.min(rows.size(), i + AT_ONCE))));
        }
    }

    private static String column(Removal.Kind kind) {
        return switch (kind) {
            case MACHINE -> "r.machine";
            case KEY -> "r.key";
            case USER -> "r.end_user";
            case EVENT -> throw new IllegalArgumentException("single events go by their ids");
        };
    }

    /// The text of which there is a hash, as [SubjectHash#of] has it.
    private static String plain(Removal.Kind kind) {
        if (kind != Removal.Kind.KEY) {
            return column(kind);
        }
        String symbols = "translate(replace(upper(trim(r.key)), '-', ''), 'OIL', '011')";
        return "CASE WHEN regexp_full_match(" + symbols + ", '[0-9A-HJKMNP-TV-Z]{25}') THEN " + symbols
                + " ELSE r.key END";
    }
}
