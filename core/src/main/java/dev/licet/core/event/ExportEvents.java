package dev.licet.core.event;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.Unavailable;
import dev.licet.core.identity.Caller;
import dev.licet.core.license.LicenseKeys;
import dev.licet.core.license.NamedKey;
import dev.licet.core.license.Products;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/// Gives a caller all events of its own account that match. So many exports at once, and no more: each keeps a core
/// busy, and may take room on the disk.
public final class ExportEvents {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(10);

    private final NamedKey namedKey;
    private final EventLog log;
    private final Semaphore places;

    /// @param most exports at once
    public ExportEvents(Products products, LicenseKeys keys, EventLog log, int most) {
        this.namedKey = new NamedKey(products, keys);
        this.log = log;
        this.places = new Semaphore(most);
    }

    /// @throws Unavailable when as many run as may
    public Outcome<EventExport> begin(Caller caller, EventFilter filter) {
        Optional<Refusal> refusal =
                ReadEvents.refusal(caller).or(() -> namedKey.refusal(caller, filter.product(), filter.key()));
        if (refusal.isPresent()) {
            return Outcome.refused(refusal.get());
        }
        if (!places.tryAcquire()) {
            throw new Unavailable("as many exports run as may", RETRY_AFTER);
        }
        try {
            return Outcome.success(new Held(log.export(caller.account(), filter), places, new AtomicBoolean()));
        } catch (Throwable e) {
            places.release();
            throw e;
        }
    }

    /// An export that gives its place back.
    private record Held(EventExport export, Semaphore places, AtomicBoolean closed) implements EventExport {
        @Override
        public long asOf() {
            return export.asOf();
        }

        @Override
        public boolean isComplete() {
            return export.isComplete();
        }

        @Override
        public long count() {
            return export.count();
        }

        @Override
        public List<RecordedEvent> next() {
            return export.next();
        }

        @Override
        public Parquet parquet() {
            return export.parquet();
        }

        @Override
        public void close() {
            if (closed.getAndSet(true)) {
                return;
            }
            try {
                export.close();
            } finally {
                places.release();
            }
        }
    }
}
