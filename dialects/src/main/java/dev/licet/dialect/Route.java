package dev.licet.dialect;

import java.util.List;

/// One thing that a dialect answers, as its documents name it.
///
/// @param name such as `veoh.people.logEvent` or `AI/RegisterEvent`
/// @param verbs the HTTP verbs it takes
/// @param path as one types it
public record Route(String name, List<String> verbs, String path) {
    public Route {
        verbs = List.copyOf(verbs);
    }
}
