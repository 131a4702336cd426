package dev.licet.core.license;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Names;
import dev.licet.core.identity.Permission;
import java.time.Clock;
import java.util.Optional;

/// Makes the terms of a new license. Two licenses may have the same name. They are of no product, so a caller with a
/// lock makes none.
public final class CreateLicense {
    private final Licenses licenses;
    private final Clock clock;

    public CreateLicense(Licenses licenses, Clock clock) {
        this.licenses = licenses;
        this.clock = clock;
    }

    /// Why the caller may not create licenses, for dialects that have to say so before they read the terms.
    public static Optional<Refusal> refusal(Caller caller) {
        return caller.lacks(Permission.CREATE_LICENSE)
                .or(() -> caller.isLockedOutOf(Optional.empty(), Optional.empty()));
    }

    public Outcome<License> create(Caller caller, Licenses.NewLicense wanted) {
        Optional<Refusal> refusal = refusal(caller).or(() -> Names.refusal("name", wanted.name()));
        return refusal.isPresent()
                ? Outcome.refused(refusal.get())
                : Outcome.success(licenses.add(caller.account(), wanted, caller.user(), clock.instant()));
    }
}
