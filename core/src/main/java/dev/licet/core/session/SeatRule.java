package dev.licet.core.session;

import dev.licet.core.license.KeyTerms;
import dev.licet.core.license.LicenseKey;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/// Decides, on what is stored of a key's seats at that instant, what is to be stored of one machine's seat next. Run
/// by the store in one transaction with the change that it decides, so that no two decide on the same free seat; it
/// has to be quick, and may be run again.
///
/// @param <T> what the caller is told
@FunctionalInterface
public interface SeatRule<T> {

    Change<T> decide(State state);

    /// @param own the machine's seat, held or lapsed
    /// @param others is looked up when it is asked for
    record State(LicenseKey key, KeyTerms terms, Optional<Seat> own, Supplier<Others> others) {}

    /// What is held and waited for by other machines. What has lapsed counts nowhere.
    ///
    /// @param regular how many seats they hold of those that the key has
    /// @param overdraft how many beyond
    /// @param ofUser the seat that the same user holds on another machine
    /// @param ahead how many machines come before this one when a seat gets free
    /// @param waiting how many wait altogether
    record Others(int regular, int overdraft, Optional<Seat> ofUser, int ahead, int waiting) {}

    /// @param own the machine's seat from now on; empty for none
    /// @param ended the seat of another machine that ends
    /// @param waitsUntil how long the machine's place in the queue is kept; empty for none
    /// @param denied whether a seat was asked for and none was free
    record Change<T>(Optional<Seat> own, Optional<Seat> ended, Optional<Instant> waitsUntil, boolean denied, T answer) {

        /// It is held no longer.
        public static <T> Change<T> dropped(T answer) {
            return new Change<>(Optional.empty(), Optional.empty(), Optional.empty(), false, answer);
        }

        /// What is stored stays, but for a place in the queue, which ends.
        public static <T> Change<T> none(State state, T answer) {
            return new Change<>(state.own(), Optional.empty(), Optional.empty(), false, answer);
        }
    }
}
