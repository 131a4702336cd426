package dev.licet.store.sql;

import dev.licet.core.Unavailable;
import dev.licet.core.id.AccountNumber;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Work that takes long and that accounts take turns with: while several wait, none has its next piece done
/// before the others had one. It has threads of its own, since it runs in native code, which would hold up
/// a virtual thread's carrier. Safe for threads: `lock` guards who waits.
public final class Turns implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(2);

    private final Duration patience;
    private final int mostWaiting;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition someWait = lock.newCondition();
    /// By account, the one whose turn it is first. None is empty.
    private final Map<AccountNumber, Queue<FutureTask<?>>> waiting = new LinkedHashMap<>();
    private boolean closed;

    public Turns(String name, InsightSettings settings) {
        this.patience = settings.timeout();
        this.mostWaiting = settings.mostWaiting();
        for (int i = 0; i < settings.atOnce(); i++) {
            Thread.ofPlatform().name(name + "-" + i).daemon().start(this::run);
        }
    }

    /// Waits for its turn and its end.
    ///
    /// @param stop ends work that runs, from another thread
    /// @throws Unavailable when it is not done in time, or too many wait
    /// @throws ExecutionException when it fails
    public <T> T run(AccountNumber account, Callable<T> work, Runnable stop) throws ExecutionException {
        FutureTask<T> task = new FutureTask<>(work);
        add(account, task);
        try {
            return task.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (CancellationException e) {
            throw new Unavailable("the store is closed", SOON, e);
        } catch (TimeoutException e) {
            task.cancel(false);
            stop.run();
            throw new Unavailable(
                    "the question took longer than " + patience.toSeconds()
                            + " s: ask for a shorter time or with filters, or let the operator raise insight-timeout",
                    SOON,
                    e);
        } catch (InterruptedException e) {
            task.cancel(false);
            stop.run();
            Thread.currentThread().interrupt();
            throw new Unavailable("interrupted", SOON, e);
        }
    }

    private void add(AccountNumber account, FutureTask<?> task) {
        lock.lock();
        try {
            Queue<FutureTask<?>> own = waiting.get(account);
            if (closed || own != null && own.size() >= mostWaiting) {
                throw new Unavailable("too many questions of this account wait, or the store is closed", SOON);
            }
            waiting.computeIfAbsent(account, none -> new ArrayDeque<>()).add(task);
            someWait.signal();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        for (Optional<FutureTask<?>> next = next(); next.isPresent(); next = next()) {
            next.get().run();
        }
    }

    /// The next piece, once there is one; empty when it is closed.
    private Optional<FutureTask<?>> next() {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closed) {
                someWait.awaitUninterruptibly();
            }
            if (closed) {
                return Optional.empty();
            }
            Iterator<Map.Entry<AccountNumber, Queue<FutureTask<?>>>> first =
                    waiting.entrySet().iterator();
            Map.Entry<AccountNumber, Queue<FutureTask<?>>> turn = first.next();
            AccountNumber account = turn.getKey();
            Queue<FutureTask<?>> own = turn.getValue();
            first.remove();
            FutureTask<?> task = own.remove();
            if (!own.isEmpty()) {
                waiting.put(account, own); // behind the others
            }
            return Optional.of(task);
        } finally {
            lock.unlock();
        }
    }

    /// How many pieces wait.
    public int waiting() {
        lock.lock();
        try {
            return waiting.values().stream().mapToInt(Queue::size).sum();
        } finally {
            lock.unlock();
        }
    }

    /// What waits is not done.
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            waiting.values().forEach(own -> own.forEach(task -> task.cancel(false)));
            waiting.clear();
            someWait.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
