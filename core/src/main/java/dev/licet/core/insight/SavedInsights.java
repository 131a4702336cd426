package dev.licet.core.insight;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.SavedId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The stored questions and boards. What a changing method did is on disk when it returns. Safe for threads.
public interface SavedInsights {

    Saved add(AccountNumber account, Saved.Type type, String name, String content, Instant at);

    Optional<Saved> find(AccountNumber account, Saved.Type type, SavedId id);

    /// Oldest first.
    List<Saved> list(AccountNumber account, Saved.Type type, long after, int most);

    int count(AccountNumber account);

    /// Stores name and content.
    void change(Saved saved);

    void remove(SavedId id);
}
