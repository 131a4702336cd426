package dev.licet.core.license;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import java.time.Instant;

/// Something that an account sells and issues license keys for.
public record Product(ProductId id, AccountNumber account, String name, boolean revoked, Instant createdAt) {}
