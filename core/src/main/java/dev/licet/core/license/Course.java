package dev.licet.core.license;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/// How the time of a license runs for one key.
///
/// @param begun when its present stretch of terms began; empty while it waits, or when there is none to run
/// @param terms how many follow each other; 0 for a key that is under no license with a term
public record Course(Optional<Instant> begun, int terms) {
    public static final Course NONE = new Course(Optional.empty(), 0);

    /// When it began is kept to the microsecond.
    public Course {
        begun = begun.map(at -> at.truncatedTo(ChronoUnit.MICROS));
    }

    /// Whether its time begins with a first activation or a first play that has not been.
    public boolean waits() {
        return terms > 0 && begun.isEmpty();
    }
}
