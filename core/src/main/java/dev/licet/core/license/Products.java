package dev.licet.core.license;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The stored products. What a changing method did is on disk when it returns. Safe for threads.
public interface Products {

    Product add(AccountNumber account, String name, Instant at);

    /// The account's product with this id, unless it was revoked.
    Optional<Product> find(AccountNumber account, ProductId id);

    Optional<Product> find(ProductId id);

    /// All of the account, revoked ones too, oldest first.
    List<Product> list(AccountNumber account);

    /// Stores what can be changed of a product: its name, how long its events are kept, and how its values are meant.
    ///
    /// @return false when there is no such product
    boolean change(Product product);

    /// @return false when there is no such product
    boolean revoke(ProductId id);
}
