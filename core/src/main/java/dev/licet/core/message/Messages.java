package dev.licet.core.message;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.MessageId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The stored messages. What a changing method did is on disk when it returns. Safe for threads.
public interface Messages {

    Message add(AccountNumber account, String channel, String content, Instant at);

    /// Newest first. @param channel only of that one @param after only those that are later, strictly
    List<Message> list(AccountNumber account, Optional<String> channel, Instant after, int most);

    /// @return false when the account has no such message
    boolean remove(AccountNumber account, MessageId id);
}
