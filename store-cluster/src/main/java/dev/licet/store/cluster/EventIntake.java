package dev.licet.store.cluster;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import dev.licet.core.Outcome;
import dev.licet.core.Pending;
import dev.licet.core.Refusal;
import dev.licet.core.Unavailable;
import dev.licet.core.event.AppendQueue;
import dev.licet.core.event.Placed;
import dev.licet.core.event.Submission;
import dev.licet.core.once.Fingerprint;
import dev.licet.core.once.RequestKey;
import dev.licet.store.sql.Fault;
import dev.licet.store.sql.entity.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/// Sends events to the topic, and answers once Kafka has them on as many replicas as it was told.
///
/// Who sends prepares the records. One thread takes all requests that wait, up to a bound, and gets ids for
/// them in one transaction in PostgreSQL; then it sends them and goes on. What is on its way is bounded by its bytes:
/// when brokers don't answer, what comes next waits in the queue, and when that is full it is refused, so that
/// some seconds of a broker's death are bridged. When Kafka has taken nothing for longer than that while it was asked
/// to, what comes is refused at once, but for one request a second, which finds out whether it takes events again.
///
/// A request with a key has its ids noted with the key: sent again it goes to Kafka again with the same ids,
/// under fingerprints made of the key, and whoever reads the topic drops what is there already.
final class EventIntake implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EventIntake.class.getName());
    private static final int GROUP_EVENTS = 10_000;
    private static final long GROUP_BYTES = 16L << 20;
    private static final String SILENT = "Kafka does not answer";
    private static final Duration LATER = Duration.ofSeconds(2);
    /// How often a broker is given so long to answer until an event is given up: it may be sent to another one.
    private static final int ATTEMPTS = 3;

    /// What a record takes beside its value.
    private static final int RECORD = 128;

    /// A connection to what has the ids.
    interface Connections {
        Connection open() throws SQLException;
    }

    /// @param prints under which its events are known, where they are
    /// @param rests of the events' values, without their ids
    private record Request(Submission submission, byte[] @Nullable [] prints, byte[][] rests, int bytes, Answer answer)
            implements AppendQueue.Request {
        @Override
        public long account() {
            return submission.events().getFirst().account().value();
        }

        @Override
        public int count() {
            return rests.length;
        }
    }

    private static final class Answer extends CompletableFuture<Outcome<List<Placed>>> {}

    /// @param first of the request's ids @param isNew whether its key was not there
    /// @param isMoved whether all of it is in the table already, as it was brought there from another store
    private record Ids(long first, boolean isNew, boolean isMoved) {
        Ids(long first) {
            this(first, true, false);
        }
    }

    /// @param last that any of them got
    private record Given(List<Optional<Ids>> ids, long last) {}

    private final EventTopic topic;
    private final Connections connections;
    private final KafkaProducer<byte[], byte[]> producer;
    private final AppendQueue<Request> queue;
    private final OnTheWay onTheWay;
    private final Duration silence;
    private final Fault fault = new Fault();
    private final Thread sender =
            Thread.ofPlatform().name("event-intake").daemon().unstarted(this::send);
    private volatile boolean isClosing;
    private @Nullable Sql ids;
    private volatile boolean still;

    /// Where events without a name go: for each group to another partition.
    private int turn;

    /// The last id that it got, by which it notices when PostgreSQL has gone back.
    private long given;

    /// @param settings of every client of Kafka @param mostRequests that wait @param mostBytes of events that
    /// wait, and as many again that are on their way
    /// @param silence how long Kafka may say nothing until events are refused
    EventIntake(
            EventTopic topic,
            Map<String, Object> settings,
            Connections connections,
            int mostRequests,
            long mostBytes,
            Duration silence) {
        this.topic = topic;
        this.connections = connections;
        this.queue = new AppendQueue<>(mostRequests, mostBytes);
        this.onTheWay = new OnTheWay(mostBytes, silence);
        this.silence = silence;
        Map<String, Object> all = new HashMap<>(settings);
        all.put(ProducerConfig.ACKS_CONFIG, "all");
        all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        all.put(ProducerConfig.LINGER_MS_CONFIG, 2);
        all.put(ProducerConfig.BATCH_SIZE_CONFIG, 128 << 10);
        all.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        all.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) silence.toMillis());
        all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, ATTEMPTS * (int) silence.toMillis());
        // With all brokers away the client forgets where partitions are, and waits for one to say so.
        all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, silence.toMillis());
        // More than is on its way, so that to send hardly ever waits for room.
        all.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 2 * mostBytes + 4 * GROUP_BYTES);
        all.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, EventTopic.MOST_BYTES);
        this.producer = new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }

    void start() {
        sender.start();
    }

    /// Takes nothing, and is not started.
    void holdStill() {
        still = true;
    }

    Pending<Outcome<List<Placed>>> submit(Submission submission) {
        if (still) {
            throw Unavailable.readOnly();
        }
        onTheWay.requireAnswers();
        int count = submission.events().size();
        byte[] @Nullable [] prints = new byte[count][];
        byte[][] rests = new byte[count][];
        int bytes = 0;
        for (int i = 0; i < count; i++) {
            prints[i] = fingerprint(submission, i).map(Fingerprint::toBytes).orElse(null);
            rests[i] = EventJson.rest(submission.events().get(i), submission.receivedAt());
            bytes = Math.addExact(bytes, RECORD + rests[i].length);
        }
        Answer answer = new Answer();
        queue.add(new Request(submission, prints, rests, bytes, answer));
        return Pending.of(answer);
    }

    Optional<String> check() {
        return onTheWay.isSilent() ? Optional.of(SILENT) : fault.lately();
    }

    private void send() {
        List<Request> group = new ArrayList<>();
        while (true) {
            group.clear();
            try {
                if (!queue.take(group, GROUP_EVENTS, GROUP_BYTES, AppendQueue.PATIENCE)) {
                    return;
                }
                if (isClosing && onTheWay.isSilent()) {
                    failed(group, new TimeoutException(SILENT));
                } else if (!group.isEmpty()) {
                    onTheWay.awaitRoom();
                    send(group);
                }
            } catch (InterruptedException e) {
                LOG.log(DEBUG, "nobody does that", e);
            } catch (Throwable e) {
                // A dead sender would leave everybody waiting.
                failed(group, e);
                forgetConnection();
            }
        }
    }

    private void failed(List<Request> group, Throwable e) {
        if (fault.happened("events: " + e.getMessage())) {
            LOG.log(ERROR, "events are not taken; this is told once until some are again", e);
        }
        Unavailable why = new Unavailable("events can't be taken", LATER, e);
        group.forEach(request -> request.answer().completeExceptionally(why));
    }

    private void send(List<Request> group) throws SQLException {
        List<Optional<Ids>> ids = ids(group);
        turn = (turn + 1) % topic.partitions();
        for (int i = 0; i < group.size(); i++) {
            Request request = group.get(i);
            if (ids.get(i).isEmpty()) {
                request.answer().complete(Outcome.refused(new Refusal.RequestKeyReused()));
                continue;
            }
            long began = System.nanoTime();
            send(request, ids.get(i).get());
            if (request.answer().isCompletedExceptionally() && System.nanoTime() - began > silence.toNanos() / 2) {
                // Kafka has said nothing at all: each of the others would wait for as long.
                failed(group.subList(i + 1, group.size()), new TimeoutException(SILENT));
                return;
            }
        }
    }

    private void send(Request request, Ids ids) {
        List<Placed> placed = IntStream.range(0, request.count())
                .mapToObj(i -> new Placed(ids.first() + i, ids.isNew()))
                .toList();
        if (ids.isMoved()) {
            request.answer().complete(Outcome.success(placed));
            return;
        }
        AtomicInteger left = new AtomicInteger(request.count());
        long begun = onTheWay.begin(request.bytes());
        Callback then = (at, failure) -> {
            if (failure instanceof RetriableException) {
                onTheWay.isNotAnswered(begun);
            }
            if (failure != null) {
                failed(List.of(request), failure);
            }
            if (left.decrementAndGet() == 0) {
                boolean isTaken = !request.answer().isDone();
                onTheWay.end(request.bytes(), isTaken);
                if (isTaken) {
                    fault.isOver(); // before who waits knows
                    request.answer().complete(Outcome.success(placed));
                }
            }
        };
        for (int i = 0; i < request.count(); i++) {
            if (request.answer().isDone()) {
                then.onCompletion(null, null); // it has failed: what comes after it need not be sent
            } else {
                send(request, i, ids.first() + i, then);
            }
        }
    }

    /// @param then is called whatever happens, so that nothing is on its way for ever
    private void send(Request request, int place, long id, Callback then) {
        try {
            byte @Nullable [] print = request.prints()[place];
            int partition = print == null ? turn : topic.partition(print);
            byte[] value = EventJson.write(id, request.rests()[place]);
            producer.send(new ProducerRecord<>(topic.name(), partition, print, value), then);
        } catch (Exception e) {
            then.onCompletion(null, e);
        } catch (Error e) {
            then.onCompletion(null, new IllegalStateException(e));
        }
    }

    /// Under which an event is known: its client's name for it, or its place in a request that has a key.
    private static Optional<Fingerprint> fingerprint(Submission submission, int place) {
        return submission
                .events()
                .get(place)
                .fingerprint()
                .or(() -> submission
                        .requestKey()
                        .map(key -> Fingerprint.of(
                                "request",
                                Long.toString(key.name().high()),
                                Long.toString(key.name().low()),
                                Integer.toString(place))));
    }

    /// Ids for all events of each request, in one transaction. @return empty where a key has another content
    private List<Optional<Ids>> ids(List<Request> group) throws SQLException {
        Sql sql = connection();
        Given now = sql.inTransaction("READ COMMITTED", () -> {
            int events = group.stream().mapToInt(Request::count).sum();
            long last = EventIds.take(sql, events);
            if (last - events < given) {
                EventIds.goOnAfter(sql, given, 0);
                last = EventIds.take(sql, events);
            }
            long next = last - events + 1;
            List<Optional<Ids>> ids = new ArrayList<>();
            for (Request request : group) {
                Optional<RequestKey> key = request.submission().requestKey();
                ids.add(key.isEmpty() ? Optional.of(new Ids(next)) : known(sql, key.get(), next));
                next += request.count();
            }
            return new Given(ids, last);
        });
        given = now.last();
        return now.ids();
    }

    private static Optional<Ids> known(Sql sql, RequestKey key, long first) throws SQLException {
        UUID name = uuid(key.name());
        UUID content = uuid(key.content());
        if (sql.update(
                        "INSERT INTO event_known (name, event, content) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                        name,
                        first,
                        content)
                > 0) {
            return Optional.of(new Ids(first));
        }
        return sql.first(
                "SELECT event, event <= coalesce((SELECT max(until) FROM sink_plan WHERE topic = ?), 0) AS moved"
                        + " FROM event_known WHERE name = ? AND content = ?",
                row -> new Ids(row.getLong("event"), false, row.getBoolean("moved")),
                SinkPlans.MOVE,
                name,
                content);
    }

    private static UUID uuid(Fingerprint fingerprint) {
        return new UUID(fingerprint.high(), fingerprint.low());
    }

    private Sql connection() throws SQLException {
        if (ids == null) {
            ids = new Sql(connections.open());
        }
        return ids;
    }

    private void forgetConnection() {
        if (ids != null) {
            try {
                ids.close();
            } catch (SQLException e) {
                LOG.log(DEBUG, "closing a connection that failed", e);
            }
            ids = null;
        }
    }

    /// Sends what waits, and waits for Kafka to have it.
    @Override
    public void close() {
        isClosing = true;
        queue.close();
        try {
            sender.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.close(silence.multipliedBy(ATTEMPTS));
        forgetConnection();
    }
}
