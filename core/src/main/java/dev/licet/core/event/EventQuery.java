package dev.licet.core.event;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/// Which events to find. An empty filter lets all pass; the answer has the highest id first. Texts are compared
/// whole, and their case counts.
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
        Optional<String> name,
        Optional<String> feature,
        Optional<String> machine,
        Optional<String> endUser,
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

    /// A question without filters, for one page of that many.
    public static Builder of(AccountNumber account, int limit) {
        return new Builder(account, limit);
    }

    /// Gathers the filters by name. For one thread.
    public static final class Builder {
        private final AccountNumber account;
        private final int limit;
        private Optional<ProductId> product = Optional.empty();
        private Optional<String> key = Optional.empty();
        private Optional<String> name = Optional.empty();
        private Optional<String> feature = Optional.empty();
        private Optional<String> machine = Optional.empty();
        private Optional<String> endUser = Optional.empty();
        private Optional<Instant> from = Optional.empty();
        private Optional<Instant> until = Optional.empty();
        private Optional<String> metadataPart = Optional.empty();
        private OptionalLong below = OptionalLong.empty();
        private OptionalLong above = OptionalLong.empty();

        private Builder(AccountNumber account, int limit) {
            this.account = account;
            this.limit = limit;
        }

        public Builder product(Optional<ProductId> wanted) {
            product = wanted;
            return this;
        }

        public Builder key(Optional<String> wanted) {
            key = wanted;
            return this;
        }

        public Builder name(Optional<String> wanted) {
            name = wanted;
            return this;
        }

        public Builder feature(Optional<String> wanted) {
            feature = wanted;
            return this;
        }

        public Builder machine(Optional<String> wanted) {
            machine = wanted;
            return this;
        }

        public Builder endUser(Optional<String> wanted) {
            endUser = wanted;
            return this;
        }

        public Builder from(Optional<Instant> wanted) {
            from = wanted;
            return this;
        }

        public Builder until(Optional<Instant> wanted) {
            until = wanted;
            return this;
        }

        public Builder metadataPart(Optional<String> wanted) {
            metadataPart = wanted;
            return this;
        }

        public Builder below(OptionalLong wanted) {
            below = wanted;
            return this;
        }

        public Builder above(OptionalLong wanted) {
            above = wanted;
            return this;
        }

        public EventQuery build() {
            return new EventQuery(
                    account,
                    product,
                    key,
                    name,
                    feature,
                    machine,
                    endUser,
                    from,
                    until,
                    metadataPart,
                    below,
                    above,
                    limit);
        }
    }
}
