package dev.licet.store.postgres;

import static java.lang.System.Logger.Level.DEBUG;

import dev.licet.store.sql.entity.Sql;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/// Work that one node does at a time: whichever gets the lock for it, a piece after the other. Who loses its
/// connection loses the lock. Safe for threads.
public final class Lease implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Lease.class.getName());

    private static final int ANSWER_SECONDS = 10;

    private final DataSource source;
    private final long lock;
    private @Nullable Sql open;

    /// @param lock of [AdvisoryLocks]
    public Lease(DataSource source, long lock) {
        this.source = source;
        this.lock = lock;
    }

    /// What is done with the lock.
    @FunctionalInterface
    public interface Work {
        boolean run(Sql sql) throws SQLException;
    }

    /// @return what the work does; false, too, when another node is at it
    public synchronized boolean runIfFree(Work work) throws SQLException {
        return alone("SELECT pg_try_advisory_lock(?) AS locked", work);
    }

    /// Waits for the lock.
    public synchronized boolean run(Work work) throws SQLException {
        return alone("SELECT true AS locked FROM pg_advisory_lock(?)", work);
    }

    private boolean alone(String statement, Work work) throws SQLException {
        Sql sql = connection();
        try {
            if (!sql.first(statement, row -> row.getBoolean("locked"), lock).orElseThrow()) {
                return false;
            }
            boolean done = work.run(sql);
            sql.first("SELECT pg_advisory_unlock(?) AS unlocked", row -> row.getBoolean("unlocked"), lock);
            return done;
        } catch (Throwable e) {
            forget(); // and with it the lock
            throw e;
        }
    }

    private Sql connection() throws SQLException {
        if (open != null && !open.isAnswered(ANSWER_SECONDS)) {
            forget(); // the machine may be gone, and another one have its place
        }
        if (open == null) {
            open = new Sql(PostgresDatabase.patient(source));
        }
        return open;
    }

    private void forget() {
        if (open != null) {
            try {
                open.close();
            } catch (SQLException e) {
                LOG.log(DEBUG, "closing a connection that failed", e);
            }
            open = null;
        }
    }

    @Override
    public synchronized void close() {
        forget();
    }
}
