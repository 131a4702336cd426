package dev.licet.core.store;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What a repair of the events on disk found, and did if it was asked to.
///
/// @param files how many were checked
/// @param events how many good ones they have
/// @param damages in the order of the ids; empty when nothing is wrong
/// @param repaired whether anything was changed
public record RepairReport(int files, long events, List<Damage> damages, boolean repaired) {
    public RepairReport {
        damages = List.copyOf(damages);
    }

    /// How many events are gone.
    public long lost() {
        return damages.stream().mapToLong(Damage::lost).sum();
    }

    /// A stretch of a file that can't be read.
    ///
    /// @param file its name
    /// @param fromByte where the stretch starts @param toByte behind it
    /// @param firstId of the events that are gone @param lastId below the first where none is
    /// @param after when the last event before them was received @param before when the first behind them was
    /// @param queryable how many of them questions still find, for as long as the event table is not made again
    /// @param setAside the file that has the bytes of the stretch; empty for none
    public record Damage(
            String file,
            long fromByte,
            long toByte,
            long firstId,
            long lastId,
            Optional<Instant> after,
            Optional<Instant> before,
            long queryable,
            Optional<String> setAside) {
        public long lost() {
            return lastId - firstId + 1;
        }
    }
}
