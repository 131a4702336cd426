package dev.licet.store.cluster;

import static java.lang.System.Logger.Level.WARNING;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.TopicConfig;

/// Looks at a topic that may have been made by somebody else. One that would lose events is refused; where it is
/// only less than the settings ask for, that is told.
///
/// @param settings of the topic; those that are not told are not looked at
record TopicCheck(EventTopic.Shape wanted, TopicDescription topic, Map<String, String> settings) {
    private static final System.Logger LOG = System.getLogger(TopicCheck.class.getName());

    /// @throws IllegalStateException with all that is wrong, and what to do
    void run() {
        for (String one : warnings()) {
            LOG.log(WARNING, "the topic " + wanted.name() + " " + one);
        }
        List<String> wrong = refusals();
        if (!wrong.isEmpty()) {
            throw new IllegalStateException("the topic " + wanted.name() + " " + String.join("; and it ", wrong));
        }
    }

    private List<String> refusals() {
        List<String> wrong = new ArrayList<>();
        text(TopicConfig.CLEANUP_POLICY_CONFIG)
                .filter(policy -> !policy.equals(TopicConfig.CLEANUP_POLICY_DELETE))
                .ifPresent(policy -> wrong.add(
                        "has cleanup.policy " + policy + ", by which Kafka throws events away: set it to delete"));
        text(TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG)
                .filter(Boolean::parseBoolean)
                .ifPresent(is -> wrong.add("lets a broker lead that lacks events which were acknowledged: set"
                        + " unclean.leader.election.enable to false"));
        number(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG).ifPresent(least -> {
            if (least < wanted.minInSync()) {
                wrong.add("acknowledges an event that " + least + " of the brokers have: set min.insync.replicas to "
                        + wanted.minInSync() + ", or the setting 'kafka-min-in-sync' to " + least);
            }
        });
        if (replicas() < wanted.minInSync()) {
            wrong.add("has " + replicas() + " replicas: give each partition " + wanted.replicas()
                    + " with kafka-reassign-partitions.sh, or set 'kafka-min-in-sync' to " + replicas());
        }
        number(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).ifPresent(most -> {
            if (most < EventTopic.MOST_BYTES) {
                wrong.add("refuses events of more than " + most + " bytes: set max.message.bytes to "
                        + EventTopic.MOST_BYTES);
            }
        });
        return wrong;
    }

    private List<String> warnings() {
        List<String> less = new ArrayList<>();
        if (replicas() < wanted.replicas()) {
            less.add("has " + replicas() + " replicas, less than 'kafka-replicas', which is " + wanted.replicas());
        }
        if (topic.partitions().size() < wanted.partitions()) {
            less.add("has " + topic.partitions().size() + " partitions, less than 'kafka-partitions', which is "
                    + wanted.partitions());
        }
        number(TopicConfig.RETENTION_MS_CONFIG).ifPresent(millis -> {
            if (millis >= 0 && millis < wanted.kept().toMillis()) {
                less.add("keeps events for " + millis + " ms, less than 'kafka-retention', which is "
                        + wanted.kept().toMillis() + " ms: set retention.ms");
            }
        });
        number(TopicConfig.RETENTION_BYTES_CONFIG).ifPresent(bytes -> {
            if (bytes >= 0) {
                less.add("lets events go when a partition has " + bytes
                        + " bytes, whether they are in ClickHouse or not: set retention.bytes to -1");
            }
        });
        return less;
    }

    /// Of the partition that has the fewest.
    private int replicas() {
        return topic.partitions().stream()
                .mapToInt(partition -> partition.replicas().size())
                .min()
                .orElse(0);
    }

    private Optional<String> text(String setting) {
        return Optional.ofNullable(settings.get(setting));
    }

    private OptionalLong number(String setting) {
        return text(setting).map(Long::parseLong).map(OptionalLong::of).orElseGet(OptionalLong::empty);
    }
}
