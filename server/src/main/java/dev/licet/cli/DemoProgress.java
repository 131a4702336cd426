package dev.licet.cli;

import dev.licet.demo.Made;
import dev.licet.demo.Progress;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Tells once a second how far the making of a demo is, and ends it when the process is told to end.
final class DemoProgress implements Progress, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Steps steps;
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean stopping;
    private long began;

    DemoProgress(PrintWriter err) {
        this.steps = new Steps(err);
    }

    /// The store is open.
    void begin() {
        began = System.nanoTime();
    }

    @Override
    public void made(String things, long done, long of) {
        if (stopping) {
            throw new CliFailure(Cli.FAILED, "the demo was stopped before it was made");
        }
        steps.at(things, done, of);
    }

    void done(Made made) {
        double seconds = (System.nanoTime() - began) / 1e9;
        steps.tell("%,d events can be queried after %.1f s (%,.0f/s)", made.events(), seconds, made.events() / seconds);
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
