package dev.licet.store.cluster;

import dev.licet.store.sql.entity.Sql;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;

/// What is inserted next out of each partition of a topic, noted in PostgreSQL before it is done. Safe for
/// threads.
final class SinkPlans implements AutoCloseable {
    private final Sql sql;
    private final String topic;

    /// @param first offset of the batch @param until the offset after it @param inserted all before it is in
    /// the table
    record Plan(int partition, long first, long until, long inserted) {
        boolean isDone() {
            return inserted == until;
        }
    }

    /// How far a partition has come. @param lastId the highest id that is in the table
    record Progress(long inserted, long lastId, Optional<Long> receivedMicros) {}

    SinkPlans(Sql sql, Uuid topic) {
        this.sql = sql;
        this.topic = topic.toString();
    }

    /// The batch of a partition that was planned last.
    synchronized Plan of(int partition) throws SQLException {
        sql.update(
                "INSERT INTO sink_plan (topic, partition, first, until, inserted, last_id) VALUES (?, ?, 0, 0, 0, 0)"
                        + " ON CONFLICT DO NOTHING",
                topic,
                partition);
        return sql.first(
                        "SELECT first, until, inserted FROM sink_plan WHERE topic = ? AND partition = ?",
                        row -> new Plan(partition, row.getLong("first"), row.getLong("until"), row.getLong("inserted")),
                        topic,
                        partition)
                .orElseThrow();
    }

    /// Notes the batch after one that is done; empty when somebody else has noted another one.
    synchronized Optional<Plan> next(Plan done, long until) throws SQLException {
        int noted = sql.update(
                "UPDATE sink_plan SET first = until, until = ? WHERE topic = ? AND partition = ? AND until = ?"
                        + " AND inserted = until",
                until,
                topic,
                done.partition(),
                done.until());
        return noted == 0
                ? Optional.empty()
                : Optional.of(new Plan(done.partition(), done.until(), until, done.until()));
    }

    /// Notes that a batch is in the table. @param receivedMicros of the event with that id
    synchronized Plan done(Plan plan, long lastId, Optional<Long> receivedMicros) throws SQLException {
        sql.update(
                "UPDATE sink_plan SET inserted = until, last_id = greatest(last_id, ?),"
                        + " received_us = greatest(received_us, ?::bigint) WHERE topic = ? AND partition = ? AND until = ?",
                lastId,
                receivedMicros.orElse(null),
                topic,
                plan.partition(),
                plan.until());
        return new Plan(plan.partition(), plan.first(), plan.until(), plan.until());
    }

    synchronized Map<Integer, Progress> progress() throws SQLException {
        Map<Integer, Progress> progress = new HashMap<>();
        sql.all(
                "SELECT partition, inserted, last_id, received_us FROM sink_plan WHERE topic = ?",
                row -> {
                    long inserted = row.getLong("inserted");
                    long lastId = row.getLong("last_id");
                    int partition = row.getInt("partition");
                    long received = row.getLong("received_us");
                    return progress.put(
                            partition,
                            new Progress(inserted, lastId, row.wasNull() ? Optional.empty() : Optional.of(received)));
                },
                topic);
        return progress;
    }

    @Override
    public synchronized void close() throws SQLException {
        sql.close();
    }
}
