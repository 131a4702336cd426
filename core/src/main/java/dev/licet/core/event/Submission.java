package dev.licet.core.event;

import dev.licet.core.once.RequestKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What one request brings to the log.
///
/// @param events at least one
/// @param requestKey names the request, so that it counts once; without one, events with an id of their client's do
public record Submission(List<UsageEvent> events, Instant receivedAt, Optional<RequestKey> requestKey) {
    public Submission {
        events = List.copyOf(events);
        if (events.isEmpty()) {
            throw new IllegalArgumentException("a submission has at least one event");
        }
    }

    public Submission(List<UsageEvent> events, Instant receivedAt) {
        this(events, receivedAt, Optional.empty());
    }

    /// Whether anything in it can be known already.
    public boolean isOnce() {
        if (requestKey.isPresent()) {
            return true;
        }
        for (UsageEvent event : events) {
            if (event.clientId().isPresent()) {
                return true;
            }
        }
        return false;
    }
}
