package dev.licet.cli;

import dev.licet.demo.Made;
import dev.licet.demo.Progress;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Tells once a second how far the making of a demo is, and ends it when the process is told to end.
final class DemoProgress implements Progress, AutoCloseable {
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final PrintWriter err;
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean stopping;
    private String what = "";
    private long began;
    private long whatBegan;
    private long toldAt;

    DemoProgress(PrintWriter err) {
        this.err = err;
    }

    /// The store is open.
    void begin() {
        began = System.nanoTime();
        toldAt = began;
    }

    @Override
    public void made(String things, long done, long of) {
        if (stopping) {
            throw new CliFailure(Cli.FAILED, "the demo was stopped before it was made");
        }
        long now = System.nanoTime();
        if (!things.equals(what)) {
            what = things;
            whatBegan = now;
        }
        if (now - toldAt < EVERY.toNanos() || done == 0) {
            return;
        }
        toldAt = now;
        double rate = done / seconds(now - whatBegan);
        tell("%,d of %,d %s, %,.0f/s, %,.0f s to go", done, of, things, rate, Math.ceil((of - done) / rate));
    }

    void done(Made made) {
        double seconds = seconds(System.nanoTime() - began);
        tell("%,d events can be queried after %.1f s (%,.0f/s)", made.events(), seconds, made.events() / seconds);
    }

    private void tell(String text, Object... values) {
        err.println("licet: " + String.format(Locale.ROOT, text, values));
        err.flush();
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }

    /// Has the next step fail, and waits until all is closed after it.
    void stop() throws InterruptedException {
        stopping = true;
        if (!over.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("the demo does not end");
        }
    }

    /// When the store is closed.
    @Override
    public void close() {
        over.countDown();
    }
}
