package dev.licet.core.offline;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.FileKeyId;
import dev.licet.core.id.KeyId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The stored keys and files, and how far the records of use were merged. What a changing method did is on disk when it
/// returns. Safe for threads.
public interface OfflineFiles {

    /// Adds a pair, which is the newest then. @param endorse what the newest before it says of it, if there is one
    FileKey addKey(AccountNumber account, FileKey.Pair pair, Endorse endorse, Instant at);

    @FunctionalInterface
    interface Endorse {
        byte[] of(FileKey newestBefore, FileKeyId id);
    }

    /// Oldest first.
    List<FileKey> keys(AccountNumber account);

    /// @param file its id does not matter
    LicenseFile add(LicenseFile file);

    /// Oldest first. @param after only those with a higher id
    List<LicenseFile> files(AccountNumber account, Optional<KeyId> key, long after, int most);

    /// The last line of a record of use that was merged.
    ///
    /// @param number from 1 @param code that it ends with
    record Merged(long number, String code) {}

    Optional<Merged> merged(KeyId key, String machine);

    /// @return false, and nothing changed, when what was merged before is not that any more
    boolean merge(KeyId key, String machine, Optional<Merged> before, Merged now);
}
