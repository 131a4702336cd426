package dev.licet.store.cluster;

import dev.licet.core.Unavailable;
import dev.licet.store.sql.entity.Micros;
import dev.licet.store.sql.entity.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;

/// How far the sinks have brought what is in the topic.
final class TopicProgress implements EventProgress {
    private static final Duration LATER = Duration.ofSeconds(2);
    private static final long PAUSE_MILLIS = 10;

    private final Duration patience;
    private final EventTopic topic;
    private final Admin admin;
    private final EventIntake.Connections connections;

    /// @param patience how long a question waits for what is on its way
    TopicProgress(EventTopic topic, Admin admin, EventIntake.Connections connections, Duration patience) {
        this.patience = patience;
        this.topic = topic;
        this.admin = admin;
        this.connections = connections;
    }

    @Override
    public long acknowledged() {
        return ask(TopicProgress::last);
    }

    private static long last(Sql sql) throws SQLException {
        return sql.first("SELECT last_id FROM event_position", row -> row.getLong(1))
                .orElseThrow();
    }

    /// Waits a little for what was in the topic when it was asked.
    @Override
    public Inserted inserted() {
        return inserted(patience);
    }

    /// No connection is held while Kafka is asked, or while it waits.
    @Override
    public Inserted inserted(Duration patience) {
        long last = acknowledged(); // before the ends: what has an id by now and was acknowledged is before them
        Map<TopicPartition, Long> ends = ends();
        long end = System.nanoTime() + patience.toNanos();
        Inserted inserted = inserted(last, ends, progress());
        try {
            while (!inserted.isAll() && System.nanoTime() < end) {
                Thread.sleep(PAUSE_MILLIS);
                inserted = inserted(last, ends, progress());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return inserted;
    }

    private Map<TopicPartition, Long> ends() {
        try {
            return topic.ends(admin);
        } catch (IllegalStateException e) {
            throw unknown(e);
        }
    }

    private Map<Integer, SinkPlans.Progress> progress() {
        return ask(sql -> new SinkPlans(sql, topic.id()).progress());
    }

    private static Inserted inserted(
            long last, Map<TopicPartition, Long> ends, Map<Integer, SinkPlans.Progress> progress) {
        boolean isAll = true;
        long lowest = last;
        Optional<Instant> received = Optional.empty();
        for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
            SinkPlans.Progress of =
                    progress.getOrDefault(end.getKey().partition(), new SinkPlans.Progress(0, 0, Optional.empty()));
            if (of.inserted() < end.getValue()) {
                isAll = false;
                lowest = Math.min(lowest, of.lastId());
            }
            Optional<Instant> at = of.receivedMicros().map(micros -> Micros.instant(micros));
            received = at.isPresent() && received.map(at.get()::isAfter).orElse(true) ? at : received;
        }
        return new Inserted(lowest, received, isAll);
    }

    /// A question to PostgreSQL.
    private interface Question<T> {
        T ask(Sql sql) throws SQLException;
    }

    private <T> T ask(Question<T> question) {
        try (Sql sql = new Sql(connections.open())) {
            return question.ask(sql);
        } catch (SQLException e) {
            throw unknown(e);
        }
    }

    private static Unavailable unknown(Exception e) {
        return new Unavailable("it can't be told how far events have come", LATER, e);
    }
}
