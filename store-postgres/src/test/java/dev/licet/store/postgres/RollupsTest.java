package dev.licet.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.TestClock;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.SigningKey;
import dev.licet.core.removal.Removal;
import dev.licet.core.removal.Removals;
import dev.licet.store.sql.entity.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// What is counted by days is what the events add up to, whatever happens to them.
@EnabledIf("dev.licet.store.postgres.PostgresServer#isToBeTried")
class RollupsTest {
    private static final AccountNumber ACCOUNT = new AccountNumber(123_456_789_012_345L);
    private static final AccountNumber OTHER = new AccountNumber(123_456_789_012_346L);
    private static final Instant RECEIVED = Instant.parse("2026-03-01T12:00:00Z");

    /// How many days the events have otherwise than the counts, and the other way round.
    private static final String DIFFERENCES = """
            WITH seen AS (
              SELECT e.account, e.product, upper(e.currency) AS currency, e.value, e.machine, e.key,
                CAST((e.happened_at AT TIME ZONE 'UTC') AT TIME ZONE a.zone AS DATE) AS day
              FROM event AS e JOIN account AS a ON a.number = e.account
                LEFT JOIN rolled_account AS r ON r.account = e.account
              WHERE e.id <= coalesce(r.anew, (SELECT id FROM rolled_to))
                AND e.happened_at >= TIMESTAMP '2000-01-01 00:00:00' AND e.happened_at < TIMESTAMP '2100-01-01 00:00:00'),
            counted AS (SELECT account, day, product, currency, events, value, valued FROM day_sum WHERE events <> 0),
            real AS (SELECT account, day, product, currency, count(*), coalesce(sum(value), 0), count(value) FROM seen
              GROUP BY 1, 2, 3, 4),
            active AS (SELECT account, kind, day, product, who, sum(events) FROM day_active WHERE kind <> 'user'
              GROUP BY 1, 2, 3, 4, 5 HAVING sum(events) <> 0),
            ones AS (SELECT account, kind, day, product, who, count(*) FROM seen
              CROSS JOIN LATERAL (VALUES ('machine', machine), ('key', key)) AS k (kind, who) WHERE who IS NOT NULL
              GROUP BY 1, 2, 3, 4, 5),
            days AS (SELECT account, kind, day, count(DISTINCT who), sum(events) FROM day_active
              WHERE merged GROUP BY 1, 2, 3),
            known AS (SELECT account, kind, day, active, events FROM day_count)
            SELECT (SELECT count(*) FROM (TABLE counted EXCEPT TABLE real) AS d)
              + (SELECT count(*) FROM (TABLE real EXCEPT TABLE counted) AS d)
              + (SELECT count(*) FROM (TABLE active EXCEPT TABLE ones) AS d)
              + (SELECT count(*) FROM (TABLE ones EXCEPT TABLE active) AS d)
              + (SELECT count(*) FROM (TABLE days EXCEPT TABLE known) AS d)
              + (SELECT count(*) FROM (TABLE known EXCEPT TABLE days) AS d)""";

    private DataSource source;
    private PostgresStore store;
    private EventRoller roller;
    private final Random random = new Random(8);

    @BeforeEach
    void open(@TempDir Path directory) throws SQLException {
        source = PostgresServer.of(directory);
        store = (PostgresStore) TestStores.open(directory);
        roller = store.roller();
        for (AccountNumber account : List.of(ACCOUNT, OTHER)) {
            store.accounts().add(new Account(account, "account", SigningKey.generate(), false, TestClock.START));
        }
        for (int i = 0; i < 300; i++) {
            append(RECEIVED.plus(Duration.ofDays(i / 100)));
        }
        roller.count(250, random.nextBoolean());
        assertThat(number("SELECT id FROM rolled_to")).isGreaterThanOrEqualTo(250);
        assertRight();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private long number(String sql) throws SQLException {
        return number(source, sql);
    }

    private static long number(DataSource source, String sql) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private void assertRight() throws SQLException {
        assertThat(number(DIFFERENCES)).isZero();
    }

    /// Some of years that are not counted.
    private void append(Instant received) {
        Instant at = random.nextInt(20) == 0
                ? Instant.parse(random.nextBoolean() ? "1999-12-31T23:59:59Z" : "2100-01-01T00:00:00Z")
                : TestClock.START.minusSeconds(random.nextInt(10 * 86_400));
        store.events().append(new Submission(List.of(event(at)), received));
    }

    private UsageEvent event(Instant at) {
        return new UsageEvent(
                random.nextInt(4) == 0 ? OTHER : ACCOUNT,
                "rest",
                Optional.empty(),
                at,
                Optional.of("used"),
                Optional.empty(),
                random.nextInt(3) == 0 ? Optional.empty() : Optional.of(new ProductId(1 + random.nextInt(3))),
                random.nextInt(3) == 0 ? Optional.empty() : Optional.of("key " + random.nextInt(5)),
                Optional.of("machine " + random.nextInt(20)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                random.nextBoolean() ? OptionalLong.empty() : OptionalLong.of(random.nextInt(100)),
                random.nextBoolean() ? Optional.empty() : Optional.of(random.nextBoolean() ? "EUR" : "usd"),
                Optional.empty());
    }

    private static Removals.Asked asked() {
        return new Removals.Asked("test", "nobody", TestClock.START);
    }

    private void keep(Map<ProductId, Duration> ofProducts, int day) throws SQLException {
        Clock clock = Clock.fixed(RECEIVED.plus(Duration.ofDays(day)), ZoneOffset.UTC);
        try (EventKeeper keeper = new EventKeeper(
                source,
                () -> PartitionDays.open(source, roller),
                Optional.of(Duration.ofDays(30)),
                () -> ofProducts,
                clock)) {
            keeper.keep();
        }
    }

    @Test
    void retention_takesOutTheDaysThatItLetsGo() throws SQLException {
        long before = number("SELECT sum(events) FROM day_sum");

        keep(Map.of(), 31);

        assertThat(number("SELECT sum(events) FROM day_sum")).isBetween(1L, before - 1);
        assertThat(number("SELECT count(*) FROM rolled_gone")).isZero();
        assertRight();
    }

    @Test
    void retention_takesOutWhatAProductLetsGo() throws SQLException {
        long before = number("SELECT sum(events) FROM day_sum WHERE product = 1");

        keep(Map.of(new ProductId(1), Duration.ofDays(10)), 12);

        assertThat(number("SELECT sum(events) FROM day_sum WHERE product = 1")).isBetween(1L, before - 1);
        assertRight();
    }

    @Test
    void retention_thatEndedHalfway_takesOutTheRestOnce() throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            roller.countTo(300, () -> {});
            statement.execute("ALTER TABLE event DETACH PARTITION event_20260301");
        }
        try (Connection connection = source.getConnection();
                Sql sql = new Sql(connection)) {
            sql.inTransaction("READ COMMITTED", () -> {
                Rollups.takeOut(sql, ACCOUNT, "event_20260301");
                return sql.update("INSERT INTO rolled_gone VALUES (DATE '2026-03-01', ?)", ACCOUNT.value());
            });
        }

        keep(Map.of(), 3);

        assertThat(number("SELECT count(*) FROM rolled_gone")).isZero();
        assertRight();
    }

    @Test
    void voids_areTakenOut_ofWhatIsCountedAndOfWhatIsNot() throws SQLException {
        store.removals().takeOut(ACCOUNT, Set.of(1L, 2L, 3L, 4L, 100L, 299L, 300L), asked());

        assertRight();
        roller.count(100, false);
        assertRight();
    }

    @Test
    void merging_leavesOneRowOfEach_andNoneOfNothing() throws SQLException {
        store.removals().takeOut(ACCOUNT, Set.of(1L, 2L, 3L, 4L, 100L), asked());
        roller.countTo(300, () -> {});
        long before = number("SELECT count(*) FROM day_active");

        roller.count(1, true);

        assertThat(number("SELECT count(*) FROM day_active")).isLessThan(before);
        assertThat(number("SELECT count(*) FROM day_active WHERE NOT merged OR events < 1"))
                .isZero();
        assertRight();
    }

    private void awaitDone(Removal removal) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (store.removals().find(ACCOUNT, removal.id()).orElseThrow().done().isEmpty() && System.nanoTime() < end) {
            Thread.sleep(50);
        }
        assertThat(store.removals().find(ACCOUNT, removal.id()).orElseThrow().done())
                .isPresent();
    }

    @Test
    void anErasure_leavesNoNames() throws Exception {
        awaitDone(store.removals().erase(ACCOUNT, Removal.Kind.MACHINE, "machine 7", asked()));

        assertThat(number("SELECT count(*) FROM day_active WHERE who = 'machine 7' AND account = " + ACCOUNT))
                .isZero();
        assertThat(number("SELECT count(*) FROM day_active WHERE who = 'machine 7'"))
                .as("of others")
                .isPositive();
        assertRight();
        roller.countTo(300, () -> {});
        assertRight();
    }

    @Test
    void anotherZone_isCountedAnew() throws SQLException {
        store.accounts().setZone(ACCOUNT, ZoneId.of("Pacific/Auckland"));
        roller.count(10, false);
        assertThat(number("SELECT anew FROM rolled_account WHERE account = " + ACCOUNT))
                .as("not all of it yet")
                .isLessThan(250);
        assertRight();

        store.removals().takeOut(ACCOUNT, Set.of(1L, 2L, 3L, 4L, 100L, 200L, 201L), asked());
        assertRight();
        while (number("SELECT count(*) FROM rolled_account WHERE anew IS NOT NULL") > 0) {
            roller.count(40, true);
            assertRight();
        }
    }

    /// Has an account half counted anew: on a slow machine the store's own roller may come in between and do all.
    private void beginAnew() throws SQLException {
        for (int i = 0; number("SELECT count(*) FROM rolled_account WHERE anew IS NOT NULL") == 0; i++) {
            assertThat(i).as("attempts").isLessThan(20);
            store.accounts().setZone(ACCOUNT, ZoneId.of(i % 2 == 0 ? "Pacific/Auckland" : "Pacific/Apia"));
            roller.count(10, false);
        }
    }

    @Test
    void dayThatGoes_whileAnAccountIsCountedAnew_isInNoCount() throws SQLException {
        beginAnew();
        long before = number("SELECT count(*) FROM event");

        keep(Map.of(), 31);

        assertThat(number("SELECT count(*) FROM event")).isLessThan(before);
        assertThat(number("SELECT count(*) FROM rolled_gone")).isZero();
        assertRight();
        while (number("SELECT count(*) FROM rolled_account WHERE anew IS NOT NULL") > 0) {
            roller.count(40, true);
        }
        assertRight();
    }

    /// Both merge the rows of an account, or take them all.
    @Test
    void erasures_besideAnAccountThatIsCountedAnewAgainAndAgain_leaveNoNames() throws Exception {
        AtomicBoolean ends = new AtomicBoolean();
        try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
            Future<Integer> moving = executor.submit(() -> {
                int rounds = 0;
                while (!ends.get()) {
                    store.accounts().setZone(ACCOUNT, ZoneId.of(rounds % 2 == 0 ? "Pacific/Auckland" : "UTC"));
                    try {
                        roller.count(30, true);
                    } catch (SQLException e) {
                        assertThat(e.getSQLState())
                                .as("of two who merge one fails: %s", e)
                                .isEqualTo("40001");
                    }
                    rounds++;
                    Thread.sleep(50); // else an erasure hardly ever comes through
                }
                return rounds;
            });
            for (int machine = 0; machine < 5; machine++) {
                awaitDone(store.removals().erase(ACCOUNT, Removal.Kind.MACHINE, "machine " + machine, asked()));
            }
            ends.set(true);
            assertThat(moving.get()).isGreaterThan(5);
        }
        while (number("SELECT count(*) FROM rolled_account WHERE anew IS NOT NULL") > 0) {
            roller.count(40, true);
        }
        assertThat(number("SELECT count(*) FROM day_active WHERE account = " + ACCOUNT
                        + " AND who IN ('machine 0', 'machine 1', 'machine 2', 'machine 3', 'machine 4')"))
                .isZero();
        assertRight();
    }

    @Test
    void whoeverAddsAndTakesOutAtTheSameTime_leavesCountsThatAreRight() throws Exception {
        try (ExecutorService executor = Executors.newFixedThreadPool(4)) {
            List<Future<?>> work = List.of(
                    executor.submit(() -> {
                        for (int i = 0; i < 400; i++) {
                            append(RECEIVED.plus(Duration.ofDays(3)));
                        }
                        return 0;
                    }),
                    executor.submit(() -> {
                        for (long id = 1; id < 600; id += 3) {
                            store.removals().takeOut(id % 2 == 0 ? ACCOUNT : OTHER, Set.of(id, id + 1), asked());
                        }
                        return 0;
                    }),
                    executor.submit(() -> {
                        for (int i = 0; i < 60; i++) {
                            roller.count(15, i % 7 == 0);
                        }
                        return 0;
                    }),
                    executor.submit(() -> {
                        keep(Map.of(new ProductId(2), Duration.ofDays(10)), 12);
                        keep(Map.of(), 31);
                        keep(Map.of(), 32);
                        return 0;
                    }));
            for (Future<?> one : work) {
                one.get();
            }
        }
        assertRight();
        roller.countTo(700, () -> {});
        assertRight();
    }
}
