package dev.licet.core.license;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.LicenseId;
import dev.licet.core.id.UserId;
import java.time.Instant;
import java.util.Optional;

/// The terms under which something is sold.
///
/// @param term how long it lasts; empty for ever @param rules how that is counted
/// @param createdBy the acting user; empty for a bare access token
public record License(
        LicenseId id,
        AccountNumber account,
        String name,
        LicenseType type,
        Price price,
        Optional<Term> term,
        TermRules rules,
        Optional<UserId> createdBy,
        Instant createdAt) {}
