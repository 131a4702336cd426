package dev.licet.core.license;

import dev.licet.core.id.AccountNumber;
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

    /// Some of a product's keys, in the order they were added in, or the other way round.
    List<LicenseKey> list(ProductId product, boolean newestFirst, long skipped, int most);

    /// How many keys a product has.
    long count(ProductId product);

    /// @return what the key allows, and the machines it runs on, oldest first
    KeyUse use(KeyId key);

    /// Has a rule decide on the key and one machine of it, and stores what it decides; nothing comes in between.
    <T> T change(KeyId key, String machine, KeyRule<T> rule);

    /// Keys with the terms that a product's have where nothing else is said.
    default Optional<LicenseKey> add(AccountNumber account, ProductId product, String key, Instant at) {
        return add(account, product, List.of(key), KeyTerms.issued(at, 0), at).map(List::getFirst);
    }

    /// @param activations oldest first
    record KeyUse(KeyTerms terms, List<Activation> activations) {
        public KeyUse {
            activations = List.copyOf(activations);
        }
    }
}
