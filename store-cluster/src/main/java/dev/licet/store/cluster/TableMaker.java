package dev.licet.store.cluster;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import com.clickhouse.client.api.ServerException;
import dev.licet.core.Unavailable;
import dev.licet.store.sql.Fault;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Makes the tables of ClickHouse, at once or when it is back: a server that is started while ClickHouse is away takes
/// events, and all else goes on. Safe for threads.
final class TableMaker implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(TableMaker.class.getName());
    private static final Duration PAUSE = Duration.ofSeconds(2);

    private final Runnable making;
    private final Fault fault = new Fault();
    private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("table-maker").daemon().factory());

    /// @param making does it, and more that has to be done first of all
    TableMaker(Runnable making) {
        this.making = making;
    }

    /// @param mayBeAway whether ClickHouse was there before, so that it is not the address that is wrong
    /// @throws Unavailable when it is not to be away, or refuses
    void make(boolean mayBeAway) {
        try {
            making.run();
        } catch (Unavailable e) {
            if (!mayBeAway || e.getCause() instanceof ServerException) {
                throw e;
            }
            LOG.log(WARNING, "ClickHouse is away: events wait in Kafka, and questions about them are refused", e);
            later.scheduleWithFixedDelay(this::makeQuietly, PAUSE.toMillis(), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void makeQuietly() {
        try {
            making.run();
            LOG.log(INFO, "ClickHouse is there");
            later.shutdown();
        } catch (Throwable e) {
            // An error too: nothing would be tried any more.
            boolean isAway = e instanceof Unavailable && !(e.getCause() instanceof ServerException);
            if (!isAway && fault.happened("tables: " + e.getMessage())) {
                LOG.log(WARNING, "the tables of ClickHouse can't be made, which is tried again", e);
            }
        }
    }

    @Override
    public void close() {
        later.shutdownNow();
    }
}
