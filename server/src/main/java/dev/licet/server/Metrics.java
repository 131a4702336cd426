package dev.licet.server;

import dev.licet.core.store.Store;
import dev.licet.server.http.RequestObserver;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// What `/metrics` tells.
final class Metrics implements RequestObserver {
    private record Kind(String dialect, int status) {}

    private final Map<Kind, Timer> requests = new ConcurrentHashMap<>();
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    Metrics(Store store, DiskWatch disk, Clock clock) {
        new JvmMemoryMetrics().bindTo(registry);
        Gauge.builder("licet.events.acknowledged", store.events(), events -> events.lastAcknowledged())
                .description("The id of the last event that was acknowledged")
                .register(registry);
        Gauge.builder("licet.events.queryable", store.events(), events -> events.lastQueryable())
                .description("The id of the last event that questions see")
                .register(registry);
        Gauge.builder("licet.sessions", store.sessions(), sessions -> sessions.count(clock.instant()))
                .description("Sessions that live now")
                .register(registry);
        Gauge.builder("licet.disk.free", disk, DiskWatch::free)
                .description("Bytes of the disk that are free, as of the last hour")
                .register(registry);
        Gauge.builder("licet.disk.days.left", disk, DiskWatch::daysLeft)
                .description("Days until the disk is full, as events came in the last week")
                .register(registry);
    }

    @Override
    public void answered(String dialect, int status, Duration took) {
        requests.computeIfAbsent(new Kind(dialect, status), this::timer).record(took);
    }

    private Timer timer(Kind kind) {
        return Timer.builder("licet.requests")
                .description("Requests answered, by dialect and HTTP status")
                .tag("dialect", kind.dialect)
                .tag("status", Integer.toString(kind.status))
                .register(registry);
    }

    String text() {
        return registry.scrape();
    }
}
