package dev.licet.store.cluster;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.licet.core.Unavailable;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.once.Fingerprint;
import dev.licet.store.sql.Fault;
import dev.licet.store.sql.entity.Micros;
import dev.licet.store.sql.entity.Sql;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteBufferDeserializer;
import org.jspecify.annotations.Nullable;

/// Brings events from the topic into the table, each once. Any number of them share the partitions.
///
/// One thread fetches; others make batches of what waits and insert them, of each partition one after the
/// other.
///
/// What goes into the table is a batch: the records of one partition from one offset to another. It is
/// [noted][SinkPlans] in PostgreSQL before it is inserted; whoever takes the partition over inserts what is missing
/// of it, with the same token, by which ClickHouse drops what comes twice. What an event's fingerprint was seen
/// with before, at a lower offset, is a duplicate and left out. So it does not count how often an end in between
/// has a batch inserted, nor whether one who has lost a partition does not know that yet.
///
/// What an erasure is about that was [noted][SinkErasures] before the batch was planned is left out, too.
public final class Sink implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Sink.class.getName());
    private static final Duration POLL = Duration.ofMillis(100);
    /// While there is other work, or batches are being inserted, whose end makes room.
    private static final Duration SHORT_POLL = Duration.ofMillis(5);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
    private static final Duration LOOK = Duration.ofSeconds(1);
    /// Fingerprints that are learned at once, in batches' worth: what takes longer may not hold up the others, nor
    /// have Kafka think that this one is dead.
    private static final int LEARNED_BATCHES = 5;
    private static final int MOST_LEARNED = 500_000;

    /// Of all that wait in all partitions: so many full batches.
    private static final int MOST_BATCHES = 4;

    /// Ids that are looked at at once for being forgotten.
    private static final int SOME_IDS = 20_000;

    /// What one takes on.
    ///
    /// @param mostRows of a batch @param mostBytes of it, about; of all that wait some times as many
    /// @param longest from one batch of a partition to the next, unless it is full before
    public record Settings(int mostRows, long mostBytes, Duration longest) {}

    private final EventTopic topic;
    private final TopicWatch watch;
    private final EventTable table;
    private final EventTable unhurried;
    private final EventIntake.Connections connections;
    private final Settings settings;
    private final KafkaConsumer<ByteBuffer, ByteBuffer> consumer;
    private final KnownIds known;
    private final Map<TopicPartition, Lane> lanes = new HashMap<>();
    private final ExecutorService inserters = Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(),
            Thread.ofPlatform().name("sink-", 1).daemon().factory());
    private final Fault fault = new Fault();
    private final Thread thread = Thread.ofPlatform().name("sink").daemon().unstarted(this::run);
    private final Runnable closing;
    private volatile boolean closed;
    private volatile int held;
    private boolean isCompared;
    private long lookedAt = System.nanoTime();
    private @Nullable SinkPlans plans;

    /// @param kafka settings of every client of Kafka @param directory for what is known of ids: of this one
    /// alone
    /// @param closing what it does when it has ended
    Sink(
            EventTopic topic,
            Map<String, Object> kafka,
            Admin admin,
            EventTable table,
            EventIntake.Connections connections,
            Path directory,
            Settings settings,
            Runnable closing)
            throws IOException {
        this.closing = closing;
        this.topic = topic;
        this.watch = new TopicWatch(topic, admin);
        this.table = table;
        this.unhurried = table.unhurried();
        this.connections = connections;
        this.settings = settings;
        this.known = new KnownIds(directory);
        known.keepOnly(topic.id());
        Map<String, Object> all = new HashMap<>(kafka);
        all.put(ConsumerConfig.GROUP_ID_CONFIG, EventTopic.sinks(topic.name()));
        all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        all.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        all.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        all.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
        all.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 1_000);
        all.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, Math.min(20_000, settings.mostRows()));
        all.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 4 << 20);
        this.consumer = new KafkaConsumer<>(all, new ByteBufferDeserializer(), new ByteBufferDeserializer());
    }

    void start() {
        thread.start();
    }

    /// Waits for its end. @return whether it was closed, and has not ended by itself
    public boolean awaitEnd() throws InterruptedException {
        thread.join();
        return closed;
    }

    /// What is wrong with it now; empty when it brings events into the table.
    public Optional<String> check() {
        return fault.lately();
    }

    /// How many events it holds that are not in the table yet.
    int held() {
        return held;
    }

    /// A partition that this one has. While a batch of it is being inserted, its plan and what is known of ids
    /// are the inserter's alone.
    private final class Lane {
        private final TopicPartition partition;
        /// Below it all has to be known before anything is inserted.
        private final long begin;
        private long knownUntil;
        /// The last that was learned of what a move has brought, which is before all that comes out of a partition.
        private Optional<Fingerprint> moved = Optional.empty();
        private final KnownIds.Partition ids;
        private final SinkErasures.Obeyed erasures;
        /// What is inserted next comes first.
        private final Deque<FetchedRecords> waiting = new ArrayDeque<>();
        /// From which offset on records are taken.
        private long next;
        private SinkPlans.Plan plan;
        /// When the last batch was inserted.
        private long since;
        /// When one has failed, for a while.
        private long notBefore = System.nanoTime();
        /// Says whether the partition is still this one's.
        private @Nullable Future<Boolean> inserting;
        private volatile boolean isGivenUp;

        /// @param ids that are known of it @param erasures that it obeys
        Lane(TopicPartition partition, KnownIds.Partition ids, SinkErasures.Obeyed erasures, SinkPlans.Plan plan)
                throws IOException {
            this.partition = partition;
            this.begin = plan.isDone() ? plan.until() : plan.first();
            this.knownUntil = ids.until();
            this.ids = ids;
            this.erasures = erasures;
            this.plan = plan;
            this.next = begin;
            if (!plan.isDone()) {
                waiting.add(FetchedRecords.below(plan.until()));
            }
            this.since = System.nanoTime() - settings.longest().toNanos();
        }

        boolean isLearning() {
            return knownUntil < begin;
        }

        /// Learns some of what others have brought into the table.
        void learn() throws SQLException, IOException {
            int some = Math.min(MOST_LEARNED, LEARNED_BATCHES * settings.mostRows());
            List<Seen> learned = new ArrayList<>();
            if (knownUntil < 0) {
                List<MovedIds.Moved> found = plans().moved(moved, some);
                for (MovedIds.Moved one : found) {
                    moved = Optional.of(one.print());
                    if (topic.partition(one.print().toBytes()) == partition.partition()) {
                        learned.add(new Seen(one.print(), MovedIds.offset(one.event())));
                    }
                }
                knownUntil = found.size() < some ? 0 : -1;
            } else {
                learned = unhurried.known(partition.partition(), knownUntil, begin, some);
                knownUntil = learned.size() < some ? begin : learned.getLast().offset() + 1;
            }
            ids.add(KnownIds.firsts(learned), knownUntil);
            if (!isLearning()) {
                fault.isOver();
                LOG.log(INFO, "knows what is in the table of " + partition);
            }
        }

        void take(ConsumerRecord<ByteBuffer, ByteBuffer> record) {
            if (record.offset() < next) {
                // Kafka has lost what it had, or the topic was made anew: an operator has to look.
                if (fault.happened("offsets of " + partition + " went back")) {
                    LOG.log(ERROR, partition + " has offset " + record.offset() + " again: it is passed over");
                }
                return;
            }
            next = record.offset() + 1;
            if (waiting.isEmpty() || !waiting.getLast().add(record)) {
                FetchedRecords more = FetchedRecords.atMost(settings.mostRows(), settings.mostBytes());
                more.add(record);
                waiting.add(more);
            }
        }

        int rows() {
            return waiting.stream().mapToInt(FetchedRecords::count).sum();
        }

        long bytes() {
            return waiting.stream().mapToLong(FetchedRecords::bytes).sum();
        }

        /// Whether all is here of a batch that was planned and may not be inserted.
        private boolean isWhole() {
            return plan.isDone() || waiting.getFirst().isFull();
        }

        boolean isInserting() {
            return inserting != null;
        }

        /// Whether a batch is to be inserted now: after a while without one, what comes does not wait.
        boolean isDue() {
            long now = System.nanoTime();
            if (isLearning() || isInserting() || waiting.isEmpty() || now < notBefore) {
                return false;
            }
            return waiting.getFirst().isFull()
                    || plan.isDone() && now - since >= settings.longest().toNanos();
        }

        /// Whether two batches wait.
        boolean isFull() {
            return rows() >= 2 * settings.mostRows() || bytes() >= 2 * settings.mostBytes();
        }

        /// Whether it needs more before it can insert what was planned.
        boolean needsMore() {
            return !isLearning() && !isInserting() && !isWhole();
        }

        void insertNext() {
            FetchedRecords batch = waiting.getFirst();
            batch.close();
            inserting = inserters.submit(() -> insert(this, batch));
        }

        /// What has become of a batch, once that is known.
        void settle() throws SQLException, IOException {
            if (inserting == null || !inserting.isDone()) {
                return;
            }
            Future<Boolean> ended = inserting;
            inserting = null;
            try {
                if (ended.get()) {
                    waiting.removeFirst();
                    since = System.nanoTime();
                    fault.isOver();
                } else {
                    LOG.log(INFO, "somebody else has " + partition);
                    lanes.put(partition, lane(partition));
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException("nobody does that", e);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof Error error) {
                    throw error;
                }
                if (!(e.getCause() instanceof Unavailable)) {
                    throw new IOException("a batch of " + partition + " can't be inserted", e.getCause());
                }
                failed(e.getCause());
                notBefore = System.nanoTime() + AFTER_FAILURE.toNanos(); // then the same batch again
            }
        }

        /// Waits for the end of what is being inserted, whatever it is: whoever has the partition next looks.
        void end() {
            isGivenUp = true;
            if (inserting != null) {
                try {
                    inserting.get();
                } catch (ExecutionException | InterruptedException e) {
                    LOG.log(DEBUG, "the same batch is inserted by the next one", e);
                }
            }
        }
    }

    /// An error, such as memory that is not enough, ends it: its partitions are given back, and whoever has started it
    /// [notices][#awaitEnd].
    private void run() {
        try {
            bring();
        } catch (Throwable e) {
            lanes.values().forEach(lane -> lane.waiting.clear()); // which makes room to say so
            LOG.log(ERROR, "bringing events into the table has ended", e);
        } finally {
            end();
        }
    }

    private void bring() {
        while (!closed) {
            try {
                requireTopic();
                compare();
                consumer.subscribe(List.of(topic.name()), new Assignments());
                while (!closed) {
                    poll();
                }
            } catch (WakeupException e) {
                LOG.log(DEBUG, "is closed", e);
            } catch (Exception e) {
                failed(e);
                beginAgain();
            }
        }
    }

    private void end() {
        lanes.values().forEach(Lane::end);
        inserters.close();
        closePlans();
        consumer.close();
        known.close();
        closing.run();
    }

    private void failed(Throwable e) {
        if (fault.happened("events: " + e.getMessage())) {
            LOG.log(ERROR, "events don't come into the table; this is told once until some do again", e);
        }
    }

    /// Gives all partitions back, and takes what it gets after a while.
    private void beginAgain() {
        lanes.values().forEach(Lane::end);
        lanes.clear();
        closePlans();
        try {
            consumer.unsubscribe();
            Thread.sleep(AFTER_FAILURE);
        } catch (RuntimeException | InterruptedException e) {
            LOG.log(DEBUG, "it is subscribed anew", e);
        }
    }

    private void requireTopic() {
        watch.wrong().ifPresent(wrong -> {
            throw new IllegalStateException(wrong);
        });
    }

    /// Where the table has more than is noted to be there, as when PostgreSQL was restored from a backup, what is there
    /// is looked up before more is inserted.
    private void compare() throws SQLException {
        if (isCompared) {
            return;
        }
        for (EventTable.Last last : unhurried.lasts()) {
            if (last.partition() < topic.partitions() && plans().isAhead(last.partition(), last.offset() + 1)) {
                LOG.log(
                        WARNING,
                        "the table has events of partition " + last.partition() + " up to offset " + last.offset()
                                + ", which PostgreSQL does not know of: what comes up to there is looked up first");
            }
        }
        isCompared = true;
    }

    private void poll() throws SQLException, IOException {
        requireTopic();
        boolean isBusy = lanes.values().stream().anyMatch(lane -> lane.isLearning() || lane.isInserting());
        for (ConsumerRecord<ByteBuffer, ByteBuffer> record : consumer.poll(isBusy ? SHORT_POLL : POLL)) {
            Lane lane = lanes.get(new TopicPartition(record.topic(), record.partition()));
            if (lane != null) {
                lane.take(record);
            }
        }
        for (Lane lane : List.copyOf(lanes.values())) {
            lane.settle();
        }
        look();
        learn();
        for (Lane lane : lanes.values()) {
            if (!lane.isInserting()) {
                lane.ids.forget(lane.plan.knownFrom(), SOME_IDS);
            }
        }
        for (Lane lane : lanes.values()) {
            if (lane.isDue()) {
                lane.insertNext();
            }
        }
        bound();
    }

    /// Looks whether somebody has noted another plan, as who has what was lost [brought again][Refill].
    private void look() throws SQLException, IOException {
        long now = System.nanoTime();
        if (now - lookedAt < LOOK.toNanos()) {
            return;
        }
        lookedAt = now;
        Map<Integer, Long> planned = plans().planned();
        for (Lane lane : List.copyOf(lanes.values())) {
            int partition = lane.partition.partition();
            if (!lane.isInserting() && planned.getOrDefault(partition, lane.plan.until()) != lane.plan.until()) {
                LOG.log(INFO, "begins anew with " + lane.partition + ", of which another batch is planned");
                lanes.put(lane.partition, lane(lane.partition));
            }
        }
    }

    /// Of one partition, so that batches of others don't wait for long.
    private void learn() throws SQLException, IOException {
        long now = System.nanoTime();
        for (Lane lane : lanes.values()) {
            if (lane.isLearning() && now >= lane.notBefore) {
                try {
                    lane.learn();
                } catch (Unavailable e) {
                    failed(e);
                    lane.notBefore = System.nanoTime() + AFTER_FAILURE.toNanos();
                }
                return;
            }
        }
    }

    /// Fetches no more of what has enough waiting. When all have much together, one may go on whose batch was
    /// planned and is not whole: it can't be inserted before.
    private void bound() {
        long waiting = lanes.values().stream().mapToLong(Lane::bytes).sum();
        held = lanes.values().stream().mapToInt(Lane::rows).sum();
        boolean isMuch = waiting >= MOST_BATCHES * settings.mostBytes();
        boolean mayGoOn = true;
        for (Lane lane : lanes.values()) {
            boolean waits = lane.isLearning() || (lane.needsMore() ? isMuch && !mayGoOn : isMuch || lane.isFull());
            mayGoOn &= !lane.needsMore();
            if (waits) {
                consumer.pause(List.of(lane.partition));
            } else {
                consumer.resume(List.of(lane.partition));
            }
        }
    }

    /// @param records of the batch that is planned, or all of the next one
    /// @return false when somebody else has the partition
    private boolean insert(Lane lane, FetchedRecords records) throws SQLException, IOException {
        if (lane.plan.isDone()) {
            Optional<SinkPlans.Plan> next = plans().next(lane.plan, records.until());
            if (next.isEmpty()) {
                return false;
            }
            lane.plan = next.get();
            if (!lane.plan.isAgain()) {
                Batch batch = new Batch(lane, records, Set.of(), Set.of());
                insert(batch, token(lane));
                done(lane, batch);
                return true;
            }
        }
        List<RecordedEvent> events =
                records.stream().flatMap(record -> event(lane, record).stream()).toList();
        Set<Long> voided = plans().voided(events.stream().map(RecordedEvent::id).toList());
        EventTable.insertAgain(token(lane), token -> {
            if (lane.isGivenUp) {
                throw new Unavailable("somebody else has " + lane.partition, Unavailable.SOON);
            }
            Batch missing = new Batch(lane, records, there(lane, events), voided);
            insert(missing, token);
            return missing.isEmpty();
        });
        done(lane, new Batch(lane, records, Set.of(), voided));
        return true;
    }

    private String token(Lane lane) {
        return topic.id() + "-" + lane.partition.partition() + "-" + lane.plan.first() + "-" + lane.plan.until();
    }

    private void insert(Batch batch, String token) throws SQLException {
        if (batch.gone.count() > 0) {
            table.insert(batch.gone, token);
        }
        if (batch.rows.count() > 0) {
            plans().begin(batch.lane.plan, batch.hours);
            table.insert(batch.rows, token);
        }
    }

    private void done(Lane lane, Batch batch) throws SQLException, IOException {
        lane.ids.add(batch.told.first(), lane.plan.until());
        lane.plan = plans().done(lane.plan, batch.lastId, batch.receivedMicros);
    }

    /// Which events of a batch are in the table already, or were, of the days on which its events were received.
    private Set<Long> there(Lane lane, List<RecordedEvent> events) {
        LongSummaryStatistics received = events.stream()
                .mapToLong(event -> EventRows.micros(event.receivedAt()))
                .summaryStatistics();
        if (received.getCount() == 0) {
            return Set.of();
        }
        table.syncWithAll();
        return table.there(
                lane.partition.partition(), lane.plan.first(), lane.plan.until(), received.getMin(), received.getMax());
    }

    /// Empty where it is none.
    private static Optional<RecordedEvent> event(Lane lane, FetchedRecords.Fetched record) {
        try {
            return Optional.of(EventJson.read(record.value()));
        } catch (IllegalArgumentException e) {
            LOG.log(
                    ERROR,
                    "passed over a record that is no event: partition " + lane.partition.partition() + ", offset "
                            + record.offset() + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    /// What is inserted of a plan's records.
    private static final class Batch {
        private final EventRows rows;
        private final GoneRows gone = new GoneRows();
        private final KnownIds.Told told;
        private final Set<Long> hours = new HashSet<>();
        private final Lane lane;
        private final Set<Long> there;
        private final Set<Long> voided;
        private long lastId;
        private Optional<Long> receivedMicros = Optional.empty();

        /// @param there ids of what is in the table already @param voided of what is never to be there
        Batch(Lane lane, FetchedRecords records, Set<Long> there, Set<Long> voided) throws IOException, SQLException {
            this.lane = lane;
            this.there = there;
            this.voided = voided;
            long lost = lane.plan.until() - lane.plan.first() - records.count();
            if (lost > 0) {
                LOG.log(
                        ERROR,
                        lost + " events of " + lane.partition + " were gone from Kafka before they were inserted");
            }
            this.rows = new EventRows(records.bytes());
            this.told = lane.ids.tell(records.stream()
                    .flatMap(record -> record.print().map(print -> new Seen(print, record.offset())).stream())
                    .toList());
            for (FetchedRecords.Fetched record : (Iterable<FetchedRecords.Fetched>) records.stream()::iterator) {
                if (!told.again().contains(record.offset())) {
                    add(record);
                }
            }
        }

        boolean isEmpty() {
            return rows.count() == 0 && gone.count() == 0;
        }

        private void add(FetchedRecords.Fetched record) throws SQLException {
            Optional<RecordedEvent> read = event(lane, record);
            if (read.isEmpty()) {
                return;
            }
            RecordedEvent event = read.get();
            add(event, record.print(), new EventRows.Source(lane.partition.partition(), record.offset()));
            if (event.id() > lastId) {
                lastId = event.id();
                receivedMicros = Optional.of(Micros.of(event.receivedAt()));
            }
        }

        private void add(RecordedEvent event, Optional<Fingerprint> print, EventRows.Source source)
                throws SQLException {
            if (there.contains(event.id())) {
                return;
            }
            if (voided.contains(event.id()) || lane.erasures.isErased(event, lane.plan.erasures())) {
                gone.add(event, print, source);
            } else {
                rows.add(event, print, source);
                hours.add(CountParts.hour(event.receivedAt()));
            }
        }
    }

    private synchronized SinkPlans plans() throws SQLException {
        if (plans == null) {
            plans = new SinkPlans(new Sql(connections.open()), topic.id());
        }
        return plans;
    }

    private synchronized void closePlans() {
        if (plans != null) {
            try {
                plans.close();
            } catch (SQLException e) {
                LOG.log(DEBUG, "closing a connection that failed", e);
            }
            plans = null;
        }
    }

    private Lane lane(TopicPartition partition) throws SQLException, IOException {
        SinkPlans.Plan plan = plans().of(partition.partition());
        KnownIds.Partition ids = known.partition(topic.id(), partition.partition());
        Lane lane = new Lane(partition, ids, new SinkErasures.Obeyed(plans()), plan);
        if (lane.isLearning()) {
            table.sync();
        }
        consumer.seek(partition, lane.begin);
        return lane;
    }

    private final class Assignments implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            try {
                for (TopicPartition partition : partitions) {
                    lanes.put(partition, lane(partition));
                }
            } catch (SQLException | IOException e) {
                throw new IllegalStateException("can't take partitions over", e);
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            for (TopicPartition partition : partitions) {
                Lane lane = lanes.remove(partition);
                if (lane != null) {
                    lane.end();
                }
            }
        }
    }

    /// Ends it; what is not in the table yet is brought there by another one, or by this one when it is started
    /// again.
    @Override
    public void close() {
        closed = true;
        consumer.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
