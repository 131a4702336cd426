package dev.licet.store.cluster;

import dev.licet.core.Unavailable;
import dev.licet.core.id.AccountNumber;
import dev.licet.store.sql.entity.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/// Notes that events are going to be changed, and that they were, for who [counts them][CountParts]. A change that
/// fails in between is to be done again; until then its hours are not counted. Safe for threads.
final class EventChanges {
    private static final Duration LATER = Duration.ofSeconds(2);

    private final EventIntake.Connections connections;

    EventChanges(EventIntake.Connections connections) {
        this.connections = connections;
    }

    private interface Note {
        void write(Sql sql) throws SQLException;
    }

    private void note(Note note) {
        try (Sql sql = new Sql(connections.open())) {
            note.write(sql);
        } catch (SQLException e) {
            throw new Unavailable("it can't be noted that events change", LATER, e);
        }
    }

    /// @param hours of receipt
    void begin(CountParts.Change change, AccountNumber account, List<Long> hours) {
        note(sql -> CountParts.begin(sql, change, account.value(), hours));
    }

    void end(CountParts.Change change) {
        note(sql -> CountParts.end(sql, change));
    }

    /// Changes events of any account. @param hours of receipt
    void during(CountParts.Change change, List<Long> hours, Runnable work) {
        note(sql -> CountParts.begin(sql, change, CountParts.ALL, hours));
        work.run();
        end(change);
    }

    /// Ends changes that were broken off and are not done again. @param isOver waits until none of them goes on
    void endBrokenOff(String name, Runnable isOver) {
        note(sql -> {
            if (CountParts.isBegun(sql, name)) {
                isOver.run();
                CountParts.end(sql, new CountParts.Change(name, Long.MAX_VALUE));
            }
        });
    }

    /// Nothing of a day is there any more, and nothing is counted of it. @param day since 1970
    void forget(long day) {
        note(sql -> CountParts.forget(sql, day));
    }
}
