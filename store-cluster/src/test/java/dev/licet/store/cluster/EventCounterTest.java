package dev.licet.store.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.SigningKey;
import dev.licet.core.insight.Field;
import dev.licet.core.insight.Insights;
import dev.licet.core.insight.Question;
import dev.licet.core.insight.Scope;
import dev.licet.core.insight.Span;
import dev.licet.core.insight.Unit;
import dev.licet.core.insight.Who;
import dev.licet.core.removal.Removal;
import dev.licet.core.removal.Removals;
import dev.licet.store.postgres.EventKeeper;
import dev.licet.store.postgres.PostgresDatabase;
import dev.licet.store.postgres.PostgresServer;
import dev.licet.store.postgres.PostgresStore;
import dev.licet.store.sql.Extent;
import dev.licet.store.sql.InsightSettings;
import dev.licet.store.sql.Rolled;
import dev.licet.store.sql.Turns;
import dev.licet.store.sql.entity.ChangeLog;
import dev.licet.store.sql.entity.Entities;
import dev.licet.store.sql.entity.Sql;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
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
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// What is answered with counts is what the events add up to, whatever happens to them.
@EnabledIf("dev.licet.store.cluster.TestStore#isToBeTried")
class EventCounterTest {
    private static final Uuid TOPIC = Uuid.randomUuid();
    private static final AccountNumber ACCOUNT = new AccountNumber(123_456_789_012_345L);
    private static final AccountNumber OTHER = new AccountNumber(123_456_789_012_346L);
    private static final LocalDate FIRST = LocalDate.of(2026, 3, 27); // clocks are set on the 29th
    private static final int DAYS = 4;
    private static final long FIRST_HOUR = FIRST.toEpochDay() * 24;
    private static final long CLOSED = FIRST_HOUR + (DAYS - 1) * 24L + 7;
    /// A change that deletes takes a second or more.
    private static final int STEPS = Integer.getInteger("licet.counts.steps", 30);

    /// More events at once than some days have, and less than others.
    private static final long COUNTED_AT_ONCE = 300;

    private static final List<String> ZONES = List.of("UTC", "Europe/Prague", "America/New_York", "Asia/Kolkata");

    private DataSource source;
    private PostgresDatabase entities;
    private Entities ports;
    private ClickHouse database;
    private EventTable table;
    private CountTables counts;
    private EventChanges changes;
    private Turns turns;
    private Insights counted;
    private Insights plain;
    private ClusterRemovals removals;
    private EventCounter counter;
    private final AtomicLong last = new AtomicLong();
    private final EventProgress progress = new EventProgress() {
        @Override
        public long acknowledged() {
            return last.get();
        }

        @Override
        public Inserted inserted() {
            return new Inserted(last.get(), Optional.empty(), true);
        }
    };

    @BeforeEach
    void open(@TempDir Path directory) {
        source = PostgresStore.source(PostgresServer.address(directory), "licet", Optional.empty());
        entities = PostgresDatabase.open(source, 1, ChangeLog.keepingAll());
        turns = new Turns("insight", InsightSettings.DEFAULT);
        ports = Entities.of(entities, turns, Optional.empty());
        for (AccountNumber account : List.of(ACCOUNT, OTHER)) {
            ports.accounts().add(new Account(account, "account", SigningKey.generate(), false, Instant.EPOCH));
        }
        ClickHouseServer server = ClickHouseServer.shared();
        database = server.client(server.database(directory));
        table = new EventTable(database, Optional.empty());
        table.make();
        counts = new CountTables(table);
        counts.make();
        counts.make();
        changes = new EventChanges(source::getConnection);
        counted = insights(new NotedCounts(source::getConnection));
        plain = insights(TestStore.NOTHING_COUNTED);
        removals = new ClusterRemovals(
                entities,
                source,
                counts,
                changes,
                new EventReads(table, progress, directory),
                progress,
                new SinkErasures(TOPIC),
                Clock.systemUTC());
        removals.start();
        counter = new EventCounter(source, counts, COUNTED_AT_ONCE);
    }

    private ClusterInsights insights(ClusterInsights.Counts known) {
        return new ClusterInsights(database, progress, known, turns, Duration.ofSeconds(30));
    }

    @AfterEach
    void close() {
        counter.close();
        removals.close();
        turns.close();
        database.close();
        entities.close();
    }

    /// Events that were received in these hours, as a batch.
    private void append(Random random, List<Long> hours, int events) {
        EventRows rows = new EventRows();
        long until = last.addAndGet(events);
        for (long id = until - events + 1; id <= until; id++) {
            Instant received = CountParts.start(hours.get(random.nextInt(hours.size())));
            rows.add(
                    new RecordedEvent(id, received.plusSeconds(random.nextInt(3600)), event(random, received)),
                    new EventRows.Source(0, id));
        }
        insert(rows, hours, until);
    }

    private void append(Random random, long hour, int events) {
        append(random, List.of(hour), events);
    }

    private void insert(EventRows rows, List<Long> hours, long until) {
        changes.during(new CountParts.Change("batch " + until, 0), hours, () -> table.insert(rows, "batch-" + until));
    }

    /// Most happened lately, some days before or after, a few in years that are not counted.
    private static UsageEvent event(Random random, Instant received) {
        Instant at = switch (random.nextInt(20)) {
            case 0 -> Instant.parse(random.nextBoolean() ? "1999-12-31T23:59:59Z" : "2100-01-01T00:00:00Z");
            case 1, 2, 3 -> received.plusSeconds(random.nextInt(6 * 86_400) - 3 * 86_400);
            default -> received.minusSeconds(random.nextInt(7_200));
        };
        return new UsageEvent(
                random.nextInt(4) == 0 ? OTHER : ACCOUNT,
                "rest",
                Optional.empty(),
                at,
                Optional.of("used"),
                Optional.empty(),
                random.nextInt(3) == 0 ? Optional.empty() : Optional.of(new ProductId(1 + random.nextInt(3))),
                random.nextInt(3) == 0 ? Optional.empty() : Optional.of("key " + random.nextInt(5)),
                random.nextInt(9) == 0 ? Optional.empty() : Optional.of("machine " + random.nextInt(20)),
                random.nextInt(3) == 0 ? Optional.empty() : Optional.of("user " + random.nextInt(9)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                random.nextBoolean() ? OptionalLong.empty() : OptionalLong.of(random.nextLong(Long.MAX_VALUE)),
                random.nextBoolean() ? Optional.empty() : Optional.of(random.nextBoolean() ? "EUR" : "usd"),
                Optional.empty());
    }

    /// Of each day some, and none in some of its hours.
    private void appendAll(Random random) {
        for (int day = 0; day < DAYS; day++) {
            List<Long> hours = CountParts.hoursOf(FIRST.toEpochDay() + day).stream()
                    .filter(hour -> random.nextInt(4) > 0)
                    .toList();
            append(random, hours, 200 + random.nextInt(200));
        }
    }

    private void countAll(long closed) throws SQLException {
        while (counter.count(closed, 1_000)) {
            // there is more
        }
    }

    private static Removals.Asked asked() {
        return new Removals.Asked("test", "nobody", Instant.EPOCH);
    }

    private void voidSome(Random random) {
        Set<Long> events = Set.of(1 + random.nextLong(last.get()), last.get() + 1, last.get() + 2);
        removals.takeOut(random.nextInt(4) == 0 ? OTHER : ACCOUNT, events, asked());
    }

    private void erase(Removal.Kind kind, String name) throws InterruptedException {
        Removal removal = removals.erase(ACCOUNT, kind, name, asked());
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (removals.find(ACCOUNT, removal.id()).orElseThrow().done().isEmpty()) {
            assertThat(System.nanoTime()).as("it is not done").isLessThan(end);
            Thread.sleep(20);
        }
    }

    private void keep(Map<ProductId, Duration> ofProducts, int days, int afterDays) throws SQLException {
        Clock clock = Clock.fixed(
                FIRST.atTime(12, 0).toInstant(ZoneOffset.UTC).plus(Duration.ofDays(afterDays)), ZoneOffset.UTC);
        try (EventKeeper keeper = new EventKeeper(
                source,
                () -> ClusterDays.open(counts, changes, TOPIC, source::getConnection),
                Optional.of(Duration.ofDays(days)),
                () -> ofProducts,
                clock)) {
            keeper.keep();
        }
    }

    private void assertSame(Random random, AccountNumber account) {
        Question question = question(random, account);
        Insights.Found found = counted.find(List.of(question));
        Insights.Found expected = plain.find(List.of(question));
        assertThat(found.tables()).as("%s", question).isEqualTo(expected.tables());
        assertThat(found.events()).as("%s", question).isEqualTo(expected.events());
    }

    private void assertRight() {
        for (int i = 0; i < 15; i++) {
            Random random = new Random(i);
            assertSame(random, i % 5 == 0 ? OTHER : ACCOUNT);
        }
    }

    private Question question(Random random, AccountNumber account) {
        ZoneId zone = ports.accounts().find(account).orElseThrow().zone();
        Instant from = FIRST.minusDays(5)
                .plusDays(random.nextInt(8))
                .atStartOfDay(zone)
                .toInstant();
        Scope scope = new Scope(
                account,
                random.nextInt(3) == 0 ? Optional.of(new ProductId(1)) : Optional.empty(),
                Optional.empty(),
                new Span(
                        random.nextInt(3) == 0 ? from.plusSeconds(random.nextInt(86_400)) : from,
                        from.plus(Duration.ofDays(2 + random.nextInt(12))),
                        zone),
                List.of());
        Unit unit = List.of(Unit.DAY, Unit.DAY, Unit.WEEK, Unit.MONTH).get(random.nextInt(4));
        Who of = List.of(Who.MACHINE, Who.USER, Who.KEY).get(random.nextInt(3));
        Optional<Field> by = random.nextInt(3) == 0 ? Optional.of(Field.Column.PRODUCT) : Optional.empty();
        return switch (random.nextInt(6)) {
            case 0 -> new Question.Timeseries(scope, unit, by, 5);
            case 1 ->
                new Question.Revenue(
                        scope,
                        random.nextBoolean() ? Optional.of(unit) : Optional.empty(),
                        by,
                        Set.of(new ProductId(1)));
            case 2 -> new Question.Retention(scope, unit, of);
            case 3 -> new Question.Churn(scope, unit, of);
            default -> new Question.Actives(scope, unit, of);
        };
    }

    private List<Extent.Received.Part> parts(AccountNumber account) {
        return new NotedCounts(source::getConnection)
                .of(account)
                .map(Rolled::extent)
                .map(extent -> ((Extent.Received) extent).parts())
                .orElse(List.of());
    }

    private long number(String sql, Object... arguments) {
        return database.ask(sql, List.of(arguments), row -> row.number(1)).getFirst();
    }

    @Test
    void hoursThatAreOver_areCounted_andThoseOfADayBecomeOne() throws SQLException {
        appendAll(new Random(1));
        countAll(FIRST_HOUR + 24 + 5);
        assertThat(parts(ACCOUNT)).as("a whole day at once, and five hours").hasSize(6);
        assertRight();

        countAll(FIRST_HOUR + 48);
        assertThat(parts(ACCOUNT)).hasSize(2);
        assertThat(parts(ACCOUNT).getLast().until()).isEqualTo(CountParts.start(FIRST_HOUR + 48));
        assertRight();
    }

    @Test
    void countsAreLooked_at_notTheEvents() throws SQLException {
        appendAll(new Random(2));
        countAll(CLOSED);
        table.erase("received_at < toDateTime64('2026-03-29 00:00:00', 6, 'UTC')"); // and nobody is told

        Question all = new Question.Actives(
                new Scope(
                        ACCOUNT,
                        Optional.empty(),
                        Optional.empty(),
                        new Span(
                                Instant.parse("2026-03-20T00:00:00Z"),
                                Instant.parse("2026-04-10T00:00:00Z"),
                                ZoneId.of("UTC")),
                        List.of()),
                Unit.DAY,
                Who.MACHINE);
        assertThat(counted.find(List.of(all)).events())
                .isGreaterThan(plain.find(List.of(all)).events());
    }

    @Test
    void lateEvents_areLookedAt_untilTheirHourIsCountedAnew() throws SQLException {
        Random random = new Random(3);
        appendAll(random);
        countAll(CLOSED);
        int before = parts(ACCOUNT).size();

        append(random, FIRST_HOUR + 30, 7);
        assertThat(parts(ACCOUNT)).hasSize(before - 1);
        assertRight();
        countAll(CLOSED);
        assertThat(parts(ACCOUNT)).hasSize(before);
        assertRight();
    }

    @Test
    void aVoid_takesNothingFromWhatIsCountedOfOthers() throws SQLException {
        Random random = new Random(4);
        appendAll(random);
        countAll(CLOSED);
        int before = parts(ACCOUNT).size();
        long event = number("SELECT min(id) FROM event WHERE account = ?", ACCOUNT.value());

        removals.takeOut(ACCOUNT, Set.of(event), asked());
        assertThat(parts(ACCOUNT)).hasSize(before - 1);
        assertThat(parts(OTHER)).hasSize(before);
        assertRight();
        countAll(CLOSED);
        assertThat(parts(ACCOUNT)).hasSize(before);
        assertThat(parts(ACCOUNT)).isNotEqualTo(parts(OTHER));
        assertRight();
    }

    /// As when the client sends a statement a second time by itself, since the server was busy.
    @Test
    void whatOneStatementHasCountedTwice_isNoticed() {
        appendAll(new Random(12));
        CountParts.Part part = new CountParts.Part(FIRST_HOUR, FIRST_HOUR + 24, CountParts.ALL);
        counts.count(part, 1_000, Map.of());
        assertThat(counts.sums(part.day(), 1_000)).isPositive();
        counts.count(part, 1_000, Map.of());
        assertThatThrownBy(() -> counts.sums(part.day(), 1_000)).hasMessageContaining("counted twice");
    }

    @Test
    void hoursOfWhichAnAccountHasItsOwn_becomeADayForAll() throws SQLException {
        Random random = new Random(5);
        appendAll(random);
        countAll(FIRST_HOUR + 10);
        removals.takeOut(ACCOUNT, Set.of(1L, 2L, 3L, 4L), asked());
        removals.takeOut(OTHER, Set.of(1L, 2L, 3L, 4L), asked());
        countAll(FIRST_HOUR + 11);
        assertThat(parts(ACCOUNT)).isNotEqualTo(parts(OTHER));

        for (int hour = 12; hour <= 24; hour++) {
            countAll(FIRST_HOUR + hour);
        }
        assertThat(parts(ACCOUNT)).hasSize(1).isEqualTo(parts(OTHER));
        assertRight();
    }

    @Test
    void anErasure_leavesNoNames_notEvenInCountsThatAreNot() throws Exception {
        Random random = new Random(6);
        appendAll(random);
        countAll(CLOSED);
        append(random, FIRST_HOUR + 3, 9);
        String named = "SELECT count() FROM day_active WHERE account = ? AND kind = 'machine' AND who = 'machine 7'";
        assertThat(number(named, ACCOUNT.value())).isPositive();

        erase(Removal.Kind.MACHINE, "machine 7");

        assertThat(number(named, ACCOUNT.value())).isZero();
        assertThat(number(named, OTHER.value())).isPositive();
        assertRight();
        countAll(CLOSED);
        assertThat(number(named, ACCOUNT.value())).isZero();
        assertRight();
    }

    @Test
    void retention_takesCountsAlong() throws SQLException {
        appendAll(new Random(7));
        countAll(CLOSED);
        int before = parts(ACCOUNT).size();

        keep(Map.of(new ProductId(1), Duration.ofDays(2)), 30, 4);
        assertRight();
        keep(Map.of(), 2, 3);
        assertThat(parts(ACCOUNT)).hasSizeLessThan(before);
        assertThat(number("SELECT count() FROM day_active WHERE received = toDate('" + FIRST + "')"))
                .isZero();
        assertRight();
        countAll(CLOSED);
        assertRight();
    }

    @Test
    void aChangeThatWasBrokenOff_isNotCounted_untilItIsOver() throws SQLException {
        Random random = new Random(8);
        appendAll(random);
        countAll(CLOSED);
        int before = parts(ACCOUNT).size();
        try (Sql sql = new Sql(source.getConnection())) {
            CountParts.begin(sql, new CountParts.Change("keeper", 0), CountParts.ALL, List.of(FIRST_HOUR + 1));
        }
        countAll(CLOSED);
        assertThat(parts(ACCOUNT)).hasSize(before - 1);
        assertRight();

        keep(Map.of(), 300, 5);
        countAll(CLOSED);
        assertThat(parts(ACCOUNT)).hasSize(before);
    }

    @Test
    void whatIsCountedWhileAnEventChanges_isNotTaken() throws SQLException {
        appendAll(new Random(9));
        countAll(CLOSED);
        CountParts.Part part = new CountParts.Part(CLOSED, CLOSED + 1, CountParts.ALL);
        CountParts.Change change = new CountParts.Change("change", 1);
        try (Sql sql = new Sql(source.getConnection())) {
            CountParts.add(sql, CLOSED, CLOSED + 1);
            assertThat(CountParts.toCount(sql, 9)).containsExactly(part);
            CountParts.begin(sql, change, CountParts.ALL, List.of(CLOSED));
            assertThat(CountParts.toCount(sql, 9)).isEmpty();
            assertThat(CountParts.build(sql, part, 1_000)).isFalse();
            CountParts.end(sql, change);
            assertThat(CountParts.build(sql, part, 1_001)).isTrue();
            CountParts.begin(sql, change, CountParts.ALL, List.of(CLOSED));
            CountParts.end(sql, change);
            assertThat(CountParts.take(sql, part, 1_001, 0)).isFalse();
            assertThat(CountParts.build(sql, part, 1_002)).isTrue();
            CountParts.forgetBuilding(sql); // another one counts now
            assertThat(CountParts.take(sql, part, 1_002, 0)).isFalse();
            assertThat(CountParts.build(sql, part, 1_003)).isTrue();
            assertThat(CountParts.take(sql, part, 1_003, 0)).isTrue();
        }
    }

    @Test
    void countsThatAreGone_areMadeAnew_andThoseThatDontCount_areDeleted() throws SQLException {
        Random random = new Random(10);
        appendAll(random);
        countAll(CLOSED);
        append(random, FIRST_HOUR + 1, 3);
        countAll(CLOSED);
        long before = number("SELECT uniqExact(generation) FROM day_sum");
        counter.clean();
        assertThat(number("SELECT uniqExact(generation) FROM day_sum"))
                .isLessThan(before)
                .isBetween(1L, (long) parts(ACCOUNT).size());
        assertRight();

        database.run("TRUNCATE TABLE day_sum");
        database.run("TRUNCATE TABLE day_active");
        counter.clean();
        assertRight();
        countAll(CLOSED);
        assertThat(number("SELECT count() FROM day_sum")).isPositive();
        assertRight();
    }

    /// Whatever is done to events, one after the other, while they are counted and old counts are deleted.
    @Test
    void whileEventsAreCounted_answersAreThoseOfTheEvents() throws Exception {
        Random random = new Random(11);
        appendAll(random);
        AtomicBoolean isOver = new AtomicBoolean();
        int withCounts = 0;
        try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
            Future<?> counting = executor.submit(() -> {
                Random own = new Random(12);
                while (!isOver.get()) {
                    counter.count(CLOSED - 20 + own.nextInt(40), 1 + own.nextInt(30));
                    if (own.nextInt(20) == 0) {
                        counter.clean();
                    }
                }
                return 0;
            });
            for (int i = 0; i < STEPS && !counting.isDone(); i++) {
                change(random, i);
                for (int j = 0; j < 3; j++) {
                    AccountNumber account = random.nextInt(4) == 0 ? OTHER : ACCOUNT;
                    withCounts += parts(account).size() > 1 ? 1 : 0;
                    assertSame(random, account);
                }
            }
            isOver.set(true);
            counting.get();
        }
        assertThat(withCounts).as("questions that took counts").isGreaterThan(STEPS);
        countAll(CLOSED + 20);
        assertRight();
    }

    private void change(Random random, int step) throws Exception {
        switch (random.nextInt(12)) {
            case 0, 1, 2, 3 -> append(random, FIRST_HOUR + random.nextInt(DAYS * 24), 1 + random.nextInt(20));
            case 4 -> {
                EventRows rows = new EventRows();
                long id = last.incrementAndGet();
                rows.add(
                        new RecordedEvent(
                                id, CountParts.start(FIRST_HOUR + 9), event(random, CountParts.start(FIRST_HOUR))),
                        new EventRows.Source(0, id));
                for (int again = 0; again < 3; again++) {
                    insert(rows, List.of(FIRST_HOUR + 9), id);
                }
            }
            case 5, 6, 7 -> voidSome(random);
            case 8 -> ports.accounts().setZone(ACCOUNT, ZoneId.of(ZONES.get(random.nextInt(ZONES.size()))));
            case 9 -> {
                if (step % 3 == 0) {
                    erase(Removal.Kind.USER, "user " + random.nextInt(9));
                }
            }
            case 10 ->
                keep(Map.of(new ProductId(1 + random.nextInt(3)), Duration.ofDays(2)), 30, 3 + random.nextInt(3));
            default -> {
                if (step > STEPS / 2) {
                    keep(Map.of(), 2, 3);
                }
            }
        }
    }

    @Test
    void whoeverChangesEventsAtTheSameTime_leavesCountsThatAreRight() throws Exception {
        appendAll(new Random(13));
        AtomicBoolean isOver = new AtomicBoolean();
        try (ExecutorService executor = Executors.newFixedThreadPool(5)) {
            List<Future<?>> counting = new ArrayList<>();
            // Two nodes, of which one at a time counts.
            for (int node = 0; node < 2; node++) {
                Random own = new Random(14 + node);
                counting.add(executor.submit(() -> {
                    try (EventCounter another = new EventCounter(source, counts, COUNTED_AT_ONCE)) {
                        while (!isOver.get()) {
                            another.count(CLOSED - 20 + own.nextInt(40), 1 + own.nextInt(30));
                        }
                    }
                    return 0;
                }));
            }
            List<Future<?>> changing = List.of(
                    executor.submit(() -> {
                        Random own = new Random(16);
                        for (int i = 0; i < STEPS; i++) {
                            append(own, FIRST_HOUR + own.nextInt(DAYS * 24), 1 + own.nextInt(20));
                        }
                        return 0;
                    }),
                    executor.submit(() -> {
                        Random own = new Random(17);
                        for (int i = 0; i < STEPS / 3; i++) {
                            voidSome(own);
                            if (i % 5 == 3) {
                                erase(Removal.Kind.MACHINE, "machine " + own.nextInt(20));
                            }
                        }
                        return 0;
                    }),
                    executor.submit(() -> {
                        Random own = new Random(18);
                        for (int i = 0; i < STEPS / 8; i++) {
                            ports.accounts().setZone(OTHER, ZoneId.of(ZONES.get(own.nextInt(ZONES.size()))));
                            keep(Map.of(new ProductId(2), Duration.ofDays(2)), 30, 4);
                            Thread.sleep(200);
                        }
                        keep(Map.of(), 2, 3);
                        return 0;
                    }));
            for (Future<?> one : changing) {
                one.get();
            }
            isOver.set(true);
            for (Future<?> one : counting) {
                one.get();
            }
        }
        assertRight();
        countAll(CLOSED);
        assertRight();
    }
}
