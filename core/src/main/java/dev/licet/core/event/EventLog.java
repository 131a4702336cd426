package dev.licet.core.event;

import dev.licet.core.Outcome;
import dev.licet.core.Pending;
import dev.licet.core.id.AccountNumber;
import java.util.List;

/// Where events are kept. Safe for threads.
public interface EventLog {

    /// Appends those of the events that are not there yet, all of them or none; on disk when it returns. An event
    /// is there when its account has sent its client id before, or the whole request its key: the first one wins,
    /// for as long as it is kept, and while it is on its way too.
    ///
    /// @return where each event is, in their order; the new ones' ids rise without a gap. Refused when the key
    /// was used for another content
    /// @throws dev.licet.core.Unavailable when they can't be stored now; none of them is
    Outcome<List<Placed>> append(Submission submission);

    /// Does the same without waiting for the disk, for a submission that is not [once][Submission#isOnce]: nothing of
    /// it has to be looked up first.
    ///
    /// @return where each event is, once they are on disk
    /// @throws dev.licet.core.Unavailable when they can't be stored now, at once or when it is awaited
    Pending<List<Placed>> submit(Submission submission);

    /// What matches, of all that was acknowledged before the call, unless the page says that some is missing.
    EventPage find(EventQuery query);

    /// Begins to take out all that matches, as [#find] would see it now. It waits for no question, and neither a
    /// question nor an append waits for it.
    EventExport export(AccountNumber account, EventFilter filter);

    /// The id of the last acknowledged event, 0 when there is none.
    long lastAcknowledged();

    /// The id of the last event that [#find] can see, 0 when there is none.
    long lastQueryable();

    /// The event that [#find] has to see before this process may be asked: of those that it brings there itself, the
    /// last
    /// one that was acknowledged by now. 0 when others bring them.
    default long readyAt() {
        return lastAcknowledged();
    }
}
