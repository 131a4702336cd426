package dev.licet.core.offline;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Permission;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/// The pairs that license files are signed with: published, and changed for new ones. Safe for threads.
public final class ManageFileKeys {
    private final OfflineFiles files;
    private final Clock clock;

    public ManageFileKeys(OfflineFiles files, Clock clock) {
        this.files = files;
        this.clock = clock;
    }

    /// Their public parts are for whoever has a token. Oldest first; the first is made when it is asked for.
    public Outcome<List<FileKey>> list(Caller caller) {
        newest(caller);
        return Outcome.success(files.keys(caller.account()));
    }

    /// Makes a new pair, which signs from now on. The one before it vouches for it.
    public Outcome<FileKey> rotate(Caller caller) {
        Optional<Refusal> refusal =
                caller.lacks(Permission.MANAGE).or(() -> caller.isLockedOutOf(Optional.empty(), Optional.empty()));
        return refusal.isPresent() ? Outcome.refused(refusal.get()) : Outcome.success(add(caller));
    }

    /// What signs now.
    public FileKey newest(Caller caller) {
        List<FileKey> keys = files.keys(caller.account());
        return keys.isEmpty() ? add(caller) : keys.getLast();
    }

    private FileKey add(Caller caller) {
        FileKey.Pair pair = FileKey.Pair.generate();
        return files.addKey(
                caller.account(),
                pair,
                (before, id) -> before.pair().sign(FileKey.endorsed(id, pair)),
                clock.instant());
    }
}
