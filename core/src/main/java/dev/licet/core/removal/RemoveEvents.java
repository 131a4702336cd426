package dev.licet.core.removal;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.RemovalId;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Names;
import dev.licet.core.identity.Permission;
import dev.licet.core.offline.FileKey;
import dev.licet.core.offline.ManageFileKeys;
import dev.licet.core.offline.SignedText;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Takes events away that should not be there: a booking mistake, or somebody who wants to be forgotten. A
/// caller with a lock may not. Safe for threads.
public final class RemoveEvents {
    private static final int MAX_REASON = 1000;

    private final Removals removals;
    private final ManageFileKeys fileKeys;
    private final int mostAtOnce;
    private final Clock clock;

    /// @param mostAtOnce how many events one call may void
    public RemoveEvents(Removals removals, ManageFileKeys fileKeys, int mostAtOnce, Clock clock) {
        this.removals = removals;
        this.fileKeys = fileKeys;
        this.mostAtOnce = mostAtOnce;
        this.clock = clock;
    }

    /// @param removal empty when there was nothing to remove @param notFound the ids of which there is no
    /// event
    public record Voided(Optional<Removal> removal, List<Long> notFound) {
        public Voided {
            notFound = List.copyOf(notFound);
        }
    }

    /// Voids events by their ids.
    public Outcome<Voided> takeOut(Caller caller, List<Long> events, String reason) {
        Optional<Refusal> refusal = refusal(caller).or(() -> wrong(events)).or(() -> wrong(reason));
        if (refusal.isPresent()) {
            return Outcome.refused(refusal.get());
        }
        Set<Long> wanted = new TreeSet<>(events);
        Optional<Removal> removal = removals.takeOut(caller.account(), wanted, asked(caller, reason));
        removal.ifPresent(made -> wanted.removeAll(made.events()));
        return Outcome.success(new Voided(removal, List.copyOf(wanted)));
    }

    /// Erases all events so far that name a machine, key or user.
    public Outcome<Removal> erase(Caller caller, Removal.Kind kind, String name, String reason) {
        Optional<Refusal> refusal = refusal(caller).or(() -> wrong(reason));
        return refusal.isPresent()
                ? Outcome.refused(refusal.get())
                : Outcome.success(removals.erase(caller.account(), kind, name, asked(caller, reason)));
    }

    public Outcome<Removal> find(Caller caller, RemovalId id) {
        Optional<Refusal> refusal = refusal(caller);
        if (refusal.isPresent()) {
            return Outcome.refused(refusal.get());
        }
        return removals.find(caller.account(), id)
                .map(Outcome::success)
                .orElseGet(() -> Outcome.refused(new Refusal.NotFound(Refusal.Kind.ERASURE)));
    }

    /// Oldest first. @param after only those with a higher id
    public Outcome<List<Removal>> list(Caller caller, long after, int most) {
        Optional<Refusal> refusal = refusal(caller);
        return refusal.isPresent()
                ? Outcome.refused(refusal.get())
                : Outcome.success(removals.list(caller.account(), after, most));
    }

    /// What says to others that something was erased, signed with what the account signs license files
    /// with; empty while something is left, and for a void.
    public Optional<String> certificate(Caller caller, Removal removal) {
        return removal.subject()
                .flatMap(subject -> removal.done().map(done -> {
                    FileKey signer = fileKeys.newest(caller);
                    SignedText text = new SignedText("licet-erasure: 1")
                            .line("erasure", "ers_" + removal.id())
                            .line("account", removal.account().toString())
                            .line("kind", removal.kind().label())
                            .line("subject-salt", subject.salt())
                            .line("subject-sha256", subject.sha256())
                            .line("asked-at", removal.askedAt().toString())
                            .line("asked-by", removal.by())
                            .encoded("reason", removal.reason())
                            .line("up-to-event", Long.toString(removal.upTo()))
                            .line("done-at", done.at().toString())
                            .line("events", Long.toString(done.events()));
                    done.first().ifPresent(at -> text.line("first-received-at", at.toString()));
                    done.last().ifPresent(at -> text.line("last-received-at", at.toString()));
                    return text.line("logged-calls", Integer.toString(removal.calls()))
                            .line("archive-files-rewritten", Integer.toString(done.archiveFiles()))
                            .line("journal-files-removed", Integer.toString(done.journalFiles()))
                            .line("files-that-could-not-be-read", Integer.toString(done.unreadFiles()))
                            .signed(signer);
                }));
    }

    private static Optional<Refusal> refusal(Caller caller) {
        return caller.lacks(Permission.ERASE_EVENTS).or(() -> caller.isLockedOutOf(Optional.empty(), Optional.empty()));
    }

    private Optional<Refusal> wrong(List<Long> events) {
        return events.isEmpty() || events.size() > mostAtOnce
                ? Optional.of(new Refusal.InvalidField("events", "must be 1 to " + mostAtOnce + " events"))
                : Optional.empty();
    }

    private static Optional<Refusal> wrong(String reason) {
        return reason.isBlank()
                ? Optional.of(new Refusal.InvalidField("reason", "must not be blank"))
                : Names.tooLong("reason", reason, MAX_REASON);
    }

    private Removals.Asked asked(Caller caller, String reason) {
        String by = caller.token()
                .map(token -> "tok_" + token)
                .or(() -> caller.user().map(user -> "usr_" + user))
                .orElse("operator");
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        return new Removals.Asked(reason, by, now);
    }
}
