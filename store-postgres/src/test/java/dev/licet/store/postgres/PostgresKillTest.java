package dev.licet.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.Outcome;
import dev.licet.core.Unavailable;
import dev.licet.core.event.EventExport;
import dev.licet.core.event.EventFilter;
import dev.licet.core.event.Placed;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.store.sql.InsightSettings;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// A PostgreSQL that is killed while two nodes write to it.
@EnabledIf("dev.licet.store.postgres.PostgresServer#isToBeTried")
class PostgresKillTest {
    private static final AccountNumber ACCOUNT = new AccountNumber(123_456_789_012_345L);
    private static final int KILLS = 3;
    private static final int SENDERS = 4;

    private final AtomicInteger made = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();
    private final AtomicBoolean isOver = new AtomicBoolean();

    private static PostgresStore open(PostgresServer server, Path directory) {
        return PostgresStore.open(
                server.source("postgres"),
                new PostgresStore.Settings(
                        16_384, 64L << 20, InsightSettings.DEFAULT, Optional.empty(), Duration.ofDays(400), directory),
                Clock.systemUTC(),
                Clock.systemUTC());
    }

    private static UsageEvent event(String name) {
        return new UsageEvent(
                ACCOUNT,
                "rest",
                Optional.of(name),
                Instant.EPOCH,
                Optional.of(name),
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
    }

    /// Sends events of its own, each until it is acknowledged.
    private void send(PostgresStore node) {
        while (!isOver.get()) {
            String name = "event " + made.incrementAndGet();
            while (!acknowledged.containsKey(name)) {
                try {
                    List<Placed> placed = ((Outcome.Success<List<Placed>>)
                                    node.events().append(new Submission(List.of(event(name)), Instant.now())))
                            .value();
                    acknowledged.put(name, placed.getFirst().id());
                } catch (Unavailable e) {
                    refused.incrementAndGet();
                    pause(20);
                }
            }
        }
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @Timeout(120)
    void killedServer_hasEachAcknowledgedEventOnce(@TempDir Path directory) throws Exception {
        PostgresServer server = PostgresServer.alone();
        try (PostgresStore one = open(server, directory);
                PostgresStore two = open(server, directory)) {
            List<Thread> senders = new ArrayList<>();
            for (PostgresStore node : List.of(one, two)) {
                IntStream.range(0, SENDERS)
                        .forEach(i -> senders.add(Thread.ofPlatform().start(() -> send(node))));
            }
            for (int i = 0; i < KILLS; i++) {
                pause(700);
                server.killAndStartAgain();
            }
            pause(700);
            isOver.set(true);
            for (Thread sender : senders) {
                sender.join();
            }

            Map<String, Long> stored = new HashMap<>();
            try (EventExport export = one.events().export(ACCOUNT, EventFilter.ALL)) {
                for (List<RecordedEvent> page = export.next(); !page.isEmpty(); page = export.next()) {
                    for (RecordedEvent event : page) {
                        assertThat(stored.put(event.event().name().orElseThrow(), event.id()))
                                .as("twice: " + event)
                                .isNull();
                    }
                }
            }
            assertThat(stored).isEqualTo(acknowledged);
            assertThat(acknowledged).hasSizeGreaterThan(100);
            assertThat(refused.get()).as("so that something was tried").isPositive();
            assertThat(one.events().lastAcknowledged()).isEqualTo(stored.size());
        }
    }
}
