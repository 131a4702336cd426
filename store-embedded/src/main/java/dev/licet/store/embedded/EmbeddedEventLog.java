package dev.licet.store.embedded;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import dev.licet.core.Outcome;
import dev.licet.core.Pending;
import dev.licet.core.Unavailable;
import dev.licet.core.disk.DiskUse;
import dev.licet.core.event.EventExport;
import dev.licet.core.event.EventFilter;
import dev.licet.core.event.EventLog;
import dev.licet.core.event.EventPage;
import dev.licet.core.event.EventQuery;
import dev.licet.core.event.Placed;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.Submission;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.RemovalId;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.Accounts;
import dev.licet.core.removal.Removal;
import dev.licet.core.removal.Removals;
import dev.licet.store.sql.EventSelection;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/// Events in the journal when they are acknowledged, in the event table when they are asked for. What is
/// removed is known to the entities before it goes.
final class EmbeddedEventLog implements EventLog, Removals, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EmbeddedEventLog.class.getName());
    /// So long what works in the background leaves the cores to a start, unless somebody asks for it or the first
    /// event comes.
    static final Duration START = Duration.ofSeconds(1);

    private static final Duration READ_YOUR_WRITES = Duration.ofSeconds(2);
    private static final int QUESTIONS_WAITING = 1000;
    private static final Duration LATELY = Duration.ofDays(7);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final EventTable table;
    private final Journal journal;
    private final Loader loader;
    private final Keeper keeper;
    private final SqliteRemovals removals;
    private final Clock clock;
    private final Function<AccountNumber, ZoneId> zones;
    private final Path directory;
    private final Retention retention;
    private final boolean archives;
    private final DiskSpace space;
    /// By the constructor, the last one first.
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final IdIndex ids;
    private final OnceOnly once;
    private final Exports exports;
    /// Questions run in native code, which would hold up a virtual thread's carrier, so they have threads of
    /// their own.
    private final ExecutorService questions = new ThreadPoolExecutor(
            Runtime.getRuntime().availableProcessors(),
            Runtime.getRuntime().availableProcessors(),
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(QUESTIONS_WAITING),
            Thread.ofPlatform().name("event-query-", 0).daemon().factory());

    /// @param table is closed with the log; not when this throws
    /// @param archives whether what the journal need not keep becomes archive files
    /// @param space is looked at by the journal @param entities know what is removed
    EmbeddedEventLog(
            Path directory,
            EventTable table,
            Retention retention,
            boolean archives,
            JournalSettings settings,
            DiskSpace space,
            SqliteDatabase entities,
            Accounts accounts,
            Clock clock)
            throws SQLException, IOException {
        this.table = table;
        Path segments = directory.resolve("journal");
        BooleanSupplier hasRoom = () -> !space.isLow();
        this.directory = directory;
        this.retention = retention;
        this.archives = archives;
        this.space = space;
        this.clock = clock;
        removals = new SqliteRemovals(entities);
        zones = account -> accounts.find(account).map(Account::zone).orElse(ZoneOffset.UTC);
        try {
            Archive archive = Archive.open(directory.resolve("archive"));
            exports = opened(Exports.open(directory.resolve("exports"), table, space));
            long known = Math.max(table.applied(), archive.lastId());
            journal = opened(Journal.open(segments, Journal.SEGMENT_BYTES, known, settings, space));
            refuseAnotherJournal(segments, known);
            // The names of the journal and the archive, which nobody else makes last.
            Journal.syncDirectory(directory);
            PastIds past = new PastIds(segments, journal, table, archive);
            ids = opened(IdIndex.open(
                    directory.resolve("ids.db"), () -> journal.end().lastId(), past));
            once = new OnceOnly(journal, ids);
            loader = new Loader(segments, journal, table, archive, removals, hasRoom, settings.mostUnloaded());
            journal.pace(loader::hold);
            keeper = new Keeper(
                    segments,
                    journal,
                    loader,
                    table,
                    archive,
                    retention,
                    archives,
                    new Keeper.Room(hasRoom, space::hasRoomFor),
                    ids::forgetBelow,
                    Optional.of(new Eraser(directory, journal, loader, table, archive, removals, entities, clock)),
                    new Roller(table, zones));
        } catch (Throwable e) {
            closeOpened();
            throw e;
        }
        loader.start();
        keeper.start();
    }

    private <T extends AutoCloseable> T opened(T part) {
        opened.push(part);
        return part;
    }

    private void closeOpened() {
        for (AutoCloseable part : opened) {
            try {
                part.close();
            } catch (Exception e) {
                LOG.log(ERROR, "closing what was opened for a start that failed", e);
            }
        }
    }

    private void refuseAnotherJournal(Path segments, long known) {
        if (journal.end().lastId() < known) {
            throw new IllegalStateException(
                    "the journal ends at event "
                            + journal.end().lastId() + ", but event " + known + " was loaded from it: " + segments
                            + " is not the journal of events.duckdb and archive. Restore them from the same backup, or run ./licet repair.");
        }
    }

    /// Takes no events from now on, and lets nothing go.
    void holdStill() {
        journal.holdStill();
        ids.holdStill();
        keeper.close();
    }

    @Override
    public Outcome<List<Placed>> append(Submission submission) {
        return once.append(submission);
    }

    @Override
    public Pending<List<Placed>> submit(Submission submission) {
        return once.submit(submission);
    }

    @Override
    public EventPage find(EventQuery query) {
        boolean complete = catchUp();
        long asOf = loader.applied();
        List<RecordedEvent> events = ask(() -> table.find(query));
        return new EventPage(events, asOf, complete);
    }

    /// For tests of what is done now and then.
    EventTable table() {
        return table;
    }

    Function<AccountNumber, ZoneId> zones() {
        return zones;
    }

    /// Waits a moment for what was acknowledged. @return whether all of it is in the table
    boolean catchUp() {
        return loader.catchUp(journal.end().lastId(), READ_YOUR_WRITES);
    }

    @Override
    public EventExport export(AccountNumber account, EventFilter filter) {
        boolean complete = catchUp();
        return exports.begin(EventSelection.of(account, filter, EventTable.WORDS), loader.applied(), complete);
    }

    @Override
    public long lastAcknowledged() {
        return journal.end().lastId();
    }

    @Override
    public long lastQueryable() {
        return loader.applied();
    }

    @Override
    public Removal erase(AccountNumber account, Removal.Kind kind, String name, Asked asked) {
        return removals.erase(account, kind, name, asked, journal.end().lastId());
    }

    @Override
    public Optional<Removal> takeOut(AccountNumber account, Set<Long> events, Asked asked) {
        long last = Math.min(Collections.max(events), journal.end().lastId());
        if (!loader.catchUp(last, READ_YOUR_WRITES)) {
            throw new Unavailable("the events are being loaded", Duration.ofSeconds(5));
        }
        List<Long> there = ask(() -> table.ofAccount(account, events));
        Optional<Removal> removal = there.isEmpty() ? Optional.empty() : removals.takeOut(account, there, asked);
        removal.ifPresent(this::takeOutNow);
        return removal.flatMap(made -> removals.find(account, made.id()));
    }

    private void takeOutNow(Removal removal) {
        try {
            ask(() -> takeOut(removal));
        } catch (Unavailable e) {
            LOG.log(DEBUG, "the keeper takes out what was removed", e); // it is decided
        }
    }

    private Removal takeOut(Removal removal) throws SQLException, IOException {
        table.remove(new Removed("", removal.events(), List.of()), none -> {});
        removals.takenOut(removal.events(), clock.instant());
        return removal;
    }

    @Override
    public Optional<Removal> find(AccountNumber account, RemovalId id) {
        return removals.find(account, id);
    }

    @Override
    public List<Removal> list(AccountNumber account, long after, int most) {
        return removals.list(account, after, most);
    }

    /// @param entities bytes of all else
    DiskUse disk(long entities) {
        Instant now = clock.instant();
        Instant since = now.minus(LATELY);
        EventTable.Counted counted = ask(() -> table.count(since));
        long inJournal = bytes(directory.resolve("journal"));
        long inArchive = bytes(directory.resolve("archive"));
        long inTable = table.bytes() + ask(table::logBytes);
        Duration over = counted.first()
                .filter(first -> first.isAfter(since))
                .map(first -> Duration.between(first, now))
                .orElse(LATELY);
        return new DiskUse(
                inJournal,
                inArchive,
                inTable,
                bytesFrom("ids.db"),
                entities,
                OptionalLong.of(space.usable()),
                space.floor(),
                counted.events(),
                new DiskUse.Intake(over, counted.since()),
                inTable + inArchive + (archives ? 0 : inJournal),
                retention.kept());
    }

    /// Of a file and of those beside it whose names begin so.
    private long bytesFrom(String name) {
        return DiskSpace.bytes(directory, file -> file.getFileName().toString().startsWith(name));
    }

    private static long bytes(Path directory) {
        return DiskSpace.bytes(directory, file -> true);
    }

    Optional<String> check() {
        return journal.check().or(loader::check).or(keeper::check).or(ids::check);
    }

    private <T> T ask(Callable<T> question) {
        Future<T> answer;
        try {
            answer = questions.submit(question);
        } catch (RejectedExecutionException e) {
            throw new Unavailable("too many questions wait, or the store is closed", Duration.ofSeconds(1), e);
        }
        try {
            return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            answer.cancel(false); // if it still waits; what runs is left to end
            throw new Unavailable("a question took too long", Duration.ofSeconds(5), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("interrupted", Duration.ofSeconds(1), e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SQLException) {
                LOG.log(ERROR, "a question to the event table failed", e.getCause());
                throw new Unavailable("the event table can't answer now", Duration.ofSeconds(2), e);
            }
            throw new IllegalStateException("a question to the event table failed", e.getCause());
        }
    }

    /// Takes no more events, writes those that wait, and loads them.
    @Override
    public void close() {
        journal.pace(lastId -> {});
        journal.close();
        ids.close();
        loader.catchUp(journal.end().lastId(), READ_YOUR_WRITES);
        keeper.close();
        loader.close();
        questions.shutdown();
        exports.close();
        table.close();
    }
}
