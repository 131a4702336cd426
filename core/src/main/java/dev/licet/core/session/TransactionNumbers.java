package dev.licet.core.session;

import dev.licet.core.Pending;
import dev.licet.core.Unavailable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// Numbers that rise with each call and are never given twice, not even after a crash; some may never be
/// given. They are reserved on disk by the block, the first one when this is made and the next one while the last one
/// is
/// half used, so a call waits for the disk only when the disk is far behind.
///
/// Safe for threads: `this` guards the blocks, and nobody waits in it. Not for work that is itself a part of a
/// transaction of the store: a block that waits for the store would wait for that work.
public final class TransactionNumbers {
    private final NumberReserve reserve;
    private final Executor background;
    private final int blockSize;
    private long next;
    private long end;
    /// The first number of the block after this one: on its way, there, or not to be had; null when nobody has asked
    /// for one.
    private @Nullable CompletableFuture<Long> following;

    /// @param background where blocks are reserved
    public TransactionNumbers(NumberReserve reserve, Executor background, int blockSize) {
        this.reserve = reserve;
        this.background = background;
        this.blockSize = blockSize;
        reserveAhead();
    }

    /// @throws Unavailable when none can be reserved now
    public long next() {
        while (true) {
            CompletableFuture<Long> awaited;
            synchronized (this) {
                if (next == end) {
                    beginFollowing();
                }
                if (next < end) {
                    if (end - next <= blockSize / 2) {
                        reserveAhead();
                    }
                    return next++;
                }
                awaited = reserveAhead();
            }
            Pending.of(awaited).await();
        }
    }

    /// Whether so many are at hand that who asks soon won't wait.
    public synchronized boolean isReady() {
        return end - next > blockSize / 4 || isThere(following);
    }

    private static boolean isThere(@Nullable CompletableFuture<Long> block) {
        return block != null && block.state() == Future.State.SUCCESS;
    }

    private void beginFollowing() {
        CompletableFuture<Long> block = following;
        if (block != null && isThere(block)) {
            next = block.resultNow();
            end = next + blockSize;
            following = null;
        }
    }

    /// One that failed is asked for again.
    private synchronized CompletableFuture<Long> reserveAhead() {
        CompletableFuture<Long> block = following;
        if (block == null || block.isCompletedExceptionally()) {
            block = CompletableFuture.supplyAsync(() -> reserve.reserve(blockSize), background);
            following = block;
        }
        return block;
    }
}
