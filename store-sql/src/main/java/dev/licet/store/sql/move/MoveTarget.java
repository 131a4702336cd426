package dev.licet.store.sql.move;

import dev.licet.core.once.Fingerprint;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/// A store that a move fills. From [#begin] to [#finish] nobody else opens it; what was added before an end in between
/// is there when it is begun again. For one thread.
public interface MoveTarget extends AutoCloseable {

    /// Begins, or goes on with what was begun from the same source.
    ///
    /// @param source which store it is, as [Move] has it
    /// @throws IllegalStateException when there is anything else in it
    void begin(String source) throws SQLException, IOException;

    /// The last id that was added; empty for none.
    Optional<Fingerprint> lastId() throws SQLException;

    /// Adds those that are not there yet.
    void addIds(List<KnownId> page) throws SQLException;

    /// Up to which all events were added; 0 for none.
    long lastEvent() throws SQLException, IOException;

    /// @param upTo no event up to this one comes any more
    void addEvents(List<MovedEvent> page, long upTo) throws SQLException, IOException;

    /// Brings what was added to where it stays.
    void endEvents() throws SQLException, IOException;

    /// Empty ones, to be filled. What is put there is there once it is finished.
    EntityTables entities() throws SQLException, IOException;

    long countEvents() throws SQLException, IOException;

    long countIds() throws SQLException;

    /// Makes it a store that servers may open.
    void finish() throws SQLException, IOException;

    @Override
    void close();
}
