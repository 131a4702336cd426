package dev.licet.core.offline;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.FileId;
import dev.licet.core.id.FileKeyId;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.SeatId;
import java.time.Instant;
import java.util.Optional;

/// A file that was issued, so that a program may run on a machine without asking.
///
/// @param validUntil from then on it is good for nothing @param seat that was borrowed for it
public record LicenseFile(
        FileId id,
        AccountNumber account,
        KeyId key,
        String machine,
        FileKeyId signedWith,
        Instant issuedAt,
        Instant validUntil,
        Optional<SeatId> seat) {}
