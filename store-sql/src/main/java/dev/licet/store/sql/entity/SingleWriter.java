package dev.licet.store.sql.entity;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import dev.licet.core.Pending;
import dev.licet.core.Unavailable;
import dev.licet.core.audit.Acting;
import dev.licet.store.sql.Fault;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A database that one thread of this process writes.
///
/// It takes every request that waits, up to a bound, into one transaction, each in a
/// savepoint of its own, so that one that fails does not fail its neighbours; then it commits, which syncs, and
/// only then do the callers get their answers. While it syncs, the next group gathers, so groups form by
/// themselves and no timer is needed. Readers have connections of their own and see what was committed.
public abstract class SingleWriter implements Database, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SingleWriter.class.getName());

    /// So many that things seldom share one: who does is read again without need.
    private static final int VERSIONS = 1 << 16;
    private static final int GROUP = 1000;
    private static final long GROUP_NANOS = 3_000_000;
    private static final int QUEUE = 16_384;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final BlockingQueue<Request<?>> queue = new LinkedBlockingQueue<>(QUEUE);
    private final int connections;
    private final BlockingQueue<Sql> readers;
    /// The writer's own.
    private Sql writing;

    private final Thread writer;
    private volatile boolean closed;
    private volatile boolean still;
    /// How often what is remembered has changed. Written by the writer alone.
    private volatile long version;

    /// The writer's own: whether the group that it is at changes what is remembered.
    private boolean changesRemembered;

    /// How often what falls on each place has changed. Written by the writer alone.
    private final AtomicLongArray versions = new AtomicLongArray(VERSIONS);

    /// The writer's own: the places of what the group that it is at changes.
    private final Set<Integer> touched = new HashSet<>();

    /// The writer's own: how often something that was written was taken back, or somebody else may have written.
    private int disturbances;

    /// The writer's own: what it has taken from the queue and not begun.
    private final Deque<Request<?>> drained = new ArrayDeque<>();

    /// The writer's own: what it is at.
    private @Nullable Request<?> current;

    private final Fault fault = new Fault();

    private final ChangeLog changes;

    /// @param thread the writer's name @param writing tells of what it changes, to these changes
    protected SingleWriter(String thread, Sql writing, List<Sql> readers, ChangeLog changes) {
        this.writing = writing;
        this.connections = readers.size();
        this.readers = new ArrayBlockingQueue<>(readers.size(), false, readers);
        this.changes = changes;
        writer = Thread.ofPlatform().name(thread).unstarted(this::write);
    }

    /// Has it take writes.
    protected final void start() {
        writer.start();
    }

    /// Takes no writes from now on.
    public final void holdStill() {
        still = true;
    }

    /// @throws Unavailable where there is no room for another write
    protected void requireRoom() {}

    /// Begins a transaction that nothing else writes beside.
    protected abstract void begin(Sql sql) throws SQLException;

    /// A connection for one that waited: the same, or another in its place where it is of no use any more.
    ///
    /// @param writes whether it tells of what it changes
    protected Sql usable(Sql sql, boolean writes) throws SQLException {
        return sql;
    }

    /// For [#begin]: somebody else may have written since the last transaction.
    protected final void othersMayHaveWritten() {
        changes.forgetAll();
        disturbances++;
    }

    @Override
    public <T extends @Nullable Object> T write(Work<T> work) {
        return submit(sql -> {
            changesRemembered = true;
            return work.run(sql);
        });
    }

    @Override
    public <T extends @Nullable Object> T writeUnremembered(Work<T> work) {
        return submit(work);
    }

    @Override
    public <T> T together(Supplier<T> work) {
        return submit(sql -> work.get());
    }

    @Override
    public <T> Pending<T> submitTogether(Supplier<T> work) {
        return submitUnremembered(sql -> work.get());
    }

    @Override
    public <T extends @Nullable Object> Pending<T> submitUnremembered(Work<T> work) {
        return isInTransaction()
                ? Pending.of(CompletableFuture.completedFuture(within(work)))
                : Pending.of(enqueue(work).answer);
    }

    @Override
    public void afterwards(Runnable then) {
        if (isInTransaction()) {
            Objects.requireNonNull(current).then.add(then);
        } else {
            then.run();
        }
    }

    @Override
    public void touch(Object thing) {
        touched.add(place(thing));
    }

    @Override
    public long version(@Nullable Object thing) {
        return thing == null ? version : version + versions.get(place(thing)); // both only rise
    }

    @Override
    public boolean isChanging(@Nullable Object thing) {
        return changesRemembered || thing != null && touched.contains(place(thing));
    }

    private static int place(Object thing) {
        return Math.floorMod(thing.hashCode() * 0x9E3779B9, VERSIONS);
    }

    private <T extends @Nullable Object> T submit(Work<T> work) {
        if (isInTransaction()) {
            return within(work);
        }
        return enqueue(work).await();
    }

    private <T extends @Nullable Object> Request<T> enqueue(Work<T> work) {
        if (still) {
            throw Unavailable.readOnly();
        }
        requireRoom();
        Request<T> request = new Request<>(work);
        if (closed || !queue.offer(request)) {
            throw new Unavailable(closed ? "the store is closed" : "too many writes wait", Duration.ofSeconds(1));
        }
        if (closed && queue.remove(request)) {
            throw new Unavailable("the store is closed", Duration.ofSeconds(1));
        }
        return request;
    }

    @Override
    public <T extends @Nullable Object> T read(Work<T> work) {
        Sql reader = null;
        try {
            if (isInTransaction()) {
                return work.run(writing);
            }
            reader = readers.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (reader == null) {
                throw new Unavailable("too many reads wait", Duration.ofSeconds(1));
            }
            reader = usable(reader, false);
            return work.run(reader);
        } catch (SQLException e) {
            throw translated(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("interrupted", Duration.ofSeconds(1));
        } finally {
            if (reader != null) {
                readers.add(reader);
            }
        }
    }

    @Override
    public int disturbances() {
        return disturbances;
    }

    @Override
    public boolean isInTransaction() {
        return Thread.currentThread() == writer;
    }

    /// Runs work that other work asks for as a part of it.
    private <T extends @Nullable Object> T within(Work<T> work) {
        try {
            writing.execute("SAVEPOINT within");
            int mark = changes.mark();
            try {
                T result = work.run(writing);
                writing.execute("RELEASE within");
                return result;
            } catch (Throwable e) {
                if (!isFatal(e)) {
                    writing.execute("ROLLBACK TO within");
                    writing.execute("RELEASE within");
                    changes.forgetFrom(mark);
                    disturbances++;
                }
                throw e;
            }
        } catch (SQLException e) {
            throw translated(e);
        }
    }

    /// Such a failure has ended the whole transaction.
    private boolean isFatal(Throwable e) {
        return e instanceof SQLException && translated(e) instanceof Unavailable
                || e instanceof Unavailable && e.getCause() instanceof SQLException;
    }

    /// What is wrong; empty when the last group was committed.
    public Optional<String> check() {
        return fault.lately();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        writer.interrupt();
        try {
            writer.join();
            for (int i = 0; i < connections; i++) {
                Sql reader = readers.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                if (reader != null) {
                    reader.close();
                }
            }
            writing.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SQLException e) {
            LOG.log(ERROR, "closing the entities failed", e);
        }
    }

    private void write() {
        while (true) {
            try {
                if (drained.isEmpty()) {
                    Request<?> first = closed ? queue.poll() : queue.take();
                    if (first == null) {
                        return;
                    }
                    drained.add(first);
                    queue.drainTo(drained, GROUP - 1);
                }
                commit();
            } catch (InterruptedException e) {
                // closing: what was queued before is still written
            }
        }
    }

    /// Commits the requests that have waited, of many those that are done in a while: what their callers do then, such
    /// as signing, goes on beside the next ones.
    private void commit() {
        List<Request<?>> group = new ArrayList<>();
        try {
            writing = usable(writing, true);
            begin(writing);
            long began = System.nanoTime();
            while (!drained.isEmpty() && (group.isEmpty() || System.nanoTime() - began < GROUP_NANOS)) {
                Request<?> next = drained.remove();
                group.add(next);
                current = next;
                next.run();
            }
            writing.execute("COMMIT");
            if (changesRemembered) {
                version++;
                changesRemembered = false;
            }
            touched.forEach(versions::incrementAndGet);
            touched.clear();
            fault.isOver();
            group.forEach(Request::committed);
        } catch (Throwable e) {
            // An error too: a dead writer would leave everybody waiting.
            boolean isNew = fault.happened("entities: " + e.getMessage());
            changes.forgetAll();
            disturbances++;
            try {
                writing.execute("ROLLBACK");
            } catch (SQLException alreadyRolledBack) {
                LOG.log(DEBUG, "nothing to roll back", alreadyRolledBack);
            } finally {
                group.addAll(drained); // whoever waited for the same
                drained.clear();
                group.forEach(request -> request.failed(e));
            }
            if (isNew) {
                LOG.log(ERROR, "writes are not committed; this is told once until some are again", e);
            }
        }
    }

    /// One caller's work, and the answer that it gets once the group is committed. Made by the caller's thread,
    /// run by the writer; the future hands it back.
    private final class Request<T extends @Nullable Object> {
        private final Work<T> work;
        private final Acting.By by = Acting.current();
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private final List<Runnable> then = new ArrayList<>(0);
        private @Nullable T result;
        private @Nullable Throwable failure;

        Request(Work<T> work) {
            this.work = work;
        }

        void run() throws SQLException {
            writing.execute("SAVEPOINT request");
            try {
                result = work.run(writing);
                changes.write(writing, by);
            } catch (Throwable e) {
                failure = e;
                if (isFatal(e)) {
                    throw e;
                }
                writing.execute("ROLLBACK TO request");
                changes.forgetAll();
                disturbances++;
            }
            writing.execute("RELEASE request");
        }

        @SuppressWarnings("NullAway") // a T that may be null is one by its own type
        void committed() {
            if (failure == null) {
                then.forEach(Runnable::run);
                answer.complete(result);
            } else {
                answer.completeExceptionally(failure);
            }
        }

        void failed(Throwable groups) {
            answer.completeExceptionally(
                    new Unavailable("the entities can't be written", Duration.ofSeconds(5), groups));
        }

        T await() {
            try {
                return answer.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Unavailable("interrupted", Duration.ofSeconds(1));
            } catch (ExecutionException e) {
                throw translated(e.getCause());
            }
        }
    }
}
