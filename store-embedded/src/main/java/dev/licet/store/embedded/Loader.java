package dev.licet.store.embedded;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Brings what the archive and the journal hold into the event table, exactly once: it goes on from the position that
/// the table committed with its rows. A table that was lost, or comes from a backup, is so made again by itself. What
/// should be there and is nowhere is noted in the table and gone over: questions are better answered without it than
/// not at all.
///
/// One thread loads, once a second or as soon as a reader asks; `lock` guards what the threads tell each other.
final class Loader implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Loader.class.getName());
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration TELL_EVERY = Duration.ofSeconds(5);
    /// A commit takes its time whatever its size; but what is loaded is seen only after it.
    private static final int LOAD_EVENTS = 100_000;
    private static final int LOAD_EVENTS_BEHIND = 250_000;
    private static final long LOAD_BYTES = 64L << 20;
    /// How long a group of events waits at most while the table is too far behind. So nobody waits long, and the table
    /// still catches up: twenty groups a second are far less than it loads.
    private static final Duration HOLD = Duration.ofMillis(50);

    private final Path segments;
    private final Journal journal;
    private final EventTable table;
    private final Archive archive;
    private final Removed.Source removals;
    private final BooleanSupplier hasRoom;
    private final int mostBehind;
    private final Trouble trouble = new Trouble("loading events");
    private final Thread thread = Thread.ofPlatform().name("event-loader").unstarted(this::run);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition wanted = lock.newCondition();
    private final Condition loaded = lock.newCondition();
    private boolean asked;
    /// Whether the server takes events: its start is over.
    private boolean takes;
    private boolean closing;
    /// Whether it loads what comes in. Not while it fails, waits for room on the disk, or makes a lost table again from
    /// the archive, which may take long: then nobody waits for it.
    private boolean isLoading;
    private long applied;

    // The thread's own.
    private final JournalReader reader;
    private long toldAt;
    private boolean telling;

    /// Of a log of which nothing is removed.
    Loader(Path segments, Journal journal, EventTable table, Archive archive, BooleanSupplier hasRoom, int mostBehind)
            throws SQLException, IOException {
        this(segments, journal, table, archive, Removed.Source.NONE, hasRoom, mostBehind);
    }

    /// @param segments the journal's directory
    /// @param hasRoom whether the disk has room for more than what has to be written
    /// @param mostBehind how many events the table may lack before [#hold] waits
    Loader(
            Path segments,
            Journal journal,
            EventTable table,
            Archive archive,
            Removed.Source removals,
            BooleanSupplier hasRoom,
            int mostBehind)
            throws SQLException, IOException {
        this.segments = segments;
        this.journal = journal;
        this.table = table;
        this.archive = archive;
        this.removals = removals;
        this.hasRoom = hasRoom;
        this.mostBehind = mostBehind;
        this.reader = new JournalReader(segments);
        this.applied = table.applied();
        this.isLoading = isPastArchive();
    }

    void start() {
        thread.start();
    }

    /// The id of the last event in the table.
    long applied() {
        lock.lock();
        try {
            return applied;
        } finally {
            lock.unlock();
        }
    }

    /// Whether the table has all that only the archive has.
    boolean isPastArchive() throws IOException {
        return applied() >= Math.max(archive.lastId(), firstInJournal() - 1);
    }

    /// Waits until the table has all events up to this one, or for so long. @return whether it has
    boolean catchUp(long id, Duration patience) {
        lock.lock();
        try {
            long left = patience.toNanos();
            while (applied < id && left > 0 && !closing) {
                asked = true;
                wanted.signal();
                left = loaded.awaitNanos(left);
            }
            return applied >= id;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /// Waits for a moment if the table is too far behind this event. For the journal's writer: so it takes no more, in
    /// the long run, than is loaded, and what is acknowledged can soon be queried, also after a kill.
    void hold(long lastId) {
        lock.lock();
        try {
            if (!takes) {
                takes = true;
                asked = true;
                wanted.signal();
            }
            long left = HOLD.toNanos();
            while (lastId - applied > mostBehind && isLoading && !closing && left > 0) {
                asked = true;
                wanted.signal();
                left = loaded.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private void isLoading(boolean now) {
        lock.lock();
        try {
            isLoading = now;
            loaded.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// What is wrong; empty when the last load went well.
    Optional<String> check() {
        return trouble.check();
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            wanted.signal();
            loaded.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closeReader();
    }

    private boolean isClosing() {
        lock.lock();
        try {
            return closing;
        } finally {
            lock.unlock();
        }
    }

    private void closeReader() {
        try {
            reader.close();
        } catch (IOException e) {
            LOG.log(ERROR, "closing a journal segment failed", e);
        }
    }

    private void run() {
        boolean isNew = true;
        if (!pause(EmbeddedEventLog.START)) {
            return;
        }
        while (true) {
            try {
                if (table.isDead()) {
                    revive();
                    isNew = true;
                }
                if (isNew) {
                    fillIn();
                    isNew = false;
                }
                boolean isBehind = true;
                while (isBehind && !isClosing() && hasRoom.getAsBoolean()) {
                    isBehind = loadSome();
                    tellProgress(isBehind);
                }
                isLoading(hasRoom.getAsBoolean() && isPastArchive());
                trouble.isOver();
            } catch (Throwable e) {
                // An error too: without this thread no question sees a new event again.
                trouble.happened(e);
                isLoading(false);
                closeReader();
            }
            if (!pause(PAUSE)) {
                return;
            }
        }
    }

    /// The table is taken as it is on disk, which may be behind what was loaded.
    private void revive() throws SQLException {
        table.reopen();
        closeReader();
        long found = table.applied();
        lock.lock();
        try {
            applied = found;
        } finally {
            lock.unlock();
        }
        LOG.log(INFO, "the event table was opened again; it goes on from event " + found);
    }

    private boolean pause(Duration most) {
        boolean failed = trouble.check().isPresent();
        lock.lock();
        try {
            long left = most.toNanos();
            while ((!asked || failed) && !closing && left > 0) {
                left = wanted.awaitNanos(left);
            }
            asked = false;
            return !closing;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void tellProgress(boolean isBehind) {
        long end = journal.end().lastId();
        long behind = end - applied();
        long now = System.nanoTime();
        if (telling && !isBehind) {
            telling = false;
            LOG.log(INFO, "all events up to " + applied() + " can be queried");
            return;
        }
        if (behind > LOAD_EVENTS_BEHIND && (!telling || now - toldAt > TELL_EVERY.toNanos())) {
            telling = true;
            toldAt = now;
            LOG.log(INFO, "loading events: " + applied() + " of " + end + " can be queried");
        }
    }

    /// Loads the next events.
    ///
    /// @return whether to go on at once: more were there when it began, or a whole load came in meanwhile. Less
    /// waits for the next time: each load costs the same whatever it brings, and a slow stream would else be loaded
    /// event by event, without an end
    private boolean loadSome() throws IOException, SQLException {
        long end = journal.end().lastId();
        long next = applied() + 1;
        if (next > end) {
            return false;
        }
        long reached;
        try {
            long inJournal = firstInJournal();
            isLoading(next >= inJournal);
            reached = next >= inJournal ? loadJournal(next, end) : loadArchived(next, inJournal);
        } catch (Throwable e) {
            // It may have been committed all the same.
            reached(table.applied());
            throw e;
        }
        reached(reached);
        LOG.log(DEBUG, "loaded: events {0} to {1}", next, reached);
        return reached < end || journal.end().lastId() - reached >= LOAD_EVENTS;
    }

    private long firstInJournal() throws IOException {
        return Journal.segments(segments).firstKey();
    }

    private long loadJournal(long next, long end) throws IOException, SQLException {
        int most = end - next > LOAD_EVENTS_BEHIND ? LOAD_EVENTS_BEHIND : LOAD_EVENTS;
        Load load = new Load(next, end, most);
        table.load(load, removals);
        return load.next - 1;
    }

    /// Records of the journal up to a bound.
    private final class Load implements EventTable.Records {
        private final long end;
        private final long enough;
        private long next;
        private long bytes;

        Load(long next, long end, int most) {
            this.next = next;
            this.end = end;
            this.enough = next + most;
        }

        @Override
        public @Nullable JournalRecord next() throws IOException {
            if (next >= enough || bytes >= LOAD_BYTES) {
                return null;
            }
            JournalRecord record = reader.next(next, end).orElse(null);
            if (record == null) {
                next = end + 1; // what is not there was given up by a repair
                return null;
            }
            next = record.nextId();
            bytes += record.payload().length;
            return record;
        }
    }

    /// @param inJournal the first event that the journal has, which comes later
    private long loadArchived(long next, long inJournal) throws IOException, SQLException {
        var parts = archive.parts();
        var part = parts.floorEntry(next);
        if (part != null && part.getValue().ids().last() >= next) {
            return loadArchived(part.getValue(), next);
        }
        Long later = parts.higherKey(next);
        long last = (later == null ? inJournal : Math.min(later, inJournal)) - 1;
        long lost = Math.max(next, archive.expired() + 1);
        table.inTransaction(change -> {
            if (lost <= last) {
                change.execute("INSERT INTO missing VALUES (" + lost + ", " + last + ")");
            }
            EventTable.applied(change, last);
        });
        if (lost <= last) {
            LOG.log(
                    ERROR,
                    new IdRange(lost, last) + " are neither in the archive nor in the journal: questions are answered"
                            + " without them");
        }
        return last;
    }

    private long loadArchived(Archive.Part part, long next) throws IOException, SQLException {
        if (archive.isBroken(table, part)) {
            archive.putAside(part);
            return next - 1; // and see what else has these events
        }
        IdRange ids = new IdRange(next, part.ids().last());
        table.inTransaction(change -> {
            load(change, part, ids);
            EventTable.applied(change, ids.last());
        });
        return ids.last();
    }

    private void load(Statement change, Archive.Part part, IdRange ids) throws SQLException {
        archive.load(change, part, ids);
        table.takeOut(change, ids, removals);
    }

    /// What was missing may have been put back into the archive since.
    private void fillIn() throws SQLException, IOException {
        for (IdRange gap : table.missing()) {
            Optional<Archive.Part> back = archive.parts().values().stream()
                    .filter(part -> part.ids().overlaps(gap))
                    .findFirst();
            if (back.isEmpty()) {
                LOG.log(WARNING, gap + " are missing in all answers: they were lost");
                continue;
            }
            if (archive.isBroken(table, back.get())) {
                archive.putAside(back.get());
                fillIn();
                return;
            }
            IdRange found = back.get().ids().within(gap);
            table.inTransaction(change -> {
                table.forgetRolled(change);
                load(change, back.get(), found);
                change.execute("DELETE FROM missing WHERE first_id = " + gap.first());
                change.execute("INSERT INTO missing SELECT * FROM (VALUES (" + gap.first() + ", " + (found.first() - 1)
                        + "), (" + (found.last() + 1) + ", " + gap.last() + ")) AS rest(f, l) WHERE f <= l");
            });
            LOG.log(INFO, found + " were missing and are back");
            fillIn();
            return;
        }
    }

    private void reached(long id) {
        lock.lock();
        try {
            applied = Math.max(applied, id);
            loaded.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
