package dev.licet.store.cluster;

import dev.licet.core.once.Fingerprint;
import dev.licet.store.sql.entity.Row;
import dev.licet.store.sql.entity.Sql;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.Uuid;

/// What is inserted next out of each partition of a topic, noted in PostgreSQL before it is done. Safe for
/// threads.
final class SinkPlans implements AutoCloseable {
    /// Stands for the topic of what a move brings from another store, of which offsets are ids of events.
    static final String MOVE = "move";

    private final Sql sql;
    private final String topic;

    /// @param first offset of the batch @param until the offset after it @param inserted all before it is in
    /// the table
    /// @param erasures the last [erasure][SinkErasures] that the batch obeys
    /// @param knownFrom ids that were seen at lower offsets need not be known any more
    /// @param againUntil below it some may have been inserted before it was planned
    record Plan(int partition, long first, long until, long inserted, long erasures, long knownFrom, long againUntil) {
        boolean isDone() {
            return inserted == until;
        }

        /// Whether some of it may have been inserted before it was planned.
        boolean isAgain() {
            return first < againUntil;
        }

        private static Plan of(Row row) throws SQLException {
            return new Plan(
                    row.getInt("partition"),
                    row.getLong("first"),
                    row.getLong("until"),
                    row.getLong("inserted"),
                    row.getLong("erasures"),
                    row.getLong("known_from"),
                    row.getLong("again_until"));
        }
    }

    private static final String PLAN = "partition, first, until, inserted, erasures, known_from, again_until";

    /// How far a partition has come. @param lastId the highest id that is in the table
    record Progress(long inserted, long lastId, Optional<Long> receivedMicros) {}

    SinkPlans(Sql sql, Uuid topic) {
        this(sql, topic.toString());
    }

    private SinkPlans(Sql sql, String topic) {
        this.sql = sql;
        this.topic = topic;
    }

    static SinkPlans ofMove(Sql sql) {
        return new SinkPlans(sql, MOVE);
    }

    /// Ids that a move has brought, as [MovedIds] has them.
    synchronized List<MovedIds.Moved> moved(Optional<Fingerprint> after, int most) throws SQLException {
        return MovedIds.some(sql, after, most);
    }

    /// The batch of a partition that was planned last.
    synchronized Plan of(int partition) throws SQLException {
        sql.update(
                "INSERT INTO sink_plan (topic, partition, first, until, inserted, last_id) VALUES (?, ?, 0, 0, 0, 0)"
                        + " ON CONFLICT DO NOTHING",
                topic,
                partition);
        return sql.first(
                        "SELECT " + PLAN + " FROM sink_plan WHERE topic = ? AND partition = ?",
                        Plan::of,
                        topic,
                        partition)
                .orElseThrow();
    }

    /// Notes the batch after one that is done, and which erasures it obeys; empty when somebody else has noted
    /// another one.
    synchronized Optional<Plan> next(Plan done, long until) throws SQLException {
        return sql.inTransaction("READ COMMITTED", () -> {
            // The row first, in a statement of its own: who has just noted an erasure has had it before or gets it
            // after, and either is seen.
            sql.first(
                    "SELECT until FROM sink_plan WHERE topic = ? AND partition = ? FOR UPDATE",
                    row -> row.getLong(1),
                    topic,
                    done.partition());
            return sql.first(
                    "UPDATE sink_plan SET first = until, until = ?,"
                            + " erasures = (SELECT coalesce(max(number), 0) FROM sink_erasure)"
                            + " WHERE topic = ? AND partition = ? AND until = ? AND inserted = until"
                            + " RETURNING " + PLAN,
                    Plan::of,
                    until,
                    topic,
                    done.partition(),
                    done.until());
        });
    }

    /// Notes that a batch comes into the table. @param hours in which its events were received
    synchronized void begin(Plan plan, Set<Long> hours) throws SQLException {
        CountParts.begin(sql, change(plan), CountParts.ALL, hours);
    }

    /// One of a partition is done after the other.
    private CountParts.Change change(Plan plan) {
        return new CountParts.Change("sink " + topic + "/" + plan.partition(), plan.until());
    }

    /// Notes that a batch is in the table. @param receivedMicros of the event with that id
    synchronized Plan done(Plan plan, long lastId, Optional<Long> receivedMicros) throws SQLException {
        CountParts.end(sql, change(plan));
        return sql.first(
                        "UPDATE sink_plan SET inserted = until, last_id = greatest(last_id, ?),"
                                + " received_us = greatest(received_us, ?::bigint)"
                                + " WHERE topic = ? AND partition = ? AND until = ? RETURNING " + PLAN,
                        Plan::of,
                        lastId,
                        receivedMicros.orElse(null),
                        topic,
                        plan.partition(),
                        plan.until())
                // Else somebody else has done it, and has noted another one since, which is found out next.
                .orElseGet(() -> new Plan(
                        plan.partition(),
                        plan.first(),
                        plan.until(),
                        plan.until(),
                        plan.erasures(),
                        plan.knownFrom(),
                        plan.againUntil()));
    }

    /// Has all from an offset on brought again that is not in the table. Whoever has the partition finds that out.
    ///
    /// @return false while a batch is not inserted yet, which has to be first
    synchronized boolean again(int partition, long from) throws SQLException {
        Plan plan = of(partition);
        return from >= plan.until()
                || sql.update(
                                "UPDATE sink_plan SET first = ?, until = ?, inserted = ?, last_id = 0,"
                                        + " received_us = NULL, again_until = greatest(again_until, until)"
                                        + " WHERE topic = ? AND partition = ? AND inserted = until AND until >= ?",
                                from,
                                from,
                                from,
                                topic,
                                partition,
                                from)
                        > 0;
    }

    /// Notes that the table has more of a partition than was noted. @return whether that is new
    synchronized boolean isAhead(int partition, long until) throws SQLException {
        of(partition);
        return sql.update(
                        "UPDATE sink_plan SET again_until = ?"
                                + " WHERE topic = ? AND partition = ? AND until < ? AND again_until < ?",
                        until,
                        topic,
                        partition,
                        until,
                        until)
                > 0;
    }

    /// Of each partition up to where batches are planned.
    synchronized Map<Integer, Long> planned() throws SQLException {
        Map<Integer, Long> planned = new HashMap<>();
        sql.all(
                "SELECT partition, until FROM sink_plan WHERE topic = ?",
                row -> planned.put(row.getInt("partition"), row.getLong("until")),
                topic);
        return planned;
    }

    /// Which of these were voided.
    synchronized Set<Long> voided(Collection<Long> events) throws SQLException {
        return Set.copyOf(
                sql.all("SELECT event FROM removed_event WHERE event = ANY (?)", row -> row.getLong(1), (Object)
                        events.toArray(Long[]::new)));
    }

    interface Question<T> {
        T of(Sql sql) throws SQLException;
    }

    /// Asks something else by the same connection.
    synchronized <T> T ask(Question<T> question) throws SQLException {
        return question.of(sql);
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
