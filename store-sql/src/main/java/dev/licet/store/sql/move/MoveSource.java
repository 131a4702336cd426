package dev.licet.store.sql.move;

import dev.licet.core.once.Fingerprint;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/// A store that is read by a move. As long as it is open nobody writes it, which the engine sees to. For one thread.
public interface MoveSource extends AutoCloseable {

    EntityTables entities();

    /// The id of the last event that was acknowledged, whether that is there still or not; 0 for none.
    long lastEvent();

    long countEvents() throws SQLException, IOException;

    /// Tells all events after this one, the lowest id first; at the end up to [#lastEvent].
    void events(long after, Events to) throws SQLException, IOException;

    long countIds() throws SQLException;

    /// Tells all ids after this one, or all, ordered by the bytes of their names.
    void ids(Optional<Fingerprint> after, Ids to) throws SQLException;

    @Override
    void close();

    /// Takes events.
    @FunctionalInterface
    interface Events {
        /// @param page may be empty @param upTo all events up to this id are among these and those before
        void add(List<MovedEvent> page, long upTo) throws SQLException, IOException;
    }

    /// Takes ids.
    @FunctionalInterface
    interface Ids {
        void add(List<KnownId> page) throws SQLException;
    }
}
