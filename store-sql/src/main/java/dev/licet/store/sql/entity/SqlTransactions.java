package dev.licet.store.sql.entity;

import dev.licet.core.Pending;
import dev.licet.core.Transactions;
import java.util.function.Supplier;

/// Work that asks for other work of the entities, as one write of theirs.
record SqlTransactions(Database database) implements Transactions {

    @Override
    public <T> T run(Supplier<T> work) {
        return database.together(work);
    }

    @Override
    public <T> Pending<T> submit(Supplier<T> work) {
        return database.submitTogether(work);
    }

    @Override
    public void afterwards(Runnable then) {
        database.afterwards(then);
    }
}
