package dev.licet.core.insight;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import java.util.List;
import java.util.Optional;

/// Which events are counted: those of an account whose own time is in a span, and that pass all filters.
public record Scope(
        AccountNumber account, Optional<ProductId> product, Optional<String> key, Span span, List<Filter> filters) {
    public Scope {
        filters = List.copyOf(filters);
    }

    /// The same of another time.
    Scope in(Span other) {
        return new Scope(account, product, key, other, filters);
    }
}
