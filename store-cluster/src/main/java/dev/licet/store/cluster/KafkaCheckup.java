package dev.licet.store.cluster;

import dev.licet.core.checkup.Clocks;
import dev.licet.core.checkup.Finding;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.SupportedVersionRange;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// Looks at a Kafka of the user's own, and at the topic of events in it, or at what it would be.
final class KafkaCheckup {
    private static final int PATIENCE_MILLIS = 10_000;
    /// The first release of each feature level. Kafka does not tell its version, but how much it can.
    private static final TreeMap<Short, String> RELEASES =
            new TreeMap<>(Map.of((short) 22, "4.0", (short) 26, "4.1", (short) 28, "4.2", (short) 30, "4.3"));

    private static final String SETTINGS = "kafka settings";
    private static final String LEVEL = "metadata.version";
    private static final Duration SHORT = Duration.ofHours(1);
    private static final Set<AclOperation> NEEDED =
            EnumSet.of(AclOperation.READ, AclOperation.WRITE, AclOperation.DESCRIBE);

    private final String brokers;
    private final Map<String, String> clients;
    private final EventTopic.Shape shape;
    private final Clock clock;

    /// @param brokers as `host:9092,host:9092` @param clients settings of each client @param shape of the topic
    KafkaCheckup(String brokers, Map<String, String> clients, EventTopic.Shape shape, Clock clock) {
        this.brokers = brokers;
        this.clients = clients;
        this.shape = shape;
        this.clock = clock;
    }

    /// @return whether something can be tried there
    boolean look(Consumer<Finding> tell) {
        if (!areReached(tell)) {
            return false;
        }
        try (Admin admin = admin(brokers)) {
            Collection<Node> nodes = EventTopic.await(admin.describeCluster().nodes());
            boolean isUsable = version(admin, tell);
            for (Node node : nodes) {
                isUsable &= isReached(admin, node, tell);
            }
            isUsable &= enough(nodes.size(), tell);
            topic(admin, tell);
            leftovers(admin, tell);
            if (isUsable) {
                clocks(admin, nodes, tell);
            }
            return isUsable;
        } catch (ExecutionException e) {
            tell.accept(failure("kafka", e));
            return false;
        }
    }

    private Admin admin(String where) {
        Map<String, Object> settings = EventTopic.settings(where, clients);
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS / 2);
        return Admin.create(settings);
    }

    /// Each that is named, by itself: one that is reached tells of the others.
    private boolean areReached(Consumer<Finding> tell) {
        boolean isAny = false;
        String[] all = brokers.split(",");
        for (String one : all) {
            String about = "kafka " + one.strip();
            try (Admin admin = admin(one.strip())) {
                EventTopic.await(admin.describeCluster().nodes());
                isAny = true;
                tell.accept(Finding.ok(about, "reached"));
            } catch (ExecutionException | KafkaException e) {
                Finding finding = failure(about, e);
                tell.accept(
                        all.length == 1 ? finding : Finding.warning(finding.about(), finding.says(), finding.todo()));
            }
        }
        if (!isAny && all.length > 1) {
            tell.accept(Finding.broken("kafka", "no broker that is named is reached", "see above"));
        }
        return isAny;
    }

    private static boolean version(Admin admin, Consumer<Finding> tell) throws ExecutionException {
        Optional<SupportedVersionRange> levels =
                Optional.ofNullable(EventTopic.await(admin.describeFeatures().featureMetadata())
                        .supportedFeatures()
                        .get(LEVEL));
        Optional<String> release = levels.flatMap(range -> release(range.maxVersion()));
        tell.accept(release.map(is -> Finding.ok("kafka version", is))
                .orElseGet(() -> Finding.broken("kafka version", "older than 4", "use Kafka 4 or newer")));
        return release.isPresent();
    }

    private static Optional<String> release(short level) {
        return Optional.ofNullable(RELEASES.floorEntry(level))
                .map(release -> release.getValue() + (level >= RELEASES.lastKey() ? " or newer" : ""));
    }

    /// Whether a broker is where the others say that it is, which is where clients look for it.
    private static boolean isReached(Admin admin, Node node, Consumer<Finding> tell) {
        String about = "kafka broker " + node.id();
        String where = node.host() + ":" + node.port();
        ConfigResource itself = new ConfigResource(ConfigResource.Type.BROKER, node.idString());
        try {
            EventTopic.await(admin.describeConfigs(List.of(itself)).all());
            tell.accept(Finding.ok(about, "reached at " + where));
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AuthorizationException) {
                tell.accept(Finding.ok(about, "reached at " + where + "; this user may not see its settings"));
                return true;
            }
            tell.accept(Finding.broken(
                    about,
                    "not reached at " + where + ": " + reason(e),
                    "have it say an address that this machine reaches (advertised.listeners), or start it again"));
            return false;
        }
    }

    /// Whether a topic can be made.
    private boolean enough(int nodes, Consumer<Finding> tell) {
        String about = "kafka brokers";
        String says = nodes + " for " + shape.replicas() + " replicas of each event ('kafka-replicas')";
        if (nodes >= shape.replicas()) {
            tell.accept(Finding.ok(about, says));
            return true;
        }
        tell.accept(
                nodes < shape.minInSync()
                        ? Finding.broken(about, says + ": no event is taken", "start the others")
                        : Finding.warning(about, says, "start the others"));
        return false;
    }

    private void topic(Admin admin, Consumer<Finding> tell) {
        try {
            TopicDescription topic = EventTopic.await(admin.describeTopics(
                                    List.of(shape.name()),
                                    new DescribeTopicsOptions().includeAuthorizedOperations(true))
                            .allTopicNames())
                    .values()
                    .iterator()
                    .next();
            int replicas = topic.partitions().stream()
                    .mapToInt(partition -> partition.replicas().size())
                    .min()
                    .orElse(0);
            tell.accept(Finding.ok(
                    "kafka topic",
                    shape.name() + ": " + topic.partitions().size() + " partitions on " + replicas + " brokers each"));
            rights(topic, tell);
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, shape.name());
            Config config = EventTopic.await(
                            admin.describeConfigs(List.of(resource)).all())
                    .values()
                    .iterator()
                    .next();
            settings(config, replicas, tell);
            inSync(topic, number(config, TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG), replicas, tell);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                topicToBe(admin, tell);
            } else {
                tell.accept(failure("kafka topic", e));
            }
        }
    }

    /// Has Kafka say what it would make.
    private void topicToBe(Admin admin, Consumer<Finding> tell) {
        try {
            CreateTopicsResult made =
                    admin.createTopics(List.of(EventTopic.wanted(shape)), new CreateTopicsOptions().validateOnly(true));
            EventTopic.await(made.all());
            tell.accept(Finding.ok("kafka topic", shape.name() + " is not there yet; the first server makes it"));
            settings(EventTopic.await(made.config(shape.name())), shape.replicas(), tell);
        } catch (ExecutionException e) {
            tell.accept(failure("kafka topic", e));
        }
    }

    private void rights(TopicDescription topic, Consumer<Finding> tell) {
        Set<AclOperation> lacking = EnumSet.copyOf(NEEDED);
        lacking.removeAll(topic.authorizedOperations());
        if (lacking.isEmpty()) {
            tell.accept(Finding.ok("kafka rights", "this user may read and write the topic"));
        } else {
            String words = lacking.stream().map(AclOperation::toString).collect(Collectors.joining(", "));
            tell.accept(Finding.broken(
                    "kafka rights",
                    "this user may not " + words + " the topic",
                    "allow it: kafka-acls.sh --add --allow-principal User:… --producer --consumer --topic "
                            + shape.name() + " --group " + EventTopic.sinks(shape.name())));
        }
    }

    private void settings(Config config, int replicas, Consumer<Finding> tell) {
        List<Finding> wrong = new ArrayList<>();
        minInSync(number(config, TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG), replicas)
                .ifPresent(wrong::add);
        String cleanup = text(config, TopicConfig.CLEANUP_POLICY_CONFIG);
        if (cleanup.contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
            wrong.add(broken(
                    TopicConfig.CLEANUP_POLICY_CONFIG,
                    cleanup,
                    "events without an id are refused, and others go before a sink has seen them",
                    TopicConfig.CLEANUP_POLICY_DELETE));
        }
        if (Boolean.parseBoolean(text(config, TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG))) {
            wrong.add(broken(
                    TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG,
                    "true",
                    "a broker that lacks what was acknowledged may lead",
                    "false"));
        }
        long largest = number(config, TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
        if (largest < EventTopic.MOST_BYTES) {
            wrong.add(broken(
                    TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                    Long.toString(largest),
                    "large events would be refused",
                    Integer.toString(EventTopic.MOST_BYTES)));
        }
        retention(number(config, TopicConfig.RETENTION_MS_CONFIG)).ifPresent(wrong::add);
        long bytes = number(config, TopicConfig.RETENTION_BYTES_CONFIG);
        if (bytes >= 0) {
            wrong.add(Finding.warning(
                    SETTINGS,
                    "retention.bytes is " + bytes
                            + " a partition: events that wait for a sink may go before their time",
                    alter(TopicConfig.RETENTION_BYTES_CONFIG, "-1")));
        }
        if (wrong.isEmpty()) {
            wrong.add(Finding.ok(
                    SETTINGS,
                    "an event is on " + text(config, TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG)
                            + " brokers before it is acknowledged, and kept "
                            + kept(number(config, TopicConfig.RETENTION_MS_CONFIG))));
        }
        wrong.forEach(tell);
    }

    private Optional<Finding> minInSync(long min, int replicas) {
        String name = TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG;
        String better = Integer.toString(Math.max(2, shape.minInSync()));
        if (min < 2) {
            return Optional.of(broken(
                    name,
                    Long.toString(min),
                    "what is acknowledged may be on one broker, and not even on its disk",
                    better));
        }
        if (min < shape.minInSync()) {
            return Optional.of(
                    broken(name, Long.toString(min), "'kafka-min-in-sync' says " + shape.minInSync(), better));
        }
        if (min > replicas) {
            return Optional.of(
                    broken(name, Long.toString(min), "with " + replicas + " replicas no event is taken", better));
        }
        return min < replicas
                ? Optional.empty()
                : Optional.of(Finding.warning(
                        SETTINGS,
                        name + " is " + min + " of " + replicas + " replicas: without one broker no event is taken",
                        "give the topic more replicas"));
    }

    private Optional<Finding> retention(long kept) {
        String wanted = Long.toString(shape.kept().toMillis());
        if (kept < 0 || kept >= shape.kept().toMillis()) {
            return Optional.empty();
        }
        return Optional.of(
                kept < SHORT.toMillis()
                        ? broken(
                                TopicConfig.RETENTION_MS_CONFIG,
                                Long.toString(kept),
                                "events that wait for a sink so long are lost",
                                wanted)
                        : Finding.warning(
                                SETTINGS,
                                "events are kept " + kept(kept) + ", and 'kafka-retention' says "
                                        + kept(shape.kept().toMillis()),
                                alter(TopicConfig.RETENTION_MS_CONFIG, wanted)));
    }

    private static String kept(long millis) {
        return millis < 0 ? "for ever" : Duration.ofMillis(millis).toHours() + " h";
    }

    private Finding broken(String setting, String is, String means, String better) {
        return Finding.broken(SETTINGS, setting + " is " + is + ": " + means, alter(setting, better));
    }

    private String alter(String setting, String value) {
        return "kafka-configs.sh --alter --entity-type topics --entity-name " + shape.name() + " --add-config "
                + setting + "=" + value;
    }

    private static void inSync(TopicDescription topic, long min, int replicas, Consumer<Finding> tell) {
        int fewest = replicas;
        for (TopicPartitionInfo partition : topic.partitions()) {
            boolean hasLeader =
                    partition.leader() != null && !partition.leader().isEmpty();
            fewest = Math.min(fewest, hasLeader ? partition.isr().size() : 0);
        }
        String says = "at least " + fewest + " of " + replicas + " replicas have all there is";
        if (fewest < min) {
            tell.accept(Finding.broken(
                    "kafka replicas", says + ", and an event needs " + min, "start the brokers that are away"));
        } else if (fewest < replicas) {
            tell.accept(Finding.warning("kafka replicas", says, "start the brokers that are away, or wait for them"));
        } else {
            tell.accept(Finding.ok("kafka replicas", says));
        }
    }

    private void leftovers(Admin admin, Consumer<Finding> tell) {
        try {
            for (String name : EventTopic.await(admin.listTopics().names())) {
                if (name.startsWith(scratch(""))) {
                    tell.accept(Finding.warning(
                            "leftover",
                            "the topic " + name + " is of a run that was killed, or of one that runs",
                            "kafka-topics.sh --delete --topic " + name + " then"));
                }
            }
        } catch (ExecutionException e) {
            tell.accept(failure("kafka topics", e));
        }
    }

    /// The name of a topic that is thrown away: rights for names that begin as the topic's hold for it, too.
    String scratch(String end) {
        return shape.name() + "-doctor-" + end;
    }

    /// Each broker writes a record with its own time, into a partition of its own.
    private void clocks(Admin admin, Collection<Node> nodes, Consumer<Finding> tell) {
        String name = scratch(ScratchCluster.random());
        List<Node> all = List.copyOf(nodes);
        Map<Integer, List<Integer>> places = new HashMap<>();
        for (int i = 0; i < all.size(); i++) {
            places.put(i, List.of(all.get(i).id()));
        }
        NewTopic topic = new NewTopic(name, places)
                .configs(Map.of(
                        TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
                        "LogAppendTime",
                        TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
                        "1"));
        try {
            EventTopic.await(admin.createTopics(List.of(topic)).all());
            try (KafkaProducer<byte[], byte[]> producer = producer()) {
                for (int i = 0; i < all.size(); i++) {
                    ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(name, i, null, new byte[1]);
                    written(producer, record); // the next one has a way to the broker
                    tell.accept(Clocks.compare(
                            "kafka clock",
                            "broker " + all.get(i).id() + "'s",
                            "what is kept for some days is told by them",
                            clock,
                            () -> written(producer, record)));
                }
            } finally {
                ScratchCluster.delete(admin, name);
            }
        } catch (ExecutionException | KafkaException e) {
            tell.accept(Finding.warning(
                    "kafka clock",
                    "not seen: " + reason(e),
                    "allow this user to make and delete topics whose names begin with " + scratch("")));
        }
    }

    private static Instant written(KafkaProducer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record)
            throws ExecutionException {
        try {
            return Instant.ofEpochMilli(producer.send(record).get().timestamp());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private KafkaProducer<byte[], byte[]> producer() {
        Map<String, Object> settings = EventTopic.settings(brokers, clients);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE_MILLIS);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS / 2);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static String text(Config config, String setting) {
        return Optional.ofNullable(config.get(setting)).map(ConfigEntry::value).orElse("");
    }

    private static long number(Config config, String setting) {
        return Long.parseLong(text(config, setting));
    }

    static Finding failure(String about, Exception e) {
        Throwable why = e.getCause() == null ? e : e.getCause();
        String todo = switch (why) {
            case AuthenticationException ignored -> "check the login in the file of 'kafka-config-file'";
            case AuthorizationException ignored -> "allow it to this user: kafka-acls.sh --add …";
            default ->
                "check that it runs, listens where 'kafka' says (listeners, a firewall), and that"
                        + " security.protocol in the file of 'kafka-config-file' is the listener's";
        };
        return Finding.broken(about, reason(e), todo);
    }

    private static String reason(Exception e) {
        Throwable why = e.getCause() == null ? e : e.getCause();
        return String.valueOf(why.getMessage());
    }
}
