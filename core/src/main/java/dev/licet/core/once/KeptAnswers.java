package dev.licet.core.once;

import dev.licet.core.Outcome;
import java.time.Instant;
import java.util.function.Supplier;

/// The answers to changes that were asked for under a key. Safe for threads.
public interface KeptAnswers {

    /// A change that was tried. @param made whether it was; only then the answer is kept
    record Change(byte[] answer, boolean made) {}

    /// @param isAgain whether the change was made by an earlier request
    record Kept(byte[] answer, boolean isAgain) {}

    /// Gives the answer that is kept under the key; if there is none, makes the change and keeps its answer, both in
    /// one transaction: after a crash both are there or neither. What the change throws is thrown, and nothing is
    /// changed.
    ///
    /// @param change runs in the store's transaction, so it must not wait for other work; what it reads and writes
    /// in the same store is part of the transaction
    /// @return refused when the key was used for another content
    Outcome<Kept> once(RequestKey key, Instant at, Supplier<Change> change);

    /// Forgets the answers that were kept before then.
    void forgetKeptBefore(Instant then);
}
