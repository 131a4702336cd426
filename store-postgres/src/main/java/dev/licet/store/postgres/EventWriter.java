package dev.licet.store.postgres;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import dev.licet.core.Outcome;
import dev.licet.core.Pending;
import dev.licet.core.Refusal;
import dev.licet.core.Unavailable;
import dev.licet.core.event.AppendQueue;
import dev.licet.core.event.Placed;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.once.Fingerprint;
import dev.licet.core.once.RequestKey;
import dev.licet.store.sql.Fault;
import java.io.ByteArrayOutputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/// Adds events by COPY: one thread takes all that wait, up to a bound, and commits them in one transaction. Who
/// sends prepares the rows, so that the writer has ids to add alone.
///
/// The transaction has its [turn][EventTurn] from its first statement on, on whatever node, so nobody else can
/// add what it has just not found: ids and keys of requests are looked up once, for all of the group.
///
/// A group whose commit has no answer may be there: its senders are told that it could not be written, and what
/// they send again counts once by its ids.
final class EventWriter implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EventWriter.class.getName());
    private static final int GROUP_EVENTS = 10_000;
    private static final long GROUP_BYTES = 16L << 20;
    private static final Duration LATER = Duration.ofSeconds(2);

    /// What was known before of a name. @param content of a request
    private record Known(long event, @Nullable UUID content) {}

    /// @param names of the events, where they have ids
    private record Request(
            Submission submission, byte[][] rows, @Nullable UUID[] names, int bytes, Answer answer)
            implements AppendQueue.Request {
        @Override
        public long account() {
            return submission.events().getFirst().account().value();
        }

        @Override
        public int count() {
            return rows.length;
        }
    }

    private static final class Answer extends CompletableFuture<Outcome<List<Placed>>> {}

    private final DataSource source;
    private final AppendQueue<Request> queue;
    private Partitions partitions = new Partitions();
    private final Fault fault = new Fault();
    private final Thread writer =
            Thread.ofPlatform().name("event-writer").daemon().unstarted(this::write);
    private @Nullable Connection connection;
    private volatile boolean still;

    EventWriter(DataSource source, int mostRequests, long mostBytes) {
        this.source = source;
        this.queue = new AppendQueue<>(mostRequests, mostBytes);
    }

    void start() {
        writer.start();
    }

    /// Takes nothing from now on.
    void holdStill() {
        still = true;
    }

    Pending<Outcome<List<Placed>>> submit(Submission submission) {
        if (still) {
            throw Unavailable.readOnly();
        }
        List<UsageEvent> events = submission.events();
        byte[][] rows = new byte[events.size()][];
        @Nullable UUID[] names = new UUID[events.size()];
        int bytes = 0;
        for (int i = 0; i < rows.length; i++) {
            UsageEvent event = events.get(i);
            rows[i] = EventRows.copied(event, submission.receivedAt());
            Optional<Fingerprint> name = event.fingerprint();
            names[i] = name.isPresent() ? uuid(name.get()) : null;
            bytes = Math.addExact(bytes, rows[i].length);
        }
        Answer answer = new Answer();
        queue.add(new Request(submission, rows, names, bytes, answer));
        return Pending.of(answer);
    }

    static UUID uuid(Fingerprint fingerprint) {
        return new UUID(fingerprint.high(), fingerprint.low());
    }

    Optional<String> check() {
        return fault.lately();
    }

    private void write() {
        List<Request> group = new ArrayList<>();
        while (true) {
            group.clear();
            try {
                if (!queue.take(group, GROUP_EVENTS, GROUP_BYTES, AppendQueue.PATIENCE)) {
                    return;
                }
            } catch (InterruptedException e) {
                continue; // nobody does that
            }
            if (group.isEmpty()) {
                continue;
            }
            try {
                List<Outcome<List<Placed>>> outcomes = committed(group);
                fault.isOver();
                for (int i = 0; i < group.size(); i++) {
                    group.get(i).answer().complete(outcomes.get(i));
                }
            } catch (Throwable e) {
                // A dead writer would leave everybody waiting.
                if (fault.happened("events: " + e.getMessage())) {
                    LOG.log(ERROR, "events are not written; this is told once until some are again", e);
                }
                forgetConnection();
                partitions = new Partitions(); // those that were made are taken back
                Unavailable why = new Unavailable("events can't be written", LATER, e);
                group.forEach(request -> request.answer().completeExceptionally(why));
            }
        }
    }

    private void forgetConnection() {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                LOG.log(DEBUG, "closing a connection that failed", e);
            }
            connection = null;
        }
    }

    private Connection connection() throws SQLException {
        if (connection == null) {
            connection = PostgresDatabase.writing(source);
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            connection.setAutoCommit(false);
        }
        return connection;
    }

    private List<Outcome<List<Placed>>> committed(List<Request> group) throws SQLException {
        Connection open = connection();
        Group writes = new Group(EventTurn.await(open), known(open, group));
        List<Outcome<List<Placed>>> outcomes = new ArrayList<>(group.size());
        for (Request request : group) {
            outcomes.add(writes.add(request));
        }
        if (writes.hasEvents()) {
            for (LocalDate day : group.stream().map(EventWriter::day).distinct().toList()) {
                partitions.require(open, day);
            }
            CopyRow.copy(open, "event_known (name, event, content)", writes.known);
            CopyRow.copy(open, EventRows.COPIED, writes.events);
            position(open, writes.last, group.getLast().submission().receivedAt());
        }
        open.commit();
        return outcomes;
    }

    /// Notes which event is the last one, and when it was received.
    static void position(Connection open, long last, Instant receivedAt) throws SQLException {
        try (PreparedStatement statement =
                open.prepareStatement("UPDATE event_position SET last_id = ?, received_at = ?")) {
            statement.setLong(1, last);
            statement.setObject(2, receivedAt.atOffset(ZoneOffset.UTC).toLocalDateTime());
            statement.executeUpdate();
        }
    }

    /// A row of `event_known`, to be copied.
    static byte[] known(UUID name, long event, @Nullable UUID content) {
        return new CopyRow(3).add(name).add(event).add(content).bytes();
    }

    private static LocalDate day(Request request) {
        return LocalDate.ofInstant(request.submission().receivedAt(), ZoneOffset.UTC);
    }

    private static Map<UUID, Known> known(Connection open, List<Request> group) throws SQLException {
        List<UUID> names = new ArrayList<>();
        for (Request request : group) {
            request.submission().requestKey().ifPresent(key -> names.add(uuid(key.name())));
            for (@Nullable UUID name : request.names()) {
                if (name != null) {
                    names.add(name);
                }
            }
        }
        Map<UUID, Known> known = new HashMap<>();
        if (names.isEmpty()) {
            return known;
        }
        try (PreparedStatement statement =
                open.prepareStatement("SELECT name, event, content FROM event_known WHERE name = ANY (?)")) {
            statement.setArray(1, open.createArrayOf("uuid", names.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    known.put(rows.getObject(1, UUID.class), new Known(rows.getLong(2), rows.getObject(3, UUID.class)));
                }
            }
        }
        return known;
    }

    /// What one transaction adds.
    private static final class Group {
        private final Map<UUID, Known> names;
        private final ByteArrayOutputStream events = new ByteArrayOutputStream(1 << 16);
        private final ByteArrayOutputStream known = new ByteArrayOutputStream();
        private long last;

        Group(long last, Map<UUID, Known> names) {
            this.last = last;
            this.names = names;
        }

        boolean hasEvents() {
            return events.size() > 0;
        }

        Outcome<List<Placed>> add(Request request) {
            Optional<RequestKey> key = request.submission().requestKey();
            if (key.isPresent()) {
                Known before = names.get(uuid(key.get().name()));
                if (before != null) {
                    return uuid(key.get().content()).equals(before.content())
                            ? Outcome.success(again(request, before.event()))
                            : Outcome.refused(new Refusal.RequestKeyReused());
                }
            }
            long first = last + 1;
            List<Placed> placed = new ArrayList<>(request.count());
            for (int i = 0; i < request.count(); i++) {
                placed.add(place(request.names()[i], request.rows()[i]));
            }
            if (key.isPresent() && last >= first) {
                know(uuid(key.get().name()), new Known(first, uuid(key.get().content())));
            }
            return Outcome.success(placed);
        }

        private Placed place(@Nullable UUID name, byte[] row) {
            if (name != null) {
                Known before = names.get(name);
                if (before != null) {
                    return new Placed(before.event(), false);
                }
            }
            long id = ++last;
            events.writeBytes(row);
            events.writeBytes(EventRows.end(id));
            if (name != null) {
                know(name, new Known(id, null));
            }
            return new Placed(id, true);
        }

        private void know(UUID name, Known it) {
            names.put(name, it);
            known.writeBytes(known(name, it.event(), it.content()));
        }

        /// Where a request's events were placed the first time: what had an id of its own says so itself, the
        /// others follow each other from the request's first on.
        private List<Placed> again(Request request, long first) {
            List<Placed> placed = new ArrayList<>(request.count());
            long next = first;
            for (@Nullable UUID name : request.names()) {
                Known own = name == null ? null : names.get(name);
                long id = own == null ? next : own.event();
                if (id == next) {
                    next++;
                }
                placed.add(new Placed(id, false));
            }
            return placed;
        }
    }

    /// Writes what waits.
    @Override
    public void close() {
        queue.close();
        try {
            writer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        forgetConnection();
    }
}
