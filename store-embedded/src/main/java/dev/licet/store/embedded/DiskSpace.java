package dev.licet.store.embedded;

import static java.lang.System.Logger.Level.WARNING;

import dev.licet.core.Unavailable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Whether enough of the disk is free. Below the floor no events are taken, since some of what stands on the disk
/// can't bear to find it full: after that DuckDB has to be opened again. Entities take little, and who holds a session
/// or revokes a key should not be told to come back, so those are taken down to a quarter of the floor. It is enough
/// again a quarter above each, so that it does not flutter.
///
/// To ask is one volatile read. The journal's writer looks, once a second and after each 64 MiB.
final class DiskSpace {
    private static final System.Logger LOG = System.getLogger(DiskSpace.class.getName());
    private static final long PAUSE = Duration.ofSeconds(1).toNanos();
    private static final long LOOK_AFTER = 64L << 20;
    private static final int ENTITIES = 4;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(10);

    private final Disk disk;
    private final Path directory;
    private final long floor;
    private volatile boolean low;
    private volatile boolean lowForEntities;
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

    /// How much of the disk can be written.
    long usable() {
        try {
            return disk.usableSpace(directory);
        } catch (IOException e) {
            throw new Unavailable("can't see how much of the disk is free", RETRY_AFTER, e);
        }
    }

    long floor() {
        return floor;
    }

    /// What some files of a directory take, itself and below.
    static long bytes(Path directory, Predicate<Path> counts) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(counts)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException | UncheckedIOException e) {
            throw new Unavailable("the files change while they are counted", RETRY_AFTER, e);
        }
    }

    boolean isLow() {
        return low;
    }

    /// @throws Unavailable when there is too little for events
    void require() {
        require(low);
    }

    /// @throws Unavailable when there is too little for anything
    void requireForEntities() {
        require(lowForEntities);
    }

    private static void require(boolean low) {
        if (low) {
            throw new Unavailable("the disk is nearly full", RETRY_AFTER);
        }
    }

    /// Whether so much could be written and it still was not low.
    boolean hasRoomFor(long bytes) {
        try {
            return floor == 0 || disk.usableSpace(directory) - bytes >= enough(floor);
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
        boolean isLow = isBelow(floor, low);
        boolean isLowForEntities = isBelow(floor / ENTITIES, lowForEntities);
        if (isLow != low || isLowForEntities != lowForEntities) {
            low = isLow;
            lowForEntities = isLowForEntities;
            LOG.log(WARNING, isLow ? what() : "the disk has room again");
        }
    }

    private boolean isBelow(long bytes, boolean before) {
        return usable < (before ? enough(bytes) : bytes);
    }

    private static long enough(long bytes) {
        return bytes + bytes / 4;
    }

    private String what() {
        return "the disk has " + (usable >> 20) + " MiB free, less than the disk-floor of " + (floor >> 20) + " MiB"
                + (lowForEntities ? ": nothing is taken" : ": no events are taken") + " until there is more";
    }

    Optional<String> check() {
        return low ? Optional.of(what()) : Optional.empty();
    }
}
