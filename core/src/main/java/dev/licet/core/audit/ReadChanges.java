package dev.licet.core.audit;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Permission;
import java.util.List;
import java.util.Optional;

/// What was changed in an account: for who looks who did it, and for programs that go after it. A caller with
/// a lock may not. Safe for threads.
public final class ReadChanges {
    private final Changes changes;

    public ReadChanges(Changes changes) {
        this.changes = changes;
    }

    /// With who did it.
    public Outcome<List<Change>> audit(Caller caller, Changes.Query query) {
        return list(caller, Permission.GET_AUDIT, query);
    }

    /// For programs that keep up with what there is.
    public Outcome<List<Change>> follow(Caller caller, Changes.Query query) {
        return list(caller, Permission.GET_CHANGES, query);
    }

    private Outcome<List<Change>> list(Caller caller, Permission permission, Changes.Query query) {
        Optional<Refusal> refusal =
                caller.lacks(permission).or(() -> caller.isLockedOutOf(Optional.empty(), Optional.empty()));
        return refusal.isPresent()
                ? Outcome.refused(refusal.get())
                : Outcome.success(changes.list(caller.account(), query));
    }
}
