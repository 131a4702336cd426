package dev.licet.store.cluster;

import dev.licet.core.Outcome;
import dev.licet.core.Pending;
import dev.licet.core.event.EventExport;
import dev.licet.core.event.EventFilter;
import dev.licet.core.event.EventLog;
import dev.licet.core.event.EventPage;
import dev.licet.core.event.EventQuery;
import dev.licet.core.event.Placed;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/// Stands in for the way of events into the table: gives ids and inserts what is new, one request at a time.
/// What it has given is in tables of PostgreSQL that are there for the profile without ClickHouse.
final class OneWriter implements EventLog, EventProgress {
    private final DataSource source;
    private final EventTable table;
    private final EventReads reads;
    private final EventChanges changes;
    private final Duration apart;
    private int requests;
    private final Map<UUID, Long> known = new HashMap<>();
    private volatile Inserted inserted;

    /// @param apart how much later than the one before each request is received, as the table has it
    OneWriter(DataSource source, EventTable table, Path directory, Duration apart) {
        this.source = source;
        this.changes = new EventChanges(source::getConnection);
        this.apart = apart;
        this.table = table;
        this.reads = new EventReads(table, this, directory);
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery("SELECT name, event FROM event_known")) {
                while (rows.next()) {
                    known.put(rows.getObject(1, UUID.class), rows.getLong(2));
                }
            }
            try (ResultSet row = statement.executeQuery("SELECT last_id FROM event_position")) {
                row.next();
                inserted = new Inserted(row.getLong(1), Optional.empty(), true);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    EventReads reads() {
        return reads;
    }

    @Override
    public synchronized Outcome<List<Placed>> append(Submission submission) {
        if (submission.requestKey().isPresent()) {
            throw new UnsupportedOperationException("keys of requests are none of what is tried with it");
        }
        EventRows rows = new EventRows();
        List<Placed> placed = new ArrayList<>();
        Map<UUID, Long> fresh = new HashMap<>();
        long last = inserted.last();
        Instant received = submission.receivedAt().plus(apart.multipliedBy(requests++));
        for (UsageEvent event : submission.events()) {
            Optional<UUID> name = event.fingerprint().map(print -> new UUID(print.high(), print.low()));
            Optional<Long> before = name.map(print -> known.getOrDefault(print, fresh.get(print)));
            if (before.isPresent()) {
                placed.add(new Placed(before.get(), false));
                continue;
            }
            long id = ++last;
            name.ifPresent(print -> fresh.put(print, id));
            rows.add(new RecordedEvent(id, received, event), new EventRows.Source(0, id));
            placed.add(new Placed(id, true));
        }
        if (rows.count() > 0) {
            String token = "one-writer-" + last;
            changes.during(
                    new CountParts.Change("one writer", last),
                    List.of(CountParts.hour(received)),
                    () -> table.insert(rows, token));
            note(fresh, last);
            known.putAll(fresh);
            inserted = new Inserted(last, Optional.of(submission.receivedAt()), true);
        }
        return Outcome.success(placed);
    }

    private void note(Map<UUID, Long> fresh, long last) {
        try (Connection connection = source.getConnection();
                PreparedStatement names =
                        connection.prepareStatement("INSERT INTO event_known (name, event) VALUES (?, ?)");
                PreparedStatement position = connection.prepareStatement("UPDATE event_position SET last_id = ?")) {
            connection.setAutoCommit(false);
            for (Map.Entry<UUID, Long> one : fresh.entrySet()) {
                names.setObject(1, one.getKey());
                names.setLong(2, one.getValue());
                names.addBatch();
            }
            names.executeBatch();
            position.setLong(1, last);
            position.executeUpdate();
            connection.commit();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Pending<List<Placed>> submit(Submission submission) {
        return Pending.done(((Outcome.Success<List<Placed>>) append(submission)).value());
    }

    @Override
    public EventPage find(EventQuery query) {
        return reads.find(query);
    }

    @Override
    public EventExport export(AccountNumber account, EventFilter filter) {
        return reads.export(account, filter);
    }

    @Override
    public long lastAcknowledged() {
        return acknowledged();
    }

    @Override
    public long lastQueryable() {
        return inserted.last();
    }

    @Override
    public long acknowledged() {
        return inserted.last();
    }

    @Override
    public Inserted inserted() {
        return inserted;
    }
}
