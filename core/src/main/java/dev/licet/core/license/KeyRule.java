package dev.licet.core.license;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Decides, on what is stored of a key at that instant, what is to be stored of it next. Run by the store in one
/// transaction with the change that it decides; it has to be quick, and may be run again.
///
/// @param <T> what the caller is told
@FunctionalInterface
public interface KeyRule<T> {

    Change<T> decide(State state);

    /// @param machines how many are activated @param activation of the machine in question
    /// @param newMachines is looked up when it is asked for
    /// @param sold is looked up when it is asked for
    record State(
            KeyTerms terms,
            int machines,
            Optional<Activation> activation,
            NewMachines newMachines,
            Supplier<Optional<Sold>> sold) {

        /// Terms of the key in which time that waits has begun.
        public KeyTerms begun(KeyTerms decided, Instant now) {
            return decided.course().waits()
                    ? sold.get()
                            .map(under -> decided.begun(now, under.license(), under.zone()))
                            .orElse(decided)
                    : decided;
        }
    }

    /// What a key was issued under. @param zone of its account
    record Sold(License license, ZoneId zone) {}

    /// When machines were activated that had not been, up to [MachineRules.Churn#LONGEST] ago.
    @FunctionalInterface
    interface NewMachines {
        /// Oldest first; that instant itself is not in.
        List<Instant> after(Instant then);
    }

    /// @param terms the new ones @param activation of the machine in question from now on; none to drop it
    record Change<T>(KeyTerms terms, Optional<Activation> activation, T answer) {

        /// What is stored stays.
        public static <T> Change<T> none(State state, T answer) {
            return new Change<>(state.terms(), state.activation(), answer);
        }
    }
}
