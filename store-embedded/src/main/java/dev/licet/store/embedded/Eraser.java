package dev.licet.store.embedded;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.INFO;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import java.util.stream.Stream;

/// Does what was asked for of removals: the last steps of a void that a crash left, and all of an erasure,
/// out of the table, the journal, the archive and the entities.
///
/// Where it is interrupted it begins again: each step finds what is left to do, and what is loaded
/// meanwhile from any file is looked at first ([Removed.Source]). An erasure writes files anew that may be
/// large, and gives back to the file system whatever had the events, instead of using it again. For the
/// keeping thread alone.
final class Eraser {
    private static final System.Logger LOG = System.getLogger(Eraser.class.getName());

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMinutes(1);

    private final Path directory;
    private final Journal journal;
    private final Loader loader;
    private final EventTable table;
    private final Archive archive;
    private final SqliteRemovals removals;
    private final SqliteDatabase entities;
    private final Clock clock;
    private final Trouble trouble = new Trouble("erasing events");
    private long failedAt;

    /// @param directory of all the data
    Eraser(
            Path directory,
            Journal journal,
            Loader loader,
            EventTable table,
            Archive archive,
            SqliteRemovals removals,
            SqliteDatabase entities,
            Clock clock) {
        this.directory = directory;
        this.journal = journal;
        this.loader = loader;
        this.table = table;
        this.archive = archive;
        this.removals = removals;
        this.entities = entities;
        this.clock = clock;
    }

    /// Brings the segments of the journal before one into the archive, and gives their files back.
    interface Closing {
        /// @return how many; negative when not all could be brought there yet
        int archiveBefore(long segment) throws SQLException, IOException;
    }

    /// Whether something is left to do, so that no file of the journal may be used again.
    boolean isAsked() {
        return removals.isPending();
    }

    /// Does what was asked for before this call, if the table has all of it already.
    ///
    /// @param hasRoomFor so many bytes more on the disk @param closing whether to leave the rest for the
    /// next start
    void erase(Closing journalsFiles, LongPredicate hasRoomFor, BooleanSupplier closing) {
        if (trouble.check().isPresent() && System.nanoTime() - failedAt < PAUSE_AFTER_FAILURE.toNanos()) {
            return;
        }
        try {
            tryToErase(journalsFiles, hasRoomFor, closing);
            trouble.isOver();
        } catch (SQLException | IOException | RuntimeException e) {
            // What else is to be kept in order does not wait for it.
            trouble.happened(e);
            failedAt = System.nanoTime();
        }
    }

    private void tryToErase(Closing journalsFiles, LongPredicate hasRoomFor, BooleanSupplier closing)
            throws SQLException, IOException {
        Removed removed = removals.pending();
        if (removed.isEmpty() || !hasAll(removed)) {
            return;
        }
        table.remove(removed, found -> count(removed, found));
        LOG.log(DEBUG, "erase: out of the table");
        removals.takenOut(removed.events(), clock.instant());
        if (!removed.erasures().isEmpty()) {
            eraseFromFiles(removed, journalsFiles, hasRoomFor, closing);
        }
    }

    private void count(Removed removed, Map<Long, SqliteRemovals.Found> found) {
        for (Removed.Erasure erasure : removed.erasures()) {
            long id = erasure.removal();
            removals.found(id, found.getOrDefault(id, SqliteRemovals.Found.NONE));
        }
        LOG.log(DEBUG, "erase: counted");
    }

    private boolean hasAll(Removed removed) throws IOException {
        long last = removed.erasures().stream()
                .mapToLong(Removed.Erasure::upTo)
                .max()
                .orElse(0);
        return loader.isPastArchive() && loader.applied() >= last;
    }

    private void eraseFromFiles(
            Removed removed, Closing journalsFiles, LongPredicate hasRoomFor, BooleanSupplier closing)
            throws SQLException, IOException {
        if (!hasRoomFor.test(2 * table.bytes())) {
            throw new IOException("an erasure needs room for a copy of the event table");
        }
        journal.renew();
        LOG.log(DEBUG, "erase: the journal goes on in a new file");
        loader.catchUp(journal.end().lastId(), PATIENCE);
        int segments = journalsFiles.archiveBefore(journal.end().segment());
        if (segments < 0) {
            return; // the next round goes on
        }
        removals.touched(removed.removals(), 0, segments);
        LOG.log(DEBUG, "erase: out of the journal");
        for (Archive.Part part : archive.parts().values()) {
            if (closing.getAsBoolean()) {
                return;
            }
            if (archive.isBroken(table, part)) {
                archive.putAside(part);
                continue;
            }
            if (archive.rewrite(table, part, removed)) {
                removals.touched(removed.removals(), 1, 0);
                LOG.log(DEBUG, "erase: out of the archive''s {0}", part.ids());
            }
        }
        if (closing.getAsBoolean()) {
            return;
        }
        table.renew();
        LOG.log(DEBUG, "erase: out of the table''s file");
        entities.forgetLog();
        LOG.log(DEBUG, "erase: out of the entities'' log");
        removals.done(removed.removals(), unreadFiles(), clock.instant());
        LOG.log(INFO, "erased what was asked for: " + removed.erasures().size() + " erasures are done");
    }

    /// What was put aside since it could not be read may have anything in it.
    private int unreadFiles() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return (int) files.filter(file -> file.toString().endsWith(".broken")
                            || file.resolveSibling(".").normalize().endsWith("damaged"))
                    .count();
        }
    }
}
