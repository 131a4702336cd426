package dev.licet.store.embedded;

import dev.licet.core.SteadyClock;
import dev.licet.core.checkup.Checkup;
import dev.licet.core.disk.DiskUse;
import dev.licet.core.event.EventLog;
import dev.licet.core.event.ExportedRows;
import dev.licet.core.insight.Insights;
import dev.licet.core.removal.Removals;
import dev.licet.core.store.RepairReport;
import dev.licet.core.store.Store;
import dev.licet.core.store.VerifyReport;
import dev.licet.store.sql.InsightSettings;
import dev.licet.store.sql.Turns;
import dev.licet.store.sql.entity.ChangeLog;
import dev.licet.store.sql.entity.Entities;
import dev.licet.store.sql.entity.SqlChanges;
import dev.licet.store.sql.entity.SqlStore;
import dev.licet.store.sql.move.MoveSource;
import dev.licet.store.sql.move.MoveTarget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A store in one directory of one process, with no server beside it.
///
/// `entities.db` is SQLite; `journal/` is what events are on when they are acknowledged; `archive/` has those
/// that the journal no longer has; `events.duckdb` is what questions are asked of, and is rebuilt from the
/// archive and the journal when it is missing; `lock` keeps other processes out.
public final class EmbeddedStore extends SqlStore {
    static final String ENTITIES = "entities.db";
    /// Where things are made that are not whole yet.
    static final String BESIDE = ".new";

    private static final long DEFAULT_QUERY_MEMORY = 1L << 30;

    private final Path directory;
    private final DirectoryLock lock;
    private final SqliteDatabase database;
    private final EmbeddedEventLog events;
    private final Turns turns;
    private final EmbeddedInsights insights;

    private EmbeddedStore(
            Path directory,
            DirectoryLock lock,
            SqliteDatabase database,
            Entities entities,
            EmbeddedEventLog events,
            EventTable table,
            Turns turns) {
        super(entities);
        this.directory = directory;
        this.lock = lock;
        this.database = database;
        this.events = events;
        this.turns = turns;
        this.insights = new EmbeddedInsights(table, events::catchUp, turns);
    }

    /// Whether the directory holds a store.
    public static boolean exists(Path directory) {
        return Files.exists(directory.resolve(ENTITIES));
    }

    /// How events are kept.
    ///
    /// @param retention how long, from their receipt
    /// @param archive whether they go from the journal into archive files
    /// @param queryMemory the most that questions take, in bytes
    public record EventSettings(Duration retention, boolean archive, long queryMemory, JournalSettings journal) {}

    /// How long the record of changes is kept where nothing else is said.
    public static final Duration CHANGES_KEPT = Duration.ofDays(400);

    /// Opens the store in this directory, and makes one if there is none. It lets no events and changes go, and has no
    /// disk floor: both are the running server's to say.
    public static EmbeddedStore open(Path directory) {
        return open(
                directory,
                database -> Retention.forEver(),
                false,
                DEFAULT_QUERY_MEMORY,
                JournalSettings.OFFLINE,
                InsightSettings.DEFAULT,
                ChangeLog.keepingAll(),
                Clock.systemUTC());
    }

    /// Opens the store in this directory, and makes one if there is none.
    ///
    /// @param nanos how time passes, as [System#nanoTime]
    public static EmbeddedStore open(Path directory, EventSettings settings, Clock clock, LongSupplier nanos) {
        return open(directory, settings, InsightSettings.DEFAULT, CHANGES_KEPT, clock, nanos);
    }

    /// Does the same. @param changesKept how long the record of changes is kept
    public static EmbeddedStore open(
            Path directory,
            EventSettings settings,
            InsightSettings insights,
            Duration changesKept,
            Clock clock,
            LongSupplier nanos) {
        Function<SqliteDatabase, Retention> retention =
                database -> new Retention(settings.retention(), () -> Entities.retentions(database), clock, nanos);
        ChangeLog changes = new ChangeLog(clock, new SteadyClock(clock, nanos), changesKept);
        return open(
                directory,
                retention,
                settings.archive(),
                settings.queryMemory(),
                settings.journal(),
                insights,
                changes,
                clock);
    }

    private static EmbeddedStore open(
            Path directory,
            Function<SqliteDatabase, Retention> retention,
            boolean archives,
            long queryMemory,
            JournalSettings journal,
            InsightSettings insights,
            ChangeLog changes,
            Clock clock) {
        UnfinishedMove.refuse(directory);
        DirectoryLock lock = DirectoryLock.take(directory);
        SqliteDatabase database = null;
        Turns turns = null;
        // By a thread of its own: it takes as long as all else.
        CompletableFuture<EventTable> table = CompletableFuture.supplyAsync(
                () -> EventTable.open(directory.resolve("events.duckdb"), queryMemory),
                opening -> Thread.ofPlatform().name("event-table").start(opening));
        try {
            DiskSpace space = new DiskSpace(Disk.REAL, directory, journal.diskFloor());
            database = SqliteDatabase.open(directory.resolve(ENTITIES), space, changes);
            Journal.syncDirectory(directory);
            Retention kept = retention.apply(database);
            turns = new Turns("insight", insights);
            Entities entities = Entities.of(database, turns, kept.kept());
            EmbeddedEventLog events = new EmbeddedEventLog(
                    directory, table.join(), kept, archives, journal, space, database, entities.accounts(), clock);
            return new EmbeddedStore(directory, lock, database, entities, events, table.join(), turns);
        } catch (SQLException e) {
            closeQuietly(lock, database, turns, table);
            throw new IllegalStateException("can't open the events in " + directory + ": " + e.getMessage(), e);
        } catch (CompletionException e) {
            closeQuietly(lock, database, turns, table);
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        } catch (IOException e) {
            closeQuietly(lock, database, turns, table);
            throw new UncheckedIOException("can't open the store in " + directory + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            closeQuietly(lock, database, turns, table);
            throw e;
        }
    }

    /// Checks the record of changes, of a store that is open or not.
    ///
    /// @param knownId of a change whose hash somebody kept; 0 for none @param knownHash that hash
    public static VerifyReport verify(Path directory, long knownId, String knownHash) {
        return SqliteDatabase.look(directory.resolve(ENTITIES), sql -> SqlChanges.verify(sql, knownId, knownHash));
    }

    /// Looks at a directory that is to be used, or is.
    ///
    /// @param floor how many bytes have to be free @param connections how many of clients may be open
    public static Checkup checkup(Path directory, long floor, int connections, Clock clock) {
        return new EmbeddedCheckup(directory, floor, connections, clock);
    }

    /// Reads a Parquet file of events, such as an export has.
    public static ExportedRows readParquet(Path file) throws IOException {
        return ParquetRows.open(file);
    }

    /// Reads the store in this directory for a move. Its server is stopped, or takes no writes.
    public static MoveSource toMoveFrom(Path directory) {
        try {
            return DirectorySource.open(directory);
        } catch (SQLException | IOException e) {
            throw new IllegalStateException("can't read " + directory + ": " + e.getMessage(), e);
        }
    }

    /// Fills an empty directory by a move.
    public static MoveTarget toMoveInto(Path directory) {
        try {
            return DirectoryTarget.open(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("can't write to " + directory + ": " + e.getMessage(), e);
        }
    }

    /// Checks the events on disk of a store that is not open, and goes on without what can't be read.
    ///
    /// @param dryRun whether to look alone @param progress is told what is done, for work that takes long
    public static RepairReport repair(Path directory, boolean dryRun, Consumer<String> progress) {
        try (DirectoryLock lock = DirectoryLock.take(directory)) {
            Path journal = directory.resolve("journal");
            if (!Files.isDirectory(journal)) {
                return new RepairReport(0, 0, List.of(), false);
            }
            Path archive = directory.resolve("archive");
            long archived = Files.exists(archive) ? Archive.open(archive).lastId() : 0;
            long loaded = Math.max(archived, EventTable.appliedOf(directory.resolve("events.duckdb")));
            return new Repair(Disk.REAL, journal, new SecureRandom(), loaded, dryRun, progress).run();
        } catch (IOException e) {
            throw new UncheckedIOException("can't repair " + directory + ": " + e.getMessage(), e);
        }
    }

    /// Makes a new store and fills it with entities; events can't be among it. It is there whole or not at all: it is
    /// built beside and moved in last, so
    /// that after a crash the directory is as empty as before.
    public static <T> T create(Path directory, Function<Store, T> fill) {
        UnfinishedMove.refuse(directory);
        Path beside = directory.resolve(BESIDE);
        try {
            makeOwnDirectory(directory);
            try (DirectoryLock lock = DirectoryLock.take(directory)) {
                if (exists(directory)) {
                    throw new IllegalStateException(directory + " has a store already");
                }
                deleteTree(beside);
                T result;
                try (EmbeddedStore store = open(beside)) {
                    result = fill.apply(store);
                    if (store.events().lastAcknowledged() > 0) {
                        throw new IllegalStateException("a store is not made with events in it");
                    }
                }
                refuseToLose(beside.resolve(ENTITIES + "-wal"));
                Files.move(beside.resolve(ENTITIES), directory.resolve(ENTITIES), StandardCopyOption.ATOMIC_MOVE);
                Journal.syncDirectory(directory);
                deleteTree(beside);
                return result;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("can't make a store in " + directory + ": " + e.getMessage(), e);
        }
    }

    /// SQLite leaves its log behind when it could not bring all of it into the database.
    static void refuseToLose(Path log) throws IOException {
        if (Files.exists(log) && Files.size(log) > 0) {
            throw new IOException(log + " was not brought into the database");
        }
    }

    /// For the owner's eyes alone, if it has to be made.
    static void makeOwnDirectory(Path directory) throws IOException {
        if (Files.exists(directory)
                || !directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createDirectories(directory);
            return;
        }
        Path parent = directory.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.createDirectory(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        if (parent != null) {
            Journal.syncDirectory(parent);
        }
    }

    static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static void closeQuietly(
            DirectoryLock lock,
            @Nullable SqliteDatabase database,
            @Nullable Turns turns,
            CompletableFuture<EventTable> table) {
        try {
            table.join().close();
        } catch (CompletionException notOpen) {
            // nothing to close
        }
        if (turns != null) {
            turns.close();
        }
        if (database != null) {
            database.close();
        }
        lock.close();
    }

    @Override
    public EventLog events() {
        return events;
    }

    @Override
    public Insights insights() {
        return insights;
    }

    /// For tests of what is done now and then.
    EmbeddedEventLog log() {
        return events;
    }

    @Override
    public Removals removals() {
        return events;
    }

    @Override
    public DiskUse disk() {
        return events.disk(
                DiskSpace.bytes(directory, file -> file.getFileName().toString().startsWith(ENTITIES)));
    }

    @Override
    public Optional<String> check() {
        return database.check().or(events::check);
    }

    /// Takes no writes from now on, and leaves all files but those of questions as they are, so that another process
    /// can read them. Nobody may have written yet.
    public void holdStill() {
        database.holdStill();
        events.holdStill();
        lock.share();
    }

    @Override
    public void close() {
        turns.close();
        events.close();
        database.close();
        lock.close();
    }
}
