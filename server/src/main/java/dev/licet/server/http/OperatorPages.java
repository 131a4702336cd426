package dev.licet.server.http;

import dev.licet.core.store.Store;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Dialect;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Request;
import dev.licet.dialect.Route;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// What an operator's tools ask: is it alive, is it ready, how is it doing.
public final class OperatorPages implements Dialect {
    private static final List<Route> ROUTES = List.of(
            new Route("live", List.of("GET", "HEAD"), "/health/live"),
            new Route("ready", List.of("GET", "HEAD"), "/health/ready"),
            new Route("metrics", List.of("GET"), "/metrics"));

    private final Store store;
    private final boolean isReadOnly;
    private final long readyAt;
    private final Supplier<String> metrics;
    private final MetricsAccess metricsAccess;

    /// Who may read the metrics.
    @FunctionalInterface
    public interface MetricsAccess {
        boolean allows(Request request);
    }

    /// Made at a start: ready is who can answer for all events that were acknowledged before it.
    ///
    /// @param isReadOnly whether nothing is written @param metrics in the text form of Prometheus
    public OperatorPages(Store store, boolean isReadOnly, Supplier<String> metrics, MetricsAccess metricsAccess) {
        this.store = store;
        this.isReadOnly = isReadOnly;
        this.readyAt = store.events().readyAt();
        this.metrics = metrics;
        this.metricsAccess = metricsAccess;
    }

    @Override
    public String name() {
        return "operator";
    }

    @Override
    public boolean claims(String path) {
        return ROUTES.stream().anyMatch(route -> route.path().equals(path));
    }

    @Override
    public List<Route> routes() {
        return ROUTES;
    }

    @Override
    public Answer answer(Request request) {
        Route route = ROUTES.stream()
                .filter(known -> known.path().equals(request.path()))
                .findFirst()
                .orElseThrow();
        if (!route.verbs().contains(request.verb())) {
            return refuse(request, Fault.WRONG_VERB).with("Allow", String.join(", ", route.verbs()));
        }
        return switch (route.name()) {
            case "live" -> Answer.text(200, "alive");
            case "ready" -> ready();
            default ->
                metricsAccess.allows(request)
                        ? Answer.of(200, "text/plain; version=0.0.4; charset=utf-8", metrics.get())
                        : Answer.text(403, "Metrics are for this machine, or for an access token with Manage.");
        };
    }

    private Answer ready() {
        Optional<String> trouble = store.check();
        if (trouble.isPresent()) {
            return Answer.text(503, "not ready: the store has trouble; the log says more");
        }
        long queryable = readyAt == 0 ? 0 : store.events().lastQueryable();
        if (queryable < readyAt) {
            return Answer.text(503, "not ready: event " + queryable + " of " + readyAt + " is loaded");
        }
        if (isReadOnly) {
            return Answer.text(200, "ready, but only to read");
        }
        // 200: all servers refuse them then, and licenses, seats and sessions go on.
        return Answer.text(200, store.refusesEvents().isPresent() ? "ready, but not for events" : "ready");
    }

    @Override
    public Answer refuse(Request request, Fault fault) {
        return PlainFaults.answer(fault);
    }
}
