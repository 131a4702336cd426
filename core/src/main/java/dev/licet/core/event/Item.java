package dev.licet.core.event;

import dev.licet.core.id.ProductId;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// One event as a client tells it; its fields are those of [UsageEvent].
///
/// @param key needs a product @param at empty for now
public record Item(
        Optional<String> clientId,
        Optional<String> name,
        Optional<String> feature,
        Optional<ProductId> product,
        Optional<String> key,
        Optional<String> machine,
        Optional<String> endUser,
        Optional<String> session,
        OptionalLong value,
        Optional<String> currency,
        Optional<Instant> at,
        Optional<String> metadata) {

    public static Builder builder() {
        return new Builder();
    }

    /// Gathers the fields by name. What is not set is absent. For one thread.
    public static final class Builder {
        private @Nullable String clientId;
        private @Nullable String name;
        private @Nullable String feature;
        private @Nullable ProductId product;
        private @Nullable String key;
        private @Nullable String machine;
        private @Nullable String endUser;
        private @Nullable String session;
        private OptionalLong value = OptionalLong.empty();
        private @Nullable String currency;
        private @Nullable Instant at;
        private @Nullable String metadata;

        private Builder() {}

        public Builder clientId(@Nullable String given) {
            clientId = given;
            return this;
        }

        public Builder name(@Nullable String given) {
            name = given;
            return this;
        }

        public Builder feature(@Nullable String given) {
            feature = given;
            return this;
        }

        public Builder product(@Nullable ProductId given) {
            product = given;
            return this;
        }

        public Builder key(@Nullable String given) {
            key = given;
            return this;
        }

        public Builder machine(@Nullable String given) {
            machine = given;
            return this;
        }

        public Builder endUser(@Nullable String given) {
            endUser = given;
            return this;
        }

        public Builder session(@Nullable String given) {
            session = given;
            return this;
        }

        public Builder value(OptionalLong given) {
            value = given;
            return this;
        }

        public Builder currency(@Nullable String given) {
            currency = given;
            return this;
        }

        public Builder at(@Nullable Instant given) {
            at = given;
            return this;
        }

        public Builder metadata(@Nullable String given) {
            metadata = given;
            return this;
        }

        public Item build() {
            return new Item(
                    Optional.ofNullable(clientId),
                    Optional.ofNullable(name),
                    Optional.ofNullable(feature),
                    Optional.ofNullable(product),
                    Optional.ofNullable(key),
                    Optional.ofNullable(machine),
                    Optional.ofNullable(endUser),
                    Optional.ofNullable(session),
                    value,
                    Optional.ofNullable(currency),
                    Optional.ofNullable(at),
                    Optional.ofNullable(metadata));
        }
    }
}
