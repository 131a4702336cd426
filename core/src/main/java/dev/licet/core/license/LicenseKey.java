package dev.licet.core.license;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.ProductId;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// A key to one product, as a customer types it in. Stored readable, since vendors list and resend keys.
public record LicenseKey(KeyId id, AccountNumber account, ProductId product, String key, Instant createdAt) {
    public static final int MAX_CODE_POINTS = 256;

    /// When it was made is kept to the microsecond.
    public LicenseKey {
        createdAt = createdAt.truncatedTo(ChronoUnit.MICROS);
    }
}
