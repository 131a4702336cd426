package dev.licet.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.TestClock;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.SigningKey;
import dev.licet.core.removal.Removal;
import dev.licet.core.removal.Removals;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is counted by days is what the events add up to, whatever happens to them.
class RollupsTest {
    private static final Function<AccountNumber, ZoneId> ZONES = account -> ZoneOffset.UTC;
    /// The days as the events have them, without what the counts have, and the other way round.
    private static final String DIFFERENCES = """
            WITH counted AS (SELECT day, product, currency, sum(events) AS n, sum(value) AS v, sum(valued) AS w
              FROM day_sum GROUP BY ALL HAVING n <> 0),
            real AS (SELECT CAST(happened_at AS DATE) AS day, product, upper(currency) AS currency, count(*) AS n,
              coalesce(sum(value), 0) AS v, count(value) AS w FROM event
              WHERE id <= (SELECT coalesce(max(id), 0) FROM rolled)
                AND happened_at >= TIMESTAMP '2000-01-01 00:00:00' AND happened_at < TIMESTAMP '2100-01-01 00:00:00'
              GROUP BY ALL),
            active AS (SELECT day, product, who, sum(events) AS n FROM day_active WHERE kind = 'machine'
              GROUP BY ALL HAVING n <> 0),
            machines AS (SELECT CAST(happened_at AS DATE) AS day, product, machine AS who, count(*) AS n FROM event
              WHERE id <= (SELECT coalesce(max(id), 0) FROM rolled) AND machine IS NOT NULL
                AND happened_at >= TIMESTAMP '2000-01-01 00:00:00' AND happened_at < TIMESTAMP '2100-01-01 00:00:00'
              GROUP BY ALL)
            SELECT (SELECT count(*) FROM (FROM counted EXCEPT FROM real)) + (SELECT count(*) FROM (FROM real EXCEPT FROM counted))
              + (SELECT count(*) FROM (FROM active EXCEPT FROM machines))
              + (SELECT count(*) FROM (FROM machines EXCEPT FROM active))""";

    private static final SigningKey SIGNING_KEY = SigningKey.generate();

    private EmbeddedStore store;
    private EventTable table;
    private final Random random = new Random(8);

    @BeforeEach
    void open(@TempDir Path directory) throws Exception {
        store = EmbeddedStore.open(directory);
        table = store.log().table();
        store.accounts().add(new Account(TestEvents.ACCOUNT, "account", SIGNING_KEY, false, TestClock.START));
        record(300);
        assertThat(table.roll(250, ZONES)).isTrue();
        assertThat(differences()).isZero();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private long differences() throws Exception {
        return table.work(connection -> EventTable.number(connection, DIFFERENCES));
    }

    private long counted() throws Exception {
        return table.work(connection ->
                EventTable.number(connection, "SELECT CAST(coalesce(sum(events), 0) AS BIGINT) FROM day_sum"));
    }

    /// Some of them of years that are not counted, received one second after the other.
    private void record(int count) {
        for (int i = 0; i < count; i++) {
            Instant at = random.nextInt(20) == 0
                    ? Instant.parse(random.nextBoolean() ? "1999-12-31T23:59:59Z" : "2100-01-01T00:00:00Z")
                    : TestClock.START.minusSeconds(random.nextInt(10 * 86_400));
            TestEvents.append(store.events(), TestClock.START.plusSeconds(i), event(at));
        }
        TestEvents.all(store.events());
    }

    private UsageEvent event(Instant at) {
        return new UsageEvent(
                TestEvents.ACCOUNT,
                "rest",
                Optional.empty(),
                at,
                Optional.of("used"),
                Optional.empty(),
                random.nextInt(3) == 0 ? Optional.empty() : Optional.of(new ProductId(1 + random.nextInt(3))),
                Optional.empty(),
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

    @Test
    void zones_thatTakeLongToCountAnew_areLookedAtSeldom() throws Exception {
        AtomicLong nanos = new AtomicLong();
        AtomicInteger looks = new AtomicInteger();
        Function<AccountNumber, ZoneId> slow = account -> {
            nanos.addAndGet(Duration.ofSeconds(10).toNanos());
            return ZoneOffset.ofHours(looks.incrementAndGet() % 2); // another one each time
        };
        Roller roller = new Roller(table, slow, nanos::get);
        long longest = 0;
        for (int second = 0; second < 1000; second++) {
            long before = nanos.get();
            roller.round(300);
            longest += nanos.get() - before;
            nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        }

        assertThat(looks.get()).isPositive();
        assertThat((double) longest / nanos.get()).isLessThan(1.0 / 15); // a twentieth, but for the first look
    }

    @Test
    void roll_withTooFewEvents_waits() throws Exception {
        assertThat(table.roll(51, ZONES)).isFalse();
        assertThat(table.roll(50, ZONES)).isTrue();
        assertThat(table.rolled()).isEqualTo(300);
        assertThat(differences()).isZero();
    }

    @Test
    void retention_takesOutWhatItLetsGo() throws Exception {
        long before = counted();

        assertThat(table.delete(List.of(new Old("product = 1", TestClock.START.plusSeconds(200), 1_000))))
                .isPositive();

        assertThat(counted()).isBetween(1L, before - 1);
        assertThat(differences()).isZero();
    }

    @Test
    void voids_areTakenOut_ofWhatIsCountedAndOfWhatIsNot() throws Exception {
        store.removals().takeOut(TestEvents.ACCOUNT, Set.of(1L, 2L, 100L, 299L), asked());

        assertThat(differences()).isZero();
        assertThat(table.roll(50, ZONES)).isTrue();
        assertThat(differences()).isZero();
    }

    @Test
    void merging_leavesOneRowOfEach_andNoneOfNothing() throws Exception {
        store.removals().takeOut(TestEvents.ACCOUNT, Set.of(1L, 2L, 100L), asked());
        table.roll(20, ZONES);
        long before = table.rolledRows();

        table.mergeRolled();

        assertThat(table.rolledRows()).isLessThan(before);
        assertThat(differences()).isZero();
    }

    @Test
    void anErasure_leavesNoNames() throws Exception {
        table.remove(
                new Removed("salt", List.of(), List.of(new Removed.Erasure(1, Removal.Kind.MACHINE, "a hash", 1_000))),
                none -> {});

        assertThat(table.rolledRows()).isZero();
        assertThat(table.rolled()).isZero();
        assertThat(table.roll(300, ZONES)).isTrue();
        assertThat(differences()).isZero();
    }

    @Test
    void anotherZone_isCountedAnew() throws Exception {
        Function<AccountNumber, ZoneId> moved = account -> ZoneId.of("Pacific/Auckland");

        assertThat(table.rollMoved(ZONES)).isZero();
        assertThat(table.rollMoved(moved)).isEqualTo(1);
        assertThat(differences()).isPositive(); // by the days of UTC
        assertThat(table.rollMoved(ZONES)).isEqualTo(1);
        assertThat(differences()).isZero();
    }
}
