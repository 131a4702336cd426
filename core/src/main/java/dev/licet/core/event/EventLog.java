package dev.licet.core.event;

import java.time.Instant;
import java.util.List;

/// Where events are kept. Safe for threads.
public interface EventLog {

    /// Appends all of the events or none; on disk when it returns.
    ///
    /// @param events at least one
    /// @return the id of the first; the others follow without a gap
    /// @throws dev.licet.core.Unavailable when they can't be stored now; none of them is
    long append(List<UsageEvent> events, Instant receivedAt);

    /// What matches, of all that was acknowledged before the call, unless the page says that some is missing.
    EventPage find(EventQuery query);

    /// The id of the last acknowledged event, 0 when there is none.
    long lastAcknowledged();

    /// The id of the last event that [#find] can see, 0 when there is none.
    long lastQueryable();
}
