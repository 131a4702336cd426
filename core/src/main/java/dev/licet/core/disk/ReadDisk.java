package dev.licet.core.disk;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Permission;
import java.util.Optional;
import java.util.function.Supplier;

/// Shows the operator what the data takes of the disk. Safe for threads.
public final class ReadDisk {
    private final Supplier<DiskUse> disk;

    public ReadDisk(Supplier<DiskUse> disk) {
        this.disk = disk;
    }

    public Outcome<DiskUse> read(Caller caller) {
        Optional<Refusal> refusal = caller.lacks(Permission.OPERATE);
        return refusal.isPresent() ? Outcome.refused(refusal.get()) : Outcome.success(disk.get());
    }
}
