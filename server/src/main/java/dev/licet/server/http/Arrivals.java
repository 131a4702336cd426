package dev.licet.server.http;

import io.vertx.core.Context;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/// The requests of one event loop that have yet to arrive whole, each of which may take so long and no longer. One
/// timer looks after all of them, and only while there are any: most are whole when they are first seen. Belongs to the
/// loop.
final class Arrivals {
    private static final int LOOKS = 16;
    private static final long MOST_MILLIS = 250;

    private final Context loop;
    private final Duration patience;
    /// When each is late, the first one first.
    private final Map<Exchange, Long> due = new LinkedHashMap<>();

    private boolean looking;

    Arrivals(Context loop, Duration patience) {
        this.loop = loop;
        this.patience = patience;
    }

    Context loop() {
        return loop;
    }

    void expect(Exchange exchange) {
        due.put(exchange, System.nanoTime() + patience.toNanos());
        if (!looking) {
            look();
        }
    }

    void forget(Exchange exchange) {
        due.remove(exchange);
    }

    private void look() {
        looking = true;
        loop.owner().setTimer(Math.clamp(patience.toMillis() / LOOKS, 1, MOST_MILLIS), fired -> {
            long now = System.nanoTime();
            due.entrySet().stream()
                    .takeWhile(entry -> now - entry.getValue() >= 0)
                    .map(Map.Entry::getKey)
                    .toList()
                    .forEach(late -> {
                        due.remove(late);
                        late.isTooSlow();
                    });
            looking = false;
            if (!due.isEmpty()) {
                look();
            }
        });
    }
}
