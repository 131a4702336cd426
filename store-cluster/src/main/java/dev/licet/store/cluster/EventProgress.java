package dev.licet.store.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// How far events have come on their way into the table. Safe for threads.
interface EventProgress {

    /// The last event that was acknowledged, 0 when there is none.
    long acknowledged();

    /// Up to where all that was acknowledged is in the table.
    Inserted inserted();

    /// Waits so long for all that was acknowledged to be in the table.
    default Inserted inserted(Duration patience) {
        return inserted();
    }

    /// @param last the id, 0 when there is none @param receivedAt when that was received
    /// @param isAll whether nothing that was acknowledged is on its way
    record Inserted(long last, Optional<Instant> receivedAt, boolean isAll) {}
}
