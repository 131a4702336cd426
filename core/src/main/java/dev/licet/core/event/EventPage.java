package dev.licet.core.event;

import java.util.List;

/// Some events and how fresh they are.
///
/// @param asOf the id up to which all events were seen
/// @param complete whether that is all that was acknowledged before the question
public record EventPage(List<RecordedEvent> events, long asOf, boolean complete) {
    public EventPage {
        events = List.copyOf(events);
    }
}
