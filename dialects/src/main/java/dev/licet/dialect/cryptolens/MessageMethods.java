package dev.licet.dialect.cryptolens;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.MessageId;
import dev.licet.core.identity.Caller;
import dev.licet.core.message.Message;
import dev.licet.core.message.SendMessages;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Json;
import dev.licet.dialect.MalformedRequest;
import dev.licet.dialect.Request;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// The methods of the group Message.
final class MessageMethods {
    private final SendMessages messages;
    private final Writes writes;
    private final Replies replies;

    MessageMethods(SendMessages messages, Writes writes, Replies replies) {
        this.messages = messages;
        this.writes = writes;
        this.replies = replies;
    }

    Answer getMessages(Caller caller, Request request, Fields fields) {
        Optional<String> channel = fields.optional("Channel", Message.MAX_CHANNEL);
        Instant after;
        try {
            // Clients know whole seconds, so all of that second counts as seen.
            after = time(fields)
                    .map(second -> second.plusSeconds(1).minusNanos(1_000))
                    .orElse(BEGINNING);
        } catch (MalformedRequest noTime) {
            return replies.noTime();
        }
        return switch (messages.list(caller, channel, after)) {
            case Outcome.Refused<List<Message>>(Refusal refusal) -> replies.refusal(refusal);
            case Outcome.Success<List<Message>>(List<Message> found) ->
                Answer.of(200, Json.MEDIA_TYPE, Json.object(json -> {
                    Replies.writeSuccess(json);
                    json.writeArrayPropertyStart("messages");
                    for (Message message : found) {
                        json.writeStartObject();
                        json.writeNumberProperty("id", message.id().value());
                        json.writeStringProperty("content", message.content());
                        json.writeNumberProperty("created", message.at().getEpochSecond());
                        json.writeStringProperty("channel", message.channel());
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                }));
        };
    }

    /// Before any message.
    private static final Instant BEGINNING = Instant.parse("0001-01-01T00:00:00Z");

    /// 0 and below mean that none is given.
    private static Optional<Instant> time(Fields fields) {
        OptionalLong second = fields.integer("Time");
        return second.isPresent() && second.getAsLong() > 0
                ? Optional.of(EventCodec.instant(second.getAsLong()))
                : Optional.empty();
    }

    Answer createMessage(Caller caller, Request request, Fields fields) {
        String channel = fields.optional("Channel", Message.MAX_CHANNEL).orElse("");
        String content = fields.text("Content", Message.MAX_CONTENT).orElseThrow(() -> KeyMethods.missing("Content"));
        Optional<Instant> at;
        try {
            at = time(fields);
        } catch (MalformedRequest noTime) {
            return replies.noTime();
        }
        return writes.once(
                request,
                caller,
                fields,
                () -> messages.send(caller, channel, content, at),
                message -> Answer.of(200, Json.MEDIA_TYPE, Json.object(json -> {
                    Replies.writeSuccess(json);
                    json.writeNumberProperty("messageId", message.id().value());
                })));
    }

    Answer removeMessage(Caller caller, Request request, Fields fields) {
        long id = fields.integer("Id").orElse(0);
        return writes.once(
                request,
                caller,
                fields,
                () -> id > 0
                        ? messages.remove(caller, new MessageId(id))
                        : Outcome.refused(new Refusal.NotFound(Refusal.Kind.MESSAGE)),
                removed -> replies.success());
    }
}
