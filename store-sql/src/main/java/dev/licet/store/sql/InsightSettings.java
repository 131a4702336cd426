package dev.licet.store.sql;

import java.time.Duration;

/// What insights may take.
///
/// @param timeout how long one takes at most, with its wait @param atOnce how many run at once
/// @param mostWaiting how many of one account may wait
public record InsightSettings(Duration timeout, int atOnce, int mostWaiting) {
    /// One at a time: the table uses all processors for each, and events come in meanwhile.
    public static final InsightSettings DEFAULT = new InsightSettings(Duration.ofSeconds(30), 1, 8);

    public InsightSettings {
        if (!timeout.isPositive() || atOnce < 1 || mostWaiting < 1) {
            throw new IllegalArgumentException("insights need some time, one thread and one place to wait at least");
        }
    }
}
