package dev.licet.core.checkup;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/// Whether the clock of another machine is that of this one.
public final class Clocks {
    /// What the clocks of machines in files and servers may be apart.
    private static final Duration MOST = Duration.ofSeconds(1);

    private Clocks() {}

    /// Asks the other machine for its time.
    @FunctionalInterface
    public interface Other<E extends Exception> {
        Instant now() throws E;
    }

    /// @param about the finding @param whose the other clock is @param matters what depends on it
    public static <E extends Exception> Finding compare(
            String about, String whose, String matters, Clock clock, Other<E> other) throws E {
        Instant before = clock.instant();
        Instant theirs = other.now();
        Instant middle = before.plus(Duration.between(before, clock.instant()).dividedBy(2));
        Duration apart = Duration.between(theirs, middle);
        String says = "this machine's is " + apart.abs().toMillis() + " ms "
                + (apart.isNegative() ? "behind " : "ahead of ") + whose;
        return apart.abs().compareTo(MOST) > 0
                ? Finding.warning(
                        about,
                        says + ", more than " + MOST.toMillis() + " ms",
                        "keep all machines in step (NTP): " + matters)
                : Finding.ok(about, says);
    }
}
