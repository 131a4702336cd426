package dev.licet.core.license;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import java.time.Instant;
import java.util.Optional;

/// The stored license keys. What a changing method did is on disk when it returns. Safe for threads.
public interface LicenseKeys {

    /// Adds a key. @return empty, and nothing added, when the product has one of that text
    Optional<LicenseKey> add(AccountNumber account, ProductId product, String key, Instant at);

    Optional<LicenseKey> find(ProductId product, String key);
}
