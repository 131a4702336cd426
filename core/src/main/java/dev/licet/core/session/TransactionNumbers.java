package dev.licet.core.session;

/// Numbers that rise with each call and are never given twice, not even after a crash; some may never be
/// given. They are reserved on disk by the block, so most calls cost nothing. Safe for threads: `this` guards
/// the block.
public final class TransactionNumbers {
    private final NumberReserve reserve;
    private final int blockSize;
    private long next;
    private long end;

    public TransactionNumbers(NumberReserve reserve, int blockSize) {
        this.reserve = reserve;
        this.blockSize = blockSize;
    }

    public synchronized long next() {
        if (next == end) {
            next = reserve.reserve(blockSize);
            end = next + blockSize;
        }
        return next++;
    }
}
