package dev.licet.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.Outcome;
import dev.licet.core.event.EventFilter;
import dev.licet.core.event.EventQuery;
import dev.licet.core.event.Placed;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.SigningKey;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

@EnabledIf("dev.licet.store.postgres.PostgresServer#isToBeTried")
class EventKeeperTest {
    private static final AccountNumber ACCOUNT = new AccountNumber(123_456_789_012_345L);
    private static final Instant FIRST = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration KEPT = Duration.ofDays(30);

    private DataSource source;
    private PostgresStore store;

    @BeforeEach
    void open(@TempDir Path directory) {
        source = PostgresServer.of(directory);
        store = (PostgresStore) TestStores.open(directory);
        store.accounts().add(new Account(ACCOUNT, "account", SigningKey.generate(), false, FIRST));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private long append(String name, Optional<ProductId> product, Instant at) {
        UsageEvent event = new UsageEvent(
                ACCOUNT,
                "rest",
                Optional.of(name),
                at,
                Optional.of(name),
                Optional.empty(),
                product,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.empty());
        return ((Outcome.Success<List<Placed>>) store.events().append(new Submission(List.of(event), at)))
                .value()
                .getFirst()
                .id();
    }

    private long append(String name, int day) {
        return append(name, Optional.empty(), FIRST.plus(Duration.ofDays(day)));
    }

    private void keep(Map<ProductId, Duration> ofProducts, Instant now) throws SQLException {
        try (EventKeeper keeper = new EventKeeper(
                source,
                () -> PartitionDays.open(source, store.roller()),
                Optional.of(KEPT),
                () -> ofProducts,
                Clock.fixed(now, ZoneOffset.UTC))) {
            keeper.keep();
        }
    }

    private void keep(int day) throws SQLException {
        keep(Map.of(), FIRST.plus(Duration.ofDays(day)));
    }

    private List<String> names() {
        return store.events().find(EventQuery.of(ACCOUNT, EventFilter.ALL, 100)).events().reversed().stream()
                .map(RecordedEvent::event)
                .map(event -> event.name().orElseThrow())
                .toList();
    }

    @Test
    void day_goesOnceAllOfItWasKeptLongEnough_andItsIdsWithIt() throws SQLException {
        append("a", 0);
        long second = append("b", 1);
        append("c", 20);

        keep(30);
        assertThat(names()).containsExactly("a", "b", "c");

        keep(31);
        assertThat(names()).containsExactly("b", "c");
        assertThat(append("b", 31)).as("sent again").isEqualTo(second);
        assertThat(append("a", 31)).as("its id was let go").isEqualTo(4);
    }

    @Test
    void wrongClock_costsADayARound_andNeverTheLast() throws SQLException {
        for (int day = 0; day < 5; day++) {
            append("day " + day, day);
        }

        keep(4000);
        assertThat(names()).hasSize(4);
        for (int round = 0; round < 10; round++) {
            keep(4000);
        }
        assertThat(names()).containsExactly("day 4");
    }

    @Test
    void wrongClock_costsADayARound_alsoWhereSomeProductIsKeptLonger() throws SQLException {
        for (int day = 0; day < 5; day++) {
            append("day " + day, day);
        }
        Map<ProductId, Duration> ofProducts = Map.of(new ProductId(9), Duration.ofDays(100_000));

        keep(ofProducts, FIRST.plus(Duration.ofDays(4000)));
        assertThat(names()).hasSize(4);
        for (int round = 0; round < 10; round++) {
            keep(ofProducts, FIRST.plus(Duration.ofDays(4000)));
        }
        assertThat(names()).containsExactly("day 4");
    }

    @Test
    void product_thatIsKeptShorter_goesBefore_andOneThatIsKeptLongerHoldsItsDay() throws SQLException {
        ProductId shorter = new ProductId(1);
        ProductId longer = new ProductId(2);
        append("shorter", Optional.of(shorter), FIRST);
        append("longer", Optional.of(longer), FIRST);
        append("other", 0);
        append("last", 50);
        Map<ProductId, Duration> ofProducts = Map.of(shorter, Duration.ofDays(10), longer, Duration.ofDays(40));

        keep(ofProducts, FIRST.plus(Duration.ofDays(11)));
        assertThat(names()).containsExactly("longer", "other", "last");

        keep(ofProducts, FIRST.plus(Duration.ofDays(31)));
        assertThat(names()).containsExactly("longer", "last");

        keep(ofProducts, FIRST.plus(Duration.ofDays(42)));
        assertThat(names()).containsExactly("last");
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet known = statement.executeQuery("SELECT count(*) FROM event_known")) {
            known.next();
            assertThat(known.getInt(1)).as("ids of what is there").isEqualTo(1);
        }
    }

    @Test
    void whatWasTakenOutAndNotDropped_isDropped() throws SQLException {
        append("a", 0);
        append("b", 1);
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER TABLE event DETACH PARTITION event_20260301");
            keep(2);
            try (var row = statement.executeQuery("SELECT to_regclass('event_20260301') IS NULL,"
                    + " to_regclass('event_20260303') IS NOT NULL, to_regclass('event_20260304') IS NOT NULL")) {
                row.next();
                assertThat(row.getBoolean(1)).isTrue();
                assertThat(row.getBoolean(2)).as("today's").isTrue();
                assertThat(row.getBoolean(3)).as("tomorrow's").isTrue();
            }
        }
        assertThat(names()).containsExactly("b");
    }

    @Test
    void whileAnotherNodeIsAtIt_nothingIsDone() throws SQLException {
        append("a", 0);
        append("b", 1);
        try (Connection other = source.getConnection();
                Statement statement = other.createStatement()) {
            statement.execute("SELECT pg_advisory_lock(" + AdvisoryLocks.KEEPER + ")");
            keep(40);
            assertThat(names()).containsExactly("a", "b");
        }
        keep(40);
        assertThat(names()).containsExactly("b");
    }
}
