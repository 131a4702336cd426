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

    Optional<LicenseKey> find(ProductId product, String key);

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
