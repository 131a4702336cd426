package dev.licet.store.postgres;

import dev.licet.core.event.RecordedEvent;
import dev.licet.store.sql.move.MoveSource;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;

/// The events of a database that is moved, when they are not in it.
public interface EventsElsewhere extends AutoCloseable {
    long count();

    /// Tells all events after one id and up to another, in their order.
    void events(long after, long upTo, Pages to) throws SQLException, IOException;

    /// Tells the ids of clients that the database does not have.
    void ids(MoveSource.Ids to) throws SQLException;

    @Override
    void close();

    /// Takes events.
    @FunctionalInterface
    interface Pages {
        /// @param upTo all events up to this id are among these and those before
        void add(List<RecordedEvent> page, long upTo) throws SQLException, IOException;
    }

    /// Opens them, while nobody writes the database.
    @FunctionalInterface
    interface Opener {
        /// @throws IllegalStateException when some are still on their way there
        EventsElsewhere open();
    }
}
