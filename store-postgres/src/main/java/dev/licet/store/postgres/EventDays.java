package dev.licet.store.postgres;

import java.sql.SQLException;
import java.time.LocalDate;
import java.util.List;

/// The events by the days of UTC that they were received on, for one round of the [EventKeeper].
public interface EventDays extends AutoCloseable {

    /// Opens them for a round.
    @FunctionalInterface
    interface Opener {
        EventDays open() throws SQLException;
    }

    /// Makes what the days around this one need.
    void prepare(LocalDate today) throws SQLException;

    /// Those with events, the oldest first. What is left of others goes if they are before that one.
    List<LocalDate> withEvents(LocalDate before) throws SQLException;

    /// Lets all of a day go.
    void drop(LocalDate day) throws SQLException;

    /// Lets the events of these products go.
    ///
    /// @param products a condition of SQL that any engine knows @return how many went
    long delete(LocalDate day, String products) throws SQLException;

    @Override
    void close() throws SQLException;
}
