package dev.licet.store.sql.entity;

import dev.licet.core.Pending;
import java.sql.SQLException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The tables of the entities in one engine. Of all writes, one is done at a time, so that what a write has read holds
/// until it is committed. Safe for threads.
public interface Database {

    /// Some SQL.
    @FunctionalInterface
    interface Work<T extends @Nullable Object> {
        T run(Sql sql) throws SQLException;
    }

    /// Runs the work in a transaction. What it changed is durable when this returns; when it throws, it changed
    /// nothing.
    <T extends @Nullable Object> T write(Work<T> work);

    /// Does the same with work that changes nothing that is [Remembered], such as a ping.
    <T extends @Nullable Object> T writeUnremembered(Work<T> work);

    /// Runs work that asks for other work, all of it in one transaction.
    <T> T together(Supplier<T> work);

    /// Does the same without waiting until it is durable.
    <T> Pending<T> submitTogether(Supplier<T> work);

    /// Runs work that changes nothing that is remembered, without waiting until it is durable; within other work it is
    /// done at once, as a part of that.
    <T extends @Nullable Object> Pending<T> submitUnremembered(Work<T> work);

    /// Runs something when the request that is being done is durable, at once if none is.
    void afterwards(Runnable then);

    /// Runs the work on what was committed last; within other work, on what that has changed, too.
    <T extends @Nullable Object> T read(Work<T> work);

    /// Whether the caller is itself work that is being done.
    boolean isInTransaction();

    /// For work that is being done: it changes this thing, which may be [Remembered] by itself.
    void touch(Object thing);

    /// Another one after each change of this thing, if any, or of what is remembered in general, from the moment that
    /// it is acknowledged.
    long version(@Nullable Object thing);

    /// For work that is being done: whether it, or its group, may have changed this thing, if any, or what is
    /// remembered in general.
    boolean isChanging(@Nullable Object thing);

    /// For work that is being done: another one when rows may not be as work before it wrote them, since that was taken
    /// back or somebody else has written.
    int disturbances();

    /// What a failure of some SQL is to who asked for it.
    RuntimeException translated(@Nullable Throwable e);
}
