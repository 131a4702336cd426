package dev.licet.core.store;

import java.util.Optional;

/// What a check of the record of changes found.
///
/// @param changes how many there are @param lastId of the newest; 0 for none @param lastHash its hash, which
/// says of all before it, too: who keeps it can tell later whether any of them was altered or taken away
/// @param broken the first that is not what was recorded
public record VerifyReport(long changes, long lastId, String lastHash, Optional<Broken> broken) {

    /// @param id of the change @param why in words for the operator
    public record Broken(long id, String why) {}
}
