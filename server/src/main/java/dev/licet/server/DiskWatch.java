package dev.licet.server;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import dev.licet.core.disk.DiskUse;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Looks at the disk once an hour, so that the operator hears of it before it is full. One thread of its
/// own; what it saw last is for any thread.
final class DiskWatch implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(DiskWatch.class.getName());
    private static final Duration SOON = Duration.ofMinutes(1);
    private static final Duration PAUSE = Duration.ofHours(1);
    private static final int TELL_EVERY = 24;

    private final Supplier<DiskUse> disk;
    private final Duration least;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread =
            Thread.ofPlatform().name("disk-watch").daemon().unstarted(this::run);
    private volatile Optional<DiskUse> last = Optional.empty();

    // The thread's own.
    private int untilTold;

    /// @param least how long the disk should last
    DiskWatch(Supplier<DiskUse> disk, Duration least) {
        this.disk = disk;
        this.least = least;
    }

    void start() {
        thread.start();
    }

    /// Bytes that are free; NaN while that was not looked at.
    double free() {
        return last.map(DiskUse::free)
                .filter(OptionalLong::isPresent)
                .map(free -> (double) free.getAsLong())
                .orElse(Double.NaN);
    }

    /// Until no events are taken; infinite when never, NaN while nobody can say.
    double daysLeft() {
        return last.flatMap(DiskUse::forecast)
                .map(forecast -> forecast.daysLeft().orElse(Double.POSITIVE_INFINITY))
                .orElse(Double.NaN);
    }

    private void run() {
        Duration pause = SOON;
        while (!closes(pause)) {
            pause = PAUSE;
            try {
                look();
            } catch (RuntimeException e) {
                LOG.log(DEBUG, "can't see how much the data takes", e);
            }
        }
    }

    private boolean closes(Duration pause) {
        try {
            return closing.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /// @return whether it had to warn
    boolean look() {
        last = Optional.of(disk.get());
        untilTold--;
        if (!(daysLeft() < least.toSeconds() / 86_400.0) || untilTold > 0) {
            return false;
        }
        untilTold = TELL_EVERY;
        LOG.log(
                WARNING,
                "the disk has room for " + (long) daysLeft() + " days of events as they come: 'licet disk' says more,"
                        + " and a shorter 'retention' or a larger disk helps");
        return true;
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
