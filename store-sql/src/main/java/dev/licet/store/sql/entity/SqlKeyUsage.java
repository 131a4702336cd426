package dev.licet.store.sql.entity;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.ProductId;
import dev.licet.core.license.KeyCall;
import dev.licet.core.license.KeyUsage;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Sums over the table of calls about keys.
final class SqlKeyUsage implements KeyUsage {
    private static final long SECOND = 1_000_000;
    private static final long SLOT = 1800 * SECOND;
    private static final String DONE = "state / 10 % 10 = 1";
    private static final String KEY_ID =
            "(SELECT k.id FROM license_key k WHERE k.product = c.product AND k.key = c.key) AS key_id";

    private final Database database;

    SqlKeyUsage(Database database) {
        this.database = database;
    }

    @Override
    public List<Day> days(AccountNumber account, Query query) {
        return list(account, query, """
                SELECT min(id) AS first_id, product, at / 86400000000 AS day,
                  count(*) FILTER (WHERE DONE) AS done, count(*) FILTER (WHERE NOT DONE) AS refused,
                  count(DISTINCT nullif(upper(trim(machine)), '')) AS machines, count(DISTINCT key) AS keys,
                  count(DISTINCT (SELECT k.customer FROM license_key k WHERE k.product = c.product AND k.key = c.key))
                    AS customers
                FROM key_call c WHERE WHICH GROUP BY product, day""", SqlKeyUsage::day);
    }

    @Override
    public List<Summary> keys(AccountNumber account, Query query) {
        return list(account, query, """
                SELECT min(id) AS first_id, product, key, KEY_ID,
                  count(*) FILTER (WHERE DONE) AS done, count(*) FILTER (WHERE NOT DONE) AS refused,
                  min(at) AS first_at, max(at) AS last_at,
                  count(*) FILTER (WHERE state BETWEEN 2010 AND 2019) AS activations,
                  count(*) FILTER (WHERE state BETWEEN 2020 AND 2029) AS activations_refused,
                  count(*) FILTER (WHERE state IN (2014, 2015)) AS seats_taken,
                  count(*) FILTER (WHERE state = 6010) AS deactivations,
                  count(*) FILTER (WHERE state = 6011) AS seats_released,
                  count(*) FILTER (WHERE object IS NOT NULL) AS data_object_calls
                FROM key_call c WHERE key IS NOT NULL AND WHICH GROUP BY product, key""", SqlKeyUsage::summary);
    }

    @Override
    public List<Machine> machines(AccountNumber account, Query query) {
        return list(account, query, """
                SELECT min(id) AS first_id, product, key, KEY_ID, upper(trim(machine)) AS device,
                  min(at) AS first_at, max(at) AS last_at, count(*) AS calls
                FROM key_call c WHERE key IS NOT NULL AND trim(machine) <> '' AND WHICH
                GROUP BY product, key, device""", SqlKeyUsage::machine);
    }

    @Override
    public List<Slot> slots(AccountNumber account, Query query) {
        return list(account, query, """
                SELECT first_id, product, key, KEY_ID, device, slot, activations, deactivations, first_at, last_at,
                  (SELECT l.state FROM key_call l WHERE l.id = c.last_id) AS last_state,
                  first_at - lag(last_at) OVER (PARTITION BY product, key, device ORDER BY slot) AS gap
                FROM (
                  SELECT min(id) AS first_id, max(id) AS last_id, product, key, upper(trim(machine)) AS device,
                    at / 1800000000 AS slot,
                    count(*) FILTER (WHERE state < 3000) AS activations,
                    count(*) FILTER (WHERE state > 3000) AS deactivations,
                    min(at) AS first_at, max(at) AS last_at
                  FROM key_call c
                  WHERE key IS NOT NULL AND trim(machine) <> ''
                    AND (state BETWEEN 2010 AND 2015 OR state IN (6010, 6011)) AND WHICH
                  GROUP BY product, key, device, slot) c""", SqlKeyUsage::slot);
    }

    private <T> List<T> list(AccountNumber account, Query query, String sums, Sql.Mapping<T> mapping) {
        StringBuilder which = new StringBuilder("account = ?");
        List<@Nullable Object> arguments = new ArrayList<>(List.of(account.value()));
        query.product().ifPresent(product -> and(which, "product = ?", arguments, product.value()));
        query.keyId()
                .ifPresent(id -> and(
                        which,
                        "(product, key) = (SELECT k.product, k.key FROM license_key k WHERE k.id = ?)",
                        arguments,
                        id.value()));
        query.key().ifPresent(key -> and(which, "key = ?", arguments, key));
        query.machine().ifPresent(machine -> and(which, "upper(trim(machine)) = ?", arguments, device(machine)));
        query.from().ifPresent(from -> and(which, "at >= ?", arguments, Micros.of(from)));
        query.until().ifPresent(until -> and(which, "at < ?", arguments, Micros.of(until)));
        boolean isBackwards = query.before().isPresent();
        arguments.add(isBackwards ? query.before().getAsLong() : query.after());
        arguments.add(query.most());
        String sql = "SELECT * FROM ("
                + sums.replace("WHICH", which).replace("DONE", DONE).replace("KEY_ID", KEY_ID)
                + ") AS sums WHERE first_id " + (isBackwards ? "< ? ORDER BY first_id DESC" : "> ? ORDER BY first_id")
                + " LIMIT ?";
        return database.read(connection -> connection.all(sql, mapping, arguments.toArray()));
    }

    /// As `upper(trim(…))` of a column: of ASCII alone, whatever the engine would do to an argument.
    private static String device(String machine) {
        int first = 0;
        int end = machine.length();
        while (first < end && machine.charAt(first) == ' ') {
            first++;
        }
        while (first < end && machine.charAt(end - 1) == ' ') {
            end--;
        }
        StringBuilder device = new StringBuilder();
        for (char letter : machine.substring(first, end).toCharArray()) {
            device.append(letter >= 'a' && letter <= 'z' ? Character.toUpperCase(letter) : letter);
        }
        return device.toString();
    }

    private static void and(StringBuilder which, String condition, List<@Nullable Object> arguments, Object argument) {
        which.append(" AND ").append(condition);
        arguments.add(argument);
    }

    private static ProductId product(Row row) throws SQLException {
        return new ProductId(row.getLong("product"));
    }

    private static Optional<KeyId> keyId(Row row) throws SQLException {
        long id = row.getLong("key_id");
        return id == 0 ? Optional.empty() : Optional.of(new KeyId(id));
    }

    private static Day day(Row row) throws SQLException {
        return new Day(
                row.getLong("first_id"),
                product(row),
                LocalDate.ofEpochDay(row.getLong("day")),
                row.getLong("done"),
                row.getLong("refused"),
                row.getLong("machines"),
                row.getLong("keys"),
                row.getLong("customers"));
    }

    private static Summary summary(Row row) throws SQLException {
        return new Summary(
                row.getLong("first_id"),
                product(row),
                keyId(row),
                row.getString("key"),
                row.getLong("done"),
                row.getLong("refused"),
                Micros.instant(row, "first_at"),
                Micros.instant(row, "last_at"),
                row.getLong("activations"),
                row.getLong("activations_refused"),
                row.getLong("seats_taken"),
                row.getLong("deactivations"),
                row.getLong("seats_released"),
                row.getLong("data_object_calls"));
    }

    private static Machine machine(Row row) throws SQLException {
        return new Machine(
                row.getLong("first_id"),
                product(row),
                keyId(row),
                row.getString("key"),
                row.getString("device"),
                Micros.instant(row, "first_at"),
                Micros.instant(row, "last_at"),
                row.getLong("calls"));
    }

    private static Slot slot(Row row) throws SQLException {
        long gap = row.getLong("gap");
        OptionalInt gapSeconds = row.wasNull() ? OptionalInt.empty() : OptionalInt.of((int) (gap / SECOND));
        Instant start = Micros.instant(row.getLong("slot") * SLOT);
        return new Slot(
                row.getLong("first_id"),
                product(row),
                keyId(row),
                row.getString("key"),
                row.getString("device"),
                start,
                row.getLong("activations"),
                row.getLong("deactivations"),
                Micros.instant(row, "first_at"),
                Micros.instant(row, "last_at"),
                new KeyCall.State(row.getInt("last_state")),
                gapSeconds);
    }
}
