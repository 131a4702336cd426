package dev.licet.store.embedded;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Brings what the journal holds into the event table, exactly once: it goes on from the position that the
/// table committed with its rows. The same way it fills an empty table again.
///
/// The same thread deletes what has been kept long enough, since the table has one writer.
///
/// One thread loads, once a second or as soon as a reader asks; `lock` guards what the threads tell each other.
final class Loader implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Loader.class.getName());
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int LOAD_EVENTS = 100_000;
    private static final long LOAD_BYTES = 64L << 20;

    private final Path directory;
    private final Journal journal;
    private final EventTable table;
    private final Retention retention;
    private final Thread thread = Thread.ofPlatform().name("event-loader").unstarted(this::run);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition wanted = lock.newCondition();
    private final Condition loaded = lock.newCondition();
    private boolean asked;
    private boolean closing;
    private long applied;
    private Optional<String> fault = Optional.empty();

    // The thread's own: where it reads.
    private long segment;
    private long offset;
    private @Nullable FileChannel file;

    Loader(Path directory, Journal journal, EventTable table, Retention retention) throws SQLException, IOException {
        this.directory = directory;
        this.journal = journal;
        this.table = table;
        this.retention = retention;
        // What is before the first segment was let go; a table that is made again does not wait for it.
        this.applied = Math.max(table.applied(), Journal.segments(directory).firstKey() - 1);
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

    /// What is wrong; empty when the last load went well.
    Optional<String> check() {
        lock.lock();
        try {
            return fault;
        } finally {
            lock.unlock();
        }
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
        closeFile();
    }

    private void closeFile() {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            LOG.log(ERROR, "closing a journal segment failed", e);
        }
        file = null;
    }

    private void run() {
        while (true) {
            try {
                if (table.isDead()) {
                    revive();
                }
                long behind = journal.end().lastId() - applied();
                if (behind > LOAD_EVENTS) {
                    LOG.log(INFO, "loading " + behind + " events into the event table");
                }
                while (loadSome()) {
                    // until it is level with the journal
                }
                retention.keepTo(directory, table, applied());
                settle(Optional.empty());
            } catch (Throwable e) {
                // An error too: without this thread no question sees a new event again.
                settle(Optional.of("event table: " + e.getMessage()));
                LOG.log(ERROR, "loading events failed; it is tried again in a second", e);
                closeFile();
            }
            if (!pause()) {
                return;
            }
        }
    }

    /// The table is taken as it is on disk, which may be behind what was loaded.
    private void revive() throws SQLException, IOException {
        table.reopen();
        closeFile();
        long found = Math.max(table.applied(), Journal.segments(directory).firstKey() - 1);
        lock.lock();
        try {
            applied = found;
        } finally {
            lock.unlock();
        }
        LOG.log(INFO, "the event table was opened again; it goes on from event " + found);
    }

    private boolean pause() {
        lock.lock();
        try {
            long left = PAUSE.toNanos();
            boolean failed = fault.isPresent();
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

    private void settle(Optional<String> result) {
        lock.lock();
        try {
            fault = result;
        } finally {
            lock.unlock();
        }
    }

    /// Loads the next records. @return false when there are none
    private boolean loadSome() throws IOException, SQLException {
        Journal.End end = journal.end();
        long next = applied() + 1;
        if (next > end.lastId()) {
            return false;
        }
        List<JournalRecord> records = new ArrayList<>();
        long events = 0;
        long bytes = 0;
        while (events < LOAD_EVENTS && bytes < LOAD_BYTES && next <= end.lastId()) {
            FileChannel reading = segmentOf(next);
            Optional<JournalRecord> record = JournalRecord.read(reading, offset, segment);
            if (record.isEmpty()) {
                throw new IOException("the journal is damaged: segment " + segment + " has no good record at byte "
                        + offset + ", where event " + next + " should be");
            }
            if (record.get().nextId() <= next) {
                offset += record.get().size();
                continue; // loaded before a restart
            }
            if (record.get().firstId() != next) {
                throw new IOException("the journal is damaged: segment " + segment + " goes on with event "
                        + record.get().firstId() + " at byte " + offset + ", where event " + next + " should be");
            }
            offset += record.get().size();
            records.add(record.get());
            events += record.get().count();
            bytes += record.get().size();
            next = record.get().nextId();
        }
        try {
            table.load(records);
        } catch (Throwable e) {
            // It may have been committed all the same.
            reached(table.applied());
            throw e;
        }
        reached(next - 1);
        LOG.log(DEBUG, "loaded: events {0} to {1}", records.getFirst().firstId(), next - 1);
        return true;
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

    /// The file that has this event, with `offset` at or before it.
    private FileChannel segmentOf(long id) throws IOException {
        FileChannel open = file;
        if (open != null && (offset < open.size() || segment == journal.end().segment())) {
            return open;
        }
        var entry = Journal.segments(directory).floorEntry(id);
        if (entry == null || open != null && entry.getKey() <= segment) {
            throw new IOException("the journal has no segment with event " + id);
        }
        if (open != null) {
            open.close();
        }
        segment = entry.getKey();
        offset = 0;
        FileChannel opened = FileChannel.open(entry.getValue(), StandardOpenOption.READ);
        file = opened;
        return opened;
    }
}
