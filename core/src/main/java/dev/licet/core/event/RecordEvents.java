package dev.licet.core.event;

import static java.lang.System.Logger.Level.DEBUG;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.ProductId;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Permission;
import dev.licet.core.license.LicenseKeys;
import dev.licet.core.license.Products;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Takes events from a caller: checks what they name, stamps them, and has them written. All or nothing.
public final class RecordEvents {
    private static final System.Logger LOG = System.getLogger(RecordEvents.class.getName());

    private final Products products;
    private final LicenseKeys keys;
    private final EventLog log;
    private final Clock clock;

    public RecordEvents(Products products, LicenseKeys keys, EventLog log, Clock clock) {
        this.products = products;
        this.keys = keys;
        this.log = log;
        this.clock = clock;
    }

    /// What one client program tells at once.
    ///
    /// @param product what the events belong to; needed when there is a key
    /// @param key the text of a license key of that product
    public record Batch(
            String source,
            Optional<ProductId> product,
            Optional<String> key,
            Optional<String> machine,
            List<Item> items) {
        public Batch {
            items = List.copyOf(items);
        }
    }

    /// One event of a batch. @param at empty for now
    public record Item(
            Optional<String> name,
            Optional<String> feature,
            OptionalLong value,
            Optional<String> currency,
            Optional<Instant> at,
            Optional<String> metadata) {}

    /// @param firstId the id of the first event; the others follow without a gap; 0 for an empty batch
    /// @param receivedAt when they were taken
    public record Receipt(long firstId, int count, Instant receivedAt) {}

    /// Why the caller may not record events at all.
    public static Optional<Refusal> refusal(Caller caller) {
        return caller.lacks(Permission.REGISTER_EVENT);
    }

    public Outcome<Receipt> record(Caller caller, Batch batch) {
        Optional<Refusal> refusal =
                refusal(caller).or(() -> new NamedKey(products, keys).refusal(caller, batch.product(), batch.key()));
        if (refusal.isPresent()) {
            return Outcome.refused(refusal.get());
        }
        Instant now = clock.instant();
        if (batch.items().isEmpty()) {
            return Outcome.success(new Receipt(0, 0, now));
        }
        List<UsageEvent> events = batch.items().stream()
                .map(item -> event(caller, batch, item, now))
                .toList();
        long first = log.append(events, now);
        LOG.log(DEBUG, () -> "acknowledged events " + first + " to " + (first + events.size() - 1));
        return Outcome.success(new Receipt(first, events.size(), now));
    }

    private static UsageEvent event(Caller caller, Batch batch, Item item, Instant now) {
        return new UsageEvent(
                caller.account(),
                batch.source(),
                item.at().orElse(now),
                item.name(),
                item.feature(),
                batch.product(),
                batch.key(),
                batch.machine(),
                caller.user(),
                caller.application(),
                item.value(),
                item.currency(),
                item.metadata());
    }
}
