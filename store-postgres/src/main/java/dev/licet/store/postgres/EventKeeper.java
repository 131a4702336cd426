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

/// Makes what the days to come need, and lets events go that were kept long enough: a day is dropped once
/// nothing in it is to be kept, and what is to go before that is deleted. By whichever node gets the lock for
/// it.
///
/// A clock that is wrong must not make events look old: no round lets more than one day go, nor more than one
/// of what some products keep shorter; the last day stays whatever the clock says, and rounds are an hour
/// apart. So a clock that is a year ahead for an hour costs a day, and what a month without a server has left
/// is gone after thirty hours.
public final class EventKeeper implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EventKeeper.class.getName());
    private static final Duration SOON = Duration.ofMinutes(1);
    private static final Duration PAUSE = Duration.ofHours(1);

    private final DataSource source;
    private final EventDays.Opener opener;
    private final Optional<Duration> kept;
    private final Supplier<Map<ProductId, Duration>> ofProducts;
    private final Clock clock;
    /// The thread's own: up to which day it is done, by the products it is about.
    private final Map<String, LocalDate> doneTo = new HashMap<>();
    private final ScheduledExecutorService keeping = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("event-keeper").daemon().factory());

    /// @param source of the entities, for the lock
    /// @param kept how long, where a product says nothing else; empty for ever
    public EventKeeper(
            DataSource source,
            EventDays.Opener opener,
            Optional<Duration> kept,
            Supplier<Map<ProductId, Duration>> ofProducts,
            Clock clock) {
        this.source = source;
        this.opener = opener;
        this.kept = kept;
        this.ofProducts = ofProducts;
        this.clock = clock;
    }

    public void start() {
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
    public void keep() throws SQLException {
        try (Connection connection = PostgresDatabase.patient(source);
                Statement statement = connection.createStatement()) {
            try (ResultSet row = statement.executeQuery("SELECT pg_try_advisory_lock(" + AdvisoryLocks.KEEPER + ")")) {
                row.next();
                if (!row.getBoolean(1)) {
                    return; // another node is at it
                }
            }
            Instant now = clock.instant();
            try (EventDays days = opener.open()) {
                days.prepare(LocalDate.ofInstant(now, ZoneOffset.UTC));
                if (kept.isPresent()) {
                    Map<ProductId, Duration> own = ofProducts.get();
                    Duration longest = own.values().stream().reduce(kept.get(), (a, b) -> a.compareTo(b) < 0 ? b : a);
                    letGo(days, now, longest, own);
                }
            }
        }
    }

    private void letGo(EventDays days, Instant now, Duration longest, Map<ProductId, Duration> own)
            throws SQLException {
        LocalDate firstKept = LocalDate.ofInstant(now.minus(longest), ZoneOffset.UTC);
        List<LocalDate> withEvents = new ArrayList<>(days.withEvents(firstKept));
        if (withEvents.size() > 1 && withEvents.getFirst().isBefore(firstKept)) {
            LocalDate oldest = withEvents.removeFirst();
            days.drop(oldest);
            LOG.log(INFO, "let the events of " + oldest + " go, which were kept long enough");
        }
        if (!withEvents.isEmpty()) {
            withEvents.removeLast(); // which stays, whatever the clock says
        }
        deleteBefore(days, withEvents, now, longest, own);
    }

    /// What goes before its day does: of one day a round, for what is kept for the same time.
    private void deleteBefore(
            EventDays days,
            List<LocalDate> withEvents,
            Instant now,
            Duration longest,
            Map<ProductId, Duration> ofProducts)
            throws SQLException {
        Duration others = kept.orElseThrow();
        if (others.compareTo(longest) < 0) {
            String named = join(List.copyOf(ofProducts.keySet()));
            deleteOfOneDay(days, withEvents, "(product IS NULL OR product NOT IN (" + named + "))", now.minus(others));
        }
        Map<Duration, List<ProductId>> byDuration =
                ofProducts.keySet().stream().collect(Collectors.groupingBy(ofProducts::get));
        for (Map.Entry<Duration, List<ProductId>> some : byDuration.entrySet()) {
            if (some.getKey().compareTo(longest) < 0) {
                String products = "product IN (" + join(some.getValue()) + ")";
                deleteOfOneDay(days, withEvents, products, now.minus(some.getKey()));
            }
        }
    }

    private void deleteOfOneDay(EventDays days, List<LocalDate> withEvents, String products, Instant then)
            throws SQLException {
        LocalDate done = doneTo.getOrDefault(products, LocalDate.MIN);
        for (LocalDate day : withEvents) {
            if (day.isBefore(done)) {
                continue;
            }
            if (!day.isBefore(LocalDate.ofInstant(then, ZoneOffset.UTC))) {
                return;
            }
            long deleted = days.delete(day, products);
            doneTo.put(products, day.plusDays(1));
            if (deleted > 0) {
                LOG.log(INFO, "let " + deleted + " events of " + day + " go, which were kept long enough");
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
