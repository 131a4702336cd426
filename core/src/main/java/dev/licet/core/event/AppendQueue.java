package dev.licet.core.event;

import dev.licet.core.Unavailable;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The requests that wait for an engine's writer: bounded, in number and bytes, and fair between accounts.
///
/// Each account has a lane. The writer takes from the lanes in turn, so that who brings little waits for one request
/// of each other account, not for all that another has brought. An account may have three times as much waiting as
/// is free: alone it fills three quarters, four that flood hold three parts of thirteen each, and some room is always
/// left for somebody new. While the queue is less than three quarters full nobody is refused.
///
/// `lock` guards everything.
///
/// @param <R> a request as the engine has it
public final class AppendQueue<R extends AppendQueue.Request> {
    private static final int SHARE = 3;
    private static final Duration SOON = Duration.ofSeconds(1);

    /// What the queue has to know of one.
    public interface Request {
        long account();

        /// Of events.
        int count();

        int bytes();
    }

    /// What became of an offer.
    public enum Answer {
        TAKEN,
        /// This account has too much waiting, others may still come.
        OVER_SHARE,
        FULL,
        CLOSED
    }

    private static final class Lane<R> {
        private final long account;
        private final Deque<R> requests = new ArrayDeque<>();
        private long bytes;

        Lane(long account) {
            this.account = account;
        }
    }

    private final int mostRequests;
    private final long mostBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Map<Long, Lane<R>> lanes = new HashMap<>();
    /// The lanes that have requests, in the order of their turns.
    private final Deque<Lane<R>> turns = new ArrayDeque<>();
    private int requests;
    private long bytes;
    private boolean closed;
    private boolean woken;

    public AppendQueue(int mostRequests, long mostBytes) {
        this.mostRequests = mostRequests;
        this.mostBytes = mostBytes;
    }

    /// Adds it.
    ///
    /// @throws Unavailable when too many wait, or the queue is closed
    public void add(R request) {
        switch (offer(request)) {
            case TAKEN -> {}
            case FULL -> throw new Unavailable("too many events wait to be written", SOON);
            case OVER_SHARE -> throw new Unavailable("too many events of this account wait to be written", SOON);
            case CLOSED -> throw new Unavailable("the store is closed", SOON);
        }
    }

    public Answer offer(R request) {
        lock.lock();
        try {
            if (closed) {
                return Answer.CLOSED;
            }
            int size = request.bytes();
            Lane<R> lane = lanes.get(request.account());
            if (requests > 0) { // what is larger than the queue is taken when nothing else is there
                if (requests + 1 > mostRequests || bytes + size > mostBytes) {
                    return Answer.FULL;
                }
                if (lane != null && isOverShare(lane, size)) {
                    return Answer.OVER_SHARE;
                }
            }
            if (lane == null) {
                lane = new Lane<>(request.account());
                lanes.put(request.account(), lane);
                turns.add(lane);
            }
            lane.requests.add(request);
            lane.bytes += size;
            bytes += size;
            if (requests++ == 0) {
                arrived.signal();
            }
            return Answer.TAKEN;
        } finally {
            lock.unlock();
        }
    }

    private boolean isOverShare(Lane<R> lane, int size) {
        return lane.requests.size() + 1 > SHARE * (mostRequests - requests)
                || lane.bytes + size > SHARE * (mostBytes - bytes);
    }

    /// Waits for requests, then takes what is there, until a bound is crossed.
    ///
    /// @param group is empty after so long without any
    /// @return false when the queue is closed and nothing is left
    public boolean take(List<R> group, int mostEvents, long mostBytes, long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (requests == 0 && !closed && !woken && left > 0) {
                left = arrived.awaitNanos(left);
            }
            woken = false;
            long events = 0;
            long taken = 0;
            while (requests > 0 && events < mostEvents && taken < mostBytes) {
                R next = poll();
                group.add(next);
                events += next.count();
                taken += next.bytes();
            }
            return !group.isEmpty() || !closed;
        } finally {
            lock.unlock();
        }
    }

    private R poll() {
        Lane<R> lane = turns.remove();
        R next = lane.requests.remove();
        requests--;
        bytes -= next.bytes();
        lane.bytes -= next.bytes();
        if (lane.requests.isEmpty()) {
            lanes.remove(lane.account);
        } else {
            turns.add(lane);
        }
        return next;
    }

    /// Ends a [#take] that waits.
    public void wake() {
        lock.lock();
        try {
            woken = true;
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Takes no more requests; those that wait are still given out.
    public void close() {
        lock.lock();
        try {
            closed = true;
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    /// How long [#take] waits at most, for whoever has other things to look after.
    public static final long PATIENCE = TimeUnit.SECONDS.toNanos(1);
}
