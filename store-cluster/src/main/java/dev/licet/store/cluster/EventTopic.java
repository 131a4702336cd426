package dev.licet.store.cluster;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;

/// The topic of events: each record is one event, with its [fingerprint][dev.licet.core.once.Fingerprint] as
/// the key, if it has one, so that what is sent again comes to the same partition.
///
/// @param id that Kafka gave it
public record EventTopic(String name, Uuid id, int partitions) {
    /// Of one record: more than the metadata of an event may have.
    static final int MOST_BYTES = 8 << 20;

    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /// How it is made if it is not there.
    ///
    /// @param name of it @param replicas of each partition @param minInSync how many have an event before it is
    /// acknowledged
    /// @param kept how long Kafka keeps events: longer than it takes to get a ClickHouse back
    public record Shape(String name, int partitions, int replicas, int minInSync, Duration kept) {}

    /// What every client of Kafka here says. @param more settings, such as for TLS and logins
    static Map<String, Object> settings(String servers, Map<String, String> more) {
        Map<String, Object> settings = new HashMap<>(more);
        settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, servers);
        return settings;
    }

    /// Finds it, or makes it.
    ///
    /// @throws IllegalStateException when Kafka can't be reached, or does not let it be made
    static EventTopic of(Admin admin, Shape shape) {
        try {
            NewTopic wanted = new NewTopic(shape.name(), shape.partitions(), (short) shape.replicas())
                    .configs(Map.of(
                            TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
                            Integer.toString(shape.minInSync()),
                            TopicConfig.RETENTION_MS_CONFIG,
                            Long.toString(shape.kept().toMillis()),
                            TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                            Integer.toString(MOST_BYTES),
                            TopicConfig.RETENTION_BYTES_CONFIG,
                            "-1",
                            TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG,
                            "false"));
            await(admin.createTopics(List.of(wanted)).all());
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new IllegalStateException("the topic " + shape.name() + " can't be made: " + e.getCause(), e);
            }
        }
        return find(admin, shape.name());
    }

    private static EventTopic find(Admin admin, String name) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                TopicDescription found = await(
                                admin.describeTopics(List.of(name)).allTopicNames())
                        .values()
                        .iterator()
                        .next();
                return new EventTopic(name, found.topicId(), found.partitions().size());
            } catch (ExecutionException e) {
                if (System.nanoTime() > end) { // a new one is not known to all brokers at once
                    throw new IllegalStateException("the topic " + name + " is not there: " + e.getCause(), e);
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }

    /// Of each partition the offset that the next event gets.
    Map<TopicPartition, Long> ends(Admin admin) {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        for (int i = 0; i < partitions; i++) {
            latest.put(new TopicPartition(name, i), OffsetSpec.latest());
        }
        try {
            Map<TopicPartition, Long> ends = new HashMap<>();
            await(admin.listOffsets(latest).all()).forEach((partition, end) -> ends.put(partition, end.offset()));
            return ends;
        } catch (ExecutionException e) {
            throw new IllegalStateException("Kafka can't be asked: " + e.getCause(), e);
        }
    }

    private static <T> T await(KafkaFuture<T> future) throws ExecutionException {
        try {
            return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (TimeoutException e) {
            throw new ExecutionException("Kafka does not answer", e);
        }
    }
}
