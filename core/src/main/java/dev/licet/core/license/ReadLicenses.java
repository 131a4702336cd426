package dev.licet.core.license;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.LicenseId;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Permission;
import java.util.List;
import java.util.Optional;

/// What terms an account sells under. They are of no product, so a caller with a lock has none. Safe for threads.
public final class ReadLicenses {
    private final Licenses licenses;

    public ReadLicenses(Licenses licenses) {
        this.licenses = licenses;
    }

    public Outcome<License> find(Caller caller, LicenseId id) {
        Optional<Refusal> refusal = refusal(caller);
        return refusal.isPresent()
                ? Outcome.refused(refusal.get())
                : licenses.find(caller.account(), id)
                        .map(Outcome::success)
                        .orElseGet(() -> Outcome.refused(new Refusal.NotFound(Refusal.Kind.LICENSE)));
    }

    /// Oldest first. @param after only those with a higher id
    public Outcome<List<License>> list(Caller caller, long after, int most) {
        Optional<Refusal> refusal = refusal(caller);
        return refusal.isPresent()
                ? Outcome.refused(refusal.get())
                : Outcome.success(licenses.list(caller.account(), after, most));
    }

    private static Optional<Refusal> refusal(Caller caller) {
        return caller.lacks(Permission.GET_LICENSES).or(() -> caller.isLockedOutOf(Optional.empty(), Optional.empty()));
    }
}
