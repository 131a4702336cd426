package dev.licet.store.sql.entity;

import dev.licet.core.Pending;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.SeatId;
import dev.licet.core.license.KeyTerms;
import dev.licet.core.license.LicenseKey;
import dev.licet.core.session.Seat;
import dev.licet.core.session.SeatRule;
import dev.licet.core.session.Seats;
import dev.licet.store.sql.Turns;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;

/// The tables of seats and of who waits for one. The database's one writer runs all changes, one after the other.
final class SqlSeats implements Seats {
    private static final int MOST_WRITTEN = 10_000;

    private final Database database;
    private static final String REMEMBER =
            "INSERT INTO seat_past (key, since, until) SELECT key, since, until FROM seat WHERE ";
    private static final long HOUR = 3_600_000_000L;
    /// The seats of a key that are held at a time: that key, the time's hour and the time are its first arguments.
    private static final String HELD = "key = ? AND until_hour >= ? AND until > ?";
    /// Microseconds: a quarter of an hour, which no time zone cuts.
    private static final long DENIALS_TOGETHER = 900_000_000;
    private static final int FORGOTTEN_AT_ONCE = 10_000;

    private final Turns turns;
    /// How long it is known what was held; empty for ever.
    private final Optional<Duration> pastKept;

    private final Remembered<SeatId, KeyId> keys;
    private final Merging<SeatId, Asked, Optional<Object>> pings;
    /// Seats as they were written last, so that a ping need not read what a ping before it wrote. Of the writer alone.
    private final Map<SeatId, Seat> written = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<SeatId, Seat> eldest) {
            return size() > MOST_WRITTEN;
        }
    };
    /// As of what is in [#written].
    private int disturbances;

    SqlSeats(Database database, Turns turns, Optional<Duration> pastKept) {
        this.database = database;
        this.turns = turns;
        this.pastKept = pastKept;
        this.keys = new Remembered<>(database);
        this.pings = new Merging<>(database, Asked::and, () -> {
            Map<KeyId, Known> known = new HashMap<>();
            return (sql, id, asked) -> change(sql, known, id, asked.now, asked.rule);
        });
    }

    /// A key and its terms, which no seat changes.
    private record Known(LicenseKey key, KeyTerms terms) {}

    /// What is to be decided on a seat.
    private record Asked(Instant now, SeatRule<Object> rule) {
        /// The last one decides.
        Asked and(Asked later) {
            return later.now.isBefore(now) ? this : later;
        }
    }

    @Override
    public <T> Pending<T> change(KeyId key, String machine, Optional<String> user, Instant now, SeatRule<T> rule) {
        return database.submitUnremembered(sql -> {
            Optional<Seat> own =
                    sql.first("SELECT * FROM seat WHERE key = ? AND machine = ?", SqlSeats::seat, key.value(), machine);
            return change(sql, new HashMap<>(), key, machine, own, user, now, rule);
        });
    }

    @Override
    public <T> Pending<Optional<T>> change(SeatId id, Instant now, SeatRule<T> rule) {
        return database.submitUnremembered(sql -> change(sql, new HashMap<>(), id, now, rule));
    }

    @Override
    @SuppressWarnings("unchecked") // the answer is the rule's, or that of another rule for the same
    public <T> Pending<Optional<T>> ping(SeatId id, Instant now, SeatRule<T> rule) {
        return pings.add(id, new Asked(now, (SeatRule<Object>) rule)).map(answer -> (Optional<T>) answer);
    }

    private Optional<Seat> own(Sql sql, SeatId id) throws SQLException {
        if (disturbances != database.disturbances()) {
            written.clear();
            disturbances = database.disturbances();
        }
        Seat known = written.get(id);
        return known == null
                ? sql.first("SELECT * FROM seat WHERE id = ?", SqlSeats::seat, id.value())
                : Optional.of(known);
    }

    private <T> Optional<T> change(Sql sql, Map<KeyId, Known> known, SeatId id, Instant now, SeatRule<T> rule)
            throws SQLException {
        Optional<Seat> own = own(sql, id);
        return own.isEmpty()
                ? Optional.empty()
                : Optional.of(change(
                        sql,
                        known,
                        own.get().key(),
                        own.get().machine(),
                        own,
                        own.get().user(),
                        now,
                        rule));
    }

    @Override
    public Optional<KeyId> key(SeatId seat) {
        return keys.find(
                seat,
                () -> database.read(sql -> sql.first(
                        "SELECT key FROM seat WHERE id = ?", row -> new KeyId(row.getLong(1)), seat.value())));
    }

    private <T> T change(
            Sql sql,
            Map<KeyId, Known> known,
            KeyId key,
            String machine,
            Optional<Seat> own,
            Optional<String> user,
            Instant now,
            SeatRule<T> rule)
            throws SQLException {
        Known found = known.get(key);
        if (found == null) {
            found = SqlLicensing.SqlLicenseKeys.with(sql, key, Known::new);
            known.put(key, found);
        }
        SeatRule.State state =
                new SeatRule.State(found.key, found.terms, own, () -> look(sql, key, machine, user, now));
        SeatRule.Change<T> change = rule.decide(state);
        if (change.ended().isPresent()) {
            delete(sql, change.ended().get(), now);
        }
        if (!change.own().equals(own)) {
            if (change.own().isEmpty()) {
                delete(sql, own.orElseThrow(), now);
            } else if (own.isPresent()) {
                if (!own.get().isHeld(now)) {
                    remember(sql, own.get(), now);
                }
                update(sql, own.get(), change.own().get());
            } else {
                put(sql, change.own().get());
            }
        }
        boolean mayWait = own.filter(seat -> seat.isHeld(now)).isEmpty();
        if (mayWait || change.waitsUntil().isPresent()) {
            keepPlace(sql, key, machine, change.waitsUntil(), now);
        }
        if (change.denied()) {
            sql.update(
                    "INSERT INTO seat_denial VALUES (?, ?, 1)"
                            + " ON CONFLICT (key, at) DO UPDATE SET count = seat_denial.count + 1",
                    key.value(),
                    Micros.of(now) - Math.floorMod(Micros.of(now), DENIALS_TOGETHER));
        }
        return change.answer();
    }

    /// For a rule, which knows nothing of SQL.
    private SeatRule.Others look(Sql sql, KeyId key, String machine, Optional<String> user, Instant now) {
        try {
            return others(sql, key, machine, user, now);
        } catch (SQLException e) {
            throw database.translated(e);
        }
    }

    private static SeatRule.Others others(Sql sql, KeyId key, String machine, Optional<String> user, Instant now)
            throws SQLException {
        long at = Micros.of(now);
        Optional<Seat> ofUser = user.isEmpty()
                ? Optional.empty()
                : sql.first(
                        "SELECT * FROM seat WHERE " + HELD + " AND end_user = ? AND machine <> ?"
                                + " ORDER BY since LIMIT 1",
                        SqlSeats::seat,
                        key.value(),
                        hour(at),
                        at,
                        user.get(),
                        machine);
        List<Integer> held = sql.first(
                        "SELECT count(*) FILTER (WHERE NOT overdraft), count(*) FILTER (WHERE overdraft) FROM seat WHERE "
                                + HELD + " AND machine <> ?",
                        row -> List.of(row.getInt(1), row.getInt(2)),
                        key.value(),
                        hour(at),
                        at,
                        machine)
                .orElseThrow();
        List<Integer> waiting = sql.first(
                        """
                        SELECT count(*), count(*) FILTER (WHERE ticket < coalesce(
                          (SELECT ticket FROM seat_waiter WHERE key = ? AND machine = ? AND until > ?),
                          9223372036854775807))
                        FROM seat_waiter WHERE key = ? AND until > ? AND machine <> ?""",
                        row -> List.of(row.getInt(1), row.getInt(2)),
                        key.value(),
                        machine,
                        at,
                        key.value(),
                        at,
                        machine)
                .orElseThrow();
        return new SeatRule.Others(held.getFirst(), held.getLast(), ofUser, waiting.getLast(), waiting.getFirst());
    }

    private void put(Sql sql, Seat seat) throws SQLException {
        sql.update(
                "INSERT INTO seat VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                seat.id().value(),
                seat.key().value(),
                seat.machine(),
                seat.user().orElse(null),
                seat.friendlyName().orElse(null),
                seat.address(),
                seat.overdraft(),
                seat.interval().toNanos() / 1000,
                Micros.of(seat.since()),
                Micros.of(seat.until()),
                Micros.of(seat.borrowedUntil()),
                hour(seat));
        written.put(seat.id(), seat);
    }

    private static long hour(Seat seat) {
        return hour(Micros.of(seat.until()));
    }

    private static long hour(long micros) {
        return micros / HOUR;
    }

    /// Of one that has been put: what does not change is its id, key and machine; by most pings, nothing but its end
    /// does.
    private void update(Sql sql, Seat before, Seat seat) throws SQLException {
        written.put(seat.id(), seat);
        if (seat.equals(before.until(seat.until())) && hour(seat) == hour(before)) {
            sql.update(
                    "UPDATE seat SET until = ? WHERE id = ?",
                    Micros.of(seat.until()),
                    seat.id().value());
            return;
        }
        sql.update(
                """
                UPDATE seat SET end_user = ?, friendly_name = ?, address = ?, overdraft = ?, interval = ?, since = ?,
                  until = ?, borrowed_until = ?, until_hour = ?
                WHERE id = ?""",
                seat.user().orElse(null),
                seat.friendlyName().orElse(null),
                seat.address(),
                seat.overdraft(),
                seat.interval().toNanos() / 1000,
                Micros.of(seat.since()),
                Micros.of(seat.until()),
                Micros.of(seat.borrowedUntil()),
                hour(seat),
                seat.id().value());
    }

    private void delete(Sql sql, Seat seat, Instant now) throws SQLException {
        remember(sql, seat, now);
        sql.update("DELETE FROM seat WHERE id = ?", seat.id().value());
        written.remove(seat.id());
    }

    /// That it was held, which ends now or has ended before.
    private static void remember(Sql sql, Seat seat, Instant now) throws SQLException {
        Instant end = seat.isHeld(now) ? now : seat.until();
        if (end.isAfter(seat.since())) {
            sql.update(
                    "INSERT INTO seat_past (key, since, until) VALUES (?, ?, ?)",
                    seat.key().value(),
                    Micros.of(seat.since()),
                    Micros.of(end));
        }
    }

    /// Who comes back in time keeps its ticket; who was away for too long gets a new one.
    private static void keepPlace(Sql sql, KeyId key, String machine, Optional<Instant> until, Instant now)
            throws SQLException {
        if (until.isEmpty()) {
            sql.update("DELETE FROM seat_waiter WHERE key = ? AND machine = ?", key.value(), machine);
            return;
        }
        sql.update("DELETE FROM seat_waiter WHERE key = ? AND until <= ?", key.value(), Micros.of(now));
        sql.update("""
                INSERT INTO seat_waiter (key, machine, until) VALUES (?, ?, ?)
                ON CONFLICT (key, machine) DO UPDATE SET until = excluded.until""", key.value(), machine, Micros.of(until.get()));
    }

    @Override
    public Optional<Seat> find(SeatId seat) {
        return database.read(sql -> sql.first("SELECT * FROM seat WHERE id = ?", SqlSeats::seat, seat.value()));
    }

    @Override
    public List<Seat> held(KeyId key, Instant now) {
        return database.read(sql -> sql.all(
                "SELECT * FROM seat WHERE " + HELD + " ORDER BY since, id",
                SqlSeats::seat,
                key.value(),
                hour(Micros.of(now)),
                Micros.of(now)));
    }

    @Override
    public int count(KeyId key, Instant now) {
        return database.read(sql -> sql.first(
                        "SELECT count(*) FROM seat WHERE " + HELD,
                        row -> row.getInt(1),
                        key.value(),
                        hour(Micros.of(now)),
                        Micros.of(now))
                .orElseThrow());
    }

    /// For what changes many seats.
    private Sql forgetting(Sql sql) {
        written.clear();
        return sql;
    }

    @Override
    public void forgetLapsed(KeyId key, Instant now, int kept) {
        String lapsed = "(SELECT id FROM seat WHERE key = ? AND until <= ? ORDER BY until DESC LIMIT " + Long.MAX_VALUE
                + " OFFSET ?)";
        database.writeUnremembered(sql -> sql.update(REMEMBER + "id IN " + lapsed, key.value(), Micros.of(now), kept)
                + forgetting(sql).update("DELETE FROM seat WHERE id IN " + lapsed, key.value(), Micros.of(now), kept));
    }

    @Override
    public void forgetLapsedBefore(Instant then) {
        long old = pastKept.map(kept -> Micros.of(then.minus(kept))).orElse(Long.MIN_VALUE);
        database.writeUnremembered(sql -> sql.update(REMEMBER + "until < ?", Micros.of(then))
                // Those that were remembered first: some each time.
                + sql.update(
                        "DELETE FROM seat_past WHERE until < ? AND id IN (SELECT id FROM seat_past ORDER BY id LIMIT "
                                + FORGOTTEN_AT_ONCE + ")",
                        old)
                + sql.update("DELETE FROM seat_denial WHERE at < ?", old)
                + forgetting(sql).update("DELETE FROM seat WHERE until < ?", Micros.of(then))
                + sql.update("DELETE FROM seat_waiter WHERE until < ?", Micros.of(then)));
    }

    @Override
    public Use use(
            AccountNumber account,
            Optional<ProductId> product,
            Optional<KeyId> key,
            Instant from,
            Instant until,
            int most) {
        List<Object> of = new ArrayList<>(List.of(account.value()));
        String keys = "license_key.account = ?";
        if (product.isPresent()) {
            keys += " AND license_key.product = ?";
            of.add(product.get().value());
        }
        if (key.isPresent()) {
            keys += " AND license_key.id = ?";
            of.add(key.get().value());
        }
        String held = "SELECT since, until FROM %1$s JOIN license_key ON license_key.id = %1$s.key WHERE " + keys
                + " AND until > ? AND since < ?";
        String denied =
                "SELECT at, sum(count) AS count FROM seat_denial JOIN license_key ON license_key.id = seat_denial.key WHERE "
                        + keys + " AND at >= ? AND at < ? GROUP BY at ORDER BY at";
        of.add(Micros.of(from));
        of.add(Micros.of(until));
        List<Object> twice = new ArrayList<>(of);
        twice.addAll(of);
        twice.add(most + 1);
        Callable<Use> work = () -> database.read(sql -> new Use(
                sql.all(
                        String.format(held, "seat_past") + " UNION ALL " + String.format(held, "seat") + " LIMIT ?",
                        row -> new Holding(Micros.instant(row, "since"), Micros.instant(row, "until")),
                        twice.toArray()),
                sql.all(denied, row -> new Denials(Micros.instant(row, "at"), row.getLong("count")), of.toArray())));
        try {
            return turns.run(account, work, () -> {}); // ends by itself: it has so many rows
        } catch (ExecutionException e) {
            throw database.translated(e.getCause());
        }
    }

    @Override
    public void resume(Instant now, Duration wait) {
        database.writeUnremembered(sql -> {
            // The last ping is the latest sign of life: what had not lapsed by then was held. Of a seat that is
            // borrowed it is not known.
            long heard = sql.first("""
                            SELECT coalesce(max(CASE WHEN until = borrowed_until THEN since ELSE until - interval END), 0)
                            FROM seat""", row -> row.getLong(1)).orElseThrow();
            String end = "CASE WHEN borrowed_until > ? + interval THEN borrowed_until ELSE ? + interval END";
            long at = Micros.of(now);
            forgetting(sql)
                    .update(
                            "UPDATE seat SET until = " + end + ", until_hour = (" + end + ") / " + HOUR
                                    + " WHERE until > ?",
                            at,
                            at,
                            at,
                            at,
                            heard);
            return sql.update("UPDATE seat_waiter SET until = ? WHERE until > ?", Micros.of(now.plus(wait)), heard);
        });
    }

    private static Seat seat(Row row) throws SQLException {
        return new Seat(
                new SeatId(row.getString("id")),
                new KeyId(row.getLong("key")),
                row.getString("machine"),
                Optional.ofNullable(row.getString("end_user")),
                Optional.ofNullable(row.getString("friendly_name")),
                row.getString("address"),
                row.getBoolean("overdraft"),
                Duration.of(row.getLong("interval"), ChronoUnit.MICROS),
                Micros.instant(row, "since"),
                Micros.instant(row, "until"),
                Micros.optional(row, "borrowed_until"));
    }
}
