package dev.licet.store.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.Unavailable;
import dev.licet.core.event.RecordedEvent;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/// ClickHouse's process is killed while events are inserted.
@EnabledIf("dev.licet.store.cluster.ClickHouseServer#isToBeTried")
class ClickHouseKillTest {
    private static final int KILLS = 5;
    private static final int INSERTS = 60;
    private static final int ROWS = 500;
    private static final long DAY_MICROS = 86_400_000_000L;

    /// Who inserts looks for what is there of an insert that was not answered, as a sink does.
    @Test
    void killedWhileEventsAreInserted_hasEachOnce() throws Exception {
        ClickHouseServer server = ClickHouseServer.alone();
        try (ClickHouse client = server.client("default")) {
            EventTable table = new EventTable(client, Optional.empty());
            table.make();
            CompletableFuture<Integer> inserting = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> inserting.completeAsync(() -> insertAll(table), Runnable::run));
            Random random = new Random(8);
            for (int i = 0; i < KILLS && !inserting.isDone(); i++) {
                Thread.sleep(random.nextInt(300));
                server.kill();
                server.startAgain();
            }
            int failed = inserting.get(120, TimeUnit.SECONDS);

            assertThat(failed).as("inserts that had to be sent again").isPositive();
            assertThat(client.ask(
                                    "SELECT count(), uniqExact(id), min(id), max(id) FROM event",
                                    List.of(),
                                    row -> List.of(row.number(1), row.number(2), row.number(3), row.number(4)))
                            .getFirst())
                    .isEqualTo(List.of((long) INSERTS * ROWS, (long) INSERTS * ROWS, 1L, (long) INSERTS * ROWS));
        }
    }

    /// @return how many had to be sent again
    private static int insertAll(EventTable table) {
        Instant now = Instant.parse("2026-03-01T23:59:00Z");
        int failed = 0;
        for (int i = 0; i < INSERTS; i++) {
            List<RecordedEvent> events = new ArrayList<>();
            for (int j = 1; j <= ROWS; j++) {
                long id = (long) i * ROWS + j;
                events.add(
                        ClickHouseTableTest.event(id, now.plus(Duration.ofSeconds(id % 120)), now, Optional.empty()));
            }
            String token = "events-0-" + i;
            boolean isThere = false;
            try {
                table.insert(ClickHouseTableTest.rows(events), token);
                isThere = true;
            } catch (Unavailable e) {
                failed++;
            }
            while (!isThere) {
                try {
                    EventTable.insertAgain(token, by -> insertMissing(table, events, by));
                    isThere = true;
                } catch (Unavailable e) {
                    failed++;
                    sleep();
                } catch (SQLException | IOException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
        return failed;
    }

    /// @return whether nothing was missing
    private static boolean insertMissing(EventTable table, List<RecordedEvent> events, String token) {
        long received = EventRows.micros(events.getFirst().receivedAt());
        Set<Long> there = table.there(
                ClickHouseTableTest.PARTITION, 0, Long.MAX_VALUE, received - DAY_MICROS, received + DAY_MICROS);
        List<RecordedEvent> missing =
                events.stream().filter(event -> !there.contains(event.id())).toList();
        if (!missing.isEmpty()) {
            table.insert(ClickHouseTableTest.rows(missing), token);
        }
        return missing.isEmpty();
    }

    private static void sleep() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
