package dev.licet.core.session;

import dev.licet.core.Unavailable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// Numbers that rise with each call and are never given twice, not even after a crash; some may never be
/// given. They are reserved on disk by the block, and the next block while the last one is half used, so a call waits
/// for the disk only when the disk is far behind. Safe for threads: `this` guards the blocks.
public final class TransactionNumbers {
    private final NumberReserve reserve;
    private final Executor background;
    private final int blockSize;
    private long next;
    private long end;
    /// The first number of the block after this one, once it is there; null when nobody has asked for one.
    private @Nullable CompletableFuture<Long> following;

    /// @param background where the next block is reserved
    public TransactionNumbers(NumberReserve reserve, Executor background, int blockSize) {
        this.reserve = reserve;
        this.background = background;
        this.blockSize = blockSize;
    }

    /// @throws Unavailable when none can be reserved now
    public synchronized long next() {
        if (next == end) {
            next = following == null ? reserve.reserve(blockSize) : reserved(following);
            end = next + blockSize;
        }
        if (following == null && end - next <= blockSize / 2) {
            following = CompletableFuture.supplyAsync(() -> reserve.reserve(blockSize), background);
        }
        return next++;
    }

    /// One that failed is asked for again.
    private long reserved(CompletableFuture<Long> block) {
        following = null;
        try {
            return block.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("interrupted", Unavailable.SOON, e);
        } catch (ExecutionException failed) {
            return reserve.reserve(blockSize);
        }
    }
}
