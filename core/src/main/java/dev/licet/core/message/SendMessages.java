package dev.licet.core.message;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.MessageId;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Names;
import dev.licet.core.identity.Permission;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Messages from a vendor to its programs. Safe for threads.
public final class SendMessages {
    /// How many are told at once.
    public static final int PAGE = 1_000;

    private final Messages messages;
    private final Clock clock;

    public SendMessages(Messages messages, Clock clock) {
        this.messages = messages;
        this.clock = clock;
    }

    /// @param at empty for now
    public Outcome<Message> send(Caller caller, String channel, String content, Optional<Instant> at) {
        Optional<Refusal> refusal = caller.lacks(Permission.EDIT_MESSAGES)
                .or(() -> Names.tooLong("channel", channel, Message.MAX_CHANNEL))
                .or(() -> Names.tooLong("content", content, Message.MAX_CONTENT));
        return refusal.isPresent()
                ? Outcome.refused(refusal.get())
                : Outcome.success(messages.add(caller.account(), channel, content, at.orElseGet(clock::instant)));
    }

    /// The newest [#PAGE] that are later than that, newest first. @param channel empty for all
    public Outcome<List<Message>> list(Caller caller, Optional<String> channel, Instant after) {
        Optional<Refusal> refusal = caller.lacks(Permission.GET_MESSAGES);
        return refusal.isPresent()
                ? Outcome.refused(refusal.get())
                : Outcome.success(messages.list(caller.account(), channel, after, PAGE));
    }

    public Outcome<MessageId> remove(Caller caller, MessageId id) {
        Optional<Refusal> refusal = caller.lacks(Permission.EDIT_MESSAGES);
        if (refusal.isPresent()) {
            return Outcome.refused(refusal.get());
        }
        return messages.remove(caller.account(), id)
                ? Outcome.success(id)
                : Outcome.refused(new Refusal.NotFound(Refusal.Kind.MESSAGE));
    }
}
