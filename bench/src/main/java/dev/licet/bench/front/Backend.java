package dev.licet.bench.front;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Where a request's events go before it is answered.
interface Backend extends AutoCloseable {

    /// Takes one request. Called on an event loop, so it must not block.
    ///
    /// @param done told once, from any thread, when the events are safe: null, or why they are not
    void take(byte[] body, Consumer<@Nullable Throwable> done);

    @Override
    void close();

    /// Keeps nothing.
    static Backend none() {
        return new Backend() {
            @Override
            public void take(byte[] body, Consumer<@Nullable Throwable> done) {
                done.accept(null);
            }

            @Override
            public void close() {}
        };
    }
}
