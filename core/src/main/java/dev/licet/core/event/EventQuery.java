package dev.licet.core.event;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/// Which events to find. An empty filter lets all pass; the answer has the highest id first.
///
/// @param from at this instant or later, by the event's own time
/// @param until before this instant, by the event's own time
/// @param metadataPart a text that the metadata contains, case-sensitive
/// @param below only ids below this one, the nearest to it
/// @param above only ids above this one, the nearest to it; decides when both are given
/// @param limit at most so many
public record EventQuery(
        AccountNumber account,
        Optional<ProductId> product,
        Optional<String> key,
        Optional<Instant> from,
        Optional<Instant> until,
        Optional<String> metadataPart,
        OptionalLong below,
        OptionalLong above,
        int limit) {
    public EventQuery {
        if (limit < 1) {
            throw new IllegalArgumentException("a page has at least one event: " + limit);
        }
    }
}
