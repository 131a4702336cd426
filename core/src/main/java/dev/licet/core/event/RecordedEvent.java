package dev.licet.core.event;

import java.time.Instant;

/// An event with what we gave it.
///
/// @param id its position in the log: rises with acceptance, under 2^53, unique over all accounts
/// @param receivedAt when we took it, by our clock; retention counts from here
public record RecordedEvent(long id, Instant receivedAt, UsageEvent event) {}
