package dev.licet.store.cluster;

import static java.lang.System.Logger.Level.WARNING;

import dev.licet.store.sql.entity.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.utils.Utils;

/// The topic of events: each record is one event, with its [fingerprint][dev.licet.core.once.Fingerprint] as
/// the key, if it has one, so that what is sent again comes to the same partition.
///
/// @param id that Kafka gave it @param partitions that events are sent to: the first so many
public record EventTopic(String name, Uuid id, int partitions) {
    /// Of one record: more than the metadata of an event may have.
    static final int MOST_BYTES = 8 << 20;

    private static final System.Logger LOG = System.getLogger(EventTopic.class.getName());
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int PATIENCE_MILLIS = (int) PATIENCE.toMillis();

    /// How it is made if it is not there.
    ///
    /// @param name of it @param replicas of each partition @param minInSync how many have an event before it is
    /// acknowledged
    /// @param kept how long Kafka keeps events: longer than it takes to get a ClickHouse back
    public record Shape(String name, int partitions, int replicas, int minInSync, Duration kept) {}

    /// The group of those that read a topic.
    static String sinks(String topic) {
        return topic + "-sink";
    }

    /// What every client of Kafka here says. @param more settings, such as for TLS and logins
    static Map<String, Object> settings(String servers, Map<String, String> more) {
        Map<String, Object> settings = new HashMap<>(more);
        settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, servers);
        return settings;
    }

    /// As it is made.
    static NewTopic wanted(Shape shape) {
        return new NewTopic(shape.name(), shape.partitions(), (short) shape.replicas())
                .configs(Map.of(
                        TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
                        Integer.toString(shape.minInSync()),
                        TopicConfig.RETENTION_MS_CONFIG,
                        Long.toString(shape.kept().toMillis()),
                        TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                        Integer.toString(MOST_BYTES),
                        TopicConfig.RETENTION_BYTES_CONFIG,
                        "-1",
                        TopicConfig.CLEANUP_POLICY_CONFIG,
                        TopicConfig.CLEANUP_POLICY_DELETE,
                        TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG,
                        "false"));
    }

    /// Finds it, or makes it.
    ///
    /// @throws IllegalStateException when Kafka can't be reached, or does not let it be made, or when it would
    /// lose events
    static EventTopic of(Admin admin, Shape shape) {
        try {
            await(admin.createTopics(List.of(wanted(shape)), new CreateTopicsOptions().timeoutMs(PATIENCE_MILLIS))
                    .all());
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new IllegalStateException("the topic " + shape.name() + " can't be made: " + e.getCause(), e);
            }
        }
        TopicDescription found = find(admin, shape.name());
        new TopicCheck(shape, found, settings(admin, shape.name())).run();
        return new EventTopic(shape.name(), found.topicId(), found.partitions().size());
    }

    /// Empty when they are not told.
    private static Map<String, String> settings(Admin admin, String name) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
        try {
            Map<String, String> settings = new HashMap<>();
            for (Config config :
                    await(admin.describeConfigs(List.of(resource)).all()).values()) {
                config.entries().forEach(entry -> settings.put(entry.name(), entry.value()));
            }
            return settings;
        } catch (ExecutionException e) {
            LOG.log(
                    WARNING,
                    "the settings of the topic " + name + " can't be looked at, so nobody knows whether it keeps what"
                            + " was acknowledged: allow DescribeConfigs",
                    e);
            return Map.of();
        }
    }

    /// The same with the partitions that all servers of a database send to, which the first one notes: partitions
    /// that are added later get nothing, or what is sent again would come to another one and count twice.
    ///
    /// @throws IllegalStateException when PostgreSQL can't be reached
    EventTopic agreed(EventIntake.Connections connections) {
        try (Sql sql = new Sql(connections.open())) {
            sql.update(
                    "INSERT INTO event_topic (topic, partitions) VALUES (?, ?) ON CONFLICT DO NOTHING",
                    id.toString(),
                    partitions);
            int agreed = sql.first(
                            "SELECT partitions FROM event_topic WHERE topic = ?",
                            row -> row.getInt("partitions"),
                            id.toString())
                    .orElseThrow();
            if (agreed < partitions) {
                LOG.log(
                        WARNING,
                        "the topic " + name + " has " + partitions + " partitions now; events go to the first " + agreed
                                + " of them, as from the beginning, so that what is sent again is known");
            }
            return new EventTopic(name, id, agreed);
        } catch (SQLException e) {
            throw new IllegalStateException("can't tell which partitions events go to: " + e.getMessage(), e);
        }
    }

    /// Where what has a key goes, as Kafka's own clients have it.
    int partition(byte[] key) {
        return Utils.toPositive(Utils.murmur2(key)) % partitions;
    }

    private static TopicDescription find(Admin admin, String name) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return await(admin.describeTopics(List.of(name), new DescribeTopicsOptions().timeoutMs(PATIENCE_MILLIS))
                                .allTopicNames())
                        .values()
                        .iterator()
                        .next();
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
        return offsets(admin, OffsetSpec.latest());
    }

    /// Of each partition the offset of the first event that Kafka still has.
    Map<TopicPartition, Long> starts(Admin admin) {
        return offsets(admin, OffsetSpec.earliest());
    }

    /// Of each partition the offset of the first event that came to Kafka at this time or later, below 0 when none did.
    Map<TopicPartition, Long> since(Admin admin, Instant at) {
        return offsets(admin, OffsetSpec.forTimestamp(at.toEpochMilli()));
    }

    private Map<TopicPartition, Long> offsets(Admin admin, OffsetSpec which) {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        for (int i = 0; i < partitions; i++) {
            asked.put(new TopicPartition(name, i), which);
        }
        try {
            Map<TopicPartition, Long> offsets = new HashMap<>();
            await(admin.listOffsets(asked).all()).forEach((partition, at) -> offsets.put(partition, at.offset()));
            return offsets;
        } catch (ExecutionException e) {
            throw new IllegalStateException("Kafka can't be asked: " + e.getCause(), e);
        }
    }

    static <T> T await(KafkaFuture<T> future) throws ExecutionException {
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
