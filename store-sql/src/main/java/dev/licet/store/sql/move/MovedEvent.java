package dev.licet.store.sql.move;

import dev.licet.core.event.RecordedEvent;
import dev.licet.core.once.RequestKey;
import java.util.Optional;

/// An event on its way. @param request the key of the request that it came with, of the first of its events at least
public record MovedEvent(RecordedEvent recorded, Optional<RequestKey> request) {}
