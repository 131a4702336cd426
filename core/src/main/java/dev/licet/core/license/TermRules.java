package dev.licet.core.license;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;

/// How the term of a license is counted and used.
///
/// @param begins what it is counted from @param renewsFrom where a renewal goes on
/// @param grace for how long after its end what was sold may still be used @param soon for how long before its end it
/// is said to expire soon
/// @param streams on how many machines at the same time what was sold may be used; 0 for any number
public record TermRules(Begin begins, RenewFrom renewsFrom, Optional<Term> grace, Optional<Term> soon, int streams) {
    public static final TermRules USUAL =
            new TermRules(Begin.PURCHASE, RenewFrom.EXPIRY, Optional.empty(), Optional.empty(), 0);

    public static final int MAX_STREAMS = 10_000;

    public enum Begin {
        PURCHASE,
        /// Or a first seat, or a first license file: what a machine has to have.
        FIRST_ACTIVATION,
        /// Or any of those, if it comes before.
        FIRST_PLAY
    }

    public enum RenewFrom {
        /// The end of what is there; from now where that and its grace are over.
        EXPIRY,
        /// Always now.
        NOW
    }

    public TermRules {
        if (streams < 0 || streams > MAX_STREAMS) {
            throw new IllegalArgumentException("not from 0 to " + MAX_STREAMS + ": " + streams);
        }
    }

    /// From when on it is of no use any more.
    public Instant graceEnd(Instant end, ZoneId zone) {
        return grace.map(term -> term.after(end, zone)).orElse(end);
    }

    /// Whether it expires soon. What is counted is the time from now, so that this needs no calendar backwards.
    public boolean isSoon(Instant now, Instant end, ZoneId zone) {
        return soon.isPresent() && !soon.get().after(now, zone).isBefore(end);
    }
}
