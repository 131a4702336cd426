package dev.licet.store.cluster;

import dev.licet.core.Unavailable;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// What is on its way to Kafka: bounded by its bytes, and by how long Kafka takes nothing of it. Safe for threads; one
/// of them sends.
///
/// `lock` guards everything.
final class OnTheWay {
    private static final Duration LATER = Duration.ofSeconds(2);
    /// From one request to the next that is sent although Kafka takes nothing: of all partitions only some may be
    /// without a broker.
    private static final Duration TRIED = Duration.ofSeconds(1);

    private final long mostBytes;
    private final Duration silence;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition hasLeft = lock.newCondition();
    private long bytes;
    private long taken;
    /// Since Kafka has taken something.
    private boolean hasFailed;
    /// When Kafka has taken something last; or was asked to when nothing was on its way, and nothing had failed.
    private long since = System.nanoTime();

    private long nextTryAt = System.nanoTime();

    /// @param mostBytes beyond which no more is sent @param silence how long Kafka may take nothing
    OnTheWay(long mostBytes, Duration silence) {
        this.mostBytes = mostBytes;
        this.silence = silence;
    }

    /// Waits until something may be sent.
    void awaitRoom() throws InterruptedException {
        lock.lock();
        try {
            while (bytes >= mostBytes) {
                hasLeft.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /// @throws Unavailable when Kafka has taken nothing for too long, and somebody finds out already whether it does
    void requireAnswers() {
        lock.lock();
        try {
            long now = System.nanoTime();
            if (isSilent(now)) {
                if (now - nextTryAt < 0) {
                    throw new Unavailable("events wait for Kafka for too long already", LATER);
                }
                nextTryAt = now + TRIED.toNanos();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Whether Kafka has something, and has taken nothing for too long.
    boolean isSilent() {
        lock.lock();
        try {
            return isSilent(System.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    private boolean isSilent(long now) {
        return bytes > 0 && now - since > silence.toNanos();
    }

    /// Something is sent. @return for [#isNotAnswered]
    long begin(long more) {
        lock.lock();
        try {
            if (bytes == 0 && !hasFailed) {
                since = System.nanoTime();
            }
            bytes += more;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /// Kafka has not answered to something in time. @param begun what [#begin] said of it
    void isNotAnswered(long begun) {
        lock.lock();
        try {
            hasFailed |= taken == begun;
        } finally {
            lock.unlock();
        }
    }

    /// Something is not on its way any more. @param isTaken whether Kafka has it
    void end(long less, boolean isTaken) {
        lock.lock();
        try {
            if (isTaken) {
                taken++;
                hasFailed = false;
                since = System.nanoTime();
            }
            bytes -= less;
            hasLeft.signal();
        } finally {
            lock.unlock();
        }
    }
}
