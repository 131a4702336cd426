package dev.licet.core.event;

import dev.licet.core.id.AccountNumber;
import java.util.OptionalLong;

/// Which events to find; the answer has the highest id first.
///
/// @param below only ids below this one, the nearest to it
/// @param above only ids above this one, the nearest to it; decides when both are given
/// @param limit at most so many
public record EventQuery(AccountNumber account, EventFilter filter, OptionalLong below, OptionalLong above, int limit) {
    public EventQuery {
        if (limit < 1) {
            throw new IllegalArgumentException("a page has at least one event: " + limit);
        }
    }

    /// The newest ones, for one page of that many.
    public static EventQuery of(AccountNumber account, EventFilter filter, int limit) {
        return new EventQuery(account, filter, OptionalLong.empty(), OptionalLong.empty(), limit);
    }

    public EventQuery below(OptionalLong id) {
        return new EventQuery(account, filter, id, above, limit);
    }

    public EventQuery above(OptionalLong id) {
        return new EventQuery(account, filter, below, id, limit);
    }
}
