package dev.licet.core;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/// What a write answers once it is on disk. Who has a thread to itself [waits for it][#await]; who has not, an event
/// loop, is [told when it is there][#whenThere] and takes it then.
///
/// What is made of the written thing is made on the thread that takes it, never on the one that writes. Safe for
/// threads.
public final class Pending<T> {
    private final CompletableFuture<?> written;
    private final Function<Object, T> then;

    private Pending(CompletableFuture<?> written, Function<Object, T> then) {
        this.written = written;
        this.then = then;
    }

    /// @param written is completed once it is on disk, or with an [Unavailable]
    @SuppressWarnings("unchecked") // what the future is completed with is a T
    public static <T> Pending<T> of(CompletableFuture<T> written) {
        return new Pending<>(written, value -> (T) value);
    }

    /// One that needs no writing.
    public static <T> Pending<T> done(T value) {
        return of(CompletableFuture.completedFuture(value));
    }

    public <R> Pending<R> map(Function<? super T, ? extends R> next) {
        return new Pending<>(written, value -> next.apply(then.apply(value)));
    }

    /// Takes it, and waits for it if need be.
    ///
    /// @throws RuntimeException why it was not written
    public T await() {
        try {
            return then.apply(written.get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("interrupted", Unavailable.SOON, e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException why) {
                throw why;
            }
            throw new IllegalStateException("a write failed", e.getCause());
        }
    }

    /// Whether it is there, or has failed: [#await] does not wait.
    public boolean isThere() {
        return written.isDone();
    }

    /// Runs this once it is there, or has failed: on the thread that brings it, which it must not hold up. From then
    /// on [#await] does not wait.
    public void whenThere(Runnable there) {
        written.whenComplete((value, failure) -> there.run());
    }
}
