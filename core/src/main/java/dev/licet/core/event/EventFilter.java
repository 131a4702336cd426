package dev.licet.core.event;

import dev.licet.core.id.ProductId;
import java.time.Instant;
import java.util.Optional;

/// Which events of an account. What is empty lets all pass. Texts are compared whole, and their case counts.
///
/// @param from at this instant or later, by the event's own time
/// @param until before this instant, by the event's own time
/// @param metadataPart a text that the metadata contains, case-sensitive
public record EventFilter(
        Optional<ProductId> product,
        Optional<String> key,
        Optional<String> name,
        Optional<String> feature,
        Optional<String> machine,
        Optional<String> endUser,
        Optional<Instant> from,
        Optional<Instant> until,
        Optional<String> metadataPart) {
    public static final EventFilter ALL = builder().build();

    public static Builder builder() {
        return new Builder();
    }

    /// Gathers the conditions by name. For one thread.
    public static final class Builder {
        private Optional<ProductId> product = Optional.empty();
        private Optional<String> key = Optional.empty();
        private Optional<String> name = Optional.empty();
        private Optional<String> feature = Optional.empty();
        private Optional<String> machine = Optional.empty();
        private Optional<String> endUser = Optional.empty();
        private Optional<Instant> from = Optional.empty();
        private Optional<Instant> until = Optional.empty();
        private Optional<String> metadataPart = Optional.empty();

        private Builder() {}

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

        public EventFilter build() {
            return new EventFilter(product, key, name, feature, machine, endUser, from, until, metadataPart);
        }
    }
}
