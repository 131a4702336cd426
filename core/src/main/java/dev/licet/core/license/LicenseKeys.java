package dev.licet.core.license;

import dev.licet.core.customer.Customer;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.CustomerId;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.ProductId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The stored license keys, what they allow, and the machines that they run on. What a changing method did is on disk
/// when it returns. Safe for threads.
public interface LicenseKeys {

    /// Adds keys with the same terms, all of them or none.
    ///
    /// @return them, in the order of their texts; empty, and nothing added, when the product has one of a text
    Optional<List<LicenseKey>> add(
            AccountNumber account, ProductId product, List<String> keys, KeyTerms terms, Instant at);

    /// The key that a machine tries a product with: the one that it has, else a new one, which runs on it.
    ///
    /// @param activation of that machine, made now
    /// @return empty, and nothing added, when the product has one of that text
    Optional<LicenseKey> trial(
            AccountNumber account, ProductId product, String key, KeyTerms terms, Activation activation);

    Optional<LicenseKey> find(ProductId product, String key);

    Optional<LicenseKey> find(KeyId id);

    /// Some of an account's keys, in the order they were added in, or the other way round.
    List<LicenseKey> list(AccountNumber account, Query query, boolean newestFirst, long skipped, int most);

    /// How many keys there are of what is asked for.
    long count(AccountNumber account, Query query);

    /// Which keys to list.
    ///
    /// @param product only its own; empty for those of all products that were not revoked
    /// @param search what the key, its notes, or its customer's name, email or company contain; empty for all
    /// @param after only those with a higher id
    /// @param endsFrom only those whose time ends then or later, and that are not blocked
    /// @param endsUntil only those whose time ends before, and that are not blocked
    record Query(
            Optional<ProductId> product,
            Optional<CustomerId> customer,
            String search,
            Optional<Instant> endsFrom,
            Optional<Instant> endsUntil,
            long after) {

        public Query(Optional<ProductId> product, Optional<CustomerId> customer, String search, long after) {
            this(product, customer, search, Optional.empty(), Optional.empty(), after);
        }

        public static Query of(ProductId product) {
            return new Query(Optional.of(product), Optional.empty(), "", 0);
        }
    }

    /// @return what the key allows, and what else is known of it
    KeyUse use(KeyId key);

    /// @return what the key allows
    default KeyTerms terms(KeyId key) {
        return use(key).terms();
    }

    /// Has a rule decide on the key and one machine of it, and stores what it decides; nothing comes in between.
    <T> T change(KeyId key, String machine, KeyRule<T> rule);

    /// Begins the time of a key that waits for its first use. @return the terms after that
    default KeyTerms begin(KeyId key, Instant now) {
        return change(key, "", state -> {
            KeyTerms next = state.begun(state.terms(), now);
            return new KeyRule.Change<>(next, state.activation(), next);
        });
    }

    /// Keys with the terms that a product's have where nothing else is said.
    default Optional<LicenseKey> add(AccountNumber account, ProductId product, String key, Instant at) {
        return add(account, product, List.of(key), KeyTerms.issued(at, 0), at).map(List::getFirst);
    }

    /// @param activations oldest first @param data what is kept at the key itself, oldest first
    record KeyUse(KeyTerms terms, List<Activation> activations, List<DataObject> data, Optional<Customer> customer) {
        public KeyUse {
            activations = List.copyOf(activations);
            data = List.copyOf(data);
        }
    }
}
