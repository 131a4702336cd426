package dev.licet.store.postgres;

import static java.lang.System.Logger.Level.DEBUG;

import dev.licet.core.event.RecordedEvent;
import dev.licet.core.once.Fingerprint;
import dev.licet.core.once.RequestKey;
import dev.licet.store.sql.move.EntityTables;
import dev.licet.store.sql.move.EventStretch;
import dev.licet.store.sql.move.KnownId;
import dev.licet.store.sql.move.MoveSource;
import dev.licet.store.sql.move.MovedEvent;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/// A database that is moved from, as it was when this was opened. Its servers are stopped, or take no writes.
/// Events are told by their ids, [stretch by stretch][EventStretch], each sorted by itself.
final class PostgresSource implements MoveSource {
    private static final int PAGE = 10_000;
    private static final long ENOUGH = 16L << 20;
    private static final int FETCHED = 1000;
    private static final String KNOWN = "(SELECT name, event, content FROM event_known"
            + " UNION ALL SELECT name, event, content FROM known_elsewhere) AS known";

    private final Connection connection;
    private final long last;
    private final Optional<EventsElsewhere> elsewhere;

    private PostgresSource(Connection connection, long last, Optional<EventsElsewhere> elsewhere) {
        this.connection = connection;
        this.last = last;
        this.elsewhere = elsewhere;
    }

    /// @param elsewhere its events, when they are not in its tables
    static PostgresSource open(DataSource source, Optional<EventsElsewhere.Opener> elsewhere) throws SQLException {
        PostgresDatabase.requireCurrent(source);
        Connection connection = PostgresDatabase.moving(source);
        try {
            UnfinishedMove.refuse(connection);
            if (elsewhere.isEmpty() && number(connection, "SELECT count(*) FROM sink_plan") > 0) {
                throw new IllegalStateException("the events of this database are in ClickHouse: move it as"
                        + " cluster:postgresql://…, with the settings 'kafka' and 'clickhouse'");
            }
            try (Statement statement = connection.createStatement()) {
                statement.execute("CREATE TEMP TABLE request AS SELECT event, name, content FROM event_known"
                        + " WHERE content IS NOT NULL");
                statement.execute("CREATE INDEX ON request (event)");
                statement.execute("ANALYZE request");
                statement.execute("CREATE TEMP TABLE known_elsewhere (name UUID, event BIGINT, content UUID)");
            }
            PostgresSource opened = new PostgresSource(
                    connection,
                    number(connection, "SELECT last_id FROM event_position"),
                    elsewhere.map(EventsElsewhere.Opener::open));
            try {
                opened.bringIds();
                return opened;
            } catch (Throwable e) {
                opened.elsewhere.ifPresent(EventsElsewhere::close);
                throw e;
            }
        } catch (Throwable e) {
            connection.close();
            throw e;
        }
    }

    /// So that all ids can be told in their order.
    private void bringIds() throws SQLException {
        if (elsewhere.isPresent()) {
            elsewhere.get().ids(page -> PostgresTarget.copy(connection, "known_elsewhere", page));
            try (Statement statement = connection.createStatement()) {
                statement.execute("CREATE INDEX ON known_elsewhere (name)");
                statement.execute("ANALYZE known_elsewhere");
            }
        }
    }

    static Fingerprint fingerprint(UUID name) {
        return new Fingerprint(name.getMostSignificantBits(), name.getLeastSignificantBits());
    }

    @Override
    public EntityTables entities() {
        return new PostgresTables(connection);
    }

    @Override
    public long lastEvent() {
        return last;
    }

    @Override
    public long countEvents() throws SQLException {
        return elsewhere.isPresent() ? elsewhere.get().count() : number(connection, "SELECT count(*) FROM event");
    }

    @Override
    public void events(long after, Events to) throws SQLException, IOException {
        if (elsewhere.isPresent()) {
            elsewhere.get().events(after, last, (page, upTo) -> to.add(withRequests(page), upTo));
        } else {
            for (EventStretch stretch : EventStretch.of(days(), after)) {
                tell(stretch, to);
            }
        }
        to.add(List.of(), last);
    }

    /// Those that have events.
    private List<EventStretch.Day> days() throws SQLException {
        List<EventStretch.Day> days = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            for (Partitions.Day partition : Partitions.all(statement)) {
                if (!partition.isAttached()) {
                    continue;
                }
                try (ResultSet row = statement.executeQuery("SELECT min(id), max(id) FROM " + partition.name())) {
                    row.next();
                    if (row.getLong(2) > 0) {
                        days.add(new EventStretch.Day(partition.date(), row.getLong(1), row.getLong(2)));
                    }
                }
            }
        }
        return days;
    }

    private List<MovedEvent> withRequests(List<RecordedEvent> page) throws SQLException {
        if (page.isEmpty()) {
            return List.of();
        }
        Map<Long, RequestKey> requests = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT event, name AS request_name, content AS request_content FROM request"
                        + " WHERE event >= ? AND event <= ?")) {
            statement.setLong(1, page.getFirst().id());
            statement.setLong(2, page.getLast().id());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    requests.put(row.getLong(1), request(row).orElseThrow());
                }
            }
        }
        return page.stream()
                .map(event -> new MovedEvent(event, Optional.ofNullable(requests.get(event.id()))))
                .toList();
    }

    private void tell(EventStretch stretch, Events to) throws SQLException, IOException {
        String sql = "SELECT found.*, request.name AS request_name, request.content AS request_content FROM ("
                + EventRows.SELECT + "id > ? AND id <= ? AND received_at >= ? AND received_at < ?) AS found"
                + " LEFT JOIN request ON request.event = found.id ORDER BY found.id";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setFetchSize(FETCHED);
            statement.setLong(1, stretch.after());
            statement.setLong(2, stretch.upTo());
            statement.setObject(3, stretch.firstDay().atStartOfDay());
            statement.setObject(4, stretch.lastDay().plusDays(1).atStartOfDay());
            List<MovedEvent> page = new ArrayList<>(PAGE);
            long characters = 0;
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    RecordedEvent event = EventRows.read(row);
                    page.add(new MovedEvent(event, request(row)));
                    characters += event.event().metadata().map(String::length).orElse(0);
                    if (page.size() == PAGE || characters >= ENOUGH) {
                        to.add(List.copyOf(page), event.id());
                        page.clear();
                        characters = 0;
                    }
                }
            }
            to.add(page, stretch.upTo());
        }
    }

    private static Optional<RequestKey> request(ResultSet row) throws SQLException {
        @Nullable UUID name = row.getObject("request_name", UUID.class);
        return name == null
                ? Optional.empty()
                : Optional.of(
                        new RequestKey(fingerprint(name), fingerprint(row.getObject("request_content", UUID.class))));
    }

    @Override
    public long countIds() throws SQLException {
        return number(connection, "SELECT count(*) FROM " + KNOWN);
    }

    @Override
    public void ids(Optional<Fingerprint> after, Ids to) throws SQLException {
        UUID begin = after.map(EventWriter::uuid).orElse(new UUID(0, 0));
        String comparison = after.isPresent() ? " > ?" : " >= ?";
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT name, event, content FROM " + KNOWN + " WHERE name" + comparison + " ORDER BY name")) {
            statement.setFetchSize(FETCHED);
            statement.setObject(1, begin);
            List<KnownId> page = new ArrayList<>(PAGE);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    page.add(new KnownId(
                            fingerprint(row.getObject(1, UUID.class)),
                            row.getLong(2),
                            Optional.ofNullable(row.getObject(3, UUID.class)).map(PostgresSource::fingerprint)));
                    if (page.size() == PAGE) {
                        to.add(List.copyOf(page));
                        page.clear();
                    }
                }
            }
            to.add(page);
        }
    }

    private static long number(Connection connection, String question) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(question)) {
            row.next();
            return row.getLong(1);
        }
    }

    static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            System.getLogger(PostgresSource.class.getName()).log(DEBUG, "closing a connection that failed", e);
        }
    }

    @Override
    public void close() {
        elsewhere.ifPresent(EventsElsewhere::close);
        closeQuietly(connection);
    }
}
