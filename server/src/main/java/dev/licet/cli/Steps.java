package dev.licet.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/// Tells once a second how far a work of several steps is. For one thread.
final class Steps {
    private static final Duration EVERY = Duration.ofSeconds(1);

    private final PrintWriter err;
    private String what = "";
    private long whatBegan;
    private long before;
    private long toldAt = System.nanoTime();

    Steps(PrintWriter err) {
        this.err = err;
    }

    /// So many of these things are done by now. @param of how many there are
    void at(String things, long done, long of) {
        long now = System.nanoTime();
        if (!things.equals(what)) {
            what = things;
            whatBegan = now;
            before = done;
        }
        if (now - toldAt < EVERY.toNanos() || done == before) {
            return;
        }
        toldAt = now;
        double rate = (done - before) / ((now - whatBegan) / 1e9);
        tell("%,d of %,d %s, %,.0f/s, %,.0f s to go", done, of, things, rate, Math.ceil((of - done) / rate));
    }

    void tell(String text, Object... values) {
        err.println("licet: " + String.format(Locale.ROOT, text, values));
        err.flush();
    }
}
