package dev.licet.store.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// How far events have come on their way into the table. Safe for threads.
interface EventProgress {

    /// The last event that was acknowledged, 0 when there is none.
    long acknowledged();

    /// Up to where events are in the table, about.
    Inserted inserted();

    /// Waits so long for all that was acknowledged to be in the table.
    default Inserted inserted(Duration patience) {
        return inserted();
    }

    /// @param last the lowest of the last ids of partitions that lack something, 0 when there is none. One that
    /// got its id before it, and came into Kafka after it, may be missing
    /// @param receivedAt of the last event that is there
    /// @param isAll whether nothing that was acknowledged is on its way
    record Inserted(long last, Optional<Instant> receivedAt, boolean isAll) {}
}
