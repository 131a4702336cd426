package dev.licet.core.event;

/// Where an event of a submission is in the log.
///
/// @param id of the recorded event
/// @param isNew false when it was there before, by its client's id or by the key of its request
public record Placed(long id, boolean isNew) {}
