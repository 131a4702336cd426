package dev.licet.core.insight;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Answers questions on all events that were acknowledged before. Safe for threads.
///
/// What an engine promises is written as tests: `InsightsContract`, in this module's test kit.
public interface Insights {

    /// Looks at one state of the events for all of the questions, which are of one account.
    ///
    /// @throws dev.licet.core.Unavailable when it takes too long, or too many questions wait
    Found find(List<Question> questions);

    /// A table for each question, in their order, with the columns that [Question] names, as they were
    /// counted. Units and groups without events have no row.
    ///
    /// @param events that the first one rests on @param asOf the id of the last event looked at
    record Found(List<Table> tables, long events, long asOf, Optional<Instant> asOfTime, boolean complete) {}
}
