package dev.licet.demo;

import java.time.Instant;
import java.util.Optional;

/// A machine of somebody. Its texts are as events have them, and made once.
///
/// @param upgrades when it has the new version
/// @param before what its events have as properties until then @param after from then on
record Machine(
        Optional<String> code,
        Optional<String> user,
        String name,
        Instant upgrades,
        Optional<String> before,
        Optional<String> after) {

    boolean isUpgraded(Instant at) {
        return !at.isBefore(upgrades);
    }
}
