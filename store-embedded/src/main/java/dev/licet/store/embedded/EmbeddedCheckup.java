package dev.licet.store.embedded;

import static java.lang.System.Logger.Level.DEBUG;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.licet.core.checkup.Checkup;
import dev.licet.core.checkup.Finding;
import dev.licet.core.checkup.Promises;
import dev.licet.core.store.RepairReport;
import dev.licet.core.store.VerifyReport;
import dev.licet.store.embedded.Disk.DiskFile;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Looks at a data directory, and at what is in it; and tries the store in a scratch directory inside, so on the same
/// disk.
final class EmbeddedCheckup implements Checkup {
    private static final System.Logger LOG = System.getLogger(EmbeddedCheckup.class.getName());
    private static final String PREFIX = ".doctor-";
    private static final int SYNCS = 20;
    private static final Duration SLOW_SYNC = Duration.ofMillis(50);
    private static final Duration CLOCKS_APART = Duration.ofMinutes(1);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /// What the files of a store and the JVM take, beside connections.
    private static final int OTHER_FILES = 500;

    private static final Set<String> OF_MEMORY = Set.of("tmpfs", "ramfs");
    private static final Set<String> OF_A_NETWORK = Set.of("nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs");

    private final Path directory;
    private final long floor;
    private final int connections;
    private final Clock clock;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean isRunning;
    private volatile boolean isClosed;

    /// @param floor how many bytes have to be free @param connections how many of clients may be open
    EmbeddedCheckup(Path directory, long floor, int connections, Clock clock) {
        this.directory = directory;
        this.floor = floor;
        this.connections = connections;
        this.clock = clock;
    }

    @Override
    public void run(Consumer<Finding> tell) {
        isRunning = true;
        try {
            look(tell);
        } finally {
            ended.countDown();
        }
    }

    private void look(Consumer<Finding> tell) {
        tell.accept(files());
        if (!Files.isDirectory(directory)) {
            tell.accept(
                    Files.exists(directory)
                            ? Finding.broken("directory", directory + " is no directory", "name another by 'data'")
                            : Finding.warning(
                                    "directory",
                                    directory + " is not there yet, so there was nothing to try",
                                    "make it, or name the right one by 'data', and run this again"));
            return;
        }
        try {
            tell.accept(room());
            tell.accept(fileSystem());
            tell.accept(clock());
            tellOfLeftovers(tell);
            tellOfData(tell);
            if (!isClosed) {
                tryIn(Files.createTempDirectory(directory, PREFIX), tell);
            }
        } catch (IOException | RuntimeException e) {
            tell.accept(Finding.broken("directory", "can't be used: " + e, "let this user write there, and make room"));
        }
    }

    private void tryIn(Path scratch, Consumer<Finding> tell) throws IOException {
        try {
            tell.accept(syncs(scratch.resolve("sync")));
            try (EmbeddedStore store = EmbeddedStore.open(scratch)) {
                Promises.keep(store, store, clock, tell);
            }
        } finally {
            EmbeddedStore.deleteTree(scratch);
        }
    }

    private Finding files() {
        if (!(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system)) {
            return Finding.ok("open files", "this system has no limit that can be asked for");
        }
        long most = system.getMaxFileDescriptorCount();
        long needed = connections + (long) OTHER_FILES;
        String says = "up to " + most + "; max-connections and the data take up to " + needed;
        return most < needed
                ? Finding.warning("open files", says, "raise it (ulimit -n, LimitNOFILE), or lower max-connections")
                : Finding.ok("open files", says);
    }

    private Finding room() throws IOException {
        long free = Disk.REAL.usableSpace(directory);
        String says = (free >> 20) + " MiB are free, and disk-floor is " + (floor >> 20) + " MiB";
        return free < floor
                ? Finding.broken("room", says + ": no events would be taken", "make room, or lower disk-floor")
                : Finding.ok("room", says);
    }

    private Finding fileSystem() throws IOException {
        String type = Files.getFileStore(directory).type();
        if (OF_MEMORY.contains(type)) {
            return Finding.broken("file system", type + " is gone with the machine's power", "use a disk");
        }
        return OF_A_NETWORK.contains(type)
                ? Finding.warning(
                        "file system",
                        type + ": whether a sync is one there, and a lock, is up to the other side",
                        "use a disk of this machine")
                : Finding.ok("file system", type);
    }

    /// Nothing in the directory can be newer than now.
    private Finding clock() throws IOException {
        Instant newest = Instant.EPOCH;
        try (Stream<Path> all = Files.walk(directory, 2)) {
            for (Path file : all.toList()) {
                Instant changed =
                        Files.exists(file) ? Files.getLastModifiedTime(file).toInstant() : Instant.EPOCH;
                newest = changed.isAfter(newest) ? changed : newest;
            }
        }
        return newest.isAfter(clock.instant().plus(CLOCKS_APART))
                ? Finding.warning(
                        "clock",
                        "files are from " + newest + ", and it is " + clock.instant(),
                        "set the machine's clock right before a server starts")
                : Finding.ok("clock", "it is " + clock.instant() + ", and no file is from later");
    }

    private void tellOfLeftovers(Consumer<Finding> tell) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            all.filter(file -> file.getFileName().toString().startsWith(PREFIX))
                    .forEach(left -> tell.accept(Finding.warning(
                            "leftover", left + " is of a run that was killed, or of one that runs", "rm -r it then")));
        }
    }

    /// As `verify` and `repair --dry-run` do.
    private void tellOfData(Consumer<Finding> tell) {
        if (!EmbeddedStore.exists(directory)) {
            tell.accept(Finding.ok("data", "none yet; the first start makes it"));
            return;
        }
        VerifyReport changes = EmbeddedStore.verify(directory, 0, "");
        tell.accept(changes.broken()
                .map(broken -> Finding.broken(
                        "changes",
                        "change " + broken.id() + " " + broken.why(),
                        "somebody altered the record: see docs/audit.md"))
                .orElseGet(
                        () -> Finding.ok("changes", "all " + changes.changes() + " recorded ones are as they were")));
        try {
            RepairReport journal = EmbeddedStore.repair(directory, true, progress -> {});
            tell.accept(
                    journal.damages().isEmpty()
                            ? Finding.ok(
                                    "journal",
                                    journal.files() + " files with " + journal.events() + " events, all good")
                            : Finding.broken(
                                    "journal",
                                    journal.lost() + " events can't be read",
                                    "restore it from a backup, or ./licet repair"));
        } catch (DirectoryInUse running) {
            tell.accept(Finding.ok("journal", "a server uses it, so it was not looked at; /health/ready tells"));
        }
    }

    /// What each acknowledgement waits for.
    private static Finding syncs(Path scratch) throws IOException {
        long longest = 0;
        long began = System.nanoTime();
        try (DiskFile file = Disk.REAL.create(scratch)) {
            for (int i = 0; i < SYNCS; i++) {
                long start = System.nanoTime();
                file.writeAll(ByteBuffer.wrap("a line of the doctor's\n".getBytes(UTF_8)), i * 64L);
                file.force();
                longest = Math.max(longest, System.nanoTime() - start);
            }
        }
        Duration mean = Duration.ofNanos((System.nanoTime() - began) / SYNCS);
        String says =
                SYNCS + " syncs took " + mean.toNanos() / 1000 + " µs each, the longest " + longest / 1000 + " µs";
        return mean.compareTo(SLOW_SYNC) > 0
                ? Finding.warning("sync", says, "every acknowledgement waits for one: use a faster disk")
                : Finding.ok("sync", says);
    }

    /// Lets a run end, which takes no longer, before it takes away what that has made.
    @Override
    public void close() {
        isClosed = true;
        try {
            if (isRunning && !ended.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                LOG.log(DEBUG, "a scratch directory in {0} may be left behind", directory);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
