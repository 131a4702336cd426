package dev.licet.core.insight;

import java.time.Instant;
import java.util.Optional;

/// What was found.
///
/// @param before the same of the span before, where it was asked for
/// @param events that it rests on: those that were counted, without those of the span before
/// @param asOf the id of the last event that was looked at, of any account
/// @param asOfTime when that one was received; empty when there is none
/// @param complete whether that is all that was acknowledged before the question
public record Answer(
        Table table, Optional<Table> before, long events, long asOf, Optional<Instant> asOfTime, boolean complete) {}
