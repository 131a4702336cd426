package dev.licet.store.embedded;

import static java.lang.System.Logger.Level.WARNING;

import dev.licet.core.Unavailable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Whether enough of the disk is free. Below the floor nothing new is taken, since some of what stands on the disk
/// can't bear to find it full: after that DuckDB has to be opened again. It is enough again a quarter above the
/// floor, so that it does not flutter.
///
/// To ask is one volatile read. The journal's writer looks, once a second and after each 64 MiB.
final class DiskSpace {
    private static final System.Logger LOG = System.getLogger(DiskSpace.class.getName());
    private static final long PAUSE = Duration.ofSeconds(1).toNanos();
    private static final long LOOK_AFTER = 64L << 20;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(10);

    private final Disk disk;
    private final Path directory;
    private final long floor;
    private volatile boolean low;
    private volatile long usable = Long.MAX_VALUE;

    // The looking thread's own.
    private long lookedAt = System.nanoTime() - PAUSE;
    private long written;

    /// @param floor bytes; 0 to never be low
    DiskSpace(Disk disk, Path directory, long floor) {
        this.disk = disk;
        this.directory = directory;
        this.floor = floor;
    }

    static DiskSpace unwatched() {
        return new DiskSpace(Disk.REAL, Path.of(""), 0);
    }

    boolean isLow() {
        return low;
    }

    /// @throws Unavailable when there is too little
    void require() {
        if (low) {
            throw new Unavailable("the disk is nearly full", RETRY_AFTER);
        }
    }

    /// Whether so much could be written and it still was not low.
    boolean hasRoomFor(long bytes) {
        try {
            return floor == 0 || disk.usableSpace(directory) - bytes >= enough();
        } catch (IOException e) {
            return false;
        }
    }

    /// Looks if it is time to. For one thread. @param bytes written since the last call
    void look(long bytes) {
        written += bytes;
        if (floor > 0 && (written >= LOOK_AFTER || System.nanoTime() - lookedAt >= PAUSE)) {
            look();
        }
    }

    private void look() {
        written = 0;
        lookedAt = System.nanoTime();
        try {
            usable = disk.usableSpace(directory);
        } catch (IOException e) {
            LOG.log(WARNING, "can't see how much of the disk is free", e);
            return;
        }
        boolean now = usable < (low ? enough() : floor);
        if (now != low) {
            low = now;
            LOG.log(WARNING, now ? what() + "; nothing new is taken until there is more" : "the disk has room again");
        }
    }

    private long enough() {
        return floor + floor / 4;
    }

    private String what() {
        return "the disk has " + (usable >> 20) + " MiB free, less than the disk-floor of " + (floor >> 20) + " MiB";
    }

    Optional<String> check() {
        return low ? Optional.of(what()) : Optional.empty();
    }
}
