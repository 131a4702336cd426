package dev.licet.store.postgres;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;

import dev.licet.core.id.ProductId;
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
    private final Clock clock;
    /// The thread's own: up to which day it is done, by the products it is about.
    private final Map<String, LocalDate> doneTo = new HashMap<>();
    private final ScheduledExecutorService keeping = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("event-keeper").daemon().factory());

    /// @param kept how long, where a product says nothing else; empty for ever
    EventKeeper(
            DataSource source, Optional<Duration> kept, Supplier<Map<ProductId, Duration>> ofProducts, Clock clock) {
        this.source = source;
        this.kept = kept;
        this.ofProducts = ofProducts;
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
                letGo(statement, now, longest, own);
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

    private void letGo(Statement statement, Instant now, Duration longest, Map<ProductId, Duration> ofProducts)
            throws SQLException {
        statement.execute("SET lock_timeout = 0"); // to take out a day waits for who looks at it, and nobody for that
        List<Partitions.Day> days = Partitions.all(statement);
        for (Partitions.Day day : days) {
            if (day.isBeingDetached()) {
                statement.execute("ALTER TABLE event DETACH PARTITION " + day.name() + " FINALIZE");
            }
            if (!day.isAttached()) {
                drop(statement, day); // an end in between left it
            }
        }
        List<Partitions.Day> withEvents = new ArrayList<>();
        for (Partitions.Day day : days) {
            if (day.isAttached()) {
                if (hasEvents(statement, day)) {
                    withEvents.add(day);
                } else if (isOver(day.date(), now.minus(longest))) {
                    takeOut(statement, day);
                }
            }
        }
        if (withEvents.size() > 1 && isOver(withEvents.getFirst().date(), now.minus(longest))) {
            takeOut(statement, withEvents.removeFirst());
        }
        if (!withEvents.isEmpty()) {
            withEvents.removeLast(); // which stays, whatever the clock says
        }
        deleteBefore(statement, withEvents, now, longest, ofProducts);
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

    private static void takeOut(Statement statement, Partitions.Day day) throws SQLException {
        statement.execute("ALTER TABLE event DETACH PARTITION " + day.name() + " CONCURRENTLY");
        drop(statement, day);
        LOG.log(INFO, "let the events of " + day.date() + " go, which were kept long enough");
    }

    /// With the ids of its events, which count as new from now on.
    private static void drop(Statement statement, Partitions.Day day) throws SQLException {
        statement.executeUpdate(
                "DELETE FROM event_known AS known USING " + day.name() + " AS gone WHERE known.event = gone.id");
        statement.execute("DROP TABLE " + day.name());
    }

    /// What goes before its day does: of one day a round, for what is kept for the same time.
    private void deleteBefore(
            Statement statement,
            List<Partitions.Day> days,
            Instant now,
            Duration longest,
            Map<ProductId, Duration> ofProducts)
            throws SQLException {
        Duration others = kept.orElseThrow();
        if (others.compareTo(longest) < 0) {
            String named = join(List.copyOf(ofProducts.keySet()));
            deleteOfOneDay(statement, days, "(product IS NULL OR product NOT IN (" + named + "))", now.minus(others));
        }
        Map<Duration, List<ProductId>> byDuration =
                ofProducts.keySet().stream().collect(Collectors.groupingBy(ofProducts::get));
        for (Map.Entry<Duration, List<ProductId>> some : byDuration.entrySet()) {
            if (some.getKey().compareTo(longest) < 0) {
                String products = "product IN (" + join(some.getValue()) + ")";
                deleteOfOneDay(statement, days, products, now.minus(some.getKey()));
            }
        }
    }

    private void deleteOfOneDay(Statement statement, List<Partitions.Day> days, String products, Instant then)
            throws SQLException {
        LocalDate done = doneTo.getOrDefault(products, LocalDate.MIN);
        for (Partitions.Day day : days) {
            if (day.date().isBefore(done)) {
                continue;
            }
            if (!isOver(day.date(), then)) {
                return;
            }
            int deleted = statement.executeUpdate("DELETE FROM " + day.name() + " WHERE " + products);
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
