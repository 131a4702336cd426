package dev.licet.core;

import java.util.function.Function;

/// What a use case answers: the value asked for, or the reason why not.
///
/// Only an expected no is a [Refused]; a full disk or an overload is thrown as [Unavailable].
public sealed interface Outcome<T> {

    record Success<T>(T value) implements Outcome<T> {}

    record Refused<T>(Refusal refusal) implements Outcome<T> {}

    static <T> Outcome<T> success(T value) {
        return new Success<>(value);
    }

    static <T> Outcome<T> refused(Refusal refusal) {
        return new Refused<>(refusal);
    }

    default <R> Outcome<R> then(Function<? super T, Outcome<R>> next) {
        return switch (this) {
            case Success<T>(T value) -> next.apply(value);
            case Refused<T>(Refusal refusal) -> refused(refusal);
        };
    }

    default <R> Outcome<R> map(Function<? super T, ? extends R> next) {
        return then(value -> success(next.apply(value)));
    }

    /// The value, where a no can't be, or is the caller's own mistake.
    ///
    /// @throws IllegalStateException when it is one
    default T orElseThrow() {
        return switch (this) {
            case Success<T>(T value) -> value;
            case Refused<T>(Refusal refusal) -> throw new IllegalStateException("refused: " + refusal);
        };
    }
}
