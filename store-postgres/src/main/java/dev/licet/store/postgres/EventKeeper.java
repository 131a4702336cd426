package dev.licet.store.postgres;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import dev.licet.store.sql.entity.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/// Makes the partitions of the days to come, and lets events go that were kept long enough: a day is dropped once
/// nothing in it is to be kept, and what is to go before that is deleted. By whichever node gets the lock for it.
///
/// A clock that is wrong must not make events look old: no round lets more than one day go, nor more than one of what
/// some products keep shorter; the last day stays whatever the clock says, and rounds are an hour apart. So a clock
/// that is a year ahead for an hour costs a day, and what a month without a server has left is gone after thirty hours.
final class EventKeeper implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EventKeeper.class.getName());
    /// Of who does it: any number that nothing else in the same database locks.
    static final long KEEPER = 0x6C69_6365_76L;

    private static final Duration SOON = Duration.ofMinutes(1);
    private static final Duration PAUSE = Duration.ofHours(1);

    private final DataSource source;
    private final Optional<Duration> kept;
    private final Supplier<Map<ProductId, Duration>> ofProducts;
    private final EventRoller roller;
    private final Clock clock;
    /// The thread's own: up to which day it is done, by the products it is about.
    private final Map<String, LocalDate> doneTo = new HashMap<>();
    private final ScheduledExecutorService keeping = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("event-keeper").daemon().factory());

    /// @param kept how long, where a product says nothing else; empty for ever
    EventKeeper(
            DataSource source,
            Optional<Duration> kept,
            Supplier<Map<ProductId, Duration>> ofProducts,
            EventRoller roller,
            Clock clock) {
        this.source = source;
        this.kept = kept;
        this.ofProducts = ofProducts;
        this.roller = roller;
        this.clock = clock;
    }

    void start() {
        keeping.scheduleWithFixedDelay(this::keepQuietly, SOON.toMillis(), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void keepQuietly() {
        try {
            keep();
        } catch (Throwable e) {
            // An error too: without this nothing would be let go any more.
            LOG.log(ERROR, "keeping the events failed; it is tried again in an hour", e);
        }
    }

    /// One round.
    void keep() throws SQLException {
        try (Connection connection = PostgresDatabase.patient(source);
                Sql sql = new Sql(connection);
                Statement statement = connection.createStatement()) {
            try (ResultSet row = statement.executeQuery("SELECT pg_try_advisory_lock(" + KEEPER + ")")) {
                row.next();
                if (!row.getBoolean(1)) {
                    return; // another node is at it
                }
            }
            Instant now = clock.instant();
            makeDays(connection, LocalDate.ofInstant(now, ZoneOffset.UTC));
            if (kept.isPresent()) {
                Map<ProductId, Duration> own = ofProducts.get();
                Duration longest = own.values().stream().reduce(kept.get(), (a, b) -> a.compareTo(b) < 0 ? b : a);
                letGo(sql, statement, now, longest, own);
            }
        }
    }

    /// While nobody adds events, who would make the same.
    private static void makeDays(Connection connection, LocalDate today) throws SQLException {
        connection.setAutoCommit(false);
        try {
            EventWriter.awaitTurn(connection);
            Partitions partitions = new Partitions();
            partitions.require(connection, today);
            partitions.require(connection, today.plusDays(1));
            connection.commit();
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    private void letGo(Sql sql, Statement statement, Instant now, Duration longest, Map<ProductId, Duration> ofProducts)
            throws SQLException {
        statement.execute("SET lock_timeout = 0"); // to take out a day waits for who looks at it, and nobody for that
        List<Partitions.Day> days = Partitions.all(statement);
        for (Partitions.Day day : days) {
            if (day.isBeingDetached()) {
                statement.execute("ALTER TABLE event DETACH PARTITION " + day.name() + " FINALIZE");
            }
            if (!day.isAttached()) {
                drop(sql, day); // an end in between left it
            }
        }
        List<Partitions.Day> withEvents = new ArrayList<>();
        for (Partitions.Day day : days) {
            if (day.isAttached()) {
                if (hasEvents(statement, day)) {
                    withEvents.add(day);
                } else if (isOver(day.date(), now.minus(longest))) {
                    takeOut(sql, statement, day);
                }
            }
        }
        if (withEvents.size() > 1 && isOver(withEvents.getFirst().date(), now.minus(longest))) {
            takeOut(sql, statement, withEvents.removeFirst());
        }
        if (!withEvents.isEmpty()) {
            withEvents.removeLast(); // which stays, whatever the clock says
        }
        deleteBefore(sql, withEvents, now, longest, ofProducts);
    }

    /// Whether all of a day is before that instant.
    private static boolean isOver(LocalDate day, Instant then) {
        return !day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant().isAfter(then);
    }

    private static boolean hasEvents(Statement statement, Partitions.Day day) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT EXISTS (SELECT 1 FROM " + day.name() + ")")) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private void takeOut(Sql sql, Statement statement, Partitions.Day day) throws SQLException {
        // All of it is counted, so all of it is taken out of the counts.
        roller.countTo(sql.first("SELECT coalesce(max(id), 0) FROM " + day.name(), row -> row.getLong(1))
                .orElseThrow());
        statement.execute("ALTER TABLE event DETACH PARTITION " + day.name() + " CONCURRENTLY");
        drop(sql, day);
        LOG.log(INFO, "let the events of " + day.date() + " go, which were kept long enough");
    }

    /// With the ids of its events, which count as new from now on. Account by account, so that none is held for long.
    private static void drop(Sql sql, Partitions.Day day) throws SQLException {
        for (AccountNumber account : accounts(sql, day, "true")) {
            sql.inTransaction("READ COMMITTED", () -> {
                int isNew = sql.update(
                        "INSERT INTO rolled_gone (day, account) VALUES (?, ?) ON CONFLICT DO NOTHING",
                        day.date(),
                        account.value());
                if (isNew > 0) {
                    Rollups.takeOut(sql, account, day.name());
                }
                return isNew;
            });
        }
        sql.inTransaction("READ COMMITTED", () -> {
            sql.execute(
                    "DELETE FROM event_known AS known USING " + day.name() + " AS gone WHERE known.event = gone.id");
            sql.execute("DROP TABLE " + day.name());
            return sql.update("DELETE FROM rolled_gone WHERE day = ?", day.date());
        });
    }

    private static List<AccountNumber> accounts(Sql sql, Partitions.Day day, String condition) throws SQLException {
        return sql.all(
                "SELECT DISTINCT account FROM " + day.name() + " WHERE " + condition,
                row -> new AccountNumber(row.getLong(1)));
    }

    /// What goes before its day does: of one day a round, for what is kept for the same time.
    private void deleteBefore(
            Sql sql, List<Partitions.Day> days, Instant now, Duration longest, Map<ProductId, Duration> ofProducts)
            throws SQLException {
        Duration others = kept.orElseThrow();
        if (others.compareTo(longest) < 0) {
            String named = join(List.copyOf(ofProducts.keySet()));
            deleteOfOneDay(sql, days, "(product IS NULL OR product NOT IN (" + named + "))", now.minus(others));
        }
        Map<Duration, List<ProductId>> byDuration =
                ofProducts.keySet().stream().collect(Collectors.groupingBy(ofProducts::get));
        for (Map.Entry<Duration, List<ProductId>> some : byDuration.entrySet()) {
            if (some.getKey().compareTo(longest) < 0) {
                String products = "product IN (" + join(some.getValue()) + ")";
                deleteOfOneDay(sql, days, products, now.minus(some.getKey()));
            }
        }
    }

    private void deleteOfOneDay(Sql sql, List<Partitions.Day> days, String products, Instant then) throws SQLException {
        LocalDate done = doneTo.getOrDefault(products, LocalDate.MIN);
        for (Partitions.Day day : days) {
            if (day.date().isBefore(done)) {
                continue;
            }
            if (!isOver(day.date(), then)) {
                return;
            }
            long deleted = 0;
            for (AccountNumber account : accounts(sql, day, products)) {
                deleted +=
                        sql.inTransaction("READ COMMITTED", () -> Rollups.delete(sql, account, day.name(), products));
            }
            doneTo.put(products, day.date().plusDays(1));
            if (deleted > 0) {
                LOG.log(INFO, "let " + deleted + " events of " + day.date() + " go, which were kept long enough");
                return;
            }
        }
    }

    private static String join(List<ProductId> products) {
        return products.stream().map(ProductId::toString).collect(Collectors.joining(", "));
    }

    @Override
    public void close() {
        keeping.shutdown();
        try {
            if (!keeping.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.log(ERROR, "keeping the events does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
