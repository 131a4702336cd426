package dev.licet.core;

import java.util.function.Supplier;

/// Makes several changes one: all of them are on disk when it returns, or none. Safe for threads.
public interface Transactions {

    /// Does the work alone of all writers: it must be quick, and wait for nothing but the store. When it throws,
    /// nothing was changed.
    <T> T run(Supplier<T> work);

    /// Does the same without waiting for the disk.
    <T> Pending<T> submit(Supplier<T> work);

    /// Runs something when what the current work belongs to is on disk, and not at all if that is taken back; at once
    /// where there is no such work. It must not wait.
    void afterwards(Runnable then);
}
