package dev.licet.core.disk;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/// What the data takes of its disk, in bytes, and how much comes.
///
/// @param table of the events as questions are asked of them
/// @param free of the disk; empty where nobody here can see it @param floor below which no events are taken
/// @param events how many are kept @param lately how many came
/// @param growing of all this, what grows with the events that are kept
/// @param retention how long events are kept; empty for ever
public record DiskUse(
        long journal,
        long archive,
        long table,
        long ids,
        long entities,
        OptionalLong free,
        long floor,
        long events,
        Intake lately,
        long growing,
        Optional<Duration> retention) {
    private static final Duration SHORTEST = Duration.ofHours(1);
    private static final double SECONDS_OF_DAY = 86_400;

    /// @param over how long @param events that were received meanwhile
    public record Intake(Duration over, long events) {}

    /// Where it leads if as much goes on to come.
    ///
    /// @param heldAt what grows will be so large when as much goes as comes; empty when nothing goes
    /// @param daysLeft until no events are taken; empty when the disk has room for all that is kept, or nobody here
    /// can see it
    public record Forecast(
            double eventsPerDay,
            double bytesPerEvent,
            double bytesPerDay,
            Optional<Double> heldAt,
            Optional<Double> daysLeft) {}

    /// Empty while too little came to say anything.
    public Optional<Forecast> forecast() {
        if (events == 0 || lately.events == 0 || lately.over.compareTo(SHORTEST) < 0) {
            return Optional.empty();
        }
        double eventsPerDay = lately.events * SECONDS_OF_DAY / lately.over.toSeconds();
        double bytesPerEvent = (double) growing / events;
        double bytesPerDay = eventsPerDay * bytesPerEvent;
        Optional<Double> heldAt = retention.map(kept -> kept.toSeconds() / SECONDS_OF_DAY * bytesPerDay);
        double room = free.isPresent() ? Math.max(0, free.getAsLong() - floor) : Double.POSITIVE_INFINITY;
        Optional<Double> daysLeft =
                heldAt.filter(most -> most - growing <= room).isPresent()
                        ? Optional.empty()
                        : free.isPresent() ? Optional.of(room / bytesPerDay) : Optional.empty();
        return Optional.of(new Forecast(eventsPerDay, bytesPerEvent, bytesPerDay, heldAt, daysLeft));
    }
}
