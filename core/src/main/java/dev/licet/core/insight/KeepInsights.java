package dev.licet.core.insight;

import dev.licet.core.Expected;
import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.Transactions;
import dev.licet.core.id.SavedId;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Names;
import dev.licet.core.identity.Permission;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// The questions and boards that an account keeps. They are of no product, so a caller with a lock has
/// none. Safe for threads.
public final class KeepInsights {
    private final SavedInsights saved;
    private final Transactions transactions;
    private final int most;
    private final Clock clock;

    /// @param most of one account, both kinds together
    public KeepInsights(SavedInsights saved, Transactions transactions, int most, Clock clock) {
        this.saved = saved;
        this.transactions = transactions;
        this.most = most;
        this.clock = clock;
    }

    /// What somebody gives it.
    public record Details(String name, String content) {}

    public Outcome<Saved> add(Caller caller, Saved.Type type, Details details) {
        Optional<Refusal> refusal = lacks(caller, Permission.EDIT_INSIGHTS).or(() -> refusal(details));
        if (refusal.isPresent()) {
            return Outcome.refused(refusal.get());
        }
        return transactions.run(() -> saved.count(caller.account()) >= most
                ? Outcome.refused(new Refusal.TooMany(kind(type), most))
                : Outcome.success(
                        saved.add(caller.account(), type, details.name(), details.content(), clock.instant())));
    }

    public Outcome<Saved> find(Caller caller, Saved.Type type, SavedId id) {
        Optional<Refusal> refusal = lacks(caller, Permission.GET_INSIGHTS);
        return refusal.isPresent() ? Outcome.refused(refusal.get()) : found(caller, type, id);
    }

    public Outcome<List<Saved>> list(Caller caller, Saved.Type type, long after, int limit) {
        Optional<Refusal> refusal = lacks(caller, Permission.GET_INSIGHTS);
        return refusal.isPresent()
                ? Outcome.refused(refusal.get())
                : Outcome.success(saved.list(caller.account(), type, after, limit));
    }

    public Outcome<Saved> change(
            Caller caller, Saved.Type type, SavedId id, Expected<Saved> expected, UnaryOperator<Details> change) {
        return decide(caller, type, id, expected, now -> {
            Details next = change.apply(new Details(now.name(), now.content()));
            Optional<Refusal> refusal = refusal(next);
            if (refusal.isPresent()) {
                return Outcome.refused(refusal.get());
            }
            Saved changed = now.with(next.name(), next.content());
            saved.change(changed);
            return Outcome.success(changed);
        });
    }

    public Outcome<Saved> remove(Caller caller, Saved.Type type, SavedId id, Expected<Saved> expected) {
        return decide(caller, type, id, expected, now -> {
            saved.remove(id);
            return Outcome.success(now);
        });
    }

    private Outcome<Saved> decide(
            Caller caller,
            Saved.Type type,
            SavedId id,
            Expected<Saved> expected,
            Function<Saved, Outcome<Saved>> change) {
        Optional<Refusal> refusal = lacks(caller, Permission.EDIT_INSIGHTS);
        if (refusal.isPresent()) {
            return Outcome.refused(refusal.get());
        }
        return transactions.run(() -> found(caller, type, id)
                .then(now -> expected.refusal(now)
                        .<Outcome<Saved>>map(Outcome::refused)
                        .orElseGet(() -> change.apply(now))));
    }

    private Outcome<Saved> found(Caller caller, Saved.Type type, SavedId id) {
        return saved.find(caller.account(), type, id)
                .map(Outcome::success)
                .orElseGet(() -> Outcome.refused(new Refusal.NotFound(kind(type))));
    }

    private static Refusal.Kind kind(Saved.Type type) {
        return switch (type) {
            case INSIGHT -> Refusal.Kind.INSIGHT;
            case DASHBOARD -> Refusal.Kind.DASHBOARD;
        };
    }

    private static Optional<Refusal> lacks(Caller caller, Permission permission) {
        return caller.lacks(permission).or(() -> caller.isLockedOutOf(Optional.empty(), Optional.empty()));
    }

    private static Optional<Refusal> refusal(Details details) {
        return Names.refusal("name", details.name())
                .or(() -> Names.tooLong("question", details.content(), Saved.MAX_CONTENT));
    }
}
