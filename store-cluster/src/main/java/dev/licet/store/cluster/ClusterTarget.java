package dev.licet.store.cluster;

import static java.lang.System.Logger.Level.DEBUG;

import dev.licet.core.once.Fingerprint;
import dev.licet.store.postgres.PostgresStore;
import dev.licet.store.sql.entity.Micros;
import dev.licet.store.sql.entity.Sql;
import dev.licet.store.sql.move.EntityTables;
import dev.licet.store.sql.move.KnownId;
import dev.licet.store.sql.move.MoveTarget;
import dev.licet.store.sql.move.MovedEvent;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A store that is moved into: entities and ids into PostgreSQL, and events into the table in ClickHouse, past
/// Kafka.
///
/// It inserts as a sink does: a page is [noted][SinkPlans] before it is inserted, with a token by which it is
/// known, and so the same one is inserted again by who goes on after an end in between, whatever pages come
/// then. An event has the partition that it would have come by, and an offset before the first.
final class ClusterTarget implements MoveTarget {
    private static final System.Logger LOG = System.getLogger(ClusterTarget.class.getName());

    private final ClusterStore.Addresses addresses;
    private final ClusterStore.Engines engines;
    private final MoveTarget database;
    /// Of a page that was noted before an end in between, as far as it has come again.
    private final List<MovedEvent> again = new ArrayList<>();

    private @Nullable SinkPlans plans;
    private SinkPlans.@Nullable Plan plan;
    private String from = "";

    private ClusterTarget(ClusterStore.Addresses addresses, ClusterStore.Engines engines, MoveTarget database) {
        this.addresses = addresses;
        this.engines = engines;
        this.database = database;
    }

    static ClusterTarget open(ClusterStore.Addresses addresses) {
        MoveTarget database = PostgresStore.toMoveInto(addresses.postgres());
        try {
            return new ClusterTarget(addresses, ClusterStore.Engines.openBesideAMove(addresses), database);
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    @Override
    public void begin(String source) throws SQLException, IOException {
        database.begin(source);
        from = source;
        Sql sql = new Sql(addresses.postgres().getConnection());
        SinkPlans noted = SinkPlans.ofMove(sql);
        plans = noted;
        sql.execute("SET synchronous_commit = on"); // a page is noted for good before it is inserted
        SinkPlans.Plan last = noted.of(0);
        if (last.until() == 0) {
            refuseIfUsed();
        }
        plan = last;
    }

    private void refuseIfUsed() {
        if (countEvents() > 0) {
            throw new IllegalStateException("ClickHouse has events already; a move takes an empty database");
        }
        if (engines.topic().ends(engines.admin()).values().stream().anyMatch(end -> end > 0)) {
            throw new IllegalStateException("the topic " + engines.topic().name()
                    + " has had events already; a move takes a new one ('kafka-topic')");
        }
    }

    @Override
    public Optional<Fingerprint> lastId() throws SQLException {
        return database.lastId();
    }

    @Override
    public void addIds(List<KnownId> page) throws SQLException {
        database.addIds(page);
    }

    @Override
    public long lastEvent() {
        return plan().inserted();
    }

    @Override
    public void addEvents(List<MovedEvent> page, long upTo) throws SQLException, IOException {
        List<MovedEvent> rest = page;
        if (!plan().isDone()) {
            long until = plan().until();
            page.stream().filter(event -> id(event) <= until).forEach(again::add);
            if (upTo < until) {
                return;
            }
            EventTable.insertAgain(token(), token -> {
                engines.table().syncWithAll();
                Set<Long> there = engines.table().ids(plan().first(), plan().until());
                List<MovedEvent> missing = again.stream()
                        .filter(event -> !there.contains(id(event)))
                        .toList();
                insert(missing, token);
                return missing.isEmpty();
            });
            done(again);
            again.clear();
            rest = page.stream().filter(event -> id(event) > until).toList();
        }
        if (upTo > plan().until()) {
            plan = plans().next(plan(), upTo)
                    .orElseThrow(() -> new IllegalStateException("another move goes into this store"));
            insert(rest, token());
            done(rest);
        }
        database.addEvents(List.of(), plan().until());
    }

    private static long id(MovedEvent event) {
        return event.recorded().id();
    }

    private String token() {
        return from + "-" + plan().first() + "-" + plan().until();
    }

    private void insert(List<MovedEvent> events, String token) {
        EventRows rows = new EventRows();
        EventTopic topic = engines.topic();
        for (MovedEvent event : events) {
            int partition = event.recorded()
                    .event()
                    .fingerprint()
                    .map(print -> topic.partition(print.toBytes()))
                    .orElse((int) (id(event) % topic.partitions()));
            rows.add(event.recorded(), new EventRows.Source(partition, MovedIds.offset(id(event))));
        }
        if (rows.count() > 0) {
            engines.table().insert(rows, token);
        }
    }

    private void done(List<MovedEvent> events) throws SQLException {
        Optional<Long> received = events.isEmpty()
                ? Optional.empty()
                : Optional.of(Micros.of(events.getLast().recorded().receivedAt()));
        plan = plans().done(plan(), plan().until(), received);
    }

    @Override
    public void endEvents() {
        if (!plan().isDone()) {
            throw new IllegalStateException(
                    "the source has lost events since the move was begun: begin again with an" + " empty target");
        }
    }

    @Override
    public EntityTables entities() throws SQLException, IOException {
        return database.entities();
    }

    @Override
    public long countEvents() {
        return engines.table()
                .database()
                .ask("SELECT count() FROM event", List.of(), row -> row.number(1))
                .getFirst();
    }

    @Override
    public long countIds() throws SQLException {
        return database.countIds();
    }

    @Override
    public void finish() throws SQLException, IOException {
        database.finish();
    }

    private SinkPlans plans() {
        return Objects.requireNonNull(plans, "it has begun");
    }

    private SinkPlans.Plan plan() {
        return Objects.requireNonNull(plan, "it has begun");
    }

    @Override
    public void close() {
        if (plans != null) {
            try {
                plans.close();
            } catch (SQLException e) {
                LOG.log(DEBUG, "closing a connection that failed", e);
            }
        }
        engines.close();
        database.close();
    }
}
