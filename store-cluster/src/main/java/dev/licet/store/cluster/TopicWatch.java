package dev.licet.store.cluster;

import static java.lang.System.Logger.Level.DEBUG;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.jspecify.annotations.Nullable;

/// Notices when a topic was made anew under who uses it: its offsets begin again, and nothing that is noted by them
/// is right any more. Nobody waits for Kafka here: what it says is looked at the next time. Safe for threads.
final class TopicWatch {
    private static final System.Logger LOG = System.getLogger(TopicWatch.class.getName());
    private static final Duration PAUSE = Duration.ofSeconds(2);

    private final EventTopic topic;
    private final Admin admin;
    private @Nullable KafkaFuture<TopicDescription> asked;
    private long askedAt;
    private boolean isAnother;

    TopicWatch(EventTopic topic, Admin admin) {
        this.topic = topic;
        this.admin = admin;
    }

    /// What is wrong with the topic, as far as it is known.
    synchronized Optional<String> wrong() {
        if (asked != null && asked.isDone()) {
            try {
                isAnother = !asked.get().topicId().equals(topic.id());
            } catch (ExecutionException e) {
                LOG.log(DEBUG, "Kafka is away, or the topic for a moment: nothing new is known", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            asked = null;
        }
        if (asked == null && System.nanoTime() - askedAt >= PAUSE.toNanos()) {
            asked = admin.describeTopics(List.of(topic.name()))
                    .topicNameValues()
                    .get(topic.name());
            askedAt = System.nanoTime();
        }
        return isAnother
                ? Optional.of("the topic " + topic.name()
                        + " was made anew: start all servers and sinks again, which begin with it")
                : Optional.empty();
    }
}
