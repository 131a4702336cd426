package dev.licet.store.postgres;

import dev.licet.core.Outcome;
import dev.licet.core.TestClock;
import dev.licet.core.event.EventExport;
import dev.licet.core.event.EventFilter;
import dev.licet.core.event.Placed;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.SigningKey;
import dev.licet.core.once.Fingerprint;
import dev.licet.core.once.RequestKey;
import dev.licet.core.removal.Removal;
import dev.licet.core.removal.Removals;
import dev.licet.core.store.Store;
import dev.licet.store.embedded.EmbeddedStore;
import dev.licet.store.sql.move.EntityTables;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// A data directory that has some of everything, as hard to carry as it may be; and what any engine has, in one form.
public final class Filled {
    public static final AccountNumber ONE = new AccountNumber(AccountNumber.FIRST);
    static final AccountNumber OTHER = new AccountNumber(AccountNumber.FIRST + 1);
    static final RequestKey REQUEST = RequestKey.of(List.of("asker"), "key", Fingerprint.of("content"));

    private static final String HARD =
            "a \"quoted\"\\ é…𝄞 \n\t\b\f\r\u0001\u001f\u007f \\N / <&> '\uF8FC\uF8FD\uF8FE\uF8FF";
    private static final String ZERO_AND_HALF = "a\0b\ud800c";
    private static final Instant RECEIVED = Instant.parse("2026-02-28T23:59:59.999999Z");

    private Filled() {}

    public static UsageEvent event(AccountNumber account, Optional<String> clientId, String text, long happened) {
        return new UsageEvent(
                account,
                "rest",
                clientId,
                Instant.EPOCH.plusSeconds(happened).plusNanos(123_000),
                Optional.of(text),
                Optional.of("feature " + text),
                Optional.empty(),
                Optional.of(text),
                Optional.of("machine " + text),
                Optional.of("user " + text),
                Optional.of("session " + text),
                Optional.empty(),
                Optional.empty(),
                happened % 2 == 0 ? OptionalLong.of(Long.MIN_VALUE) : OptionalLong.of(Long.MAX_VALUE),
                Optional.of("EUR"),
                Optional.of(happened % 3 == 0 ? "{\"a\":\"\\u0000 \\ud800 é\"}" : "no JSON " + text));
    }

    public static Submission request() {
        return new Submission(
                List.of(
                        event(ONE, Optional.of("first of a request"), "request", 1),
                        event(ONE, Optional.empty(), "request", 2)),
                RECEIVED.plus(Duration.ofDays(3)),
                Optional.of(REQUEST));
    }

    /// Events of two accounts over some days, of which some are voided and some erased; the last one, too.
    public static void fill(Path directory) throws SQLException, InterruptedException {
        try (EmbeddedStore store = EmbeddedStore.open(directory)) {
            SigningKey key = SigningKey.generate();
            store.accounts().add(new Account(ONE, HARD, key, false, TestClock.START));
            store.accounts().add(new Account(OTHER, "other", key, true, TestClock.START));
            store.products().add(ONE, HARD, TestClock.START);
            store.messages().add(ONE, "channel", HARD, TestClock.START);
            store.messages().add(ONE, "channel", "is the last", TestClock.START);

            append(store, 0, 40);
            voided(store, ONE, 1, 2, 7, 20);
            Removal erasure = store.removals().erase(ONE, Removal.Kind.MACHINE, "machine text 31", asked());
            append(store, 40, 60); // behind what is erased, of which they are, too
            store.events().append(request());
            awaitDone(store, erasure);
            append(store, 60, 80);
            long last = append(store, 80, 81);
            voided(store, OTHER, last);
        }
        try (Connection connection = sqlite(directory)) {
            fillTheRest(connection);
        }
    }

    /// @return the id of the last one
    private static long append(Store store, int from, int to) {
        long last = 0;
        for (int i = from; i < to; i++) {
            AccountNumber account = i % 4 == 0 ? OTHER : ONE;
            String text = i % 5 == 0 ? HARD : i % 5 == 1 ? ZERO_AND_HALF : "text " + i % 50;
            Optional<String> id = i % 2 == 0 ? Optional.of(i + text) : Optional.empty();
            long happened = i % 11 == 0 ? -62_000_000_000L - i : 1_700_000_000L * (i % 7) + i;
            Instant received = RECEIVED.plus(Duration.ofHours(2L * i)).minusSeconds(i % 13 == 0 ? 100_000 : 0);
            List<Placed> placed = placed(store, new Submission(List.of(event(account, id, text, happened)), received));
            last = placed.getFirst().id();
        }
        return last;
    }

    public static List<Placed> placed(Store store, Submission submission) {
        return ((Outcome.Success<List<Placed>>) store.events().append(submission)).value();
    }

    private static Removals.Asked asked() {
        return new Removals.Asked("a mistake", "tok_1", TestClock.START);
    }

    private static void voided(Store store, AccountNumber account, long... ids) {
        Set<Long> all =
                Set.copyOf(IntStream.range(0, ids.length).mapToObj(i -> ids[i]).toList());
        store.removals().takeOut(account, all, asked());
    }

    static void awaitDone(Store store, Removal removal) throws InterruptedException {
        for (int i = 0; i < 600; i++) {
            if (store.removals()
                    .find(removal.account(), removal.id())
                    .orElseThrow()
                    .done()
                    .isPresent()) {
                return;
            }
            Thread.sleep(50);
        }
        throw new AssertionError("not erased");
    }

    public static Connection sqlite(Path directory) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("entities.db"));
    }

    /// Two rows for each table that has none, with a value in each column, and one that is behind what it has.
    private static void fillTheRest(Connection connection) throws SQLException {
        for (String table : EntityTables.ALL) {
            if (count(connection, table) == 0) {
                insert(connection, table, 1);
                insert(connection, table, 2);
            }
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("DELETE FROM message WHERE content = 'is the last'"); // and its id is not given again
        }
    }

    private static void insert(Connection connection, String table, int row) throws SQLException {
        Map<String, String> references = new TreeMap<>();
        List<String> names = new ArrayList<>();
        List<Object> values = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet foreign = statement.executeQuery("PRAGMA foreign_key_list(\"" + table + "\")")) {
            while (foreign.next()) {
                references.put(foreign.getString("from"), foreign.getString("table"));
            }
        }
        try (Statement statement = connection.createStatement();
                ResultSet columns = statement.executeQuery("PRAGMA table_info(\"" + table + "\")")) {
            while (columns.next()) {
                String name = columns.getString("name");
                names.add('"' + name + '"');
                values.add(value(table, name, columns.getString("type"), references.get(name), row));
            }
        }
        String sql = "INSERT INTO \"" + table + "\" (" + String.join(", ", names) + ") VALUES ("
                + String.join(", ", names.stream().map(name -> "?").toList()) + ")";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.size(); i++) {
                statement.setObject(i + 1, values.get(i));
            }
            statement.executeUpdate();
        }
    }

    private static Object value(String table, String column, String type, String reference, int row) {
        if (reference != null) {
            return switch (reference) {
                case "account" -> AccountNumber.FIRST + row - 1;
                case "product" -> 1L; // of which there is one
                default -> (long) row;
            };
        }
        if (table.equals("saved_insight") && column.equals("type")) {
            return row == 1 ? "insight" : "dashboard";
        }
        return switch (type) {
            case "TEXT" -> HARD + row;
            case "BLOB" -> ("\0\1\u00ff" + row).getBytes(StandardCharsets.ISO_8859_1);
            default -> isBoolean(column) ? row % 2L : isId(column) ? row : Long.MAX_VALUE - row;
        };
    }

    private static boolean isId(String column) {
        return Set.of("id", "ticket", "number").contains(column);
    }

    private static boolean isBoolean(String column) {
        return Set.of(
                        "revoked",
                        "may_write",
                        "partner",
                        "whole_values",
                        "blocked",
                        "machines_extend",
                        "overdraft",
                        "told")
                .contains(column);
    }

    static long count(Connection connection, String table) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM \"" + table + "\"")) {
            row.next();
            return row.getLong(1);
        }
    }

    /// All rows of all tables of entities, as texts that are the same for the same values in each engine.
    public static Map<String, List<String>> entities(Connection connection) throws SQLException {
        Map<String, List<String>> tables = new TreeMap<>();
        for (String table : EntityTables.ALL) {
            tables.put(table, rows(connection, "SELECT * FROM \"" + table + "\""));
        }
        return tables;
    }

    /// Rows in the order of their texts.
    public static List<String> rows(Connection connection, String question) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(question)) {
            ResultSetMetaData columns = row.getMetaData();
            while (row.next()) {
                StringBuilder text = new StringBuilder();
                for (int i = 1; i <= columns.getColumnCount(); i++) {
                    text.append(columns.getColumnName(i))
                            .append('=')
                            .append(text(row.getObject(i)))
                            .append("; ");
                }
                rows.add(text.toString());
            }
        }
        rows.sort(null);
        return rows;
    }

    private static String text(Object value) {
        return switch (value) {
            case null -> "null";
            case Boolean is -> is ? "1" : "0";
            case byte[] bytes -> HexFormat.of().formatHex(bytes);
            default -> value.toString();
        };
    }

    /// All events of all accounts.
    public static List<RecordedEvent> events(Store store) {
        List<RecordedEvent> all = new ArrayList<>();
        for (AccountNumber account : List.of(ONE, OTHER)) {
            try (EventExport export = store.events().export(account, EventFilter.ALL)) {
                for (List<RecordedEvent> page = export.next(); !page.isEmpty(); page = export.next()) {
                    all.addAll(page);
                }
            }
        }
        return all;
    }
}
