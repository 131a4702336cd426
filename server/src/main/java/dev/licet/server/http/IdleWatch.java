package dev.licet.server.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;

/// Closes a connection on which no request is answered for too long: one that is silent, and one whose next request's
/// head does not come to its end. A request that is worked on has bounds of its own. Belongs to the event loop of the
/// connection.
final class IdleWatch {
    private final Vertx vertx;
    private final HttpConnection connection;
    private final Duration patience;
    private final String address;
    private int requests;
    private long since = System.nanoTime();
    private long timer;

    IdleWatch(Vertx vertx, HttpConnection connection, Duration patience) {
        this.vertx = vertx;
        this.connection = connection;
        this.patience = patience;
        SocketAddress peer = connection.remoteAddress();
        this.address = peer == null || peer.hostAddress() == null ? Callers.UNKNOWN : peer.hostAddress();
        this.timer = look(patience.toNanos());
    }

    /// The network address of who connected.
    String address() {
        return address;
    }

    void begin() {
        requests++;
    }

    void end() {
        requests--;
        since = System.nanoTime();
    }

    void stop() {
        vertx.cancelTimer(timer);
    }

    // One timer for a connection and not for a request: there are many more of those.
    private long look(long nanos) {
        return vertx.setTimer(Math.max(1, nanos / 1_000_000), fired -> {
            long left = patience.toNanos() - (System.nanoTime() - since);
            if (requests > 0) {
                timer = look(patience.toNanos());
            } else if (left > 0) {
                timer = look(left);
            } else {
                connection.close();
            }
        });
    }
}
