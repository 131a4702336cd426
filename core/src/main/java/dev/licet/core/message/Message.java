package dev.licet.core.message;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.MessageId;
import java.time.Instant;

/// What a vendor tells all of its programs that listen to a channel.
///
/// @param at when it is from, as the vendor has it: programs ask for what is later than the last that they saw
public record Message(MessageId id, AccountNumber account, String channel, String content, Instant at) {
    /// In characters.
    public static final int MAX_CHANNEL = 100;

    /// In characters.
    public static final int MAX_CONTENT = 10_000;
}
