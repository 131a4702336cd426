package dev.licet.store.postgres;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.TestClock;
import dev.licet.core.Unavailable;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.store.Store;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

@EnabledIf("dev.licet.store.postgres.PostgresServer#isToBeTried")
class EventPlaceTest {
    @TempDir
    private Path directory;

    private DataSource source;

    @BeforeEach
    void make() {
        source = PostgresServer.of(directory);
    }

    private static void append(Store store) {
        UsageEvent event = new UsageEvent(
                new AccountNumber(AccountNumber.FIRST),
                "rest",
                Optional.empty(),
                TestClock.START,
                Optional.of("name"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.empty());
        store.events().append(new Submission(List.of(event), TestClock.START));
    }

    private void run(String sql) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void databaseWithEventsInItsTables_isNotForKafka() {
        try (Store store = TestStores.open(directory)) {
            append(store);
        }

        assertThatThrownBy(() -> EventPlace.KAFKA.claim(source))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("start without the settings 'kafka' and 'clickhouse'");
        TestStores.open(directory).close();
    }

    @Test
    void databaseWithEventsInClickHouse_isNotForOneWithoutIt() throws SQLException {
        TestStores.open(directory).close();
        EventPlace.KAFKA.claim(source);
        run("UPDATE event_position SET last_id = 5"); // as the servers with Kafka do

        assertThatThrownBy(() -> TestStores.open(directory))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("start with the settings 'kafka' and 'clickhouse', too");
        assertThatThrownBy(() -> EventPlace.POSTGRES.require(source)).isInstanceOf(IllegalStateException.class);
        EventPlace.KAFKA.claim(source);
    }

    @Test
    void beforeAnyEvent_itMayBeSaidOtherwise_andWhoRunsThen_addsNothing() {
        try (Store store = TestStores.open(directory)) {
            EventPlace.KAFKA.claim(source);

            assertThatThrownBy(() -> append(store)).isInstanceOf(Unavailable.class);

            EventPlace.POSTGRES.claim(source);
            assertThatCode(() -> append(store)).doesNotThrowAnyException();
        }
    }
}
