package dev.licet.store.cluster;

import dev.licet.core.checkup.Finding;
import dev.licet.store.sql.entity.Micros;
import dev.licet.store.sql.entity.Sql;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/// Looks at how far the sinks have brought what is in the topic, and whether there is one.
final class SinkCheckup {
    private static final String SINK = "sink";
    private static final String NO_TABLE = "42P01";
    private static final int PATIENCE_MILLIS = 10_000;
    private static final Duration LONG_BEHIND = Duration.ofMinutes(1);

    private final ClusterStore.Addresses addresses;
    private final Clock clock;

    SinkCheckup(ClusterStore.Addresses addresses, Clock clock) {
        this.addresses = addresses;
        this.clock = clock;
    }

    void look(Consumer<Finding> tell) {
        Map<String, Object> settings = EventTopic.settings(addresses.kafka(), addresses.kafkaSettings());
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS / 2);
        try (Admin admin = Admin.create(settings)) {
            Optional<EventTopic> topic = topic(admin);
            if (topic.isEmpty()) {
                tell.accept(Finding.ok(SINK, "there is no topic yet to bring events from"));
                return;
            }
            look(admin, topic.get(), tell);
        } catch (ExecutionException e) {
            tell.accept(KafkaCheckup.failure(SINK, e));
        } catch (SQLException e) {
            tell.accept(
                    NO_TABLE.equals(e.getSQLState())
                            ? Finding.ok(SINK, "none has run yet: there are no tables")
                            : Finding.warning(
                                    SINK, "can't be looked at: " + e.getMessage(), "see what is told of PostgreSQL"));
        }
    }

    private Optional<EventTopic> topic(Admin admin) throws ExecutionException {
        String name = addresses.shape().name();
        try {
            TopicDescription found = EventTopic.await(
                            admin.describeTopics(List.of(name)).allTopicNames())
                    .values()
                    .iterator()
                    .next();
            return Optional.of(
                    new EventTopic(name, found.topicId(), found.partitions().size()));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private void look(Admin admin, EventTopic topic, Consumer<Finding> tell) throws SQLException, ExecutionException {
        Map<Integer, SinkPlans.Progress> progress;
        boolean isMadeAnew;
        try (Sql sql = new Sql(addresses.postgres().getConnection())) {
            progress = new SinkPlans(sql, topic.id()).progress();
            isMadeAnew = progress.isEmpty()
                    && sql.first("SELECT 1 FROM sink_plan LIMIT 1", row -> 1).isPresent();
        }
        long[] waiting = {0};
        Map<TopicPartition, Long> starts = topic.starts(admin);
        topic.ends(admin).forEach((partition, end) -> {
            long inserted = inserted(progress, partition);
            long gone = starts.getOrDefault(partition, 0L) - inserted;
            if (gone > 0) {
                tell.accept(Finding.broken(
                        SINK,
                        gone + " events of " + partition + " went out of Kafka before they were inserted",
                        "have sinks run always, and kafka-retention be longer than they can be away"));
            }
            waiting[0] += end - inserted;
        });
        if (isMadeAnew) {
            tell.accept(Finding.warning(
                    SINK,
                    "the topic was deleted and made anew: what was in it and not in ClickHouse is lost",
                    "nothing, unless you have the old topic"));
        }
        tell.accept(behind(sinks(admin, topic.name()), waiting[0], progress));
    }

    private static long inserted(Map<Integer, SinkPlans.Progress> progress, TopicPartition partition) {
        return progress.getOrDefault(partition.partition(), new SinkPlans.Progress(0, 0, Optional.empty()))
                .inserted();
    }

    /// How many have partitions now; empty where this user may not know it.
    static Optional<Integer> sinks(Admin admin, String topic) {
        String group = EventTopic.sinks(topic);
        try {
            return Optional.of(EventTopic.await(
                            admin.describeConsumerGroups(List.of(group)).all())
                    .values()
                    .iterator()
                    .next()
                    .members()
                    .size());
        } catch (ExecutionException e) {
            return e.getCause() instanceof GroupIdNotFoundException ? Optional.of(0) : Optional.empty();
        }
    }

    private Finding behind(Optional<Integer> sinks, long waiting, Map<Integer, SinkPlans.Progress> progress) {
        Optional<Instant> last = progress.values().stream()
                .flatMap(of -> of.receivedMicros().stream())
                .max(Long::compare)
                .map(micros -> Micros.instant(micros));
        String says = sinks.map(count -> count + " run, ").orElse("") + waiting + " events wait"
                + last.map(at -> ", the last that came was received at " + at).orElse("");
        if (sinks.equals(Optional.of(0))) {
            return Finding.warning(SINK, says, "start one: ./licet sink");
        }
        boolean isLong = waiting > 0
                && last.map(at -> at.plus(LONG_BEHIND).isBefore(clock.instant()))
                        .orElse(true);
        return isLong
                ? Finding.warning(
                        SINK, says, "look into the sinks' logs; start more of them if they have too much to do")
                : Finding.ok(SINK, says);
    }
}
