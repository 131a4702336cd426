package dev.licet.server.http;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;

/// The threads that read from sockets and write to them. They take a while to make, and need nothing else of the
/// server.
public final class EventLoops implements AutoCloseable {
    final Vertx vertx;

    private EventLoops(Vertx vertx) {
        this.vertx = vertx;
    }

    /// Makes them; nothing listens yet.
    public static EventLoops start() {
        return new EventLoops(Vertx.vertx(new VertxOptions()
                .setPreferNativeTransport(true)
                .setFileSystemOptions(new FileSystemOptions()
                        .setClassPathResolvingEnabled(false)
                        .setFileCachingEnabled(false))));
    }

    /// Ends them, soon.
    @Override
    public void close() {
        vertx.close();
    }
}
