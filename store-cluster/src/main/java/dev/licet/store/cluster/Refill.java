package dev.licet.store.cluster;

import dev.licet.store.sql.entity.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;

/// Has sinks look again at what Kafka still has, and bring what ClickHouse lacks of it.
final class Refill {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(100);

    private Refill() {}

    /// Sinks may run or not.
    ///
    /// @param since when it was sent to Kafka; empty for all
    /// @return how many events they look at
    /// @throws IllegalStateException when Kafka or PostgreSQL can't be reached, or a batch stays half inserted
    static long ask(EventTopic topic, Admin admin, EventIntake.Connections connections, Optional<Instant> since) {
        Map<TopicPartition, Long> starts = topic.starts(admin);
        Map<TopicPartition, Long> ends = topic.ends(admin);
        Map<TopicPartition, Long> begins =
                since.map(at -> topic.since(admin, at)).orElse(starts);
        long events = 0;
        try (SinkPlans plans = new SinkPlans(new Sql(connections.open()), topic.id())) {
            for (Map.Entry<TopicPartition, Long> start : starts.entrySet()) {
                long begin = begins.getOrDefault(start.getKey(), -1L);
                long from = begin < 0
                        ? ends.getOrDefault(start.getKey(), start.getValue())
                        : Math.max(begin, start.getValue());
                events += again(plans, start.getKey().partition(), from);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("can't reach the database: " + e.getMessage(), e);
        }
        return events;
    }

    private static long again(SinkPlans plans, int partition, long from) throws SQLException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            long until = plans.of(partition).until();
            if (plans.again(partition, from)) {
                return Math.max(0, until - from);
            }
            if (System.nanoTime() > end) {
                throw new IllegalStateException("a batch of partition " + partition
                        + " is noted and not inserted yet: have a sink run until it is, and do this again");
            }
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }
}
