package dev.licet.store.postgres;

import static java.lang.System.Logger.Level.DEBUG;

import dev.licet.core.event.RecordedEvent;
import dev.licet.core.once.Fingerprint;
import dev.licet.core.once.RequestKey;
import dev.licet.store.sql.move.EntityTables;
import dev.licet.store.sql.move.KnownId;
import dev.licet.store.sql.move.MoveSource;
import dev.licet.store.sql.move.MovedEvent;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/// A database that is moved from, as it was when this was opened. Its servers are stopped, or take no writes.
///
/// Events are told by their ids, and stand in days of their receipt. Ids rise with
/// time but for clocks that differ, so a day has a stretch of ids, of which some are in the days beside it:
/// each such stretch is sorted by itself.
final class PostgresSource implements MoveSource {
    private static final int PAGE = 10_000;
    private static final long ENOUGH = 16L << 20;
    private static final int FETCHED = 1000;

    private final Connection connection;
    private final long last;

    private PostgresSource(Connection connection, long last) {
        this.connection = connection;
        this.last = last;
    }

    static PostgresSource open(DataSource source) throws SQLException {
        PostgresDatabase.requireCurrent(source);
        Connection connection = PostgresDatabase.moving(source);
        try {
            UnfinishedMove.refuse(connection);
            if (number(connection, "SELECT count(*) FROM sink_plan") > 0) {
                throw new IllegalStateException(
                        "the events of this database are in ClickHouse, which can't be moved yet");
            }
            try (Statement statement = connection.createStatement()) {
                statement.execute("CREATE TEMP TABLE request AS SELECT event, name, content FROM event_known"
                        + " WHERE content IS NOT NULL");
                statement.execute("CREATE INDEX ON request (event)");
                statement.execute("ANALYZE request");
            }
            return new PostgresSource(connection, number(connection, "SELECT last_id FROM event_position"));
        } catch (Throwable e) {
            connection.close();
            throw e;
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
        return number(connection, "SELECT count(*) FROM event");
    }

    /// A day of receipt, and the ids of its events.
    private record Day(LocalDate date, long first, long last) {}

    @Override
    public void events(long after, Events to) throws SQLException, IOException {
        List<Day> days = days();
        long begin = after;
        for (Day day : days) {
            if (day.last() > begin) {
                stretch(days, begin, day.last(), to);
                begin = day.last();
            }
        }
        to.add(List.of(), last);
    }

    /// Those that have events, by the last id of each.
    private List<Day> days() throws SQLException {
        List<Day> days = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            for (Partitions.Day partition : Partitions.all(statement)) {
                if (!partition.isAttached()) {
                    continue;
                }
                try (ResultSet row = statement.executeQuery("SELECT min(id), max(id) FROM " + partition.name())) {
                    row.next();
                    if (row.getLong(2) > 0) {
                        days.add(new Day(partition.date(), row.getLong(1), row.getLong(2)));
                    }
                }
            }
        }
        days.sort(Comparator.comparingLong(Day::last));
        return days;
    }

    /// The events after one id and up to another.
    private void stretch(List<Day> days, long after, long upTo, Events to) throws SQLException, IOException {
        List<LocalDate> among = days.stream()
                .filter(day -> day.first() <= upTo && day.last() > after)
                .map(Day::date)
                .sorted()
                .toList();
        String sql = "SELECT found.*, request.name AS request_name, request.content AS request_content FROM ("
                + EventRows.SELECT + "id > ? AND id <= ? AND received_at >= ? AND received_at < ?) AS found"
                + " LEFT JOIN request ON request.event = found.id ORDER BY found.id";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setFetchSize(FETCHED);
            statement.setLong(1, after);
            statement.setLong(2, upTo);
            statement.setObject(3, among.getFirst().atStartOfDay());
            statement.setObject(4, among.getLast().plusDays(1).atStartOfDay());
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
            to.add(page, upTo);
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
        return number(connection, "SELECT count(*) FROM event_known");
    }

    @Override
    public void ids(Optional<Fingerprint> after, Ids to) throws SQLException {
        UUID begin = after.map(EventWriter::uuid).orElse(new UUID(0, 0));
        String comparison = after.isPresent() ? " > ?" : " >= ?";
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT name, event, content FROM event_known WHERE name" + comparison + " ORDER BY name")) {
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
        closeQuietly(connection);
    }
}
