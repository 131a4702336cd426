package dev.licet.core;

import java.util.Optional;

/// What a caller says that a thing has to be like for its change to be made. Asked in the transaction of the change.
@FunctionalInterface
public interface Expected<T> {

    boolean holds(T now);

    /// For who changes it whatever it is like.
    static <T> Expected<T> anything() {
        return now -> true;
    }

    default Optional<Refusal> refusal(T now) {
        return holds(now) ? Optional.empty() : Optional.of(new Refusal.ChangedMeanwhile());
    }
}
